"""Telling of an ended job, to real listeners on loopback."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from contract.jobs import Job, JobSource
from tasks.notify import notify, signature

JOB = Job(
    request_key="key",
    tenant="acme",
    source=JobSource.API,
    created=datetime(2026, 1, 1, tzinfo=UTC),
    finished=datetime(2026, 1, 1, tzinfo=UTC),
    id="run-1",
    total=0,
)


@dataclass
class Listener:
    """Answers with `answers` in turn (the last one for ever) and keeps what it got."""

    url: str = ""
    answers: list[int] = field(default_factory=lambda: [200])
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def listener():
    kept = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            kept.got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(kept.answers.pop(0) if len(kept.answers) > 1 else kept.answers[0])
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    kept.url = f"http://127.0.0.1:{server.server_port}/hook?token=sesame"
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


def tell(*urls, **more):
    return notify(JOB, **({"webhooks": urls, "apprise": (), "delays": (0, 0, 0)} | more))


def test_a_webhook_gets_one_post_with_a_signature_over_its_body(listener):
    assert tell(listener.url, secret="pepper") == ()
    [(headers, body)] = listener.got
    assert headers["X-Statesheet-Signature"] == signature(body, "pepper")
    assert headers["Content-Type"] == "application/json"


def test_without_a_secret_there_is_no_signature(listener):
    tell(listener.url)
    assert "X-Statesheet-Signature" not in listener.got[0][0]


def test_a_webhook_that_is_busy_is_tried_again(listener):
    listener.answers = [503, 429, 200]
    assert tell(listener.url) == ()
    assert len(listener.got) == 3


def test_a_webhook_that_stays_broken_is_a_warning_after_four_tries(listener):
    listener.answers = [500]
    [warning] = tell(listener.url)
    assert len(listener.got) == 4
    assert warning.code == "SSH5039"
    assert "it answered 500" in warning.message


def test_a_refusal_is_not_tried_again(listener):
    listener.answers = [403]
    assert len(tell(listener.url)) == 1
    assert len(listener.got) == 1


def test_an_address_that_nobody_listens_on_is_a_warning_without_what_may_be_secret():
    [warning] = tell("http://127.0.0.1:9/hook?token=sesame")
    assert "http://127.0.0.1" in warning.message
    assert "sesame" not in warning.message


def test_apprise_tells_people(listener):
    address = listener.url.replace("http://", "json://")
    assert notify(JOB, webhooks=(), apprise=(address,), public_url="https://sheets.example") == ()
    [(_, body)] = listener.got
    assert b"Completed with no records" in body
    assert b"https://sheets.example/acme/jobs/run-1" in body


@pytest.mark.parametrize(
    "address", ["gibberish://sesame", "slack://sesame", "tgram://sesame/x", "sesame", "https://[bad/sesame"]
)
def test_an_address_that_apprise_does_not_know_is_a_warning_that_tells_no_token(address, caplog):
    [warning] = notify(JOB, webhooks=(), apprise=(address,))
    assert "does not understand" in warning.message
    assert "sesame" not in warning.message + caplog.text
