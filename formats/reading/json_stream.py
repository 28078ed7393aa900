"""JSON in all its wrappings, read as a stream: an array, lines, a saved answer, the body of a create call, one object.

What is held at once is one object and a block of text, whatever the size of the file.
"""

import base64
import binascii
import io
import json
import re
from collections.abc import Iterator
from itertools import chain
from typing import TextIO

from contract.changes import Unreadable
from contract.wire import too_many_digits

Found = tuple[str, object]
"""A place for people and the raw object there."""

LINE_SUFFIXES = frozenset({".jsonl", ".ndjson"})

_ANSWERS = frozenset({"dataObjectOperationResponse", "response"})
_OBJECTS = "dataObjects"
_CREATED = "dataObject"
_WRAPPINGS = _ANSWERS | {_OBJECTS, _CREATED}

BLOCK = 1 << 20
"""Characters read at once."""
_MOST_CHARACTERS = 256 << 20
"""Largest single value: a whole file may come as one base64 text."""
_BLANKS = re.compile(r"[ \t\n\r]*")
_NEAR_THE_END = 16
"""An error so near the end of what was read may come from the cut: the longest literals, numbers aside, are shorter."""


class BrokenJson(ValueError):
    """The text is not JSON from here on."""


def read_json(stream: TextIO, *, lines: bool = False) -> Iterator[Found]:
    """The objects in `stream`; `lines` says that it is JSON lines, which else is found out.

    A line that is no JSON is an Unreadable and the next line is read; elsewhere nothing can be read past such a place, so
    the last one found is an Unreadable then.
    """
    blank = 0
    while (first := stream.readline(BLOCK)) and not first.strip():
        blank += 1
    if lines:
        yield from _lines(chain([_whole(first, stream)], _whole_lines(stream)), start=blank + 1)
    elif _are_lines(first, second := stream.readline(BLOCK)):
        yield from _lines(chain([first, _whole(second, stream)], _whole_lines(stream)), start=blank + 1)
    else:
        yield from _document(Scanner(stream, first + second), "object {}")


def _are_lines(first: str, second: str) -> bool:
    """Whether one of the first two lines is an object by itself: the first line may be the broken one."""
    whole = first.endswith("\n") or not second
    return whole and first.lstrip().startswith("{") and any(_is_object(line) for line in (first, second))


def _whole(line: str, stream: TextIO) -> str:
    """A line that may have been read only in part, with its rest."""
    return line if line.endswith("\n") else line + stream.readline(_MOST_CHARACTERS)


def _is_object(line: str) -> bool:
    try:
        return line.lstrip().startswith("{") and isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _whole_lines(stream: TextIO) -> Iterator[str]:
    return iter(lambda: stream.readline(_MOST_CHARACTERS), "")


def _lines(lines: Iterator[str], start: int) -> Iterator[Found]:
    for number, line in enumerate(lines, start):
        place = f"line {number}"
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield place, Unreadable(_reason(error))
            continue
        if isinstance(value, list) or (isinstance(value, dict) and not _WRAPPINGS.isdisjoint(value)):
            yield from _document(Scanner(io.StringIO(), line), place + ", object {}")
        else:
            yield place, value


def _document(scanner: "Scanner", place: str) -> Iterator[Found]:
    """The objects of values that follow each other, numbered into `place`."""
    number = 0
    values = _top(scanner)
    while True:
        number += 1
        try:
            value = next(values)
        except StopIteration:
            return
        except (ValueError, RecursionError) as error:
            yield place.format(number), Unreadable(f"{_reason(error)}; nothing after it was read")
            return
        yield place.format(number), value


def _top(scanner: "Scanner") -> Iterator[object]:
    while character := scanner.peek():
        if character == "[":
            yield from _elements(scanner)
        elif character == "{":
            yield from _members(scanner, inside=False)
        else:
            raise BrokenJson(f"expected [ or {{, got {character!r}")


