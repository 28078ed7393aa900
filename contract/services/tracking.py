"""`requesttrackingservice/get`: what it is asked for, and the shape of what it shows, a task or a record of one."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from contract.errors import InvalidRequest, Missing, NotServed
from contract.evaluation import found_among, matches
from contract.export_request import ExportRequest
from contract.filters import AllOf, AnyOf, Criterion, Filter, Not, fold
from contract.objects import DEFAULT_CONTEXT, NamedValues, StateObject, Value, as_text
from contract.services.answers import value
from contract.services.reading import read_query
from contract.warnings import ATTRIBUTE_AS_PROPERTY, warning

TASK = "tasksummaryobject"
RECORD = "requestobject"
TASK_ID = "taskId"
_FILTERS = "params.query.filters"
TASK_ID_PATH = f"{_FILTERS}.attributesCriterion"


@dataclass(frozen=True)
class Tracked:
    """A task or a record, as all that is said of it: each attribute has one value in the usual context."""

    id: str
    type: str
    properties: Mapping[str, str]
    attributes: Mapping[str, object]

    def shown(self) -> dict[str, Any]:
        """As the service shows it."""
        return {
            "id": self.id,
            "type": self.type,
            "properties": dict(self.properties),
            "data": {"attributes": {name: value(content) for name, content in self.attributes.items()}},
        }

    def searched(self) -> StateObject:
        """As filters look at it: the texts of what is shown, without the way through JSON."""
        return StateObject(
            id=self.id,
            type=self.type,
            name=None,
            properties=_named(self.properties, in_context=False),
            attributes=_named(self.attributes, in_context=True),
            document="",
        )


def read_tracking(body: object, *, ceiling: int, now: datetime) -> ExportRequest:
    """What `body` asks for, of one type: tasks, or records of tasks. Raises InvalidRequest, and NotServed for anything else."""
    request = read_query(body, ceiling=ceiling, now=now)
    for name in request.types:
        if name not in (TASK, RECORD) or (name == RECORD and len(request.types) > 1):
            raise NotServed(
                path=f"{_FILTERS}.typesCriterion",
                what=f"Tracking of {name!r}" if name != RECORD else "Tracking of tasks and their records in one answer",
                reason=f"jobs are tracked as {TASK}, and what became of a file's parts as {RECORD}",
            )
    return request


def names_a_task(request: ExportRequest) -> Callable[[str], bool]:
    """Whether an id is of a task whose records are asked for.

    Raises InvalidRequest where the filter says nothing of `taskId`: records are looked for in tasks that are named.
    """
    asked = [part for part in _all_of(request.filter) if isinstance(part, Criterion) and part.name == fold(TASK_ID)]
    if not asked:
        what = f'A task, as {{"{TASK_ID}": {{"exact": "..."}}}},'
        raise InvalidRequest([Missing(path=TASK_ID_PATH, what=what)])

    def named(identifier: str) -> bool:
        task = Tracked(identifier, RECORD, {}, {TASK_ID: identifier}).searched()
        return all(matches(task, part) for part in asked)

    return named


def warned_of_places(request: ExportRequest, things: Sequence[Tracked]) -> ExportRequest:
    """The request with a warning for each name that it has for one of a property and that is one of an attribute of `things`:
    by it nothing is found, ordered or shown."""
    names = {fold(name): name for thing in things for name in thing.attributes}
    properties = {fold(name) for thing in things for name in thing.properties}
    asked = [(f"{_FILTERS}.propertiesCriterion", part.name) for part in _criteria(request.filter) if part.area == "property"]
    asked += [("params.sort.properties", key.name) for key in request.sort if key.area == "property"]
    asked += [("params.fields.properties", fold(name)) for name in request.properties or ()]
    said = (
        warning(ATTRIBUTE_AS_PROPERTY, path=path, name=names[name])
        for path, name in dict.fromkeys(asked)
        if name in names and name not in properties
    )
    return replace(request, warnings=(*request.warnings, *said))


def page_of(request: ExportRequest, things: Iterable[Tracked]) -> tuple[list[Tracked], int]:
    """What is on the page that `request` asks for, in its order, and how many there are on all pages."""
    by_id = {thing.id: thing for thing in things}
    found = found_among(request, (thing.searched() for thing in by_id.values()))
    page = found[request.offset :]
    page = page if request.max_records is None else page[: request.max_records]
    return [by_id[item.id] for item in page], len(found)


def _criteria(wanted: Filter) -> Iterator[Criterion]:
    match wanted:
        case Criterion():
            yield wanted
        case Not(part):
            yield from _criteria(part)
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _criteria(part)


def _all_of(wanted: Filter) -> Sequence[Filter]:
    return wanted.parts if isinstance(wanted, AllOf) else (wanted,)


def _named(said: Mapping[str, object], *, in_context: bool) -> dict[str, NamedValues]:
    context = (DEFAULT_CONTEXT.locale, DEFAULT_CONTEXT.source) if in_context else (None, None)
    return {fold(name): NamedValues(name, (Value(as_text(content), *context),)) for name, content in said.items()}
