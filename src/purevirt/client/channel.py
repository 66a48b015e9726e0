"""Our end of a stream, whatever carries it: the remote driver's session or a local driver's memory pipe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from purevirt.api.stream import Hole
from purevirt.errors import VirtError

PACKET = 262_120
"""The most data bytes one packet carries (VIR_NET_MESSAGE_LEGACY_PAYLOAD_MAX less its header)."""


class Channel(Protocol):
    """Data both ways with an end each. Errors of the peer are raised by the next call as VirtError."""

    async def recv(self, limit: int) -> bytes | Hole | None:
        """At most `limit` bytes, or the hole at this point, or None at the peer's end. Waits for one of them."""
        ...

    def recv_ready(self) -> bool:
        """Whether `recv` would return at once."""
        ...

    async def send(self, data: bytes | memoryview) -> None: ...

    def send_ready(self) -> bool:
        """Whether `send` would return without waiting for the peer."""
        ...

    async def send_hole(self, length: int) -> None: ...

    async def finish(self) -> None:
        """End regularly and wait for the peer to confirm."""
        ...

    async def abort(self) -> None:
        """End at once; the peer drops what it has. Never waits for its agreement beyond the confirmation."""
        ...

    def on_ready(self, callback: Callable[[], None] | None) -> None:
        """Call back whenever recv_ready or send_ready may have become true; None stops that."""
        ...

    @property
    def error(self) -> VirtError | None:
        """Why the stream is dead, when it is."""
        ...
