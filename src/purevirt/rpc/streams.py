"""One end of a stream without I/O: what came in and was not yet taken, and whether each side has ended.

Both roles use it. The owner puts packets in (`put`), takes data out (`take`), and stops reading the connection while
`full`, which is all the back-pressure the protocol has.
"""

from __future__ import annotations

from collections import deque
from typing import Final, Literal

from purevirt.api.stream import Hole
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.rpc.session import StreamPacket

HIGH_WATER: Final = 4 << 20
"""Bytes waiting above which the connection is not read any further."""

Taken = bytes | memoryview | Hole | None
Blocked = Literal["blocked"]
BLOCKED: Final[Blocked] = "blocked"


class StreamState:
    """`eof`: the peer sent its last data. `finished`: the peer confirmed (or asked for) the regular end. `error`: the
    end by an error; it is raised by every later use."""

    __slots__ = ("_items", "_size", "closed", "eof", "error", "finished")

    def __init__(self) -> None:
        self._items: deque[bytes | memoryview | Hole] = deque()
        self._size = 0
        self.eof = False
        self.finished = False
        self.closed = False
        self.error: VirtError | None = None

    @property
    def size(self) -> int:
        """Bytes waiting to be taken."""
        return self._size

    @property
    def full(self) -> bool:
        return self._size > HIGH_WATER

    @property
    def readable(self) -> bool:
        """Whether `take` would not be blocked."""
        return bool(self._items) or self.eof or self.finished or self.error is not None

    def put(self, packet: StreamPacket) -> None:
        """Account for a packet from the peer."""
        if packet.kind == "data":
            if len(packet.data) == 0:
                self.eof = True
            elif not self.closed:
                self._items.append(packet.data)
                self._size += len(packet.data)
        elif packet.kind == "hole":
            if not self.closed:
                self._items.append(Hole(packet.length))
                self._size += 64  # a flood of empty holes must fill the queue too
        elif packet.kind == "finish":
            self.finished = True
        else:
            self.fail(packet.error or VirtError(ErrorCode.RPC, "stream aborted at client request", ErrorDomain.STREAMS))

    def fail(self, error: VirtError) -> None:
        """End by an error; what was not taken is lost."""
        if self.error is None:
            self.error = error
        self._items.clear()
        self._size = 0

    def take(self, limit: int | None = None) -> Taken | Blocked:
        """The next data (at most `limit` bytes) or hole, None at the end, BLOCKED when nothing has come yet.

        Raises the stream's error.
        """
        if self.error is not None:
            raise self.error
        if not self._items:
            return None if self.eof or self.finished else BLOCKED
        item = self._items[0]
        if isinstance(item, Hole):
            self._items.popleft()
            self._size -= 64
            return item
        if limit is None or len(item) <= limit:
            self._items.popleft()
            self._size -= len(item)
            return item
        view = memoryview(item)
        self._items[0] = view[limit:]
        self._size -= limit
        return view[:limit]

    def take_joined(self, limit: int) -> Taken | Blocked:
        """As `take`, but small pieces that wait already are joined up to `limit` bytes."""
        first = self.take(limit)
        if not isinstance(first, bytes | memoryview) or len(first) == limit:
            return first
        parts, size = [first], len(first)
        while size < limit and self._items and not isinstance(self._items[0], Hole):
            part = self.take(limit - size)
            assert isinstance(part, bytes | memoryview)
            parts.append(part)
            size += len(part)
        return first if len(parts) == 1 else b"".join(parts)
