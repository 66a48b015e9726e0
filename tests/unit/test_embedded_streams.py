"""Readiness callbacks of streams whose driver runs in a thread of its own: without a loop, and on the caller's."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest

from purevirt.api.stream import Hole
from purevirt.client.aio_embedded_stream import EmbeddedChannel, EmbeddedStream


class Thread:
    """A driver's loop, and calls into it from wherever (client.aio_embedded's ways)."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.watched: list[Any] = []
        self.changed = threading.Event()

    async def run(self, work: Coroutine[Any, Any, Any], deadline: float | None) -> Any:
        future = asyncio.run_coroutine_threadsafe(work, self.loop)
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return future.result(20)
        return await asyncio.wait_for(asyncio.wrap_future(future), 20)

    def streams_changed(self) -> None:
        self.changed.set()

    def sync(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)


@pytest.fixture
def driver() -> Iterator[Thread]:
    thread = Thread()
    yield thread
    thread.loop.call_soon_threadsafe(thread.loop.stop)
    thread.thread.join(10)
    thread.loop.close()


async def echo(stream: EmbeddedStream) -> None:
    while (piece := await stream.recv()) is not None:
        if not isinstance(piece, Hole):
            await stream.send(piece)


async def opened() -> EmbeddedStream:
    stream = EmbeddedStream()
    stream.run(echo(stream))
    await stream.start()
    return stream


def now(work: Coroutine[Any, Any, Any]) -> Any:
    """The result of a coroutine that does not suspend in this thread."""
    with pytest.raises(StopIteration) as done:
        work.send(None)
    return done.value.value


def test_without_a_loop_the_connection_is_told(driver: Thread) -> None:
    channel = EmbeddedChannel(driver, driver.sync(opened()), uploads=False)
    got: list[bytes] = []

    def readable() -> bool:
        if not channel.recv_ready():
            return False
        got.append(now(channel.recv(100)))
        return True

    channel.on_ready(readable)
    assert driver.watched == [channel]
    assert not channel.check(), "nothing has come"
    now(channel.send(b"data"))
    while not got:
        assert driver.changed.wait(20)
        driver.changed.clear()
        channel.check()
    assert got == [b"data"]
    now(channel.abort())
    assert driver.watched == []
    assert not channel.check()


def test_on_the_callers_loop(driver: Thread) -> None:
    async def work() -> None:
        channel = EmbeddedChannel(driver, await driver.run(opened(), None), uploads=False)
        came = asyncio.Event()

        def readable() -> bool:
            if channel.recv_ready():
                came.set()
                return False
            return False

        channel.on_ready(readable)
        await asyncio.sleep(0)
        assert not came.is_set()
        await channel.send(b"data")
        await asyncio.wait_for(came.wait(), 20)
        assert await channel.recv(100) == b"data"
        assert driver.watched == []
        await channel.finish()

    asyncio.run(work())
