"""A character device, pseudo terminal or unix socket on the event loop: reads and writes that wait without a thread."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable


class AsyncFd:
    """Owns a descriptor. One reader and one writer at a time."""

    def __init__(self, fd: int) -> None:
        os.set_blocking(fd, False)
        self._fd = fd
        self._loop = asyncio.get_running_loop()

    async def read(self, limit: int) -> bytes:
        """What is there, at most `limit` bytes; b"" at the end (a pseudo terminal nobody holds any more counts as one)."""
        while True:
            try:
                return os.read(self._fd, limit)
            except BlockingIOError:
                await self._wait(self._loop.add_reader, self._loop.remove_reader)
            except OSError:
                return b""

    async def write(self, data: bytes | memoryview) -> None:
        """All of it. Raises OSError when the other side is gone."""
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self._fd, view) :]
            except BlockingIOError:
                await self._wait(self._loop.add_writer, self._loop.remove_writer)

    async def _wait(self, add: Callable[[int, Callable[[], None]], None], remove: Callable[[int], bool]) -> None:
        ready: asyncio.Future[None] = self._loop.create_future()

        def wake() -> None:
            if not ready.done():
                ready.set_result(None)

        add(self._fd, wake)
        try:
            await ready
        finally:
            remove(self._fd)

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def open_terminal(path: str) -> AsyncFd:
    """A pseudo terminal's slave side, without becoming our controlling terminal. Raises OSError."""
    return AsyncFd(os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC))


def connect_unix(path: str) -> AsyncFd:
    """A unix stream socket. Raises OSError."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    try:
        sock.connect(path)
    except OSError:
        sock.close()
        raise
    return AsyncFd(sock.detach())
