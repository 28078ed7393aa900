"""Whole objects leave as they came in, with only the parts that were asked for."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.filters import Context, fold
from contract.objects import StateObject, parse_object
from contract.request import ExportRequest
from tasks.documents import choose, choose_documents
from tests.examples import examples
from tests.tasks.objects import ATTRIBUTES, GROUPS, PROPERTIES, raw_objects
from tests.tasks.reference import is_in

CONTEXTS = st.sampled_from([(), (Context("en-us", "internal"),), (Context("de-DE"), Context(None, "erp"))])
WANTED = st.none() | st.lists(
    st.sampled_from([*PROPERTIES, *ATTRIBUTES, *GROUPS, "address>>severity", "a>>b"]), max_size=5
).map(tuple)


def _wanted(key: str, wanted: tuple[str, ...] | None) -> bool:
    return wanted is None or any(key == fold(name) or key.startswith(fold(name) + ">>") for name in wanted)


def _said(item: StateObject) -> tuple[dict[str, Any], dict[str, list[tuple[Any, ...]]]]:
    """What an object says, without the numbers of entries: those that hold nothing any more are gone."""
    values = {key: [(v.text, v.locale, v.source) for v in named.values] for key, named in item.attributes.items()}
    return {key: named.values[0].text for key, named in item.properties.items()}, values


@examples(150)
@given(raw_objects(), CONTEXTS, WANTED, WANTED)
def test_a_chosen_document_says_what_was_asked_for_and_nothing_else(
    raw: list[Any], contexts: Any, properties: Any, attributes: Any
):
    """The values of a chosen document are those of the whole one that are wanted, in one of the contexts."""
    asked = ExportRequest(("connectorstate",), contexts=contexts, properties=properties, attributes=attributes)
    for item in raw:
        whole = parse_object(item)
        kept, values = _said(parse_object(choose(item, asked)))
        wanted = {
            key: [(v.text, v.locale, v.source) for v in named.values if is_in(v, contexts)]
            for key, named in whole.attributes.items()
            if _wanted(key, attributes)
        }
        assert values == {key: texts for key, texts in wanted.items() if texts}
        names = None if properties is None else {fold(name) for name in properties}
        # Of names that differ only in case the first is the property; the choice keeps all of them.
        assert kept == {key: named.values[0].text for key, named in whole.properties.items() if names is None or key in names}


def test_documents_that_are_wanted_whole_are_not_touched(tmp_path: Path):
    """Not even written again."""
    documents = tmp_path / "documents.jsonl"
    documents.write_text('{"id":"a", "n":1.10}\n')
    assert choose_documents(documents, tmp_path, ExportRequest(("connectorstate",))) == documents
    assert list(tmp_path.iterdir()) == [documents]


@pytest.mark.parametrize("number", ["123456789012345678901234567890", "1e+300", "-0.5"])
def test_numbers_keep_their_digits(tmp_path: Path, number: str):
    """An integer longer than 64 bits too."""
    documents = tmp_path / "documents.jsonl"
    documents.write_text(f'{{"id":"ü","properties":{{"hub":{number},"x":1}}}}\n')
    chosen = choose_documents(documents, tmp_path, ExportRequest(("connectorstate",), properties=("HUB",)))
    assert chosen.read_text(encoding="utf-8") == f'{{"id":"ü","properties":{{"hub":{number}}}}}\n'


def test_an_object_without_data_stays_without(tmp_path: Path):
    """Nothing is made up."""
    item = {"id": "a", "type": "connectorstate", "extra": [1]}
    assert choose(item, ExportRequest(("connectorstate",), properties=(), attributes=())) == item
