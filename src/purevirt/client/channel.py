"""Our end of a stream, whatever carries it: the remote driver's session or a local driver's memory pipe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from purevirt.api.stream import Hole
from purevirt.errors import VirtError

PACKET = 262_120
"""The most data bytes one packet carries (VIR_NET_MESSAGE_LEGACY_PAYLOAD_MAX less its header)."""


class Channel(Protocol):
    """Data both ways with an end each. Errors of the peer are raised by the next call as VirtError. Deadlines are in
    seconds; None waits as long as it takes."""

    async def recv(self, limit: int, deadline: float | None = None) -> bytes | Hole | None:
        """At most `limit` bytes, or the hole at this point, or None at the peer's end. Waits for one of them."""
        ...

    async def recv_view(self, limit: int, deadline: float | None = None) -> bytes | memoryview | Hole | None:
        """As `recv`, perhaps as a view of what came, for callers that write it on at once."""
        ...

    def recv_ready(self) -> bool:
        """Whether `recv` would return at once."""
        ...

    async def send(self, data: bytes | memoryview, deadline: float | None = None) -> None: ...

    def send_ready(self) -> bool:
        """Whether `send` would return without waiting for the peer."""
        ...

    async def send_hole(self, length: int, deadline: float | None = None) -> None: ...

    async def finish(self, deadline: float | None = None) -> None:
        """End regularly and wait for the peer to confirm."""
        ...

    async def abort(self, deadline: float | None = None) -> None:
        """End at once; the peer drops what it has. Never waits for its agreement beyond the confirmation."""
        ...

    def unread(self, piece: bytes | Hole) -> None:
        """What was received but is not wanted yet: `recv` brings it next."""
        ...

    def on_ready(self, callback: Callable[[], bool] | None) -> None:
        """Call back again and again while recv_ready or send_ready may be true; None stops that. The callback answers
        whether anybody wanted to know: only then it is called again without a change."""
        ...

    @property
    def error(self) -> VirtError | None:
        """Why the stream is dead, when it is."""
        ...
