"""Events from drivers to whoever asked: one hub per driver, bounded queues, visible gaps.

An event carries the *legacy* wire struct of its kind (DomainEventLifecycleMsg and so on: the one without a callback
id); the daemon wraps it for each subscription. Emitting never blocks and never fails.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Scope = Literal["domain", "network", "storage_pool", "node_device", "secret", "qemu_monitor"]


@dataclass(frozen=True, slots=True)
class Event:
    """One change. `event_id` is the VIR_*_EVENT_ID_* value; `key` is the object's UUID (bytes) or name, for filters."""

    scope: Scope
    event_id: int
    key: bytes | str
    message: Any


@dataclass(eq=False, slots=True)
class Subscription:
    """A registered callback; `event_id` None takes every kind of the scope."""

    scope: Scope
    event_id: int | None
    key: bytes | str | None
    deliver: Callable[[Event], None]


class EventHub:
    """Fan-out in registration order. `deliver` must not block: it puts into the subscriber's own bounded queue."""

    def __init__(self) -> None:
        self._subscriptions: list[Subscription] = []

    def subscribe(
        self, scope: Scope, deliver: Callable[[Event], None], event_id: int | None = None, key: bytes | str | None = None
    ) -> Subscription:
        subscription = Subscription(scope, event_id, key, deliver)
        self._subscriptions.append(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Safe to call twice and from inside a delivery."""
        self._subscriptions = [s for s in self._subscriptions if s is not subscription]

    def emit(self, event: Event) -> None:
        for s in self._subscriptions:
            if s.scope == event.scope and s.event_id in (None, event.event_id) and s.key in (None, event.key):
                s.deliver(event)
