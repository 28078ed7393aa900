"""What the pages give as examples of requests and files of objects is taken as it stands."""

import asyncio
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import uvicorn

from config.profiles import check_profile
from config.settings_file import SETTINGS_FILE
from contract.changes import Deletion
from contract.objects import parse_object
from contract.request import parse_request
from formats.reading.objects import read_objects

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 29, tzinfo=UTC)


def blocks(page, language):
    """The code blocks of a page that are in `language`."""
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / "docs" / page).read_text(), re.DOTALL)


def values(found):
    """Every value of an object, without the contexts, which plain tables do not say."""
    parsed = parse_object(found)
    named = {**parsed.properties, **parsed.attributes}
    return parsed.id, parsed.type, parsed.name, {key: [value.text for value in held.values] for key, held in named.items()}


async def get(app, address):
    """What the application answers, as it stands in this process."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        return (await client.get(address)).json()


@pytest.mark.parametrize("body", [*blocks("requests.md", "json"), *blocks("delta.md", "json")])
def test_every_example_of_a_request_is_taken_without_a_warning(body):
    assert parse_request(json.loads(body), max_records=5_000_000, now=NOW, check_profile=check_profile).warnings == ()


def test_the_example_in_json_and_the_one_as_a_table_are_the_same_object(tmp_path):
    ([in_json], [in_csv]) = blocks("objects.md", "json"), blocks("objects.md", "csv")
    (tmp_path / "objects.json").write_text(in_json)
    (tmp_path / "objects.csv").write_text(in_csv)
    [(_, of_json)] = read_objects(tmp_path / "objects.json")
    [(_, of_csv), (_, deleted)] = read_objects(tmp_path / "objects.csv")
    assert values(of_csv) == values(of_json)
    assert deleted == Deletion("connectorstate", "901")


def test_the_api_of_a_team_is_served_by_what_its_page_says(tmp_path, monkeypatch):
    served = []

    def run(server, sockets):
        served.append(server.config.app)
        for listening in sockets:
            listening.close()

    (tmp_path / SETTINGS_FILE).write_text("[tenants.acme]")
    monkeypatch.setattr(uvicorn.Server, "run", run)
    for name, value in {"STATESHEET_HOME": tmp_path, "STATESHEET_PORT": 0, "PREFECT_API_URL": "http://127.0.0.1:9/api"}.items():
        monkeypatch.setenv(name, str(value))
    [script] = blocks("team.md", "python")
    exec(script, {})
    [app] = served
    assert asyncio.run(get(app, "/acme/jobs")) == {"jobs": [], "cursor": None}
