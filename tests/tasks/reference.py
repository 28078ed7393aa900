"""What the cells of an export must say, slowly, from whole objects: the oracle of `tasks.transform`."""

from config.catalogue import ERROR_PARTS
from contract.filters import Context, fold
from contract.objects import StateObject, Value

Cells = dict[tuple[str, str], str]


def is_in(value: Value, contexts: tuple[Context, ...]) -> bool:
    """A part that the context or the value leaves open fits."""

    def fits(asked: str | None, given: str | None) -> bool:
        return asked is None or given is None or fold(asked) == fold(given)

    return not contexts or any(fits(c.locale, value.locale) and fits(c.source, value.source) for c in contexts)


def cells_of(item: StateObject, contexts: tuple[Context, ...]) -> Cells:
    """The text of every cell by area and folded name."""
    cells: Cells = {("property", key): named.values[0].text for key, named in item.properties.items()}
    for key, values in _picked(item, contexts).items():
        if ">>" in key:
            segments = [[v.text for v in values if v.entry == entry] for entry in _entries(item, key.split(">>")[0], contexts)]
            cells["attribute", key] = "||".join("||".join(texts) for texts in segments)
        else:
            cells["attribute", key] = "||".join(value.text for value in values)
    return cells


def errors_of(item: StateObject, contexts: tuple[Context, ...]) -> list[tuple[str | None, ...]]:
    """The parts of each validation error that has any."""
    picked = _picked(item, contexts)
    found = []
    for entry in _entries(item, "validationerror", contexts):
        parts = []
        for part in ERROR_PARTS:
            texts = [v.text for v in picked.get(f"validationerror>>{fold(part)}", []) if v.entry == entry]
            parts.append("||".join(texts) if texts else None)
        if any(part is not None for part in parts):
            found.append(tuple(parts))
    return found


def names_of(item: StateObject, contexts: tuple[Context, ...]) -> dict[tuple[str, str], str]:
    """The names that have a cell, spelled as they came."""
    spelled = {("property", key): named.name for key, named in item.properties.items()}
    return spelled | {("attribute", key): item.attributes[key].name for key in _picked(item, contexts)}


def _picked(item: StateObject, contexts: tuple[Context, ...]) -> dict[str, list[Value]]:
    picked = {key: [v for v in named.values if is_in(v, contexts)] for key, named in item.attributes.items()}
    return {key: values for key, values in picked.items() if values}


def _entries(item: StateObject, group: str, contexts: tuple[Context, ...]) -> list[int | None]:
    """The entries of a group that hold anything; values outside entries count as one, the first."""
    found = {v.entry for key, values in _picked(item, contexts).items() if key.startswith(group + ">>") for v in values}
    return sorted(found, key=lambda entry: -1 if entry is None else entry)
