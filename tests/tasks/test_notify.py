"""Telling of an ended job, to real listeners on loopback."""

import asyncio
import socket
import threading
import time
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from contract.jobs import Job, JobSource
from tasks import notify as notifying
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
    return asyncio.run(notify(JOB, **({"webhooks": urls, "apprise": (), "delays": (0, 0, 0)} | more)))


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


def test_apprise_tells_people_and_leads_them_to_the_page_of_the_job(listener):
    address = listener.url.replace("http://", "json://")
    assert tell(apprise=(address,), public_url="https://sheets.example") == ()
    [(_, body)] = listener.got
    assert b"Completed with no records" in body
    assert b"https://sheets.example/acme/downloads/run-1" in body


@pytest.mark.parametrize(
    "address", ["gibberish://sesame", "slack://sesame", "tgram://sesame/x", "sesame", "https://[bad/sesame"]
)
def test_an_address_that_apprise_does_not_know_is_a_warning_that_tells_no_token(address, caplog):
    [warning] = tell(apprise=(address,))
    assert "does not understand" in warning.message
    assert "sesame" not in warning.message + caplog.text


@contextmanager
def pouring(start: bytes, more: bytes, seconds: float):
    """A receiver that answers with `start` and then with `more` again and again, until the client goes; its URL, and the bytes
    that it got rid of."""
    sent = [0]

    def pour(connection):
        with closing(connection), suppress(OSError):
            connection.recv(65536)
            connection.sendall(start)
            while True:
                sent[0] += connection.send(more)
                time.sleep(seconds)

    def serve(listener):
        with suppress(OSError):
            while True:
                threading.Thread(target=pour, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/hook", sent
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(("more", "seconds"), [(b"x", 0.2), (b"x" * 65536, 0)], ids=["slowly", "fast"])
def test_a_webhook_has_answered_with_its_status_however_long_its_answer_goes_on(more, seconds):
    with pouring(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000000\r\n\r\n", more, seconds) as (url, sent):
        assert tell(url) == ()
        assert sent[0] < 100_000_000


def test_a_webhook_that_never_comes_to_its_status_has_its_time_and_no_more(monkeypatch):
    monkeypatch.setattr(notifying, "TRY_SECONDS", 0.5)
    with pouring(b"HTTP/1.1 200 OK\r\n", b"X-More: 1\r\n", 0.1) as (url, _):
        [warning] = tell(url)
    assert "did not answer within 0.5 seconds" in warning.message


def test_an_address_does_not_wait_for_another_one(listener, monkeypatch):
    monkeypatch.setattr(notifying, "TRY_SECONDS", 20)

    async def work():
        async with asyncio.timeout(15):
            told = asyncio.create_task(notify(JOB, webhooks=(slow, listener.url), apprise=()))
            while not listener.got:
                await asyncio.sleep(0.01)
            told.cancel()

    with pouring(b"HTTP/1.1 200 OK\r\n", b"X-More: 1\r\n", 0.1) as (slow, _):
        asyncio.run(work())
    assert len(listener.got) == 1


def test_apprise_has_its_time_too_and_no_second_message_while_it_is_at_the_first(monkeypatch):
    monkeypatch.setattr(notifying, "APPRISE_SECONDS", 0.5)
    with pouring(b"HTTP/1.1 200 OK\r\n", b"X-More: 1\r\n", 0.1) as (url, _):
        said = [tell(apprise=(url.replace("http://", "json://"),))[0].message for _ in range(2)]
    assert "did not take the message within 0.5 seconds" in said[0]
    assert "has not taken an earlier message yet" in said[1]


def test_whatever_a_library_raises_is_a_warning(monkeypatch):
    def break_down(*_):
        raise RuntimeError("sesame")

    monkeypatch.setattr(notifying, "_tell_by_apprise", break_down)
    [warning] = tell(apprise=("json://127.0.0.1",))
    assert "RuntimeError" in warning.message
    assert "sesame" not in warning.message
