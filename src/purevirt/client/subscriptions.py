"""What one connection listens to: registered callbacks, their numbers, and the queue between socket and callbacks."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from purevirt.client.event_args import wire_event
from purevirt.client.records import Event
from purevirt.errors import ErrorCode, VirtError

QUEUE_LIMIT = 20_000
"""Events waiting for a reader; beyond that the oldest are dropped and one gap event stands for them."""

EventCallback = Callable[[Event], None]


class Registration:
    """One callback. `token` is the link's; a reconnect makes a new one from the rest."""

    __slots__ = ("callback", "event_id", "extra", "ref", "scope", "token")

    def __init__(self, scope: str, event_id: int, ref: Any, extra: tuple[Any, ...], callback: EventCallback) -> None:
        self.scope = scope
        self.event_id = event_id
        self.ref = ref
        self.extra = extra
        self.callback = callback
        self.token: object = None


class Subscriptions:
    """Callback numbers start at 0 and are never given twice, over all scopes of a connection.

    Without a loop that calls back at once (`inline`), events wait in a bounded queue for `dispatch`.
    """

    def __init__(self, make_object: Callable[[str, Any], Any], unknown: str) -> None:
        self._make_object = make_object
        self._unknown = unknown
        self._registered: dict[int, Registration] = {}
        self._next = 0
        self._queue: deque[tuple[Registration, Event]] = deque()
        self._dropped = False
        self.inline = False
        self.wake: Callable[[], None] | None = None
        """Called when an event was queued, for event loops that dispatch."""

    def add(self, registration: Registration) -> int:
        number = self._next
        self._next += 1
        self._registered[number] = registration
        return number

    def take(self, number: int, scope: str | None = None) -> Registration:
        """Remove a registration. Raises INVALID_ARG as the C library does for a number it does not know."""
        registration = self._registered.get(number)
        if registration is None or (scope is not None and registration.scope != scope):
            raise VirtError(ErrorCode.INVALID_ARG, self._unknown.format(number))
        del self._registered[number]
        return registration

    def find(self, scope: str, event_id: int, callback: EventCallback) -> int | None:
        for number, r in self._registered.items():
            if r.scope == scope and r.event_id == event_id and r.callback == callback:
                return number
        return None

    def all(self) -> list[Registration]:
        return list(self._registered.values())

    def deliver(self, registration: Registration, message: Any) -> None:
        """A message from the link."""
        ref, args = wire_event(registration.scope, registration.event_id, message)
        event = Event(registration.scope, registration.event_id, self._make_object(registration.scope, ref), args)
        self._put(registration, event)

    def gap(self) -> None:
        """Tell every callback that events may be missing."""
        for registration in self.all():
            self._put(registration, Event("gap", registration.event_id, None, ()))

    def _put(self, registration: Registration, event: Event) -> None:
        if self.inline:
            registration.callback(event)
            return
        if len(self._queue) >= QUEUE_LIMIT:
            self._queue.popleft()
            self._dropped = True
        self._queue.append((registration, event))
        if self.wake is not None:
            self.wake()

    @property
    def pending(self) -> bool:
        return bool(self._queue)

    def dispatch(self) -> int:
        """Run the callbacks of all queued events; how many."""
        if self._dropped:
            self._dropped = False
            self.gap()
        count = 0
        while self._queue:
            registration, event = self._queue.popleft()
            if registration in self._registered.values():
                registration.callback(event)
            count += 1
        return count
