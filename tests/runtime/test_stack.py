"""The whole stack as one process of a user's: it starts, mends itself, and leaves nothing behind, however it ends."""

import os
import signal
import urllib.request

import pytest

from config.settings import Settings
from runtime.addresses import read_addresses
from runtime.stack import environment, past_proxies
from tests.loopback import http
from tests.runtime.own_stack import SECONDS, entries, members, start, wait_for, well


@pytest.fixture
def home(json_service):
    return json_service.home


@pytest.fixture
def stack(json_service):
    return json_service.process


def test_every_part_is_there_and_an_export_would_run(stack, home):
    addresses = well(home)
    assert addresses.pid == stack.pid
    health = http.get(f"{addresses.api}/health", timeout=5).json()
    assert all(part["ok"] for part in health["parts"].values())
    assert {"prefect", "worker", "api"} <= {line.split()[-2] for line in members(home).values()}


def test_an_option_is_stronger_than_a_wrong_variable_in_every_part(json_service, home):
    assert not json_service.given["STATESHEET_PORT"].isdecimal()
    assert well(home)


def test_a_second_stack_in_the_same_home_is_refused(json_service, home):
    second = start(home, **json_service.given)
    assert second.wait(SECONDS) == 1
    assert "another one runs" in (home / "serve.log").read_text()
    assert well(home)


def test_a_second_stack_on_the_same_jobs_is_refused_whatever_its_home(json_service, home, tmp_path):
    second = start(tmp_path, **json_service.given)
    assert second.wait(SECONDS) == 1
    assert "another one works on the jobs" in (tmp_path / "serve.log").read_text()
    assert well(home)


@pytest.mark.parametrize("part", ["worker", "api"])
def test_a_part_that_is_killed_is_started_again(stack, home, part):
    [killed] = [pid for pid, line in members(home).items() if f" {part} " in line]
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: any(f" {part} " in line and pid != killed for pid, line in members(home).items()))
    wait_for(lambda: well(home))
    assert stack.poll() is None


def test_a_stack_that_is_killed_leaves_no_process_behind(stack, home):
    assert len(members(home)) > 3
    stack.kill()
    stack.wait()
    wait_for(lambda: not members(home), seconds=10)
    assert read_addresses(home) is None


@pytest.mark.slow  # by default the end of the short storm in tests/chaos says the same
def test_a_stack_that_is_told_to_stop_ends_well_and_leaves_no_process_behind(json_service, stack, home):
    stack.kill()  # where hunts run, it still serves
    stack.wait()
    wait_for(lambda: not members(home), seconds=10)
    again = start(home, **json_service.given)
    wait_for(lambda: well(home))
    again.send_signal(signal.SIGTERM)
    assert again.wait(SECONDS) == 0
    assert not members(home)
    assert read_addresses(home) is None
    assert entries(home)[-1]["message"] == "Stopped"


def test_settings_that_were_given_reach_the_parts_as_they_are(monkeypatch, tmp_path):
    given = Settings(
        home=tmp_path,
        webhooks="http://a.example/,http://b.example/",
        apprise=["mailto://mail.example/?to=a,b", "slack://t"],
        webhook_secret="s",
        request_status={"failed": "Bad"},
        retention_days=0.5,
    )
    for name, value in environment(given).items():
        monkeypatch.setenv(name, value)
    assert Settings() == given


@pytest.mark.parametrize("name", ["no_proxy", "NO_PROXY"])
@pytest.mark.parametrize("given", [{}, {"no_proxy": "a.example"}, {"NO_PROXY": "a.example"}])
def test_a_proxy_of_the_environment_does_not_stand_between_the_parts(monkeypatch, given, name):
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv("http_proxy", "http://proxy.example")
    monkeypatch.setenv(name, past_proxies(given)[name])
    bypassed = {host for host in ("127.0.0.1", "a.example", "b.example") if urllib.request.proxy_bypass(host)}
    assert bypassed == {"127.0.0.1"} | set(given.values())
