"""Bad bodies, however many and however bad: a refusal in the envelope, never a fault of the service."""

import random
import time
from collections import Counter
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import Settings
from contract.errors import InvalidRequest
from contract.wire import decode_body
from tests.api.conftest import TENANT, TRIGGER, Api, refusal, running
from tests.api.services.conftest import an_object, in_blob
from tests.contract.bodies import GOOD_BODIES, parse
from tests.generative.mutations import bodies

MANY, PARTS = 100_000, 10
SERVICES = (
    "connectorService/get", "connectorService/getconnectorstate", "genericobjectmanageservice/get", "connectorService/create",
    "connectorService/update", "connectorService/setconnectorstate", "connectorService/getstatus", "no/such",
    "requesttrackingservice/get", "connectorService/getitemstatus", "connectorService/getentityid",
    "connectorService/getchannels", "connectorService/gethistory", "binarystreamobjectservice/prepareDownload",
    "binaryobjectservice/getById",
    "rsConnectService/downloadDataExcel", "connectorService/getentitystate",
)  # fmt: skip
PATHS = (TRIGGER, TRIGGER, f"/{TENANT}/explain", f"/{TENANT}/explain", *(f"/{TENANT}/api/{service}" for service in SERVICES))


def _set_state() -> Any:
    return {
        "params": {"query": {"entityIds": ["item-1"], "channels": ["shop-one"]}},
        "dataObject": an_object("s1", itemState="new"),
    }


def _bulk() -> Any:
    return in_blob(an_object("s1", itemState="new"), an_object("s2", channelState="errored"))


def _one() -> Any:
    return {"dataObject": an_object("s3", itemState="new")}


GOOD = (*GOOD_BODIES, _set_state, _bulk, _one)


async def _throw(api: Api, count: int, seed: int) -> Counter[int]:
    """Post `count` bodies; the answers by status. Each is JSON, and a refusal is one in the envelope."""
    rng = random.Random(seed)
    statuses: Counter[int] = Counter()
    for number, raw in zip(range(count), bodies(rng, GOOD), strict=False):
        path = rng.choice(PATHS)
        answer = await api.post(raw, path)
        statuses[answer.status_code] += 1
        place = f"seed {seed}, body {number} to {path}: {raw[:2_000]!r}\n{answer.status_code} {answer.text[:2_000]}"
        # 501 says truthfully that a documented service does not do this.
        assert answer.status_code < 500 or answer.status_code == 501, place
        try:
            if answer.status_code == 200:
                assert isinstance(answer.json(), dict)
            else:
                refusal(answer)
        except AssertionError as error:
            raise AssertionError(place) from error
    return statuses


@pytest.mark.anyio
async def test_bad_bodies_are_refused_in_the_envelope(settings: Settings) -> None:
    quick = settings.model_copy(update={"sync_seconds": 0.01, "max_queued": 1_000_000})
    async with running(quick) as api:
        statuses = await _throw(api, 300, seed=7)
    assert statuses[200] > 20
    assert statuses[400] > 100


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.anyio
async def test_a_hundred_thousand_bad_bodies_are_refused_in_the_envelope(
    settings: Settings, capsys: pytest.CaptureFixture[str], part: int
) -> None:
    """Each day's seeds are others. In parts, each on a store of its own, so that they can run beside each other."""
    quick = settings.model_copy(update={"sync_seconds": 0.01, "max_queued": 1_000_000})
    seed = int(time.time() // 86_400) * PARTS + part
    begun = time.monotonic()
    async with running(quick) as api:
        statuses = await _throw(api, MANY // PARTS, seed=seed)
    with capsys.disabled():
        told = dict(sorted(statuses.items()))
        print(f"\nseed {seed}: {statuses.total():,} bodies in {time.monotonic() - begun:.0f} s: {told}")
    assert statuses.total() == MANY // PARTS


@given(st.integers(0, 2**32))
def test_the_reader_of_requests_only_ever_refuses(seed: int) -> None:
    raw = next(bodies(random.Random(seed)))
    with suppress(InvalidRequest):
        parse(decode_body(raw))
