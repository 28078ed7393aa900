"""A process of the stack never outlives the one that it was started for, not even one that dies meanwhile."""

import os
import subprocess
import sys
import time

import pytest

from runtime.parts import PARENT, Part

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel is asked in Linux's way")

STARTS_LATE = """
import os, sys, time
from runtime.parts import die_with_parent
parent = os.getpid()
if os.fork():
    os._exit(0)
while os.getppid() == parent:
    time.sleep(0.01)
die_with_parent(parent)
print("lives on")
"""

LIVES = """
import os, sys, time
from runtime.parts import die_with_parent
parent = os.getpid()
if os.fork():
    sys.stdin.read()
    os._exit(0)
die_with_parent(parent)
print("lives", flush=True)
time.sleep(60)
"""

HELD_UP = """
import os, signal, sys
import runtime.fork_server
child = os.fork()
if not child:
    os.kill(os.getpid(), signal.SIGSTOP)
    os._exit(0)
os.waitpid(child, os.WUNTRACED)
print("stopped", flush=True)
sys.stdin.read()
"""

FORKED_LATE = """
import runtime, sys
from types import SimpleNamespace
runtime.fork_server = sys.modules["runtime.fork_server"] = SimpleNamespace(ID=1)
from runtime import export_process
export_process.main(None, "", ())
"""


def test_a_process_whose_parent_died_while_it_started_ends():
    said = subprocess.run([sys.executable, "-c", STARTS_LATE], capture_output=True, text=True, timeout=30)
    assert "lives on" not in said.stdout
    assert "The parent process is gone" in said.stderr


def test_a_process_ends_with_its_parent():
    parent = subprocess.Popen([sys.executable, "-c", LIVES], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert parent.stdout.readline() == "lives\n"
    parent.kill()
    began = time.monotonic()
    assert parent.stdout.read() == ""  # nobody has the pipe any more
    assert time.monotonic() - began < 30
    parent.communicate()


def test_a_process_that_is_held_up_when_it_was_just_forked_ends_with_the_fork_server(tmp_path):
    told = os.environ | {PARENT: str(os.getpid()), "STATESHEET_HOME": str(tmp_path)}
    server = subprocess.Popen(
        [sys.executable, "-c", HELD_UP], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=told
    )
    assert server.stdout.readline() == "stopped\n"
    server.kill()
    assert server.stdout.read() == ""  # nobody has the pipe any more
    server.communicate()


def test_a_part_is_told_which_process_it_lives_for():
    assert Part("nobody", {}).start().wait(60) == 1
    told = subprocess.run(
        [sys.executable, "-m", "runtime", "nobody"], capture_output=True, text=True, env=os.environ | {PARENT: "1"}, timeout=60
    )
    assert "The parent process is gone" in told.stderr


def test_the_process_of_a_run_that_lost_its_fork_server_while_it_was_forked_does_nothing():
    said = subprocess.run([sys.executable, "-c", FORKED_LATE], capture_output=True, text=True, timeout=60)
    assert said.stderr.strip() == "The parent process is gone"
