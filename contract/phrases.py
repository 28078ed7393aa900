"""Saying the tests of `contract.filters` in plain words. Each function is None for tests that are not its own."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from contract.filters import Compare, Exact, HasValue, StartsWith, Test, ValueType, Words
from contract.objects import as_text
from contract.paths import shown


def listed(words: tuple[str, ...], *, most: int = 10) -> str:
    """Texts in words, `A, B and 3 more`, each on one line and cut where it is long."""
    texts = [plain(word) for word in words[:most]]
    return ", ".join(texts) + (f" and {len(words) - most} more" if len(words) > most else "")


def counted(count: int, noun: str) -> str:
    """How many there are: `1 row`, `2,000 rows`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def plain(text: str) -> str:
    """A text of a client on one line: what is not printable is escaped, an empty one is `""`."""
    one_line = "".join(character if character.isprintable() else ascii(character)[1:-1] for character in shown(text))
    return one_line or '""'


def say_exact(test: Test) -> str | None:
    """`is A`."""
    return f"is {plain(as_text(test.values[0]))}" if isinstance(test, Exact) and len(test.values) == 1 else None


def say_exacts(test: Test) -> str | None:
    """`is any of A, B`, `has each of A, B`."""
    if not isinstance(test, Exact):
        return None
    return f"{'has each of' if test.every else 'is any of'} {listed(tuple(map(as_text, test.values)))}"


def say_eq(test: Test) -> str | None:
    """`has the word A`, `has all of the words A, B`."""
    return _say_words(test, "has the word", "words ") if isinstance(test, Words) and test.whole else None


def say_contains(test: Test) -> str | None:
    """`contains A`, `contains any of A, B`."""
    return _say_words(test, "contains", "") if isinstance(test, Words) else None


def _say_words(test: Words, one: str, many: str) -> str:
    verb = one.partition(" ")[0]
    return " or ".join(
        f"{one} {plain(words[0])}"
        if len(words) == 1
        else f"{verb} {'all' if test.every else 'any'} of {many and 'the '}{many}{listed(words)}"
        for words in test.alternatives
    )


def say_startswith(test: Test) -> str | None:
    """`begins with A`."""
    return f"begins with {plain(test.prefix)}" if isinstance(test, StartsWith) else None


def say_hasvalue(test: Test) -> str | None:
    """`has a value`, `has no value`."""
    return f"has {'a' if test.present else 'no'} value" if isinstance(test, HasValue) else None


def says_comparison(operator: str, phrase: str, dated: str) -> Callable[[Test], str | None]:
    """What says a test of `operator` as `is PHRASE A`, or as `is DATED A` where A is an instant."""

    def say(test: Test) -> str | None:
        if not isinstance(test, Compare) or test.operator != operator:
            return None
        return f"is {dated if test.value_type is ValueType.INSTANT else phrase} {_say_operand(test)}"

    return say


def _say_operand(test: Compare) -> str:
    if test.value_type is ValueType.INSTANT:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(test.operand))
        return moment.replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds") + " UTC"
    if isinstance(test.operand, float):
        return f"{test.operand:.15g}"
    return plain(str(test.operand))
