"""Texts as XML holds them in a cell, so that they read back the same.

Characters that XML 1.0 forbids are written `_xHHHH_` and texts that look so already get `_x005F_` for their first underscore
(ECMA-376 part 1, 22.9.2.19, ST_Xstring). A carriage return is `&#13;`, which every reader of XML gives back. Blanks at the
ends need `xml:space="preserve"`.
"""

import re

import polars as pl

_FORBIDDEN = [*map(chr, [*range(9), 11, 12, *range(14, 32)]), "\ufffe", "\uffff"]
_MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_REPLACED = [*_MARKUP, *_FORBIDDEN]
_REPLACEMENTS = [*_MARKUP.values(), *(f"_x{ord(character):04X}_" for character in _FORBIDDEN)]

_CONTROLS = r"\x00-\x08\x0B\x0C\x0E-\x1F\x{FFFE}\x{FFFF}"
# The escape of a forbidden character begins with an underscore, which would complete `_x0041`.
_LOOK_ALIKE = rf"_x[0-9A-Fa-f]{{4}}[_{_CONTROLS}]"
_OUTER_BLANK = r"^[ \t\n\r]|[ \t\n\r]$"
_CARE = rf"[&<>\r{_CONTROLS}]|_x[0-9A-Fa-f]{{4}}_|{_OUTER_BLANK}"


def needs_care(text: pl.Expr) -> pl.Expr:
    """Whether a text cannot stand in a cell as it is."""
    return text.str.contains(_CARE)


def has_outer_blank(text: pl.Expr) -> pl.Expr:
    """Whether a text is only kept whole under `xml:space="preserve"`."""
    return text.str.contains(_OUTER_BLANK)


def escaped(text: pl.Expr) -> pl.Expr:
    """The content of the XML element, of texts that need care; of others their own."""
    shielded = text.str.replace_all(r"_x([0-9A-Fa-f]{4})", "_x005F_x$1")
    plain = pl.when(text.str.contains(_LOOK_ALIKE)).then(shielded).otherwise(text)
    return plain.str.replace_many(_REPLACED, _REPLACEMENTS)


def visible(text: str) -> str:
    """`text` with U+FFFD for what XML forbids: for places that know no escape for it, such as comments and names of links."""
    return re.sub(f"[{''.join(map(re.escape, _FORBIDDEN))}]", "\ufffd", text)


def in_attribute(text: pl.Expr) -> pl.Expr:
    """The value of an XML attribute in double quotes."""
    return text.str.replace_many(["&", "<", ">", '"'], ["&amp;", "&lt;", "&gt;", "&quot;"])
