"""Reading the shapes of JSON: each value is what was expected, or a mistake with its path.

Clients write numbers and booleans as texts too, leave things out by writing null, and compare names without case.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, NamedTuple, TypeVar

from contract.errors import Ambiguous, BadOperand, InvalidRequest, Mistake, OutOfRange, WrongShape
from contract.filters import fold, parse_number
from contract.objects import as_text, describe
from contract.paths import entry, member, shown
from contract.warnings import ATTRIBUTE_AS_PROPERTY, BLANKS_COUNT, NO_EFFECT, JobWarning, warning
from contract.well_known import is_attribute
from contract.wire import is_finite

MOST_ENTRIES = 10_000
"""Most entries of one list."""
MOST_MISTAKES = 1_000
"""Most mistakes that one answer names; reading stops there."""
MOST_NAMED = 100
"""Most members of one object that are named for having no effect."""
_LONGEST_SHOWN = 100
_EXACT = 2**53
"""Below it a double tells whole numbers apart."""
UNKNOWN = "it is not known here"

_NEAR = 0.7
"""From how alike two names are, 1 for equal ones, one of them is taken for a slip of the other: `maxRows` for `maxRecords`."""

T = TypeVar("T")
D = TypeVar("D")


@dataclass
class Notes:
    """What reading one request brought to light: its mistakes, and what it says without effect."""

    mistakes: list[Mistake] = field(default_factory=list)
    warnings: list[JobWarning] = field(default_factory=list)

    def add(self, mistake: Mistake) -> None:
        """Note a mistake; raises InvalidRequest where there are too many to go on."""
        self.mistakes.append(mistake)
        if len(self.mistakes) >= MOST_MISTAKES:
            raise InvalidRequest(self.mistakes)

    def warn(self, code: str, **facts: object) -> None:
        """Note a warning, once."""
        made = warning(code, **facts)
        if made not in self.warnings:
            self.warnings.append(made)

    def no_effect(self, path: str, reason: str) -> None:
        """Note that what stands at `path` is understood and changes nothing here."""
        self.warn(NO_EFFECT, path=path, reason=reason)

    def name(self, name: str, path: str, *, of_property: bool) -> str:
        """The folded name that is asked for at `path`, as it is written. Notes where blanks count, which one overlooks, and
        where a documented attribute is looked for among the properties, where it hardly is."""
        self.whole(name, path)
        if of_property and is_attribute(name):
            self.warn(ATTRIBUTE_AS_PROPERTY, path=path, name=name[:_LONGEST_SHOWN])
        return fold(name)

    def whole(self, name: str, path: str) -> str:
        """The name or id that is asked for at `path`, as it is written. Notes where blanks count."""
        if name != name.strip():
            self.warn(BLANKS_COUNT, path=path, name=name[:_LONGEST_SHOWN])
        return name

    def attempt(self, read: Callable[[object, str], T], value: object, path: str, default: D) -> T | D:
        """What `read` makes of `value`; `default` where it raises a Mistake, which is noted."""
        try:
            return read(value, path)
        except Mistake as mistake:
            self.add(mistake)
            return default


class Entry(NamedTuple):
    """A value of the body and where it stands."""

    value: object
    path: str


class Members:
    """The members of one JSON object, by names without case."""

    def __init__(self, holder: Mapping[str, Any], path: str, notes: Notes) -> None:
        self.path = path
        self._notes = notes
        self._asked: dict[str, str] = {}
        self._entries: dict[str, list[tuple[str, Entry]]] = {}
        for key, value in holder.items():
            self._entries.setdefault(fold(key), []).append((key, Entry(value, member(path, key))))

    def take(self, *names: str) -> Entry | None:
        """The member with one of `names`, which mean the same; None where there is none or null. Notes an Ambiguous for two."""
        self._asked |= {fold(name): name for name in names}
        found = [pair for name in names for pair in self._entries.pop(fold(name), []) if pair[1].value is not None]
        if len(found) > 1:
            given = ", ".join(shown(key) for key, _ in found)
            self._notes.add(Ambiguous(path=member(self.path, names[0]), what=names[0], names=given))
        return found[0][1] if found else None

    def take_members(self, *names: str) -> "Members | None":
        """The object that is the member with one of `names`: an empty one where there is none, None where it is no object."""
        found = self.take(*names)
        if found is None:
            return Members({}, member(self.path, names[0]), self._notes)
        holder = self._notes.attempt(read_object, *found, default=None)
        return None if holder is None else Members(holder, found.path, self._notes)

    def read(self, names: tuple[str, ...], read: Callable[[object, str], T], default: D) -> T | D:
        """What `read` makes of the member with one of `names`; `default` where there is none, or a mistake (noted)."""
        found = self.take(*names)
        return default if found is None else self._notes.attempt(read, *found, default=default)

    def rest(self) -> list[tuple[str, Entry]]:
        """What was not taken, nulls too, as (name as it came, entry). Notes an Ambiguous for a name in several spellings."""
        left = []
        for pairs in self._entries.values():
            left.append(pairs[0])
            if len(pairs) > 1:
                given = ", ".join(shown(key) for key, _ in pairs)
                self._notes.add(Ambiguous(path=pairs[0][1].path, what=shown(pairs[0][0]), names=given))
        return left

    def unread(self) -> list[tuple[str, Entry]]:
        """What was not taken and says anything at all, in each of its spellings, as (name as it came, entry)."""
        return [pair for same in self._entries.values() for pair in same if says_something(pair[1].value)]

    def pass_over(self, *names: str) -> None:
        """Drop the members with these names: they mean nothing here, and nothing is to be said of that."""
        for name in names:
            self._entries.pop(fold(name), None)

    def warn_of_rest(self, reason: str) -> None:
        """Note that what was not taken has no effect, where it says anything at all, and which name may have been meant: one of
        those that were asked for, so all of these must have been taken before."""
        pairs = self.unread()
        for name, found in pairs[:MOST_NAMED]:
            near = get_close_matches(shown(fold(name)), self._asked, n=1, cutoff=_NEAR)
            self._notes.no_effect(found.path, f"{reason}; did you mean {self._asked[near[0]]}?" if near else reason)
        if more := len(pairs[MOST_NAMED:]):
            self._notes.no_effect(f"What else {self.path or 'the body'} holds, {more:,} more members,", reason)


def says_something(value: object) -> bool:
    """Whether a member is more than what clients write for one that they leave out."""
    return value not in (None, [], {}, "")


def read_object(value: object, path: str) -> dict[str, Any]:
    """A JSON object; raises WrongShape."""
    if not isinstance(value, dict):
        raise WrongShape(path=path, expected="an object", got=describe(value))
    return value


def read_list(value: object, path: str, *, of: str = "") -> list[Any]:
    """A JSON list of at most MOST_ENTRIES; raises WrongShape, OutOfRange. `of` says what is in it."""
    if not isinstance(value, list):
        raise WrongShape(path=path, expected=f"a list{of and ' of '}{of}", got=describe(value))
    if len(value) > MOST_ENTRIES:
        raise OutOfRange(path=path, value=f"A list of {len(value)} entries", allowed=f"at most {MOST_ENTRIES} entries")
    return value


def read_boolean(value: object, path: str) -> bool:
    """A boolean, or one of the texts "true" and "false" without case; raises WrongShape, BadOperand."""
    if isinstance(value, bool):
        return value
    if not isinstance(value, str):
        raise WrongShape(path=path, expected="true or false", got=describe(value))
    if fold(value).strip() not in ("true", "false"):
        raise BadOperand(path=path, value=shown(value), expected="true or false")
    return fold(value).strip() == "true"


def read_text(value: object, path: str) -> str:
    """A text that is not empty; raises WrongShape."""
    if not isinstance(value, str) or not value.strip():
        raise WrongShape(path=path, expected="text that is not empty", got=describe(value))
    return value


def read_scalar(value: object, path: str) -> str:
    """A text, a number or a boolean, as text; raises WrongShape, OutOfRange."""
    if not isinstance(value, (str, int, float)):
        raise WrongShape(path=path, expected="text, a number or a boolean", got=describe(value))
    if not isinstance(value, str) and not is_finite(value):
        raise OutOfRange(path=path, value="The number", allowed="what a double can hold")
    return as_text(value)


def read_plain(value: object, path: str) -> str:
    """As `read_scalar`, but a whole number is its digits alone: JSON has no other way to tell `5.0` from `5`, and many a client
    writes the one for the other."""
    text = read_scalar(value, path)
    return str(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT else text


def read_whole_number(value: object, path: str, *, least: int, most: int, limit: str = "") -> int:
    """A whole number as number or numeric text; raises WrongShape, BadOperand, OutOfRange. `limit` says whence `most` is."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise WrongShape(path=path, expected="a whole number", got=describe(value))
    allowed = f"{least} to {most}{limit and f' ({limit})'}"
    if not isinstance(value, str) and not is_finite(value):
        raise OutOfRange(path=path, value="The number", allowed=allowed)
    number = parse_number(as_text(value))
    if number is None or number != int(number):
        raise BadOperand(path=path, value=shown(value) if isinstance(value, str) else value, expected="a whole number")
    if not least <= number <= most:
        raise OutOfRange(path=path, value=shown(as_text(value)), allowed=allowed)
    return int(number)


def read_entries(notes: Notes, value: object, path: str, read: Callable[[object, str], T], *, of: str) -> list[T]:
    """What `read` makes of each entry of a list, without those that are mistakes (noted). Raises as `read_list`."""
    entries: list[T] = []
    for position, item in enumerate(read_list(value, path, of=of)):
        try:
            entries.append(read(item, entry(path, position)))
        except Mistake as mistake:
            notes.add(mistake)
    return entries


def read_texts(notes: Notes, value: object, path: str, *, of: str) -> list[str]:
    """A list of texts that are not empty, without those that are mistakes (noted). Raises as `read_list`."""
    return read_entries(notes, value, path, read_text, of=of)


def read_text_or_texts(notes: Notes, value: object, path: str, *, of: str) -> list[str]:
    """As `read_texts`; one bare text is as good as a list of it."""
    return [read_text(value, path)] if isinstance(value, str) else read_texts(notes, value, path, of=of)
