"""Words in texts: whole words and parts, with wildcards, in one value or in all of an object's (see `contract.filters`)."""

from sqlalchemy import ColumnElement, String, false, func, literal_column, select, true

from config.catalogue import COLUMNS
from contract.filters import BLANKS, Keywords, fold
from database import patterns
from database.chains import all_of, any_of
from database.dialects import Dialect
from database.patterns import Wild
from database.storable import is_storable
from database.stored import Area
from database.tables import state_object, validation_error
from database.values import ERROR_COLUMNS, Sql, error_rows

_SPACE: ColumnElement[str] = literal_column("' '", String)


def has_part(text: ColumnElement[str], word: str, dialect: Dialect) -> ColumnElement[bool]:
    """Whether some part of `text` is `word`, wildcards reaching as far as they must."""
    if not is_storable(word):
        return false()
    return dialect.matches(text, (Wild.RUN, *patterns.of_word(fold(word)), Wild.RUN))


def has_word(spaced: ColumnElement[str], word: str, dialect: Dialect) -> ColumnElement[bool]:
    """Whether one of the words of `spaced`, a text with spaces for all blanks, is `word`; a wildcard never reaches past the
    end of a word."""
    if not word or not is_storable(word) or any(blank in word for blank in BLANKS):
        return false()
    pattern = patterns.of_word(fold(word))
    match pattern:
        case (Wild.RUN,):
            return func.trim(spaced, " ", type_=String) != ""
        case (str(whole),):
            around: patterns.Pattern = (Wild.RUN, f" {whole} ", Wild.RUN)
        case (Wild.RUN, str(end)):
            around = (Wild.RUN, f"{end} ", Wild.RUN)
        case (str(start), Wild.RUN):
            around = (Wild.RUN, f" {start}", Wild.RUN)
        case (Wild.RUN, str(part), Wild.RUN):
            around = (Wild.RUN, part, Wild.RUN)
        case _:
            words = dialect.words(spaced)
            return select(true()).select_from(words).where(dialect.matches(words.c.value, pattern)).exists()
    return dialect.matches(_padded(spaced), around)


def _padded(text: ColumnElement[str]) -> ColumnElement[str]:
    return _SPACE + text + _SPACE


def keywords(wanted: Keywords, dialect: Dialect) -> ColumnElement[bool]:
    """Whether the object has the words, each in some text of it.

    All its texts are put one after another with blanks between them, which no word reaches across."""
    texts: list[Sql] = [state_object.c[name] for name in ("id", "name", *(column.key for column in COLUMNS))]
    areas: tuple[Area, Area] = ("p", "a")
    for area in areas:
        values = dialect.detail_values(state_object.c.details, area)
        listed = select(func.aggregate_strings(values.value.text, " ")).select_from(values.rows).correlate(state_object)
        texts.append(listed.scalar_subquery())
    parts = dialect.joined([validation_error.c[name] for name in ERROR_COLUMNS])
    texts.append(error_rows(func.aggregate_strings(parts, " ")).scalar_subquery())
    # A limit keeps the databases from putting the whole expression in the place of each use of it.
    whole = select(dialect.spaced(dialect.joined(texts)).label("text")).limit(1).correlate(state_object).subquery("texts")
    join = all_of if wanted.every else any_of
    found = join([has_word(whole.c.text, word, dialect) for word in wanted.words])
    return select(true()).select_from(whole).where(found).correlate(state_object).exists()
