"""Calls that come in while one is under way go together in the next: under a burst one call answers many requests, and a
lone request waits for nobody."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from contract.errors import StatesheetError

_MOST = 10
"""Calls that go together: the first of them waits for the last."""
_MOST_CHARACTERS = 500_000

Send = Callable[[Sequence[str]], Awaitable[Sequence[str | StatesheetError]]]
"""Makes some calls at once: for each what it gives, or why it gives nothing. Raises what is true of all."""


@dataclass(eq=False)
class _Call:
    content: str
    answer: "asyncio.Future[str]"


@dataclass
class Together:
    """One call of `send` at a time, each with all that wait for it."""

    send: Send
    _waiting: list[_Call] = field(default_factory=list)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def ask(self, content: str) -> str:
        """What `send` gives for `content`, alone or with others. Raises what it raises, or gave as the reason."""
        mine = _Call(content, asyncio.get_running_loop().create_future())
        self._waiting.append(mine)
        try:
            async with self._turn:
                if not mine.answer.done():
                    await self._send_some()
            return await mine.answer
        finally:
            mine.answer.cancel()  # nobody waits for it any more, wherever it is
            with suppress(ValueError):
                self._waiting.remove(mine)

    async def _send_some(self) -> None:
        some = self._next()
        try:
            answers: Sequence[str | Exception] = await self.send([call.content for call in some])
        except Exception as error:  # noqa: BLE001  # each of them is told; none may wait for ever
            answers = [error] * len(some)
        except asyncio.CancelledError:
            # Whoever sent them has gone, the others have not: the next one sends them again.
            self._waiting[:0] = some
            raise
        for call, answer in zip(some, answers, strict=True):
            if call.answer.done():
                continue
            if isinstance(answer, Exception):
                call.answer.set_exception(answer)
            else:
                call.answer.set_result(answer)

    def _next(self) -> list[_Call]:
        """The first of those that wait, and those after it that fit in one call with it."""
        self._waiting[:] = [call for call in self._waiting if not call.answer.done()]
        count, characters = 0, 0
        for call in self._waiting[:_MOST]:
            characters += len(call.content)
            if count and characters > _MOST_CHARACTERS:
                break
            count += 1
        some = self._waiting[:count]
        del self._waiting[:count]
        return some
