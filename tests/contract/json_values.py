"""Strategies for JSON: any value at all, values with the contract's own names in them, and mutations of good bodies."""

import copy
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

from contract.criteria import FILTERS
from contract.criterion import BESIDE
from contract.operators import OPERATORS, VALUE_TYPES
from tests.contract.bodies import GOOD_BODIES

NAMES = (
    *FILTERS,
    *OPERATORS,
    *BESIDE,
    *("params", "query", "fields", "options", "sort", "rsconnect", "filters", "id", "ids", "name", "keywords", "locale"),
    *("attributes", "properties", "relationships", "sortType", "maxRecords", "totalRecords", "from", "to", "skipIfEmpty"),
    *("profiles", "profilecontexts", "includeValidationData", "format", "order", "fileName", "clientState", "source"),
)
WORDS = (
    *VALUE_TYPES,
    *("_AND", "_OR", "_ASC", "_DESC", "_ALL", "true", "false", "now-1d", "now", "now+5m/h", "2026-05-20", "10", "1e400"),
    *("(a*)|(b)", "(a)|b", "a b", "*", "?", "%", "\\", "'", '"', "..", "CON", "a/b", "Excel", "JSON", "PDF", "downloadDataDSV"),
    *("connectorstate", "sku", "0001-01-01T00:00+2300", "9999-12-31T23:59:59-2300", "validationError>>error", ">>"),
)


def _texts(*, usable: bool) -> st.SearchStrategy[str]:
    characters = st.characters(exclude_categories=["Cs"] if usable else [], exclude_characters="\0" if usable else "")
    return st.text(characters, max_size=12)


def json_values(*, usable: bool = False) -> st.SearchStrategy[Any]:
    """Any JSON value; `usable`: without what no database holds (U+0000, half surrogate pairs, numbers past a double)."""
    texts = _texts(usable=usable)
    numbers = st.floats(allow_nan=not usable, allow_infinity=not usable)
    leaves = st.none() | st.booleans() | st.integers() | numbers | texts
    if not usable:
        # Python refuses to write an integer of so many digits, so no strategy may show it.
        leaves |= st.sampled_from((10**400, 1 << 1024)) | st.just(5000).map(lambda digits: 10**digits)
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=12
    )


def _spelled(names: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return names | names.map(str.upper) | names.map(str.lower)


def contract_values() -> st.SearchStrategy[Any]:
    """JSON made of the contract's own names and words, in any order and any place."""
    names = _spelled(st.sampled_from(NAMES)) | _texts(usable=False)
    leaves = st.sampled_from(WORDS) | st.integers(-2, 20) | st.booleans() | st.none() | json_values()
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=5), max_leaves=25
    )


@st.composite
def mutated_bodies(draw: st.DrawFn, bodies: Sequence[Callable[[], Any]] = GOOD_BODIES) -> Any:
    """One of the good `bodies` with one to three of its places changed: replaced, removed, doubled or renamed."""
    body = copy.deepcopy(draw(st.sampled_from(bodies))())
    for _ in range(draw(st.integers(1, 3))):
        holders = [holder for holder in _holders(body) if holder]
        holder = draw(st.sampled_from(holders)) if holders else {}
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        if keys:
            _mutate(draw, holder, draw(st.sampled_from(keys)))
    return body


def _mutate(draw: st.DrawFn, holder: Any, key: Any) -> None:
    match draw(st.sampled_from(("replace", "word", "remove", "double", "rename"))):
        case "replace":
            holder[key] = draw(contract_values())
        case "word":
            holder[key] = draw(st.sampled_from(WORDS))
        case "remove":
            del holder[key]
        case "double" if isinstance(holder, list):
            holder.insert(key, copy.deepcopy(holder[key]))
        case "double":
            holder[key.upper()] = copy.deepcopy(holder[key])
        case _ if isinstance(holder, dict):
            holder[draw(_spelled(st.sampled_from(NAMES)))] = holder.pop(key)


def _holders(value: Any) -> list[Any]:
    if not isinstance(value, (dict, list)):
        return []
    inner = value.values() if isinstance(value, dict) else value
    return [value, *(holder for part in inner for holder in _holders(part))]
