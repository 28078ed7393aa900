"""The API on a real socket of loopback: clients that trickle, flood, stall or talk nonsense get their answer and no more."""

import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI, Request
from starlette.responses import StreamingResponse

from api import errors
from api.body import BodyLimit
from api.errors import LastResort
from api.headers import HeaderLimit
from api.targets import AbsoluteTargets
from config.settings import load_settings
from contract.errors import Unauthorized
from runtime.api_server import server_config
from runtime.parts import listen, port_of

PIECE = b"x" * 1_000_000


def application(seconds: float) -> FastAPI:
    """The bounds of the API around some routes of the test's own."""
    app = FastAPI()

    @app.post("/length")
    async def length(request: Request) -> int:
        return len(await request.body())

    @app.get("/host")
    async def host(request: Request) -> str:
        return f"{request.headers['host']} {request.url.query}"

    @app.post("/refused")
    async def refused() -> None:
        raise Unauthorized

    @app.get("/endless")
    async def endless() -> StreamingResponse:
        async def pieces() -> Any:
            for _ in range(500):
                yield PIECE

        return StreamingResponse(pieces())

    errors.install(app)
    app.add_middleware(BodyLimit, limit=300_000, seconds=seconds)
    app.add_middleware(HeaderLimit)
    app.add_middleware(LastResort)
    app.add_middleware(AbsoluteTargets)
    return app


@contextmanager
def served(tmp_path: Path, **bounds: Any) -> Iterator[tuple[int, FastAPI]]:
    """The port of a server with bounds so short that a test can wait for them."""
    given = {"request_seconds": 0.4, "stall_seconds": 0.5, "max_connections": 20} | bounds
    settings = load_settings(home=tmp_path, **given)
    app = application(settings.request_seconds)
    app.state.server = server = uvicorn.Server(server_config(app, settings))
    with listen("127.0.0.1", 0) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield port_of(listener), app
        finally:
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive()


