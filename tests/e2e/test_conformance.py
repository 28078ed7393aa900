"""The cases of conformance hold on the real stack, and the command says what does not hold elsewhere."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from contract.conformance import SERVICES
from tests.command_line import command, command_of_its_own
from tests.e2e.conftest import TENANT, Stack


@pytest.fixture(scope="module")
def own_tenant(stack: Stack) -> str:
    """A tenant that no other test counts in: some cases leave objects behind."""
    (stack.home / "few.json").write_text(json.dumps(stack.objects[:3]))
    assert command("load", stack.home / "few.json", "--tenant", "conforming", home=stack.home).returncode == 0
    return "conforming"


def test_every_case_holds_on_the_embedded_stack(stack: Stack, own_tenant: str) -> None:
    done = command_of_its_own("conform", stack.api, "--tenant", own_tenant, home=stack.home, COLUMNS="250")
    cases = sum(len(service.cases) for service in SERVICES)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{cases} of {cases} cases hold." in done.stdout


def test_a_server_that_answers_otherwise_does_not_conform(stack: Stack) -> None:
    """One that answers everything with an empty object, which is JSON and a success."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({}).encode())

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
    try:
        address = f"http://127.0.0.1:{server.server_port}"
        done = command_of_its_own("conform", address, "--tenant", TENANT, "--patience", "1", home=stack.home, COLUMNS="250")
    finally:
        server.shutdown()
        server.server_close()
    assert done.returncode == 1
    assert "0 of " in done.stdout
    assert "dataObjectOperationResponse is missing" in done.stdout
