"""Whether a value lies in one of the contexts that are asked for, as SQL; a few parameters, however many contexts these are."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Integer, String, and_, cast, func, literal_column, or_, true

from contract.filters import Context, fold
from database.dialects import Dialect
from database.stored import DetailValues

_FEW = 2
"""Contexts that are compared one by one. More are sets: as a condition each they make an expression that is too deep for
SQLite, and in a filter of many criteria more parameters than a statement may have."""
_ANY = ""
"""The part of a stored value's context that is for every one. A stored part is never empty."""


def in_contexts(values: DetailValues, contexts: Sequence[Context], dialect: Dialect) -> ColumnElement[bool]:
    """Whether a value is in one of `contexts`; none asks for all (see `contract.filters.accepts`)."""
    if not contexts or Context() in contexts:
        return true()
    if len(contexts) <= _FEW:
        return or_(*(_in_context(values, context) for context in contexts))
    locale, source = (func.coalesce(held(), _constant(_ANY), type_=String) for held in (values.locale, values.source))
    length = cast(func.length(locale, type_=Integer), String)
    whole = length + _constant(":") + locale + source
    looks = zip((locale, source, whole), _accepted(contexts), strict=True)
    return or_(*(held.in_(dialect.listed(sorted(accepted))) for held, accepted in looks if accepted))


def _in_context(values: DetailValues, context: Context) -> ColumnElement[bool]:
    parts = [(values.locale, context.locale), (values.source, context.source)]
    return and_(true(), *(or_(held().is_(None), held() == fold(wanted)) for held, wanted in parts if wanted is not None))


def _accepted(contexts: Sequence[Context]) -> tuple[set[str], set[str], set[str]]:
    """What a value may have as its locale, where only that is asked for, as its source, and as both in one text."""
    locales: set[str] = set()
    sources: set[str] = set()
    wholes: set[str] = set()
    for context in contexts:
        match context:
            case Context(str(locale), str(source)):
                pairs = [(held, other) for held in (fold(locale), _ANY) for other in (fold(source), _ANY)]
                # With the length in front, no two pairs are the same text.
                wholes.update(f"{len(held)}:{held}{other}" for held, other in pairs)
            case Context(str(locale), None):
                locales.update((fold(locale), _ANY))
            case Context(None, str(source)):
                sources.update((fold(source), _ANY))
    return locales, sources, wholes


def _constant(text: str) -> ColumnElement[str]:
    return literal_column(f"'{text}'", String)
