"""Every warning about a job, or about a request that is answered at once: its code, its text and what to do about it.

The docs page of codes is made from `WARNINGS`.
"""

from dataclasses import dataclass

NO_EFFECT = "SSH2001"
COMPARED_AS_TEXT = "SSH2002"
NO_EARLIER_EXPORT = "SSH2003"
CHANGES_SINCE = "SSH2004"
COUNTED_WHOLE = "SSH2005"
BLANKS_COUNT = "SSH2006"
ATTRIBUTE_AS_PROPERTY = "SSH2007"
CELLS_CUT = "SSH2102"
COLUMNS_LEFT_OUT = "SSH2103"
TOO_LARGE_TO_SEND_BACK = "SSH2104"
PARTLY_TAKEN = "SSH2201"


@dataclass(frozen=True)
class JobWarning:
    """Something that the user should know about a job that went on all the same."""

    code: str
    message: str


@dataclass(frozen=True)
class Wording:
    """How a warning is told: `text`, filled with facts, goes with the job; `advice` is shown beside it."""

    text: str
    advice: str


WARNINGS: dict[str, Wording] = {
    NO_EFFECT: Wording(
        "{path} has no effect: {reason}",
        "Correct its name if that is misspelt. Otherwise the file is the same with it and without it: take it out or leave it.",
    ),
    COMPARED_AS_TEXT: Wording(
        "{path} is compared as text; say type {type} to compare it as {meaning}",
        "Put that `type` beside the operator; as text, 10 comes before 9.",
    ),
    NO_EARLIER_EXPORT: Wording(
        "There is no earlier completed export of the same request: this is a full export",
        "Nothing is to be done if this is the first one: the next export of the same request holds only what changed since.",
    ),
    CHANGES_SINCE: Wording(
        "Only what changed since {moment}{job}: {added:,} added, {changed:,} changed, {removed:,} removed",
        "Nothing is to be done; to get everything that matches, leave `params.options.since` out.",
    ),
    COUNTED_WHOLE: Wording(
        "The counts and estimates are of all objects that match; how many of them changed is known once the export has run",
        "Start the export to learn how many changed: a warning of the job counts them.",
    ),
    BLANKS_COUNT: Wording(
        "{path}: the blanks before or after {name!r} are part of the name; it is not the name without them",
        "Take the blanks out, unless the stored name has them too.",
    ),
    ATTRIBUTE_AS_PROPERTY: Wording(
        "{path}: {name!r} is looked for among the properties; the documented objects have it as an attribute",
        "Move it to `attributesCriterion`, or to the `attributes` of `fields` or `sort`, unless these objects have a property "
        "of that name.",
    ),
    CELLS_CUT: Wording(
        "A cell holds at most {limit:,} characters; longer texts were cut on sheet {sheet!r}: {cells}",
        "Take the whole texts in another format: put CSV, JSON or Parquet in `format` of `params.rsconnect.profilecontexts`.",
    ),
    COLUMNS_LEFT_OUT: Wording(
        "A sheet holds at most {limit:,} columns; left out of sheet {sheet!r}: {columns}",
        "Name the columns that are wanted in `params.fields.attributes`, or take all of them as CSV, JSON or Parquet.",
    ),
    TOO_LARGE_TO_SEND_BACK: Wording(
        "This workbook cannot be sent back: {reason}",
        "Nothing is to be done if nobody edits it; else export fewer objects at once, or name the columns that are wanted in "
        "`params.fields.attributes`.",
    ),
    PARTLY_TAKEN: Wording(
        "{refused} of {rows} rows or objects were refused, the others are written; the report says why of each",
        "Correct the rows that the report names (it is the job's file) and send them in again.",
    ),
}


def warning(code: str, **facts: object) -> JobWarning:
    """The warning `code` with its text filled in."""
    return JobWarning(code, WARNINGS[code].text.format(**facts))
