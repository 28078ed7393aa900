"""How the file is to be made: `params.fields`, `params.sort` and `params.rsconnect`, from JSON to the models of a request."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeVar

from contract.criteria import MOST_CONTEXTS
from contract.criterion import Area, read_value_type
from contract.errors import BadOperand, Misplaced, Missing, Mistake, OutOfRange
from contract.export_request import ProfileChoice, SortKey
from contract.filters import Context, ValueType, fold
from contract.misplaced import refuse_misplaced
from contract.paths import bare, shown
from contract.shapes import (
    UNKNOWN,
    Members,
    Notes,
    read_boolean,
    read_entries,
    read_object,
    read_scalar,
    read_text,
    read_text_or_texts,
    read_whole_number,
    says_something,
)

MOST_SORT_KEYS = 100
_ANY_ORDER = 1_000_000_000
_SORTED_AREAS: dict[str, Area] = {"properties": "property", "attributes": "attribute"}
_SORT_LISTS = "in a list, params.sort.properties or params.sort.attributes"

T = TypeVar("T")


def read_fields(fields: Members | None, notes: Notes) -> dict[str, Any]:
    """The columns wanted: absent or with `_ALL` among them means all."""
    if fields is None:
        return {}
    wanted = {}
    for area in ("attributes", "properties"):
        names = fields.read((area,), partial(_read_names, notes, area), None)
        if names is not None and not any(bare(name) == "all" for name in names):
            wanted[area] = tuple(_first_by_name([(fold(name), name) for name in names]))
    refuse_misplaced(fields, notes)
    fields.warn_of_rest("objects here have attributes and properties, nothing else")
    return wanted


def _read_names(notes: Notes, area: str, value: object, path: str) -> list[str]:
    """A list of names, or one; a name may be blanks, as a stored one may."""
    read_one = partial(_read_name, notes, area)
    return [read_one(value, path)] if isinstance(value, str) else read_entries(notes, value, path, read_one, of="names")


def _read_name(notes: Notes, area: str, value: object, path: str) -> str:
    name = value if isinstance(value, str) and value else read_text(value, path)
    notes.name(name, path, of_property=area == "properties")
    return name


def _first_by_name(pairs: list[tuple[object, T]]) -> list[T]:
    """Of the (key, item) `pairs` the first item of each key."""
    first: dict[object, T] = {}
    for key, item in pairs:
        first.setdefault(key, item)
    return list(first.values())


def read_profile(
    rsconnect: Members | None, check_profile: Callable[[ProfileChoice], Iterable[str]] | None, notes: Notes
) -> dict[str, Any]:
    """The profile wanted, which `check_profile` may refuse, and whether the file offers drop-downs."""
    if rsconnect is None:
        return {}
    before = len(notes.mistakes)
    names = rsconnect.read(("profiles",), partial(read_text_or_texts, notes, of="profile names"), [])
    contexts = rsconnect.read(("profilecontexts",), partial(_read_profile_contexts, notes), [])
    choice = ProfileChoice(tuple(names), tuple(contexts))
    if check_profile is not None and len(notes.mistakes) == before:
        try:
            for path in check_profile(choice):
                notes.no_effect(path, "a file is made by one profile, and another one was chosen")
        except Mistake as mistake:
            notes.add(mistake)
    with_validation_data = rsconnect.read(("includeValidationData",), read_boolean, False)
    refuse_misplaced(rsconnect, notes)
    rsconnect.warn_of_rest(UNKNOWN)
    return {"profile": choice, "include_validation_data": with_validation_data}


def _read_profile_contexts(notes: Notes, value: object, path: str) -> list[dict[str, str]]:
    read_one = partial(_read_profile_context, notes)
    return (
        [read_one(value, path)]
        if isinstance(value, dict)
        else read_entries(notes, value, path, read_one, of="profile contexts")
    )


def _read_profile_context(notes: Notes, value: object, path: str) -> dict[str, str]:
    """What is said of the profile, without what is empty; `order` must be a number, as the page shows it."""
    said = {}
    for key, found in Members(read_object(value, path), path, notes).rest():
        read = _read_order if fold(key) == "order" else read_scalar
        text = "" if found.value is None else notes.attempt(read, *found, default="")
        if text:
            said[fold(key)] = text
    return said


def _read_order(value: object, path: str) -> str:
    return str(read_whole_number(value, path, least=-_ANY_ORDER, most=_ANY_ORDER))


def read_sort(sort: Members | None, contexts: tuple[Context, ...], notes: Notes) -> tuple[SortKey, ...]:
    """The order, from the lists `properties` and `attributes` in the order they came; the first key of a name counts.
    `contexts` are the request's, in which attributes are looked at."""
    keys: list[SortKey] = []
    for name, found in [] if sort is None else sort.rest():
        area = _SORTED_AREAS.get(fold(name))
        if area is None:
            if says_something(found.value):
                notes.add(Misplaced(path=found.path, name=shown(name), place=_SORT_LISTS))
        elif found.value is not None:
            read_one = partial(_read_sort_keys, notes, area)
            for entry in notes.attempt(partial(_read_sort_list, notes, read_one), *found, default=[]):
                keys += entry
    if sort is not None:
        looked_at = len(contexts) * sum(key.area == "attribute" for key in keys)
        for what, most, count in (("keys", MOST_SORT_KEYS, len(keys)), ("contexts", MOST_CONTEXTS, looked_at)):
            if count > most:
                notes.add(OutOfRange(path=sort.path, value=f"A sort of {count} {what}", allowed=f"at most {most} {what}"))
    return tuple(_first_by_name([((key.area, key.name), key) for key in keys]))


def _read_sort_list(
    notes: Notes, read_one: Callable[[object, str], list[SortKey]], value: object, path: str
) -> list[list[SortKey]]:
    return read_entries(notes, value, path, read_one, of="sort keys")


def _read_sort_keys(notes: Notes, area: Area, value: object, path: str) -> list[SortKey]:
    """One entry of a sort list: `{NAME: DIRECTION, "sortType": TYPE}`."""
    holder = Members(read_object(value, path), path, notes)
    value_type = holder.read(("sortType",), read_value_type, ValueType.TEXT)
    named = [(name, notes.attempt(_read_direction, *found, default=False)) for name, found in holder.rest()]
    if not named or not all(name for name, _ in named):
        raise Missing(path=path, what="The name of a property or an attribute")
    return [
        SortKey(notes.name(name, path, of_property=area == "property"), descending, value_type, area)
        for name, descending in named
    ]


def _read_direction(value: object, path: str) -> bool:
    """Whether descending."""
    word = read_text(value, path)
    if bare(word) not in ("asc", "desc", "des"):
        raise BadOperand(path=path, value=shown(word), expected="_ASC or _DESC")
    return bare(word) != "asc"