def dial(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def heard(client: socket.socket) -> bytes:
    """All that comes until the server closes the connection."""
    pieces = []
    try:
        while piece := client.recv(65_536):
            pieces.append(piece)
    except ConnectionResetError:
        pass
    return b"".join(pieces)


def one_answer(client: socket.socket) -> bytes:
    """One answer, of a connection that may stay open."""
    said = b""
    whole = re.compile(rb"content-length: (\d+)\r\n.*?\r\n\r\n", re.DOTALL)
    while not (head := whole.search(said)) or len(said) < head.end() + int(head[1]):
        piece = client.recv(65_536)
        assert piece, said
        said += piece
    return said


def refusal(answer: bytes) -> tuple[int, str]:
    """Status and code of an answer in the envelope."""
    head, _, body = answer.partition(b"\r\n\r\n")
    [detail] = [json.loads(body)["dataObjectOperationResponse"]["statusDetail"]]
    assert b"application/json" in head
    return int(head.split()[1]), detail["code"]


def trickle(client: socket.socket, first: bytes, drop: bytes = b"a", pause: float = 0.05) -> bytes:
    """What a server says to a client that sends a little every moment (of `pause` seconds), and never enough."""
    client.sendall(first)
    client.settimeout(pause)
    for _ in range(int(10 / pause)):
        try:
            client.sendall(drop)
            said = client.recv(65_536)
        except TimeoutError:
            continue
        except (BrokenPipeError, ConnectionResetError):
            raise AssertionError("the connection was cut without a word") from None
        client.settimeout(10)
        return said + heard(client)
    raise AssertionError("the server goes on waiting")


@pytest.mark.parametrize(
    ("target", "host"),
    [
        (b"/host?q=1", "a q=1"),
        (b"http://127.0.0.1:9095/host?q=1", "127.0.0.1:9095 q=1"),
        (b"HTTPS://b.example/h%6Fst?q=http://c/", "b.example q=http://c/"),
    ],
)
def test_a_target_in_absolute_form_is_served_and_its_host_counts(tmp_path: Path, target: bytes, host: str) -> None:
    with served(tmp_path) as (port, _), dial(port) as client:
        client.sendall(b"GET " + target + b" HTTP/1.1\r\nHost: a\r\n\r\n")
        said = one_answer(client)
        assert json.loads(said.partition(b"\r\n\r\n")[2]) == host
        client.sendall(b"GET http://ann@b.example/host HTTP/1.1\r\nHost: a\r\n\r\n")
        assert refusal(one_answer(client)) == (404, "SSH4105")


def test_a_body_that_trickles_in_is_cut_off_with_a_408(tmp_path: Path) -> None:
    with served(tmp_path) as (port, _), dial(port) as client:
        said = trickle(client, b"POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
    assert refusal(said) == (408, "SSH4152")


def test_a_chunked_body_that_trickles_in_is_cut_off_too(tmp_path: Path) -> None:
    with served(tmp_path) as (port, _), dial(port) as client:
        head = b"POST /length HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        assert refusal(trickle(client, head, b"1\r\na\r\n")) == (408, "SSH4152")


def test_headers_that_trickle_in_are_cut_off_with_a_408(tmp_path: Path) -> None:
    with served(tmp_path) as (port, _), dial(port) as client:
        assert refusal(trickle(client, b"GET /endless HTTP/1.1\r\nHost: a\r\nX: ")) == (408, "SSH4152")


def test_the_second_request_of_a_connection_may_not_trickle_either(tmp_path: Path) -> None:
    with served(tmp_path) as (port, _), dial(port) as client:
        client.sendall(b"POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
        assert one_answer(client).endswith(b"3")
        assert refusal(trickle(client, b"GET /endless HTTP/1.1\r\nX: ")) == (408, "SSH4152")


def test_a_client_that_sends_on_while_it_is_refused_sees_the_whole_answer(tmp_path: Path) -> None:
    """Closing at once would reset the connection, and with it go what the client has not read yet."""
    with served(tmp_path) as (port, _), dial(port) as client:
        client.sendall(b"GET /" + PIECE * 8)
        assert refusal(heard(client)) == (431, "SSH4154")


def test_a_refused_client_that_stays_does_not_hold_up_the_end_of_the_server(tmp_path: Path) -> None:
    with ExitStack() as dialled, served(tmp_path) as (port, app):
        client = dialled.enter_context(dial(port))
        client.sendall(b"HELO there\r\n\r\n")
        assert refusal(heard(client)) == (400, "SSH4153")
        assert app.state.server.server_state.connections


def test_a_connection_that_says_nothing_is_closed(tmp_path: Path) -> None:
    with served(tmp_path) as (port, _), dial(port) as client:
        assert heard(client) == b""


def test_a_refused_client_that_goes_on_trickling_is_cut_off(tmp_path: Path) -> None:
    """The answer was there before the body; its sender gets it, and does not keep the connection."""
    with served(tmp_path) as (port, _), dial(port) as client:
        said = trickle(client, b"POST /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
    assert refusal(said) == (401, "SSH4101")


def test_a_refused_client_with_a_large_body_sees_its_answer_and_may_go_on(tmp_path: Path) -> None:
    with served(tmp_path, request_seconds=5) as (port, _), dial(port) as client:
        for _ in range(2):
            client.sendall(b"POST /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n" + PIECE * 2)
            said = one_answer(client)
            assert refusal(said) == (401, "SSH4101")
            assert b"connection: close" not in said.lower()


def test_a_large_body_has_the_time_that_its_size_takes(tmp_path: Path) -> None:
    """300,000 bytes in six pieces over more than the grace of 0.4 seconds."""
    with served(tmp_path) as (port, _), dial(port) as client:
        client.sendall(b"POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n")
        for _ in range(6):
            client.sendall(PIECE[:50_000])
            time.sleep(0.12)
        assert one_answer(client).endswith(b"300000")


def test_a_client_that_does_not_read_its_answer_is_cut_off(tmp_path: Path) -> None:
    """Its connection is not held, and half a gigabyte is not kept for somebody who is not there."""
    with served(tmp_path) as (port, app), dial(port) as client:
        client.sendall(b"GET /endless HTTP/1.1\r\nHost: a\r\n\r\n")
        client.recv(1)
        held = app.state.server.server_state.connections
        assert len(held) == 1
        for _ in range(100):
            if not held:
                return
            time.sleep(0.1)
        raise AssertionError("the connection is still held")


def test_refused_clients_that_stay_take_nobodys_place_and_are_no_more_than_the_others_may_be(tmp_path: Path) -> None:
    with served(tmp_path, max_connections=2, request_seconds=30) as (port, app), ExitStack() as dialled:
        for _ in range(5):
            client = dialled.enter_context(dial(port))
            client.sendall(b"HELO there\r\n\r\n")
            assert refusal(heard(client)) == (400, "SSH4153")
        with dial(port) as client:
            client.sendall(b"POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
            assert one_answer(client).startswith(b"HTTP/1.1 200")
            assert len(app.state.server.server_state.connections) == 3


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"GET /x HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 200 + b"\r\n", (431, "SSH4154")),
        (b"GET /x HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 40_000 + b"\r\n\r\n", (431, "SSH4154")),
        (b"GET /" + b"y" * 40_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", (431, "SSH4154")),
        (b"GET /x HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 150_000, (431, "SSH4154")),
        (b"HELO there\r\n\r\n", (400, "SSH4153")),
        (b"GET /x HTTP/1.1\r\n\r\n", (400, "SSH4153")),
        (b"GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", (400, "SSH4153")),
        (b"POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", (400, "SSH4153")),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", (400, "SSH4153")),
    ],
    ids=["many", "long", "long address", "endless", "no http", "no host", "two hosts", "two lengths", "tls"],
)
def test_a_head_that_is_too_large_or_no_http_is_answered_in_the_envelope(
    tmp_path: Path, head: bytes, expected: tuple[int, str]
) -> None:
    with served(tmp_path) as (port, _), dial(port) as client:
        client.sendall(head)
        assert refusal(heard(client)) == expected


@pytest.mark.parametrize("length", [17_000, 24_000, 32_000])
def test_a_head_within_the_bound_is_served_in_however_many_pieces_it_comes(tmp_path: Path, length: int) -> None:
    with served(tmp_path, request_seconds=5) as (port, _), dial(port) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.sendall(b"POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nX: " + b"y" * length)
        time.sleep(0.1)  # so that the server reads an unfinished head
        client.sendall(b"\r\n\r\n")
        assert one_answer(client).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("length", [b"3", b"0", b"100000"])
def test_a_body_whose_length_is_told_in_two_ways_is_refused_and_nothing_after_it_is_read(tmp_path: Path, length: bytes) -> None:
    head = b"POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + b"\r\nTransfer-Encoding: chunked\r\n\r\n"
    another = b"POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"
    with served(tmp_path) as (port, _), dial(port) as client:
        client.sendall(head + b"3\r\nabc\r\n0\r\n\r\n" + another)
        said = heard(client)
    assert refusal(said) == (400, "SSH4153")
    assert said.count(b"HTTP/1.1 ") == 1


def test_more_connections_than_are_held_are_told_to_come_again(tmp_path: Path) -> None:
    with served(tmp_path, max_connections=3, request_seconds=30) as (port, _):
        held = [dial(port) for _ in range(3)]
        for client in held:
            client.sendall(b"POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
            assert one_answer(client)
        with dial(port) as client:
            assert refusal(heard(client)) == (503, "SSH5042")
        held.pop().close()
        for _ in range(50):  # until the server has seen that it is closed
            with dial(port) as client:
                client.sendall(b"POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                if heard(client).startswith(b"HTTP/1.1 200"):
                    break
            time.sleep(0.05)
        else:
            raise AssertionError("a place that is free is not given")
        for client in held:
            client.close()
