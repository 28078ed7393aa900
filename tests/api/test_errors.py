"""Whatever goes wrong, the answer is the error envelope: never a page, never a trace."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from config.settings import Settings
from tests.api.conftest import BODY, TENANT, TRIGGER, Api, refusal, running
from tests.examples import examples

pytestmark = pytest.mark.anyio

EXPLAIN = f"/{TENANT}/explain"
JOB = f"/{TENANT}/jobs/7a0c0c1e-1111-4222-8333-444455556666"


def with_criterion(criterion: object) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(json.dumps(BODY))
    body["params"]["query"]["filters"]["propertiesCriterion"] = [criterion]
    return body


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "code"),
    [
        ("GET", "/", None, 404, "SSH4105"),
        ("GET", "/nothing/here/at/all", None, 404, "SSH4105"),
        ("POST", f"/{TENANT}/api/otherService/get", b"{}", 404, "SSH4105"),
        ("GET", f"/{TENANT}/jobs/", None, 404, "SSH4105"),
        ("GET", f"/{TENANT}/..%2f..%2fetc%2fpasswd", None, 404, "SSH4105"),
        ("GET", "//", None, 404, "SSH4105"),
        ("GET", TRIGGER, None, 405, "SSH4107"),
        ("DELETE", JOB, None, 405, "SSH4107"),
        ("PUT", f"/{TENANT}/jobs", b"{}", 405, "SSH4107"),
        ("GET", f"{JOB}/cancel", None, 405, "SSH4107"),
        ("POST", "/health", b"", 405, "SSH4107"),
        ("POST", "/nobody/api/rsConnectService/downloadDataJob", json.dumps(BODY).encode(), 404, "SSH4104"),
        ("POST", "/nobody/explain", json.dumps(BODY).encode(), 404, "SSH4104"),
        ("GET", "/nobody/jobs", None, 404, "SSH4104"),
        ("GET", "/a%00b/jobs", None, 404, "SSH4104"),
        ("GET", "/%F0%9F%98%80/jobs", None, 404, "SSH4104"),
        ("GET", f"/{'t' * 5000}/jobs", None, 404, "SSH4104"),
        ("GET", JOB, None, 404, "SSH4106"),
        ("GET", f"{JOB}/file", None, 404, "SSH4106"),
        ("POST", f"{JOB}/cancel", b"", 404, "SSH4106"),
        ("GET", f"/{TENANT}/download/x", None, 403, "SSH4118"),
        ("GET", f"/{TENANT}/jobs?limit=x", None, 400, "SSH4000"),
        *(
            ("POST", path, content, status, code)
            for path in (TRIGGER, EXPLAIN)
            for content, status, code in [
                (b"", 400, "SSH4000"),
                (b"{", 400, "SSH4000"),
                (b"\xff\xfe", 400, "SSH4000"),
                (b"null", 400, "SSH4000"),
                (b"[1]", 400, "SSH4000"),
                (b'"text"', 400, "SSH4000"),
                (b"{}", 400, "SSH4000"),
                (b'{"a":NaN}', 400, "SSH4000"),
                (b"[" * 5000 + b"]" * 5000, 400, "SSH4000"),
                (b'{"a":' * 5000 + b"1" + b"}" * 5000, 400, "SSH4000"),
                (b" " * 100_001, 413, "SSH4111"),
                (json.dumps(BODY | {"fileName": "../../etc/passwd"}).encode(), 400, "SSH4000"),
                (json.dumps(BODY | {"fileName": "a\0b"}).encode(), 400, "SSH4000"),
                (json.dumps(BODY | {"more": "\ud800"}).encode(), 400, "SSH4000"),
                (json.dumps(with_criterion({"channelid": {"like": "x"}})).encode(), 400, "SSH4000"),
            ]
        ),
    ],
)
async def test_every_error_is_in_the_envelope_and_makes_no_run(
    api: Api, method: str, path: str, content: bytes | None, status: int, code: str
) -> None:
    answer = await api.client.request(method, path, content=content)
    assert answer.status_code == status
    assert refusal(answer)["code"] == code
    assert not api.prefect.runs
    assert len(answer.content) < 20_000


async def test_a_405_says_what_is_allowed(api: Api) -> None:
    answer = await api.client.get(TRIGGER)
    assert answer.headers["allow"] == "POST"


async def test_every_mistake_is_named_with_its_path(api: Api) -> None:
    body = with_criterion({"channelid": {"like": "x"}}) | {"fileName": "a/b"}
    body["params"]["options"]["maxRecords"] = -1
    messages = refusal(await api.post(body))["messages"]
    assert {message["path"] for message in messages} == {
        "params.query.filters.propertiesCriterion[0].channelid",
        "params.options.maxRecords",
        "fileName",
    }


async def sent_in_pieces(size: int, piece: int = 65_536) -> AsyncIterator[bytes]:
    for _ in range(size // piece):
        yield b"x" * piece


async def test_a_body_that_does_not_say_how_large_it_is_is_bounded_too(api: Api) -> None:
    taken = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal taken
        async for piece in sent_in_pieces(30_000_000):
            taken += len(piece)
            yield piece

    answer = await api.client.post(TRIGGER, content=pieces())
    assert answer.status_code == 413
    refusal(answer)
    assert taken > 29_000_000, "what is still being sent is read away, or the client would not see the answer"


async def test_a_client_that_asks_first_need_not_send_what_is_too_large(api: Api) -> None:
    taken = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal taken
        async for piece in sent_in_pieces(30_000_000):
            taken += len(piece)
            yield piece

    headers = {"expect": "100-continue", "content-length": "30000000"}
    answer = await api.client.post(TRIGGER, content=pieces(), headers=headers)
    assert answer.status_code == 413
    assert taken == 0


async def test_a_body_of_exactly_the_limit_is_taken(api: Api) -> None:
    raw = json.dumps(BODY).encode()
    assert (await api.post(raw.ljust(100_000))).status_code == 200


async def test_what_nobody_thought_of_is_a_500_that_names_its_log_entry(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(settings) as api:

        async def broken() -> None:
            raise ZeroDivisionError("secret detail")

        api.app.add_api_route("/broken/route", broken)
        answer = await api.client.get("/broken/route")
    assert answer.status_code == 500
    detail = refusal(answer)
    assert "secret" not in answer.text
    [record] = [record for record in caplog.records if record.name == "api.errors"]
    entry = detail["message"].rpartition(" ")[2]
    assert entry in record.getMessage()
    assert record.exc_info is not None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@st.composite
def mutated_bodies(draw: st.DrawFn) -> Any:
    """The good body with one of its parts replaced by anything."""
    body: Any = json.loads(json.dumps(BODY))
    holder = body
    while True:
        key = draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder))))
        inner = holder[key]
        if not inner or not isinstance(inner, dict | list) or draw(st.booleans()):
            holder[key] = draw(json_values)
            return body
        holder = inner


@given(body=mutated_bodies() | json_values)
@examples(80, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_any_body_is_taken_or_refused_in_the_envelope(api: Api, body: Any) -> None:
    answer = await api.post(json.dumps(body).encode())
    if answer.status_code != 200:
        assert answer.status_code in (400, 429)
        refusal(answer)


@given(raw=st.binary(max_size=200), path=st.text(max_size=30))
@examples(60, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_bytes_and_any_address_are_answered_in_the_envelope(api: Api, raw: bytes, path: str) -> None:
    from urllib.parse import quote

    refusal(await api.post(raw))
    refusal(await api.client.get(f"/{quote(path, safe='/')}/x/y/z/q/w"))
