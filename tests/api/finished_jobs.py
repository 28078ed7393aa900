"""Jobs that have ended with a file."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from contract.jobs import JobFile
from database import credentials, jobs
from database.engine import connect
from database.tables import state_object
from files import store
from tests.api.conftest import BODY, TENANT, Api
from tests.api.shown_credentials import shown

SECRET_VALUES = ("Nobody-else-sees-this", "a1-of-plum-alone")
"""The name of that job's file, and the id and the name of an object in it."""


async def a_file_of_plum(api: Api, tmp_path: Path) -> str:
    """The id of a completed job of the tenant; its file and an object hold what nobody else may see."""
    [file, value] = SECRET_VALUES
    owner = credentials.create(api.jobs, TENANT)
    job_id = await api.job_id({**BODY, "fileName": file}, **shown(owner))
    path = tmp_path / "result"
    path.write_text(value)
    key = store.key_of(TENANT, job_id, 1, f"{file}.csv")
    store.publish(store.open_store(api.settings.results), path, key)
    result = JobFile(key, f"{file}.csv", len(value), "ab" * 32, datetime.now(UTC) + timedelta(days=1))
    jobs.complete(api.jobs, job_id, result, total=1)
    objects = connect(api.settings.objects_url)
    with objects.begin() as connection:
        row = {"tenant": TENANT, "type": "connectorstate", "id": value, "name": value, "loaded_ms": 0}
        connection.execute(insert(state_object).values(row))
    objects.dispose()
    return job_id
