"""When to ask a silent peer whether it lives, and when to give it up. No clock of its own: the owner passes times.

As libvirt counts: after `interval` seconds without traffic a ping goes out; when `count` pings were not answered by
anything, the connection is dead (`count` 0: on the first silent interval). Any traffic counts as an answer.
"""

from __future__ import annotations

from typing import Literal

from purevirt.errors import ErrorCode, ErrorDomain, VirtError

Action = Literal["wait", "ping", "dead"]


class KeepAlive:
    """One connection's state. `interval` 0 or less turns it off: `next_at` is then None."""

    def __init__(self, interval: float, count: int, now: float) -> None:
        self.interval = interval
        self.count = count
        self._last = now
        self._last_ping = now
        self._unanswered = 0

    @property
    def next_at(self) -> float | None:
        """When `check` wants to be called."""
        if self.interval <= 0:
            return None
        return max(self._last, self._last_ping) + self.interval

    def heard(self, now: float) -> None:
        """Something came from the peer."""
        self._last = now
        self._unanswered = 0

    def check(self, now: float) -> Action:
        due = self.next_at
        if due is None or now < due:
            return "wait"
        if self._unanswered >= self.count:
            return "dead"
        self._unanswered += 1
        self._last_ping = now
        return "ping"


def death() -> VirtError:
    """The error of calls that were waiting on a connection given up."""
    return VirtError(ErrorCode.INTERNAL_ERROR, "connection closed due to keepalive timeout", ErrorDomain.RPC)
