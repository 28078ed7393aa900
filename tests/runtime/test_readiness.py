"""A stack is waited for until its parts are up; a disk that is nearly full is none that waiting would help."""

import httpx
import pytest

from files import spool
from runtime.readiness import missing, warn_of_little_space

WELL = {name: {"ok": True, "detail": "it answers"} for name in ("objects", "jobs", "prefect", "worker", "disk")}


def health(**unwell):
    """What is missing where /health says this of some parts."""
    parts = WELL | {name: {"ok": False, "detail": detail} for name, detail in unwell.items()}
    return asked(lambda _: httpx.Response(503 if unwell else 200, json={"parts": parts}))


def asked(answer):
    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        return missing(client, "http://127.0.0.1")


def test_nothing_is_missing_where_all_is_well():
    assert health() == ""


def test_a_disk_that_is_nearly_full_is_not_waited_for():
    assert health(disk="No space left for a job") == ""


@pytest.mark.parametrize("part", ["objects", "jobs", "prefect", "worker"])
def test_every_other_part_is_waited_for(part):
    assert health(**{part: "it is away", "disk": "No space left"}) == f"{part}: it is away"


def test_a_closed_service_tells_which_part_without_more():
    assert health(worker=None) == "worker: it is not well"


def test_an_api_that_is_not_there_or_in_trouble_is_waited_for():
    def away(request):
        raise httpx.ConnectError("no", request=request)

    assert asked(away) == "ConnectError"
    assert asked(lambda _: httpx.Response(500, text="broken")) == "broken"
    assert asked(lambda _: httpx.Response(500, json=[])) == "[]"


def test_little_room_is_told_at_once(monkeypatch, tmp_path, caplog):
    warn_of_little_space(tmp_path)
    assert caplog.text == ""
    monkeypatch.setattr(spool, "LEAST_FREE_BYTES", 1 << 60)
    warn_of_little_space(tmp_path)
    assert "Jobs fail until there is more room: No space left for a job" in caplog.text
    assert "SSH5035" in caplog.text


def test_an_api_that_does_not_answer_yet_is_told_of_in_words():
    def never(_):
        raise httpx.ReadTimeout("timed out")

    assert asked(never) == "its API waits for Prefect and has not answered yet"
