"""Streams of in-process drivers on an event loop: the driver's pump is a task, and either end waits for the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from purevirt.client.local_stream import LocalChannel, Pipe
from purevirt.errors import ErrorDomain, Timeout, VirtError
from purevirt.types.override import override


class LoopPipe(Pipe):
    """See Pipe; `changed` wakes both ends."""

    def __init__(self) -> None:
        super().__init__()
        self._loop = asyncio.get_running_loop()
        self._change = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.watcher: Callable[[], None] | None = None

    @override
    def changed(self) -> None:
        change, self._change = self._change, asyncio.Event()
        change.set()
        if self.watcher is not None:
            self.watcher()

    @override
    def run(self, pump: Coroutine[Any, Any, None]) -> None:
        # Owned by the pipe: `_done` takes its result, `stop` ends it.
        self._task = self._loop.create_task(pump, name="purevirt in-process stream")
        self._task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if task.cancelled():
            return
        error = task.exception()
        if error is not None and not isinstance(error, VirtError):
            self._loop.call_exception_handler({"message": "purevirt: the driver's end of a stream failed", "exception": error})
        self._ended(error if isinstance(error, VirtError) else None)

    @override
    async def driver_waits(self) -> None:
        await self._change.wait()

    @override
    async def client_waits(self, ready: Callable[[], bool], deadline: float | None) -> None:
        try:
            async with asyncio.timeout(deadline):
                while not ready():
                    await self._change.wait()
        except TimeoutError:
            raise Timeout("no stream data in time", ErrorDomain.STREAMS) from None

    @override
    def step(self) -> None:
        """The loop runs the pump."""

    @property
    @override
    def pumping(self) -> bool:
        return self._task is not None

    @override
    async def stop(self) -> None:
        task = self._task
        if task is not None:
            task.cancel()
            await asyncio.wait([task])


class LoopChannel(LocalChannel):
    """The client's end; readiness callbacks come from the loop."""

    def __init__(self, pipe: LoopPipe) -> None:
        super().__init__(pipe, [])
        self._loop_pipe = pipe
        self._looking = False

    @override
    def on_ready(self, callback: Callable[[], bool] | None) -> None:
        self._callback = callback
        self._loop_pipe.watcher = self._poke if callback is not None else None
        self._poke()

    def _poke(self) -> None:
        if self._callback is not None and not self._looking:
            self._looking = True
            asyncio.get_running_loop().call_soon(self._look)

    def _look(self) -> None:
        self._looking = False
        if self.check():
            self._poke()
