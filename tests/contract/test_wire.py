"""From bytes to JSON: whatever arrives, it is a value or a named mistake."""

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import Ambiguous, InvalidRequest, MalformedJson, Mistake, TooDeep
from contract.wire import decode_body, is_finite, unusable_parts
from tests.contract.json_values import json_values


def mistakes_of(raw: bytes) -> list[tuple[str, type[Mistake]]]:
    with pytest.raises(InvalidRequest) as caught:
        decode_body(raw)
    return [(mistake.path, type(mistake)) for mistake in caught.value.mistakes]


@given(json_values(usable=True))
def test_json_is_what_it_says(value: object) -> None:
    raw = json.dumps(value).encode()
    assert decode_body(raw) == value
    assert decode_body(b"\xef\xbb\xbf \n" + raw + b" ") == value
    assert unusable_parts(value) == []


@given(st.binary())
def test_any_bytes_are_a_value_or_a_mistake(raw: bytes) -> None:
    try:
        json.loads(raw.decode("utf-8-sig"))
    except ValueError:
        assert mistakes_of(raw) == [("", MalformedJson)]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" \r\n\t",
        b"\xef\xbb\xbf",
        b"{",
        b"{'a': 1}",
        b'{"a": 1,}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b"\xff\xfe{\x00}\x00",
        b'"\xed\xa0\x80"',
        b'"a\nb"',
        b"1" * 5000,
        b"{} {}",
    ],
)
def test_what_is_not_json_is_malformed(raw: bytes) -> None:
    assert mistakes_of(raw) == [("", MalformedJson)]


def test_a_number_of_too_many_digits_is_told_in_plain_words() -> None:
    with pytest.raises(InvalidRequest, match=r"it holds a whole number of more than 4,300 digits$"):
        decode_body(b'{"params": {"options": {"maxRecords": ' + b"1" * 5_000 + b"}}}")


def test_the_place_of_a_syntax_error_is_told() -> None:
    with pytest.raises(InvalidRequest, match=r"at line 2, column 3"):
        decode_body(b'{"a":\n  oops}')


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
@pytest.mark.parametrize("levels", [101, 5_000, 1_000_000])
def test_deep_bodies_are_refused(opening: bytes, closing: bytes, levels: int) -> None:
    assert mistakes_of(opening * levels + b"1" + closing * levels) == [("", TooDeep)]


def test_a_hundred_levels_are_not_too_deep() -> None:
    decode_body(b"[" * 100 + b"1" + b"]" * 100)


def test_a_name_that_comes_twice_is_named_wherever_it_is() -> None:
    raw = b'{"a": 1, "b": [{"c": 1, "c": 2, "d": 3, "c": 4}], "a": {"e": 1, "e": 1}}'
    assert mistakes_of(raw) == [("a", Ambiguous), ("a.e", Ambiguous), ("b[0].c", Ambiguous)]


def test_a_body_of_thirty_megabytes_is_read() -> None:
    entry = b'{"id":"state-0001","properties":{"channelid":"rs-demo-shop","entitytype":"product","entityid":"plum-0001"}},'
    count = 30_000_000 // len(entry)
    body = decode_body(b"[" + entry * count + b"1]")
    assert isinstance(body, list)
    assert len(body) == count + 1
    assert unusable_parts(body) == []


@pytest.mark.parametrize(("number", "finite"), [(1e308, True), (10**308, True), (10**309, False), (float("nan"), False)])
def test_numbers_are_finite_where_a_double_holds_them(number: float, finite: bool) -> None:
    assert is_finite(number) is finite


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_a_body_in_another_encoding_is_told_so(coding: str) -> None:
    with pytest.raises(InvalidRequest, match="it is UTF-16 or UTF-32; send it as it is, in UTF-8"):
        decode_body("{}".encode(coding))


def test_a_compressed_body_is_told_so() -> None:
    with pytest.raises(InvalidRequest, match="it is compressed by gzip; send it as it is, in UTF-8"):
        decode_body(gzip.compress(b"{}"))
