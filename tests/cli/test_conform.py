"""`statesheet conform` before a server that lets nobody try it, and before one that refuses what a job is waited for."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from contract.envelope import encode, failed
from contract.errors import Forbidden, Unauthorized, UnknownTenant
from tests.command_line import command


class Server:
    """A server that answers all calls with one status and content; `asked` holds the paths."""

    status, content = 404, b"<html>"

    def __init__(self):
        self.asked = []


@pytest.fixture
def server():
    told = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            told.asked.append(self.path)
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(told.status)
            self.send_header("Content-Length", str(len(told.content)))
            self.end_headers()
            self.wfile.write(told.content)

        def log_message(self, format, *args):
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
    told.url = f"http://127.0.0.1:{running.server_port}"
    yield told
    running.shutdown()
    running.server_close()


@pytest.mark.parametrize("error", [Unauthorized(), Forbidden(what="tenant 'plum'"), UnknownTenant(tenant="plum")])
def test_a_server_that_lets_nobody_in_is_asked_once_and_says_why(tmp_path, server, error):
    server.status, server.content = error.status, encode(failed(error))
    done = command("conform", server.url, "--tenant", "plum", home=tmp_path)
    assert (done.returncode, done.stdout, len(server.asked)) == (1, "", 1)
    assert done.stderr.startswith(f"Error {error.code}: {error.message}\n")


def test_another_service_that_lets_nobody_in_is_told_of_by_its_status(tmp_path, server):
    server.status = 403
    done = command("conform", server.url, "--tenant", "plum", home=tmp_path)
    assert (done.returncode, done.stdout, len(server.asked)) == (1, "", 1)
    assert f"{server.url} answers 403 to these credentials" in done.stderr


def test_what_is_refused_is_not_waited_for(tmp_path, server):
    """No case is asked twice, however patient: a refusal is not what a job that still runs answers with."""
    done = command("conform", server.url, "--tenant", "plum", "--patience", "600", home=tmp_path)
    assert "0 of " in done.stdout
    cases = sum("differs" in line for line in done.stdout.splitlines())
    assert len(server.asked) == 1 + cases
