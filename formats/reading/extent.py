"""How far the cells of a sheet reach, by an XML parser: what a sheet calls its cells may be spelled in many ways.

The library that reads workbooks lays out the whole rectangle around the cells in use, so a bound must see what it sees: any
prefix, small letters, blanks and character references, cells and rows that do not say where they stand.
"""

import re
from xml.parsers import expat

from formats.reading.cells import ERROR, NOT_CALCULATED, NoValue

_PLACE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,10})")
_ROW = re.compile(r"[0-9]{1,10}")
_SHOWN = 40
_MOST_VALUELESS = 1_000_000

Place = tuple[int, int]
"""The row and the column of a cell, from 1."""


class NotAllowed(ValueError):
    """What no workbook has: a document type declaration, where entities are declared, and a place that is none.

    The reading library makes a number of any letters and digits, so a place that is not understood here is not let through.
    """


class Extent:
    """Fed with a part of a workbook in blocks; `rows` and `columns` are those that its cells span. Raises expat.ExpatError
    where the part is no XML, and NotAllowed.

    The reading library also gives an empty text for a cell that shows an error, and for a formula that no program has
    calculated yet: `valueless` has these cells.
    """

    def __init__(self) -> None:
        self.rows = self.columns = 0
        self._row = self._column = 0
        self._cell_attributes: list[str] = []
        self._formula: Place | None = None
        self._valueless: dict[Place, NoValue] = {}
        self._known: dict[str, int] = {}
        self._parser = expat.ParserCreate()
        self._parser.ordered_attributes = True
        self._parser.StartElementHandler = self._start
        self._parser.StartDoctypeDeclHandler = self._refuse

    def feed(self, block: bytes) -> None:
        """The next block."""
        self._parser.Parse(block, False)

    @property
    def valueless(self) -> dict[Place, NoValue]:
        """The cells, by row and column from 1, that are not empty and have no value."""
        self._leave_formula()
        return self._valueless

    def _start(self, name: str, attributes: list[str]) -> None:
        # Called for every element of a large file: the usual spelling first, and without a call.
        if name == "c" and attributes and attributes[0] == "r":
            letters = attributes[1].rstrip("0123456789")
            column = self._known.get(letters)
            if column is not None and attributes[1] == f"{letters}{self._row}":
                self._column = column
                if self._formula is None and "e" not in attributes:
                    self._cell_attributes = attributes
                else:
                    self._enter(attributes)
                return
        if name in ("v", "t", "is") and self._formula is None:
            return
        kind = name.rpartition(":")[2]
        if kind == "c":
            self._cell(attributes)
            self._enter(attributes)
        elif kind == "f":
            # The value of a formula may be an empty text.
            if self._column and _attribute(self._cell_attributes, "t") in ("", "n", "b"):
                self._formula = (self._row, self._column)
        elif kind == "v":
            self._parser.CharacterDataHandler = self._say
        elif kind == "row":
            said = _attribute(attributes, "r").strip()
            self._row = _row_number(said) if said else self._row + 1
            self._column = 0
            self.rows = max(self.rows, self._row)

    def _cell(self, attributes: list[str]) -> None:
        said = _attribute(attributes, "r").strip()
        if not said:
            self._column += 1
        else:
            place = _PLACE.fullmatch(said)
            if place is None:
                raise NotAllowed(f"{said[:_SHOWN]!r} is no cell")
            self._column = column_number(place[1].upper())
            self._known[place[1]] = self._column
            self.rows = max(self.rows, int(place[2]))
        self.columns = max(self.columns, self._column)

    def _enter(self, attributes: list[str]) -> None:
        """What is known of a cell when it begins."""
        if self._formula is not None:
            self._leave_formula()
        self._cell_attributes = attributes
        if _attribute(attributes, "t") == "e":
            self._note((self._row, self._column), ERROR)

    def _say(self, text: str) -> None:
        if not text.isspace():
            self._formula = None
            self._parser.CharacterDataHandler = None

    def _leave_formula(self) -> None:
        if self._formula is not None:
            self._note(self._formula, NOT_CALCULATED)
        self._formula = None
        self._parser.CharacterDataHandler = None

    def _note(self, place: Place, why: NoValue) -> None:
        self._valueless[place] = why
        if len(self._valueless) > _MOST_VALUELESS:
            raise NotAllowed(f"more than {_MOST_VALUELESS:,} cells show an error or have a formula without its value")

    def _refuse(self, *_: object) -> None:
        raise NotAllowed("it has a document type declaration")


def _row_number(said: str) -> int:
    if _ROW.fullmatch(said) is None:
        raise NotAllowed(f"{said[:_SHOWN]!r} is no row")
    return int(said)


def _attribute(attributes: list[str], name: str) -> str:
    """The value of an attribute, empty where there is none: names and values follow each other."""
    for place in range(0, len(attributes), 2):
        if attributes[place] == name:
            return attributes[place + 1]
    return ""


def column_number(letters: str) -> int:
    """The number of a column: A is 1, Z 26, AA 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