def _elements(scanner: "Scanner") -> Iterator[object]:
    scanner.skip("[")
    if scanner.take("]"):
        return
    while True:
        yield scanner.value()
        if not scanner.take(","):
            scanner.skip("]")
            return


def _members(scanner: "Scanner", *, inside: bool) -> Iterator[object]:
    """The objects that an object wraps; where it wraps none, the object itself (not `inside` an answer, which may be empty)."""
    scanner.skip("{")
    plain: dict[str, object] = {}
    wraps = inside
    more = not scanner.take("}")
    while more:
        key = scanner.value()
        if not isinstance(key, str):
            raise BrokenJson("expected a name in quotes")
        scanner.skip(":")
        following = scanner.peek()
        if key == _OBJECTS and following == "[":
            wraps = True
            yield from _elements(scanner)
        elif key in _ANSWERS and following == "{":
            wraps = True
            yield from _members(scanner, inside=True)
        elif key == _CREATED and following == "{":
            wraps = True
            yield from _created(scanner.value())
        else:
            plain[key] = scanner.value()
        if not (more := scanner.take(",")):
            scanner.skip("}")
    if not wraps or ("id" in plain and inside):
        yield plain


def _created(value: object) -> Iterator[object]:
    """The objects of a create call: those in its base64 text, else the one that it is."""
    data = value.get("data") if isinstance(value, dict) else None
    blob = data.get("blob") if isinstance(data, dict) else None
    if not isinstance(blob, str):
        yield value
        return
    try:
        text = base64.b64decode("".join(blob.split()), validate=True).decode("utf-8-sig")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise BrokenJson("data.blob is not base64 of a text in UTF-8") from error
    yield from _top(Scanner(io.StringIO(), text))


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deep"
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg}"
    if type(error) is ValueError:
        return too_many_digits()
    return f"not JSON: {error}"


class Scanner:
    """A position in a text that is read block by block. All of it raises ValueError or RecursionError at a broken place."""

    def __init__(self, stream: TextIO, head: str = "") -> None:
        self._stream = stream
        self._text = head
        self._position = 0
        self._ended = False

    def peek(self) -> str:
        """The next character that is no blank, empty at the end."""
        while True:
            self._position = _BLANKS.match(self._text, self._position).end()  # type: ignore[union-attr]  # it always matches
            if self._position < len(self._text) or self._ended:
                return self._text[self._position : self._position + 1]
            self._read_on()

    def take(self, character: str) -> bool:
        """Step over `character` if it is next."""
        found = self.peek() == character
        self._position += found
        return found

    def skip(self, character: str) -> None:
        """Step over `character`, which must be next."""
        if not self.take(character):
            got = self.peek()
            raise BrokenJson(f"expected {character}, got {got!r}" if got else f"expected {character}, but the file ends")

    def value(self) -> object:
        """The next value, whole."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._position)
            except json.JSONDecodeError as error:
                if self._ended or self._is_certain(error):
                    raise
            else:
                # Near the end of what was read, a number may go on.
                if self._ended or not isinstance(value, int | float) or end < len(self._text) - _NEAR_THE_END:
                    self._position = end
                    return value
            if len(self._text) - self._position > _MOST_CHARACTERS:
                raise BrokenJson(f"a value is longer than {_MOST_CHARACTERS:,} characters")
            self._read_on()

    def _is_certain(self, error: json.JSONDecodeError) -> bool:
        """Whether reading on cannot mend it."""
        return error.pos < len(self._text) - _NEAR_THE_END and not error.msg.startswith("Unterminated string")

    def _read_on(self) -> None:
        """As much again as is waiting: a value is decoded anew only about log(size) times."""
        waiting = self._text[self._position :]
        block = self._stream.read(max(BLOCK, len(waiting)))
        self._text, self._position, self._ended = waiting + block, 0, not block


_DECODER = json.JSONDecoder()
