"""The contexts of a request: which of an attribute's values are meant."""

from contract.filters import Context
from contract.paths import bare
from contract.shapes import Entry, Members, Notes, read_boolean, read_entries, read_object, read_text

_ANY = "all"
"""`_ALL` as a locale or source."""


def read_contexts(holder: Members, notes: Notes) -> tuple[Context, ...] | None:
    """The contexts in `contexts` and `valueContexts` together; None where neither names one, () where any value will do.

    A locale or source of `_ALL` is any. Other parts of a context, such as a country, have no effect and are noted.
    """
    found = [holder.take(name) for name in ("contexts", "valueContexts")]
    read = [_read_list(given, notes) for given in found if given is not None]
    contexts = tuple(dict.fromkeys(context for part in read for context in part))
    if not contexts:
        return None
    return () if Context() in contexts else contexts


def note_non_contextual(holder: Members, notes: Notes) -> None:
    """Take `nonContextual`: false, which clients send, is how it is here; true is named in the warnings."""
    found = holder.take("nonContextual", "nonContexual")
    if found is not None and notes.attempt(read_boolean, *found, default=False):
        notes.no_effect(found.path, "values are looked at in their contexts")


def _read_list(given: Entry, notes: Notes) -> list[Context]:
    def read_one(value: object, path: str) -> Context | None:
        return _read_context(value, path, notes)

    def read_all(value: object, path: str) -> list[Context | None]:
        # A bare context is taken for a list of one.
        return [read_one(value, path)] if isinstance(value, dict) else read_entries(notes, value, path, read_one, of="contexts")

    return [context for context in notes.attempt(read_all, *given, default=[]) if context is not None]


def _read_context(value: object, path: str, notes: Notes) -> Context | None:
    holder = Members(read_object(value, path), path, notes)
    parts = {name: holder.take(name) for name in ("locale", "source")}
    holder.warn_of_rest("only locale and source tell values apart here")
    texts = {name: notes.attempt(_read_part, *part, default=None) for name, part in parts.items() if part is not None}
    return Context(**texts) if texts else None


def _read_part(value: object, path: str) -> str | None:
    if value == "":
        return None
    text = read_text(value, path)
    return None if bare(text) == _ANY else text
