"""Whole objects as they came in, with only the parts that were asked for."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contract.filters import Context, accepts, fold
from contract.objects import NESTING, folded_context_of
from contract.request import ExportRequest


def choose_documents(documents: Path, folder: Path, request: ExportRequest) -> Path:
    """JSON lines of the objects in `documents`: the same file where all of each object is asked for, else a new one with the
    properties, attributes and contexts that are asked for."""
    if request.attributes is None and request.properties is None and not request.contexts:
        return documents
    chosen = folder / "documents-chosen.jsonl"
    with documents.open(encoding="utf-8", newline="\n") as lines, chosen.open("w", encoding="utf-8", newline="\n") as file:
        for line in lines:
            # The standard library's JSON, since it alone keeps integers of any length.
            file.write(json.dumps(choose(json.loads(line), request), ensure_ascii=False, separators=(",", ":")) + "\n")
    return chosen


def choose(document: dict[str, Any], request: ExportRequest) -> dict[str, Any]:
    """A document with the wanted properties and attributes, in the order of the document, and the values in the contexts."""
    chosen = dict(document)
    if request.properties is not None and isinstance(document.get("properties"), dict):
        wanted = frozenset(map(fold, request.properties))
        chosen["properties"] = {name: value for name, value in document["properties"].items() if fold(name) in wanted}
    data = document.get("data")
    if isinstance(data, dict) and isinstance(data.get("attributes"), dict):
        attributes = _attributes(data["attributes"], request)
        chosen["data"] = {**data, "attributes": attributes}
    return chosen


def _attributes(attributes: Mapping[str, Any], request: ExportRequest) -> dict[str, Any]:
    chosen: dict[str, Any] = {}
    wanted = None if request.attributes is None else frozenset(map(fold, request.attributes))
    for name, holder in attributes.items():
        picked = _in_contexts(holder, request.contexts) if request.contexts else holder
        if picked is not None and wanted is not None:
            picked = _wanted_part(picked, fold(name), wanted)
        if picked is not None:
            chosen[name] = picked
    return chosen


def _in_contexts(holder: Any, contexts: tuple[Context, ...]) -> Any:
    """A holder of values or of a group with what is in one of `contexts`; None where nothing is left."""
    left = dict(holder)
    if holder.get("values") is not None:
        left["values"] = [value for value in holder["values"] if _is_accepted(value, contexts)]
    if holder.get("group") is not None:
        left["group"] = [entry for entry in (_entry(entry, contexts) for entry in holder["group"]) if entry is not None]
    return left if left.get("values") or left.get("group") else None


def _entry(entry: Mapping[str, Any], contexts: tuple[Context, ...]) -> dict[str, Any] | None:
    picked = {name: _in_contexts(inner, contexts) if isinstance(inner, dict) else inner for name, inner in entry.items()}
    left = {name: inner for name, inner in picked.items() if inner is not None}
    return left if any(isinstance(inner, dict) for inner in left.values()) else None


def _wanted_part(holder: Any, name: str, wanted: frozenset[str]) -> Any:
    """A holder, whole where its name or that of a group around it is wanted; else a group with its wanted members; or None."""
    if _is_wanted(name, wanted):
        return holder
    entries = []
    for entry in holder.get("group") or []:
        picked = {
            member: _wanted_part(part, f"{name}{NESTING}{fold(member)}", wanted) if isinstance(part, dict) else part
            for member, part in entry.items()
        }
        left = {member: part for member, part in picked.items() if part is not None}
        if any(isinstance(part, dict) for part in left.values()):
            entries.append(left)
    return {**{key: part for key, part in holder.items() if key != "values"}, "group": entries} if entries else None


def _is_wanted(name: str, wanted: frozenset[str]) -> bool:
    parts = name.split(NESTING)
    return any(NESTING.join(parts[:count]) in wanted for count in range(1, len(parts) + 1))


def _is_accepted(value: Mapping[str, Any], contexts: tuple[Context, ...]) -> bool:
    context = folded_context_of(value)
    return accepts(contexts, context.locale, context.source)
