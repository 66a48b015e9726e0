"""A SASL security layer over a link of the event loop."""

from __future__ import annotations

import os
from collections.abc import Sequence

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.rpc.aio_link import AsyncLink, OnClosed, OnData, OnFilled, OnSpace, no_space
from purevirt.rpc.sasl import Mechanism, SaslError


class AsyncLayer:
    """Takes the place of the link `below`, whose callbacks it takes over; descriptors cannot pass."""

    can_pass_fds = False

    def __init__(self, below: AsyncLink, mechanism: Mechanism) -> None:
        self._below = below
        self._mechanism = mechanism
        self.on_data: OnData = below.on_data
        self.on_closed: OnClosed = below.on_closed
        self.on_space: OnSpace = no_space
        self.on_filled: OnFilled = below.on_filled
        below.on_space = no_space  # what comes is wrapped
        below.on_data = self._data
        below.on_closed = self._closed

    def _data(self, data: bytes, fds: Sequence[int]) -> None:
        for fd in fds:
            os.close(fd)
        try:
            plain = self._mechanism.unwrap(data)
        except SaslError as e:
            self._below.on_closed = _ignore
            self._below.close()
            text = f"failed to decode SASL data: {e}"
            self.on_closed(VirtError(ErrorCode.INTERNAL_ERROR, text, ErrorDomain.RPC))
            return
        if plain:
            self.on_data(plain, ())

    def _closed(self, error: VirtError | None) -> None:
        self.on_closed(error)

    @property
    def buffered(self) -> int:
        return self._below.buffered

    @property
    def closing(self) -> bool:
        return self._below.closing

    def write(self, data: bytes, fds: Sequence[int] = ()) -> None:
        if not self._below.closing:
            self._below.write(self._mechanism.wrap(data))

    def write_parts(self, head: bytes, data: bytes | memoryview) -> None:
        self.write(head + data)

    def pause(self) -> None:
        self._below.pause()

    def resume(self) -> None:
        self._below.resume()

    async def drain(self) -> None:
        await self._below.drain()

    def close(self, after_writing: bool = False) -> None:
        self._below.close(after_writing)


def _ignore(error: VirtError | None) -> None:
    return None
