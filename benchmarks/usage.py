"""Runs one command and says what it used: `python -I -S benchmarks/usage.py COMMAND...`.

The last line on standard error is JSON: seconds by the wall clock, seconds of both processors, peak resident memory in MB, and
the exit code. It is a process of its own, and a small one, because Linux counts what the parent of a process had in memory as
that process's own peak, up to the moment that it becomes another program (`exec_mmap` in fs/exec.c).
"""

import json
import os
import subprocess
import sys
import time

begun = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
wall = time.perf_counter() - begun
process.returncode = os.waitstatus_to_exitcode(status)
scale = 1 if sys.platform == "darwin" else 1024
used = [wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * scale / 1e6, process.returncode]
sys.stderr.write("\n" + json.dumps(used) + "\n")
