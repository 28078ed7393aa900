"""The audit: who asked, took, cancelled and was refused, within bounds, and in nobody's way."""

from pathlib import Path

import pytest

from config.settings import Settings
from database import audit, credentials
from database.audit import Action
from tests.api.conftest import TENANT, Api, running
from tests.api.finished_jobs import a_file_of_plum
from tests.api.shown_credentials import bearer, shown, status

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("_no_memory")]

OTHER = "quince"


def events(api: Api) -> list[audit.Event]:
    """What was written; the application is closed by then."""
    return list(audit.read(api.jobs))


async def test_the_audit_says_who_asked_took_and_cancelled(settings: Settings, tmp_path: Path) -> None:
    async with running(settings) as api:
        made = credentials.create(api.jobs, TENANT)
        who = {**shown(made), "x-rdp-userId": "ann\x1b[2J"}
        job_id = await a_file_of_plum(api, tmp_path)
        url = (await api.client.get(f"/{TENANT}/jobs/{job_id}", headers=who)).json()["file"]["url"]
        await api.client.get(f"/{TENANT}/jobs/{job_id}/file", headers=who)
        await api.client.get(url.removeprefix("http://exports.example"))
        waiting = await api.job_id(**who)
        await api.client.post(f"/{TENANT}/jobs/{waiting}/cancel", headers=who)
    mine = made.credential.id
    found = [(e.action, e.tenant, e.credential, e.client, e.job, e.detail) for e in events(api)][1:]
    assert found == [
        (Action.DOWNLOADED, TENANT, mine, "ann[2J", job_id, ""),
        (Action.DOWNLOADED, TENANT, None, None, job_id, "by a signed link"),
        (Action.ASKED, TENANT, mine, "ann[2J", waiting, ""),
        (Action.CANCELLED, TENANT, mine, "ann[2J", waiting, ""),
    ]
    assert {e.address for e in events(api)} == {"127.0.0.1"}


async def test_the_audit_says_who_was_refused_but_not_what_was_typed(settings: Settings) -> None:
    async with running(settings) as api:
        other = credentials.create(api.jobs, OTHER)
        await status(api, {})
        await status(api, bearer("my password"))
        await status(api, {"auth-client-id": "my password", "auth-client-secret": "x"})
        await status(api, {"auth-client-id": other.credential.id, "auth-client-secret": "x"})
        await status(api, shown(other))
    found = [(e.action, e.tenant, e.credential) for e in events(api)]
    assert found == [
        (Action.REFUSED, TENANT, None),
        (Action.REFUSED, TENANT, None),
        (Action.REFUSED, TENANT, other.credential.id),
        (Action.OVERSTEPPED, OTHER, other.credential.id),
    ]
    assert "my password" not in repr(events(api))


async def test_somebody_who_guesses_all_night_does_not_fill_the_audit(settings: Settings) -> None:
    async with running(settings) as api:
        credentials.create(api.jobs, TENANT)
        for number in range(100):
            await status(api, bearer(f"guess {number}"))
    found = events(api)
    assert len(found) == 31
    assert found[-1].detail == "and 70 more within a minute"


async def test_an_audit_that_cannot_be_written_hinders_nobody(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: object) -> None:
        raise RuntimeError("no audit today")

    monkeypatch.setattr(audit, "write", broken)
    monkeypatch.setattr("api.auditing._PAUSES", (0.0,))
    monkeypatch.setattr("api.auditing.MOST_WAITING", 5)
    async with running(settings) as api:
        for _ in range(20):
            await api.job_id()
    assert events(api) == []
