"""A stream to a driver that runs in its own thread's loop: the driver's end there, the client's wherever its calls are."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from purevirt.api.stream import Hole
from purevirt.core.tasks import TaskOwner
from purevirt.errors import VirtError
from purevirt.rpc.stream_end import StreamEnd
from purevirt.types.override import override

_WINDOW = 1 << 20


class Runner(Protocol):
    """Runs a coroutine in the driver's loop and waits for it, however the caller waits."""

    watched: list[Any]
    """Streams with a callback, where no event loop watches them."""

    async def run(self, work: Coroutine[Any, Any, Any], deadline: float | None) -> Any: ...

    def streams_changed(self) -> None:
        """From the driver's thread: one of the watched streams may be ready."""
        ...


def _size(pieces: deque[bytes | Hole]) -> int:
    return sum(0 if isinstance(piece, Hole) else len(piece) for piece in pieces)


class EmbeddedStream:
    """The driver's end (`api.stream.ServerStream`) and, in the loop as well, what the client's end asks of it."""

    def __init__(self) -> None:
        self.to_driver: deque[bytes | Hole] = deque()
        self.to_client: deque[bytes | Hole] = deque()
        self.error: VirtError | None = None
        self.finished = False
        self._client_finished = False
        self._changed = asyncio.Condition()
        self.on_change: Callable[[], None] | None = None
        """Called from the driver's loop whenever either end has done something."""
        self._pump: Coroutine[Any, Any, None] | None = None
        self._tasks = TaskOwner("embedded stream")
        self._task: asyncio.Task[None] | None = None

    async def _until(self, met: Callable[[], bool]) -> None:
        async with self._changed:
            await self._changed.wait_for(met)

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()
        if self.on_change is not None:
            self.on_change()

    # -- for the driver

    async def recv(self) -> bytes | Hole | None:
        await self._until(lambda: bool(self.to_driver) or self._client_finished)
        piece = self.to_driver.popleft() if self.to_driver else None
        await self._tell()
        return piece

    async def send(self, data: bytes | memoryview) -> None:
        self.to_client.append(bytes(data))
        await self._tell()
        await self._until(lambda: _size(self.to_client) < _WINDOW)

    async def send_hole(self, length: int) -> None:
        self.to_client.append(Hole(length))
        await self._tell()

    async def finish(self) -> None:
        self.finished = True
        await self._tell()

    async def abort(self, error: VirtError) -> None:
        self.error = error
        await self._tell()

    def run(self, pump: Coroutine[Any, Any, None]) -> None:
        self._pump = pump

    # -- for the client's end, in the loop

    async def start(self) -> None:
        """The call went well: data may move."""
        if self._pump is not None:
            self._task = self._tasks.spawn(self._drive(self._pump), "pump")

    async def _drive(self, pump: Coroutine[Any, Any, None]) -> None:
        try:
            await pump
        except VirtError as error:
            self.error = error
        finally:
            self.finished = True
            await self._tell()

    async def take(self, limit: int) -> bytes | Hole | None:
        await self._until(lambda: bool(self.to_client) or self.finished or self.error is not None)
        if not self.to_client:
            if self.error is not None:
                raise self.error
            return None
        piece = self.to_client.popleft()
        if not isinstance(piece, Hole) and len(piece) > limit:
            self.to_client.appendleft(piece[limit:])
            piece = piece[:limit]
        await self._tell()
        return piece

    async def give(self, piece: bytes | Hole) -> None:
        await self._until(lambda: _size(self.to_driver) < _WINDOW or self.finished)
        if self.error is not None:
            raise self.error
        self.to_driver.append(piece)
        await self._tell()

    async def end(self, *, wait: bool) -> None:
        """The client is done; with `wait` the pump may take what is left, else it is stopped."""
        self._client_finished = True
        await self._tell()
        if self._task is not None:
            if not wait:
                self._task.cancel()
            await asyncio.wait([self._task])
        if wait and self.error is not None:
            raise self.error


class EmbeddedChannel(StreamEnd):
    """The client's end (`client.channel.Channel`)."""

    def __init__(self, runner: Runner, stream: EmbeddedStream, *, uploads: bool) -> None:
        super().__init__(runner.watched)
        self._runner, self._stream, self._uploads = runner, stream, uploads
        self._looking = False

    @property
    def error(self) -> VirtError | None:
        return self._stream.error

    async def recv(self, limit: int, deadline: float | None = None) -> bytes | Hole | None:
        if self._held:
            return self._reread(limit)
        piece: bytes | Hole | None = await self._runner.run(self._stream.take(limit), deadline)
        return piece

    async def recv_view(self, limit: int, deadline: float | None = None) -> bytes | memoryview | Hole | None:
        return await self.recv(limit, deadline)

    def recv_ready(self) -> bool:
        return bool(self._held or self._stream.to_client) or self._stream.finished or self._stream.error is not None

    async def send(self, data: bytes | memoryview, deadline: float | None = None) -> None:
        await self._runner.run(self._stream.give(bytes(data)), deadline)

    def send_ready(self) -> bool:
        return _size(self._stream.to_driver) < _WINDOW

    async def send_hole(self, length: int, deadline: float | None = None) -> None:
        await self._runner.run(self._stream.give(Hole(length)), deadline)

    async def finish(self, deadline: float | None = None) -> None:
        self.on_ready(None)
        await self._runner.run(self._stream.end(wait=self._uploads), deadline)

    async def abort(self, deadline: float | None = None) -> None:
        self.on_ready(None)
        await self._runner.run(self._stream.end(wait=False), deadline)

    @override
    def on_ready(self, callback: Callable[[], bool] | None) -> None:
        """Call back while the stream may be ready: from the caller's loop where he has one, else from `check`."""
        if callback is None:
            self._stream.on_change = None
            super().on_ready(None)
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            super().on_ready(callback)
            self._stream.on_change = self._runner.streams_changed
        else:
            self._callback = callback

            def changed() -> None:
                with contextlib.suppress(RuntimeError):  # the caller's loop is closed
                    loop.call_soon_threadsafe(self._poke, loop)

            self._stream.on_change = changed
            self._poke(loop)

    def _poke(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._callback is not None and not self._looking:
            self._looking = True
            loop.call_soon(self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._looking = False
        if self.check():
            self._poke(loop)
