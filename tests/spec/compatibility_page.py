"""Makes docs/compatibility.md from the cases of conformance: `python -m tests.spec.compatibility_page`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contract.conformance import SERVICES
from contract.conformance.model import Case, Service
from contract.conformance.structure import leaves

PAGE = Path(__file__).parents[2] / "docs" / "compatibility.md"

_HEAD = """# Compatibility

Which services of the documented platform are served, field by field. Every address stands under `/{tenant}/api/` and takes a
POST with a JSON body. *Exact* is as documented; *partial* says how it differs; *not served* says why. Order, paging and choice
of fields are those of [a download request](requests.md) everywhere, filters those of [their page](filters.md); a mistake is
answered in the [error envelope](errors.md), and what cannot be answered truthfully is a 501 in it. What a request says without
effect is named in the answer, as a message of the `messageType` `Warning` in `statusDetail.messages`.

The table is made from the cases that this replays, against this server or any other that claims the interface:

```sh
statesheet conform http://127.0.0.1:9095 --tenant acme
```

It stores a few objects under ids of its own in the tenant, exports them, prints what holds, and exits with 1 where something
differs. With credentials: `--client-id` and `--client-secret`. Our own tests run it against the whole stack.

Each write leaves a row in the history of its object: when, by whom (the header `x-rdp-userId`), and what was there before.
`connectorService/gethistory` tells it.
"""


def compatibility_page() -> str:
    """The page as it must be."""
    return _HEAD + "".join(_section(service) for service in SERVICES)


def fields(service: Service) -> list[tuple[str, str]]:
    """Every field of a service's cases once, those of requests first: whether of the request or the answer, and its path."""
    found = dict.fromkeys(field for case in service.cases for field in _of_case(case))
    return sorted(found, key=lambda field: field[0] != "request")


def _of_case(case: Case) -> Iterator[tuple[str, str]]:
    yield from (("request", path) for path in leaves(case.body) if case.raw is None and path)
    yield from (("answer", path) for path in leaves(case.answer))


def _section(service: Service) -> str:
    cases = "".join(f"* {case.title}{_status(case)}\n" for case in service.cases)
    head = f"\n## {service.name}\n\n{service.purpose}\n\n{cases}\n| of the | field | served | how |\n|---|---|---|---|\n"
    served = "".join(_row(part, path, *_how(service, path)) for part, path in fields(service))
    return head + served + "".join(_row("", path, "not served", why) for path, why in service.unserved.items())


def _status(case: Case) -> str:
    return "" if case.status == 200 else f" ({case.status})"


def _how(service: Service, path: str) -> tuple[str, str]:
    return ("partial", service.partial[path]) if path in service.partial else ("exact", "")


def _row(part: str, path: str, served: str, how: str) -> str:
    cells: tuple[Any, ...] = (part, f"`{path}`", served, how)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


if __name__ == "__main__":
    PAGE.write_text(compatibility_page())
