"""The driver's end of a stream (virStream), whatever carries it: a socket in the daemon, memory in process.

A procedure that has a stream gets it as its last argument. The driver method opens what it needs, hands the pump to
`run`, and returns; the transport sends the call's reply first and data after.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Protocol

from purevirt.errors import VirtError
from purevirt.types.override import override


class Hole:
    """`length` bytes of nothing in a sparse stream. (No dataclass: the client's start does not pay for that module.)"""

    __slots__ = ("length",)

    def __init__(self, length: int) -> None:
        self.length = length

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Hole) and other.length == self.length

    @override
    def __hash__(self) -> int:
        return hash((Hole, self.length))

    @override
    def __repr__(self) -> str:
        return f"Hole({self.length})"


class ServerStream(Protocol):
    """Directions are named from the driver's side; back-pressure is in `send` and `recv`."""

    async def recv(self) -> bytes | memoryview | Hole | None:
        """The next data or hole from the client; None once it has finished. Raises VirtError when it aborted. A view is
        the receiver's: nobody changes what it shows."""
        ...

    async def send(self, data: bytes | memoryview) -> None:
        """Data to the client; waits while its window is full. At most 262,120 bytes go in one packet. The sender may
        change what it gave afterwards."""
        ...

    async def send_hole(self, length: int) -> None: ...

    async def finish(self) -> None:
        """Regular end from our side."""
        ...

    async def abort(self, error: VirtError) -> None:
        """End with an error that the client's next stream call raises."""
        ...

    def run(self, pump: Coroutine[Any, Any, None]) -> None:
        """Let `pump` move data until it returns; it is cancelled when the client goes away or aborts."""
        ...
