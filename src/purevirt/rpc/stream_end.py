"""What every client's end of a stream has beside its data: pieces given back, and somebody who waits for readiness."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from purevirt.api.stream import Hole


class StreamEnd:
    """`watched` is the connection's list of ends that somebody wants to hear of, where no event loop watches them."""

    def __init__(self, watched: list[Any]) -> None:
        self._watched = watched
        self._held: list[bytes | Hole] = []
        self._callback: Callable[[], bool] | None = None

    def unread(self, piece: bytes | Hole) -> None:
        """What was read but not wanted is read next."""
        self._held.append(piece)

    def _reread(self, limit: int) -> bytes | Hole:
        """The next of what was given back (there is something)."""
        piece = self._held.pop()
        if isinstance(piece, bytes) and len(piece) > limit:
            self._held.append(piece[limit:])
            return piece[:limit]
        return piece

    def on_ready(self, callback: Callable[[], bool] | None) -> None:
        """Call back, from `check`, while the stream may be ready."""
        self._callback = callback
        if callback is not None and self not in self._watched:
            self._watched.append(self)
        elif callback is None and self in self._watched:
            self._watched.remove(self)

    def check(self) -> bool:
        """Tell the watcher, which finds out itself what the stream is ready for; whether it was for anything."""
        return self._callback is not None and self._callback()
