"""The API of a running stack, as the command line calls it: found, asked with a credential, its refusals raised."""

import re
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from config.urls import recognisable
from contract.envelope import ENVELOPE
from contract.errors import InvalidRequest, StackUnavailable, UnknownJob

if TYPE_CHECKING:
    import httpx  # slow to import, and most commands never ask a stack

_SECONDS = 60.0
_CREDENTIAL = re.compile(r"[^:\s]+:\S+")


class Refused(Exception):
    """The API does not do what it was asked for. `mistakes` are (path, message, code), one for each thing wrong."""

    def __init__(self, code: str, message: str, mistakes: tuple[tuple[str, str, str], ...] = ()) -> None:
        super().__init__(message)
        self.code, self.message, self.mistakes = code, message, mistakes


@dataclass(frozen=True)
class Client:
    """One tenant's part of the API. Every call raises Refused and StackUnavailable."""

    http: "httpx.Client"
    tenant: str

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """The answer of `/{tenant}/PATH`; a `query` that is None is left out."""
        return self._answer("GET", path, params={name: value for name, value in query.items() if value is not None})

    def post(self, path: str, content: bytes = b"") -> dict[str, Any]:
        """The answer to a JSON body."""
        return self._answer("POST", path, content=content, headers={"content-type": "application/json"} if content else {})

    def job(self, job_id: str) -> dict[str, Any]:
        """The job as `GET /{tenant}/jobs/{id}` tells of it."""
        return self.get(f"jobs/{_known_shape(job_id)}")

    def cancel(self, job_id: str) -> dict[str, Any]:
        """The job, cancelled or about to be."""
        return self.post(f"jobs/{_known_shape(job_id)}/cancel")

    @contextmanager
    def file(self, job_id: str) -> Iterator[Iterator[bytes]]:
        """The pieces of a job's file."""
        with self._reaching(), self.http.stream("GET", f"/{self.tenant}/jobs/{_known_shape(job_id)}/file") as response:
            if response.is_error:
                response.read()
            _check(response)
            yield response.iter_bytes()

    def _answer(self, method: str, path: str, **sent: Any) -> dict[str, Any]:
        with self._reaching():
            response = self.http.request(method, f"/{self.tenant}/{path}", **sent)
        _check(response)
        try:
            answer = response.json()
        except ValueError as error:
            raise StackUnavailable(detail=f"{recognisable(str(response.url))} does not answer as this service does") from error
        assert isinstance(answer, dict)
        return answer

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        import httpx

        try:
            yield
        except (httpx.TransportError, httpx.InvalidURL) as error:
            address = recognisable(str(self.http.base_url))
            raise StackUnavailable(detail=f"{address} cannot be reached: {error or type(error).__name__}") from error


@contextmanager
def connected(tenant: str, *, home: Path | None, url: str | None, credential: str | None) -> Iterator[Client]:
    """A client of the API at `url`, else of the stack that runs in `home`. Raises StackUnavailable where none runs."""
    import httpx

    address = url or _address(home)
    if credential is not None and not _CREDENTIAL.fullmatch(credential):
        raise typer.BadParameter("it is ID:SECRET, as it was shown when it was made", param_hint="STATESHEET_CREDENTIAL")
    known = httpx.BasicAuth(*credential.split(":", 1)) if credential else None
    # No proxy of the environment stands between this and a loopback address.
    with httpx.Client(base_url=address, auth=known, timeout=_SECONDS, trust_env=bool(url)) as http:
        yield Client(http, tenant)


def _address(home: Path | None) -> str:
    from config.settings import load_settings
    from runtime.addresses import read_addresses

    settings = load_settings(**({"home": home} if home else {}))
    addresses = read_addresses(settings.home)
    if addresses is None:
        raise StackUnavailable(detail=f"no stack runs in {settings.home}")
    return addresses.api


def _known_shape(job_id: str) -> str:
    """A job's id as it stands in addresses. Raises UnknownJob for what is no id: it must not lead elsewhere."""
    try:
        return str(uuid.UUID(job_id))
    except ValueError as error:
        raise UnknownJob(job=job_id[:100]) from error


def _check(response: "httpx.Response") -> None:
    if response.is_success:
        return
    refusal = refusal_in(response)
    if refusal is None:
        raise StackUnavailable(
            detail=f"{recognisable(str(response.url))} answers {response.status_code} and is not this service"
        )
    raise refusal


def refusal_in(response: "httpx.Response") -> Refused | None:
    """What an answer that is no success refuses, None where it is not in the envelope of an error."""
    detail = _detail(response)
    if detail is None:
        return None
    # Any other error than a request with mistakes repeats itself in the messages.
    said = detail["messages"] if detail["code"] == InvalidRequest.code else ()
    return Refused(detail["code"], detail["message"], tuple((one["path"], one["message"], one["messageCode"]) for one in said))


def _detail(response: "httpx.Response") -> Mapping[str, Any] | None:
    """The `statusDetail` of an error envelope, None where the answer is none."""
    try:
        detail = response.json()[ENVELOPE]["statusDetail"]
    except (ValueError, KeyError, TypeError):
        return None
    return detail if isinstance(detail, dict) else None
