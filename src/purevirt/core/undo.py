"""The undo stack of an operation with several effects: each effect pushes its inverse, success forgets them all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from logging import getLogger

from purevirt.errors import VirtError

log = getLogger("purevirt.core.undo")

Inverse = Callable[[], object] | Callable[[], Awaitable[object]]


class Undo:
    """Inverses, run last first when the operation fails. One that fails is logged and the others still run."""

    def __init__(self) -> None:
        self._inverses: list[tuple[str, Inverse]] = []

    def push(self, what: str, inverse: Inverse) -> None:
        """Remember how to take back `what`."""
        self._inverses.append((what, inverse))

    def commit(self) -> None:
        """The operation succeeded: nothing is taken back any more."""
        self._inverses.clear()

    async def roll_back(self) -> None:
        while self._inverses:
            what, inverse = self._inverses.pop()
            try:
                result = inverse()
                if isinstance(result, Awaitable):
                    await result
            except (OSError, VirtError) as error:
                log.warning("cannot undo %s: %s", what, error)


@asynccontextmanager
async def undo() -> AsyncIterator[Undo]:
    """`async with undo() as u:` rolls back unless `u.commit()` was called; also when cancelled."""
    stack = Undo()
    try:
        yield stack
    except BaseException:
        await stack.roll_back()
        raise
    await stack.roll_back()
