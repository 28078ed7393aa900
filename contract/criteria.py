"""All the criteria of a request, `params.query.filters`: from JSON to the filter tree."""

from collections.abc import Iterator
from datetime import datetime

from contract.contexts import note_non_contextual
from contract.criterion import Area, Surroundings, read_criterion, read_joining
from contract.errors import Missing, Mistake, OutOfRange, UnknownFilter, UnknownOperator
from contract.filters import AllOf, AnyOf, Context, Criterion, Exact, Filter, Keywords, Not, Words, fold
from contract.operands import read_alternatives
from contract.paths import member, shown
from contract.shapes import UNKNOWN, Entry, Members, Notes, read_boolean, read_entries, read_object, read_text

MOST_TESTS = 1_000
"""Most tests of values in one request; an `exacts` that asks for each of its values is as many tests."""
MOST_WORDS = 1_000
"""Most words that one request looks for, in values and by keywords together."""
MOST_CONTEXTS = 100_000
"""Most contexts that the criteria of one request look at, all together: each criterion counts its own, or the request's."""

FILTERS = (
    "typesCriterion",
    "propertiesCriterion",
    "attributesCriterion",
    "isAttributesCriterionOR",
    "keywordsCriterion",
    "nonContextual",
)
"""What `params.query.filters` may hold; clients also write `propertyCriterion`, `attributeCriterion` and `nonContexual`."""


def read_filter(filters: Members, contexts: tuple[Context, ...], now: datetime, notes: Notes) -> Filter:
    """The filter that `params.query.filters` asks for; `typesCriterion` must have been taken from it.

    `contexts` are the request's: attribute criteria that name none look at the values in these, because these are the
    values that the file shows. Criteria are ANDed; `isAttributesCriterionOR` ORs those of attributes.
    """
    around = Surroundings(contexts, now, notes)
    parts = _read_list(filters.take("propertiesCriterion", "propertyCriterion"), "property", around)
    attributes = _read_list(filters.take("attributesCriterion", "attributeCriterion"), "attribute", around)
    if filters.read(("isAttributesCriterionOR",), read_boolean, False) and len(attributes) > 1:
        attributes = [AnyOf(tuple(attributes))]
    keywords = filters.read(("keywordsCriterion",), lambda value, path: _read_keywords(value, path, notes), [])
    note_non_contextual(filters, notes)
    _refuse_unknown(filters, notes)
    made = AllOf((*parts, *attributes, *keywords))
    _refuse_too_many(made, filters.path, notes)
    return made


def _read_list(found: Entry | None, area: Area, around: Surroundings) -> list[Filter]:
    if found is None:
        return []

    def read_one(value: object, path: str) -> Filter:
        return read_criterion(value, path, area, around)

    def read_all(value: object, path: str) -> list[Filter]:
        return read_entries(around.notes, value, path, read_one, of="criteria")

    return around.notes.attempt(read_all, *found, default=[])


def _read_keywords(value: object, path: str, notes: Notes) -> list[Filter]:
    """Words that may each stand in another value; alternatives, as in `eq`, are ORed."""
    holder = Members(read_object(value, path), path, notes)
    every = holder.read(("operator",), read_joining, True)
    words = holder.take("keywords")
    for name, _ in holder.rest():
        notes.add(UnknownOperator(path=path, name=shown(name), known="keywords, operator"))
    if words is None:
        raise Missing(path=member(path, "keywords"), what="keywords")
    read_text(*words)
    alternatives = tuple(Keywords(alternative, every) for alternative in read_alternatives(words))
    return [alternatives[0] if len(alternatives) == 1 else AnyOf(alternatives)]


def _refuse_unknown(filters: Members, notes: Notes) -> None:
    """What could be a filter must not be dropped; a plain switch is named in the warnings."""
    for name, found in filters.rest():
        if found.value is None:
            continue
        if "criter" in fold(name) or not _is_switch(found):
            notes.add(UnknownFilter(path=found.path, name=shown(name), known=", ".join(FILTERS)))
        else:
            notes.no_effect(found.path, UNKNOWN)


def _is_switch(found: Entry) -> bool:
    try:
        read_boolean(*found)
    except Mistake:
        return False
    return True


def _refuse_too_many(made: Filter, path: str, notes: Notes) -> None:
    leaves = list(_leaves(made))
    for what, most, count in (
        ("tests", MOST_TESTS, sum(map(_tests_in, leaves))),
        ("words", MOST_WORDS, sum(map(_words_in, leaves))),
        ("contexts", MOST_CONTEXTS, sum(len(leaf.contexts) for leaf in leaves if isinstance(leaf, Criterion))),
    ):
        if count > most:
            notes.add(OutOfRange(path=path, value=f"A filter of {count} {what}", allowed=f"at most {most} {what}"))


def _leaves(part: Filter) -> Iterator[Criterion | Keywords]:
    match part:
        case AllOf(parts) | AnyOf(parts):
            for inner in parts:
                yield from _leaves(inner)
        case Not(inner):
            yield from _leaves(inner)
        case _:
            yield part


def _tests_in(leaf: Criterion | Keywords) -> int:
    if isinstance(leaf, Keywords):
        return 1
    return sum(len(test.values) if isinstance(test, Exact) and test.every else 1 for test in leaf.tests)


def _words_in(leaf: Criterion | Keywords) -> int:
    if isinstance(leaf, Keywords):
        return len(leaf.words)
    return sum(len(words) for test in leaf.tests if isinstance(test, Words) for words in test.alternatives)
