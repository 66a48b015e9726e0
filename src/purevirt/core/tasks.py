"""Every task has an owner; bare `create_task` stands nowhere else."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from logging import getLogger
from typing import Any, TypeVar

log = getLogger("purevirt.core.tasks")

T = TypeVar("T")


class TaskOwner:
    """Keeps the tasks of one thing (daemon, connection, guest); an unexpected error is logged with its traceback."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._tasks: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def spawn(self, work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        """Run `work` until it returns or the owner closes."""
        task = asyncio.get_running_loop().create_task(work, name=f"{self.name}/{name}")
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("task %s failed", task.get_name(), exc_info=error)

    async def close(self) -> None:
        """Cancel what still runs and wait until it has ended."""
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.gather(*tasks, return_exceptions=True)


async def offload(work: Callable[..., T], *args: Any) -> T:
    """Run a blocking function in a thread: anything over about 5 ms. `work` must touch no object state."""
    return await asyncio.get_running_loop().run_in_executor(None, work, *args)


LARGE = 1 << 16
"""Characters of a document that is read in a thread, so that others are served meanwhile: a guest of 60 devices has 20,000."""
_long = threading.Lock()


async def offload_large(text: str, work: Callable[[], T]) -> T:
    """What is to be done with a document: here and now, or apart when it is a huge one."""
    return work() if len(text) < LARGE else await offload_long(work)


async def offload_long(work: Callable[..., T], *args: Any) -> T:
    """The same for what computes for seconds, such as a huge document: one at a time, apart from the threads of `offload`.

    The interpreter lets the loop run between its steps. The thread does not keep the process from ending.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(value: T | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(value)  # type: ignore[arg-type]

    def run() -> None:
        value, error = None, None
        with _long:
            try:
                value = work(*args)
            except BaseException as e:  # noqa: BLE001 - it is the caller's
                error = e
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, value, error)

    threading.Thread(target=run, name="long", daemon=True).start()
    return await done
