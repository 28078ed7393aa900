"""Every route of the OpenAPI document, called with what the document says may be said, and with what it says may not."""

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from hypothesis import HealthCheck, given, settings

from api.app import create_app
from config.settings import load_settings
from runtime.parts import listen, port_of
from tests.api.conftest import FakePrefect

CALM = settings(deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
MODES = ("positive", "negative")


@pytest.fixture(scope="module")
def interface(prepared_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The document of a server on this machine."""
    import schemathesis  # it takes longer to import than all of the application

    home = tmp_path_factory.mktemp("interface") / "home"
    shutil.copytree(prepared_home, home)
    made = load_settings(home=home, max_queued=1_000_000, sync_seconds=0.01)
    app = create_app(made, prefect_api_url="http://prefect/api", prefect_transport=FakePrefect().transport())
    listener = listen("127.0.0.1", 0)
    with _served(app, listener):
        yield schemathesis.openapi.from_url(f"http://127.0.0.1:{port_of(listener)}/openapi.json")


@contextmanager
def _served(app: Any, listener: socket.socket) -> Iterator[None]:
    """A server in a thread, as long as the block runs."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on"))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.mark.parametrize("mode", MODES)
def test_every_route_answers_as_the_document_says(interface: Any, mode: str) -> None:
    """No fault of the server, no status and no shape that the document does not name."""
    _call_everything(interface, mode, examples=4)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("mode", MODES)
def test_every_route_answers_as_the_document_says_for_long(interface: Any, mode: str) -> None:
    _call_everything(interface, mode, examples=400)


def _call_everything(interface: Any, mode: str, *, examples: int) -> None:
    from schemathesis import GenerationMode

    called = 0
    for found in interface.get_all_operations():
        operation = found.ok()
        if mode == "negative" and not (list(operation.body) or list(operation.query)):
            continue  # any text may stand in an address: thousands of tries would find nothing to say wrongly

        @settings(CALM, max_examples=examples)
        @given(case=operation.as_strategy(generation_mode=GenerationMode(mode)))
        def call(case: Any) -> None:
            case.call_and_validate(timeout=20)

        call()
        called += 1
    assert called > 20
