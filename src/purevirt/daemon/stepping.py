"""Running a coroutine at once, on the spot: most calls never wait, and then need neither a task nor a loop turn.

`step` runs the coroutine to its first suspension. If it has ended by then, its result is there; otherwise `rest` is a
coroutine that goes on where it stopped, to be given to a task. In between, `asyncio.current_task()` must answer
something, because timeouts and task groups remember it: a stand-in that passes on to the task made later.
"""

from __future__ import annotations

import asyncio
import asyncio.tasks
from collections.abc import Coroutine, Generator
from typing import Any, cast

from purevirt.types.override import override


class StandIn:
    """The current task of a coroutine that has none yet."""

    __slots__ = ("__weakref__", "_cancelled", "task")

    def __init__(self) -> None:
        self.task: asyncio.Task[Any] | None = None
        self._cancelled: list[Any] = []

    def cancel(self, msg: Any = None) -> bool:
        if self.task is not None:
            return self.task.cancel(msg)
        self._cancelled.append(msg)
        return True

    def cancelling(self) -> int:
        return self.task.cancelling() if self.task is not None else len(self._cancelled)

    def uncancel(self) -> int:
        if self.task is not None:
            return self.task.uncancel()
        if self._cancelled:
            self._cancelled.pop()
        return len(self._cancelled)

    def become(self, task: asyncio.Task[Any]) -> None:
        """From now on it is this task."""
        self.task = task
        for message in self._cancelled:
            task.cancel(message)

    def __getattr__(self, name: str) -> Any:
        if self.task is None:
            raise AttributeError(name)
        return getattr(self.task, name)


class _GoOn:
    """Awaits what a coroutine was about to await, then the rest of it."""

    def __init__(self, work: Coroutine[Any, Any, Any], waiting_for: Any) -> None:
        self._work = work
        self._waiting_for = waiting_for

    def __await__(self) -> Generator[Any, Any, Any]:
        work, waiting_for = self._work, self._waiting_for
        try:
            while True:
                try:
                    sent = yield waiting_for
                except GeneratorExit:
                    work.close()
                    raise
                except BaseException as e:  # noqa: BLE001
                    waiting_for = work.throw(e)
                else:
                    waiting_for = work.send(sent)
        except StopIteration as done:
            return done.value


class Unfinished:
    """A coroutine that has suspended: give `rest()` to a task, and the task to `adopt`."""

    __slots__ = ("_stand_in", "_waiting_for", "_work")

    def __init__(self, work: Coroutine[Any, Any, Any], waiting_for: Any, stand_in: StandIn) -> None:
        self._work = work
        self._waiting_for = waiting_for
        self._stand_in = stand_in

    async def rest(self) -> Any:
        return await _GoOn(self._work, self._waiting_for)

    def adopt(self, task: asyncio.Task[Any]) -> None:
        self._stand_in.become(task)

    @override
    def __repr__(self) -> str:
        return f"<unfinished {self._work!r}>"


def step(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any]) -> Any:
    """The coroutine's result, or an `Unfinished`. What the coroutine raises comes out here."""
    stand_in = StandIn()
    outer = asyncio.tasks.current_task(loop)
    task = cast("asyncio.Task[Any]", stand_in)
    if outer is not None:
        asyncio.tasks._leave_task(loop, outer)
    asyncio.tasks._enter_task(loop, task)
    try:
        waiting_for = work.send(None)
    except StopIteration as done:
        return done.value
    finally:
        asyncio.tasks._leave_task(loop, task)
        if outer is not None:
            asyncio.tasks._enter_task(loop, outer)
    return Unfinished(work, waiting_for, stand_in)
