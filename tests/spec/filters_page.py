"""Makes docs/filters.md from the operator table: `python -m tests.spec.filters_page`."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contract.choices import MOST_SORT_KEYS
from contract.criteria import FILTERS, MOST_CONTEXTS, MOST_TESTS, MOST_WORDS
from contract.criterion import BESIDE
from contract.operands import MOST_CHARACTERS
from contract.operators import OPERATORS, VALUE_TYPES
from contract.request import ExportRequest, parse_request
from contract.shapes import MOST_ENTRIES
from contract.words import in_words

PAGE = Path(__file__).parents[2] / "docs" / "filters.md"
_NOW = datetime(2026, 5, 20, 13, 45, 30, tzinfo=UTC)

_HEAD = """# Filters

A request says in `params.query.filters` which objects it wants. Only `typesCriterion` must be there, a list of types, and a
request by `params.query.id` or `ids` needs not even that.

```json
{
  "typesCriterion": ["connectorstate"],
  "propertiesCriterion": [{"channelid": {"exacts": ["demo-shop"]}}, {"entitytype": {"exacts": ["product", "sku"]}}],
  "attributesCriterion": [{"itemState": {"exact": "errored"}}],
  "keywordsCriterion": {"keywords": "plum* jam", "operator": "_AND"}
}
```

- All criteria must hold. Several names in one criterion must all hold. `"isAttributesCriterionOR": true` asks for any one of
  the attribute criteria instead.
- A criterion is `{NAME: {OPERATOR: OPERAND}}`; several operators on one name must all hold, of one and the same value.
- An attribute with many values matches when any of them does.
- A property may also be named in `attributesCriterion`: it is found there where an object has no attribute of that name.
- `GROUP>>NAME` names a value in a group (`validationError>>error`); the group's own name stands for all values in it.
- `keywordsCriterion` looks for whole words, with the same wildcards, in every text of the object; each word may stand in
  another value. `"operator": "_OR"` asks for any word.
- Names, operators and types compare without case. A name is taken as it is written: one with blanks at its ends is another name
  than one without, and a warning says so.
- What is not on this page is refused with its place in the request, never ignored: a filter that is dropped exports the
  wrong rows.

`filters` may hold: {filters}.

## Operators

| operator | operand | meaning |
|---|---|---|
"""

_RELATIVE = """
## Dates relative to now

`gt`, `gte`, `lt` and `lte` take `now`, and `now` with steps: `now-1d`, `now-12h`, `now-30m`, `now-2w`, `now+1h`, `now-1d+6h`.
The units are `s`, `m` (minutes), `h`, `d` and `w`. `/d` at the end rounds to the day in UTC (`/s`, `/m`, `/h`, `/w` likewise;
a week begins on Monday): to its first millisecond for `gte` and `lt`, to its last one for `gt` and `lte`.
They need no `type`. In a scheduled request they count from the moment of each run.

## Examples

The words are those of the workbook's Summary. Here it is {now}.

| criterion | in words |
|---|---|
"""

_LIMITS = f"""
## Limits

A list has at most {MOST_ENTRIES:,} entries, a request at most {MOST_TESTS:,} tests and {MOST_WORDS:,} words to look for, and
an operand other than those of `exact` and `exacts` at most {MOST_CHARACTERS:,} characters. Each operator on a name is one
test; an `exacts` with `_AND` is one for each of its values. The contexts of all attribute criteria (or the request's, for each
without any of its own) are at most {MOST_CONTEXTS:,}; so are those of all attributes to sort by, and there are at most
{MOST_SORT_KEYS} names to sort by.
"""

EXAMPLES: tuple[dict[str, Any], ...] = (
    *({"itemState": {operator.key: json.loads(operator.example)}} for operator in OPERATORS.values() if not operator.compares),
    {"createdDate": {"gte": "2024-05-31T00:00:00.000-0500", "lt": "now-1d/d", "type": "_DATETIME"}},
    {"totalRecords": {"gt": 2, "type": "_INTEGER"}},
    {"title": {"eq": "(plum* jam)|(jelly)"}},
    {"channelState": {"exacts": ["errored", "inProcess"], "not": True}},
    {"validationError>>error": {"contains": "missing", "valueContexts": [{"locale": "en-US"}]}},
    {"entityId": {"exact": "E-0042"}},
)


def filters_page() -> str:
    """The page as it must be."""
    return (
        _HEAD.replace("{filters}", ", ".join(f"`{name}`" for name in FILTERS))
        + "".join(f"| `{key}` | {_cell(operator.takes)} | {_cell(operator.meaning)} |\n" for key, operator in OPERATORS.items())
        + "\nBeside the operators a criterion may say:\n\n| key | meaning |\n|---|---|\n"
        + "".join(f"| `{key}` | {_cell(meaning)} |\n" for key, meaning in BESIDE.items())
        + "\n## Types\n\nThe underscore may be left out.\n\n| `type` | both sides are compared |\n|---|---|\n"
        + "".join(f"| `{name}` | {_cell(meaning)} |\n" for name, (_, meaning) in VALUE_TYPES.items())
        + _RELATIVE.replace("{now}", f"{_NOW:%Y-%m-%d %H:%M:%S} UTC")
        + "".join(f"| `{_cell(json.dumps(example))}` | {_cell(say(example))} |\n" for example in EXAMPLES)
        + _LIMITS
    )


def read(criterion: dict[str, Any]) -> ExportRequest:
    """A request with this one criterion."""
    filters = {"typesCriterion": ["connectorstate"], "attributesCriterion": [criterion]}
    return parse_request({"params": {"query": {"filters": filters}}}, max_records=1, now=_NOW)


def say(criterion: dict[str, Any]) -> str:
    """The criterion in words."""
    return in_words(read(criterion))[1]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(filters_page())
