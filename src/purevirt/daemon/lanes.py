"""How many calls run at once: normal lanes for everybody, and a few reserved for calls that must always pass.

A call that does not suspend takes no lane. One that does holds its lane until it ends; when all are taken, further
calls wait in order. High-priority rows (destroy, getters that never wait for a guest) may use the reserved lanes too.
libvirt's `max_workers` and `prio_workers` are the sizes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

Start = Callable[[], None]


class Lanes:
    """One server's lanes. `take` answers whether the call may start now; otherwise `start` is called later."""

    def __init__(self, normal: int, reserved: int) -> None:
        self.normal = normal
        self.reserved = reserved
        self.minimum = 0
        self.kept = 0
        """What was there before the sizes were changed: it stays, as far as it may."""
        self.busy = 0
        self.busy_reserved = 0
        self._waiting: deque[Start] = deque()
        self._waiting_high: deque[Start] = deque()

    @property
    def depth(self) -> int:
        """Calls that wait for a lane."""
        return len(self._waiting) + len(self._waiting_high)

    @property
    def present(self) -> int:
        """Lanes cost nothing while free, so as many "are there" as must be, as were, or as are busy."""
        return max(self.minimum, self.kept, self.busy)

    def resize(self, minimum: int, normal: int, reserved: int) -> None:
        """Other sizes; what waits and now fits is started."""
        self.kept = min(max(self.present, minimum), normal)
        self.minimum, self.normal, self.reserved = minimum, normal, reserved
        self.admit()

    def take(self, high: bool, start: Start) -> bool:
        if self.busy < self.normal and not self._waiting:
            return True
        if high and self.busy_reserved < self.reserved:
            return True
        (self._waiting_high if high else self._waiting).append(start)
        return False

    def occupy(self, high: bool) -> bool:
        """The call has suspended and takes a lane; returns whether it is a reserved one (pass that to `release`)."""
        if high and self.busy >= self.normal:
            self.busy_reserved += 1
            return True
        self.busy += 1
        return False

    def release(self, was_reserved: bool) -> None:
        if was_reserved:
            self.busy_reserved -= 1
        else:
            self.busy -= 1
        self.admit()

    def admit(self) -> None:
        """Start what fits now; also after the sizes have been changed."""
        while self._waiting_high and (self.busy < self.normal or self.busy_reserved < self.reserved):
            self._waiting_high.popleft()()
        while self._waiting and self.busy < self.normal:
            self._waiting.popleft()()
