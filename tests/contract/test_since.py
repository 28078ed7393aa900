"""`since` of a request."""

from datetime import UTC, datetime

import pytest

from contract.errors import InvalidRequest
from contract.request import parse_request
from contract.since import Since
from contract.words import in_words

NOW = datetime(2026, 3, 8, tzinfo=UTC)
JOB = "0f8fad5b-d9cb-469f-a165-70867728950e"


def parse(**params):
    body = {"params": {"query": {"filters": {"typesCriterion": ["connectorstate"]}}, **params}}
    return parse_request(body, max_records=10, now=NOW)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("last", Since()),
        (" LAST ", Since()),
        ("1970-01-01T00:00:01Z", Since(instant=1000)),
        ("now-7d", Since(instant=round(NOW.timestamp() * 1000) - 7 * 86_400_000)),
        (JOB, Since(job=JOB)),
        (JOB.upper(), Since(job=JOB)),
    ],
)
def test_it_is_the_last_export_a_moment_or_a_job_in_either_place(said, meant):
    assert parse(since=said).since == parse(options={"since": said}).since == meant


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ({"since": JOB}, "params.since"),
        ({"options": {"since": JOB}}, "params.options.since"),
        ({"since": "last"}, "params.since"),
        ({"since": "now-7d"}, "params.since"),
    ],
)
def test_it_knows_its_place(asked, place):
    assert parse(**asked).since.path == place


def test_without_it_everything_is_exported():
    assert parse().since is None


@pytest.mark.parametrize("wrong", ["yesterday", "", 5, ["last"], "now-7x", "2026-13-01"])
def test_anything_else_is_a_mistake_that_names_its_place(wrong):
    with pytest.raises(InvalidRequest) as caught:
        parse(options={"since": wrong})
    assert [mistake.path for mistake in caught.value.mistakes] == ["params.options.since"]


def test_it_may_stand_in_one_place_only():
    with pytest.raises(InvalidRequest, match="since"):
        parse(since="last", options={"since": "last"})


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("last", "the last completed export of the same request"),
        ("2026-01-02", "2026-01-02 00:00:00 UTC"),
        (JOB, f"job {JOB}"),
    ],
)
def test_the_words_of_a_request_say_it(said, words):
    assert f"Only what changed since {words}" in in_words(parse(since=said))
