"""Calls that go together: each gets its own answer, and nobody waits who need not."""

import asyncio
from collections.abc import Sequence

import pytest

from api.together import Together
from contract.errors import PrefectUnavailable, RunRefused, StatesheetError

pytestmark = pytest.mark.anyio


class Server:
    """Answers in upper case, once it is let to."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.open = asyncio.Event()
        self.trouble: Exception | None = None

    async def send(self, contents: Sequence[str]) -> list[str | StatesheetError]:
        self.asked.append(list(contents))
        await self.open.wait()
        if self.trouble is not None:
            raise self.trouble
        return [RunRefused(detail=text) if text == "bad" else text.upper() for text in contents]


@pytest.fixture
async def server() -> Server:
    return Server()


async def begun(calls: Together, *contents: str) -> list["asyncio.Task[str]"]:
    tasks = [asyncio.create_task(calls.ask(content)) for content in contents]
    await asyncio.sleep(0)
    return tasks


async def test_a_lone_call_goes_at_once(server: Server) -> None:
    server.open.set()
    assert await Together(server.send).ask("one") == "ONE"
    assert server.asked == [["one"]]


async def test_what_comes_while_a_call_is_under_way_goes_together_in_the_next(server: Server) -> None:
    tasks = await begun(Together(server.send), "one", "two", "three")
    server.open.set()
    assert await asyncio.gather(*tasks) == ["ONE", "TWO", "THREE"]
    assert server.asked == [["one"], ["two", "three"]]


async def test_only_so_many_go_together(server: Server) -> None:
    texts = [f"text {number}" for number in range(25)]
    tasks = await begun(Together(server.send), *texts)
    server.open.set()
    assert await asyncio.gather(*tasks) == [text.upper() for text in texts]
    assert [len(some) for some in server.asked] == [1, 10, 10, 4]


async def test_large_ones_do_not_add_up(server: Server) -> None:
    texts = ["one", *(letter * 300_000 for letter in "abc")]
    tasks = await begun(Together(server.send), *texts)
    server.open.set()
    assert await asyncio.gather(*tasks) == [text.upper() for text in texts]
    assert [len(some) for some in server.asked] == [1, 1, 1, 1]


async def test_one_that_is_refused_does_not_harm_the_others(server: Server) -> None:
    tasks = await begun(Together(server.send), "one", "bad", "two")
    server.open.set()
    one, bad, two = await asyncio.gather(*tasks, return_exceptions=True)
    assert (one, two) == ("ONE", "TWO")
    assert isinstance(bad, RunRefused)


async def test_when_the_server_is_away_each_is_told(server: Server) -> None:
    server.trouble = PrefectUnavailable(detail="gone")
    tasks = await begun(Together(server.send), "one", "two", "three")
    server.open.set()
    told = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(error) for error in told] == [PrefectUnavailable] * 3


@pytest.mark.parametrize("gone", [0, 1, 2])
async def test_whoever_gives_up_leaves_the_others_their_answers(server: Server, gone: int) -> None:
    server.open.set()
    calls = Together(server.send)
    assert await calls.ask("first") == "FIRST"
    server.open.clear()
    tasks = await begun(calls, "one", "two", "three")
    tasks[gone].cancel()
    await asyncio.sleep(0)
    server.open.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [answer for answer in answers if isinstance(answer, str)] == [
        text for number, text in enumerate(["ONE", "TWO", "THREE"]) if number != gone
    ]
