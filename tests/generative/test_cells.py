"""Random objects go all the way, loaded, exported, read back: every cell of every format says what the objects say."""

import copy
import json
import random
import shutil
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from database.engine import connect
from database.loader import load_objects
from database.migrate import upgrade
from flows.pipeline import Place, run_export
from formats.reading import read_objects
from tests.generative.checks import CHECKS
from tests.generative.objects import ZONES, Raw, a_request, some_objects
from tests.generative.reference import expected_of
from tests.generative.texts import DANGEROUS

HUNT_SECONDS = 240


class Silent:
    """Nobody looks at how the export goes."""

    def progress(self, step: object, records_done: int) -> None: ...

    def describe(self, **facts: object) -> None: ...


def one_round(url: str, home: Path, seed: int) -> int:
    """Objects and requests made from `seed`, exported in every format; the number of files looked at."""
    rng = random.Random(seed)
    objects = some_objects(rng, rng.choice((1, 3, 10, 40)))
    return check_exports(url, home, f"round-{seed}", objects, [a_request(rng, objects) for _ in range(3)], rng)


def check_exports(url: str, home: Path, tenant: str, objects: list[Raw], bodies: list[Raw], rng: random.Random) -> int:
    """The objects, exported for each of `bodies` in every format; the number of files looked at."""
    _load(url, tenant, objects, home)
    exports = 0
    for body in bodies:
        expected = expected_of(objects, body)
        zone = ZoneInfo(rng.choice(ZONES))
        for name, check in CHECKS.items():
            asked = copy.deepcopy(body)
            asked["params"]["rsconnect"] = {"profilecontexts": [{"format": name}], "includeValidationData": rng.random() < 0.3}
            place = Place(url, "", home / "spool", str(home / "results"), 1_000_000, 1, zone, frozenset({tenant}))
            job = f"{tenant}-{exports}"
            outcome = run_export(asked, tenant=tenant, job_id=job, place=place, reporter=Silent())
            assert outcome.file is not None
            assert (outcome.extracted.matched, outcome.extracted.exported) == (expected.matched, len(expected.documents))
            check(home / "results" / outcome.file.key, expected, zone)
            exports += 1
        shutil.rmtree(home / "spool")
        shutil.rmtree(home / "results")
    return exports


def _load(url: str, tenant: str, objects: list[Raw], home: Path) -> None:
    path = home / "objects.jsonl"
    path.write_text("".join(json.dumps(item) + "\n" for item in objects), encoding="utf-8")
    engine = connect(url)
    report = load_objects(engine, tenant, read_objects(path))
    engine.dispose()
    assert (report.loaded, report.refused) == (len(objects), [])


def test_every_cell_of_every_format_says_what_the_objects_say(database_url: str, tmp_path: Path) -> None:
    for seed in range(2):
        one_round(database_url, tmp_path, seed)


def test_any_text_may_be_a_channel_a_state_and_an_error(tmp_path: Path) -> None:
    """Such texts also stand on the sheets that count them, and in their charts and links."""
    url = f"sqlite:///{tmp_path / 'objects.db'}"
    upgrade(url, "objects")
    context = {"locale": "en-US", "source": "internal"}
    objects = []
    for number, text in enumerate((*DANGEROUS, "x" * 40_000 + "&")):
        said = {"values": [{"value": text, **context}]}
        errors = {"group": [{"error": said, "sourceAttribute": said}] * 2}
        attributes = {"itemState": said, "channelState": said, "validationError": errors}
        properties = {"channelid": text[:100], "entitytype": text[:100]}
        objects.append(
            {"id": str(number), "type": "connectorstate", "properties": properties, "data": {"attributes": attributes}}
        )
    body = {"params": {"query": {"filters": {"typesCriterion": ["connectorstate"]}}}, "fileName": "Texts"}
    check_exports(url, tmp_path, "texts", objects, [body], random.Random(1))


@pytest.mark.slow
@pytest.mark.timeout(HUNT_SECONDS * 3)
def test_no_wrong_cell_is_found_in_a_long_hunt(database_url: str, tmp_path: Path) -> None:
    """Seeds begin at the day's number, so that every day looks elsewhere; a failure names its seed."""
    seed = first = int(time.time() // 86_400) * 1_000_000
    end = time.monotonic() + HUNT_SECONDS
    while time.monotonic() < end:
        try:
            one_round(database_url, tmp_path, seed)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {error}") from error
        seed += 1
    assert seed > first
