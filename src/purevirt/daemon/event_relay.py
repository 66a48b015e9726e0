"""Events from a driver's hub to one client: registrations of all kinds, and the packets they cause.

Three generations of registration are served: the two legacy ones of domain events (one registration per event kind,
messages without a callback id) and the one with callback ids, which the other object kinds have from their start.

A driver emits the legacy struct of a kind (no callback id in it); kinds that never had one are emitted as the struct
with `callbackID` 0, and the id is put in here. Either way the message is encoded once per event, not per client.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable, Mapping
from logging import getLogger
from typing import TYPE_CHECKING

from purevirt.api.events import Event, EventHub, Scope, Subscription
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.protocol import qemu, remote
from purevirt.protocol.header import FRAME, MessageType
from purevirt.protocol.rows import Row
from purevirt.protocol.xdr import encode

if TYPE_CHECKING:
    from purevirt.daemon.access.control import AccessControl
    from purevirt.daemon.client import ServedClient

log = getLogger("purevirt.daemon.events")

UNCHECKED_LIMIT = 1024
"""Events that may wait for access control, per client."""
_I32 = struct.Struct(">i")
_MESSAGE = int(MessageType.MESSAGE)

_LEGACY_NAMES = (
    "lifecycle",
    "reboot",
    "rtc_change",
    "watchdog",
    "io_error",
    "graphics",
    "io_error_reason",
    "control_error",
    "block_job",
    "disk_change",
    "tray_change",
    "pmwakeup",
    "pmsuspend",
    "balloon_change",
    "pmsuspend_disk",
    "device_removed",
)
"""Domain event kinds by number that have a message without a callback id, and one that wraps it."""
_NEWER_NAMES = (
    "block_job_2",
    "callback_tunable",
    "callback_agent_lifecycle",
    "callback_device_added",
    "callback_migration_iteration",
    "callback_job_completed",
    "callback_device_removal_failed",
    "callback_metadata_change",
    "block_threshold",
    "memory_failure",
    "memory_device_size_change",
)


def _row(name: str) -> Row:
    return remote.PROGRAM.by_name[name]


LEGACY: tuple[Row, ...] = tuple(_row(f"domain_event_{name}") for name in _LEGACY_NAMES)
CALLBACK: tuple[Row, ...] = (
    *(_row(f"domain_event_callback_{name}") for name in _LEGACY_NAMES),
    *(_row(f"domain_event_{name}") for name in _NEWER_NAMES),
)
OTHERS: Mapping[Scope, tuple[Row, ...]] = {
    "network": (_row("network_event_lifecycle"),),
    "storage_pool": (_row("storage_pool_event_lifecycle"), _row("storage_pool_event_refresh")),
    "node_device": (_row("node_device_event_lifecycle"), _row("node_device_event_update")),
    "secret": (_row("secret_event_lifecycle"), _row("secret_event_value_changed")),
    "qemu_monitor": (qemu.DOMAIN_MONITOR_EVENT,),
}
_WITH_REASON = frozenset({11, 12, 14})
"""PM events: the wrapping message has a reason before the message; it is always 0."""
LABELS: Mapping[Scope, str] = {
    "domain": "domain",
    "network": "network",
    "storage_pool": "storage pool",
    "node_device": "node device",
    "secret": "secret",
    "qemu_monitor": "qemu monitor",
}


class _Encoded:
    """The last event's encoding, shared by all clients that get it."""

    event: Event | None = None
    payload: bytes = b""


def payload_of(event: Event) -> bytes:
    if _Encoded.event is not event:
        _Encoded.payload = encode(event.message)
        _Encoded.event = event
    return _Encoded.payload


def _packet(row: Row, payload: bytes) -> bytes:
    return FRAME.pack(28 + len(payload), row.program, row.version, row.number, _MESSAGE, 0, 0) + payload


class EventRelay:
    """One client's registrations. Raises VirtError with libvirt's texts."""

    def __init__(self, client: ServedClient) -> None:
        self._client = client
        self._next_id = 0
        self._callbacks: dict[tuple[Scope, int], tuple[EventHub, Subscription]] = {}
        self._legacy: dict[int, tuple[EventHub, Subscription]] = {}
        self._unchecked: deque[tuple[Event, bytes]] = deque()

    def _hub(self) -> EventHub:
        driver = self._client.driver
        hub = driver.events if driver is not None else None
        if hub is None:
            raise VirtError(ErrorCode.NO_SUPPORT)
        return hub

    @property
    def count(self) -> int:
        return len(self._callbacks) + len(self._legacy)

    # -- legacy domain events

    def register_legacy(self, event_id: int) -> None:
        if not 0 <= event_id < len(LEGACY):
            raise VirtError(ErrorCode.INTERNAL_ERROR, f"unsupported event ID {event_id}", ErrorDomain.RPC)
        if event_id in self._legacy:
            raise VirtError(ErrorCode.INTERNAL_ERROR, f"domain event {event_id} already registered", ErrorDomain.RPC)
        hub, row = self._hub(), LEGACY[event_id]

        def deliver(event: Event) -> None:
            self._send(event, _packet(row, payload_of(event)))

        self._legacy[event_id] = hub, hub.subscribe("domain", deliver, event_id)

    def deregister_legacy(self, event_id: int) -> None:
        found = self._legacy.pop(event_id, None)
        if found is None:
            raise VirtError(ErrorCode.INTERNAL_ERROR, f"domain event {event_id} not registered", ErrorDomain.RPC)
        found[0].unsubscribe(found[1])

    # -- with callback ids

    def register(self, scope: Scope, event_id: int, key: bytes | str | None) -> int:
        rows = CALLBACK if scope == "domain" else OTHERS[scope]
        if not 0 <= event_id < len(rows):
            what = "" if scope == "domain" else f"{LABELS[scope]} "
            raise VirtError(ErrorCode.INTERNAL_ERROR, f"unsupported {what}event ID {event_id}", ErrorDomain.RPC)
        hub, row = self._hub(), rows[event_id]
        number = self._next_id
        head = _I32.pack(number)
        if scope == "domain" and event_id in _WITH_REASON:
            head += _I32.pack(0)
        wraps = scope == "domain" and event_id < len(LEGACY)

        def deliver(event: Event) -> None:
            payload = payload_of(event)
            self._send(event, _packet(row, head + (payload if wraps else payload[4:])))

        wanted = None if scope == "qemu_monitor" else event_id
        subscription = hub.subscribe(scope, deliver, wanted, key)
        self._next_id += 1
        self._callbacks[scope, number] = hub, subscription
        return number

    def register_monitor(self, key: bytes | None, wanted: str | None, flags: int) -> int:
        """QEMU monitor events: by name, by name without case (flag 2), or by regular expression (flag 1)."""
        matches = monitor_filter(wanted, flags)
        hub, row, number = self._hub(), qemu.DOMAIN_MONITOR_EVENT, self._next_id
        head = _I32.pack(number)

        def deliver(event: Event) -> None:
            if matches(event.message.event):
                self._send(event, _packet(row, head + payload_of(event)[4:]))

        subscription = hub.subscribe("qemu_monitor", deliver, None, key)
        self._next_id += 1
        self._callbacks["qemu_monitor", number] = hub, subscription
        return number

    def deregister(self, scope: Scope, number: int) -> None:
        found = self._callbacks.pop((scope, number), None)
        if found is None:
            text = f"{LABELS[scope]} event callback {number} not registered"
            raise VirtError(ErrorCode.INTERNAL_ERROR, text, ErrorDomain.RPC)
        found[0].unsubscribe(found[1])

    # -- to the client

    def _send(self, event: Event, packet: bytes) -> None:
        """At once, or in order behind the access check."""
        access = self._client.server.dispatcher.access
        if access is None:
            self._client.send_event(packet)
            return
        if len(self._unchecked) >= UNCHECKED_LIMIT:
            log.warning("client %d: events come faster than access control answers; dropping one", self._client.number)
            return
        self._unchecked.append((event, packet))
        if len(self._unchecked) == 1:
            self._client.tasks.spawn(self._check(access), "check events")

    async def _check(self, access: AccessControl) -> None:
        while self._unchecked:
            event, packet = self._unchecked[0]
            try:
                if await access.may_see(self._client, event):
                    self._client.send_event(packet)
            finally:
                if self._unchecked:  # not when the client has gone meanwhile
                    self._unchecked.popleft()

    def drop_all(self) -> None:
        for hub, subscription in (*self._callbacks.values(), *self._legacy.values()):
            hub.unsubscribe(subscription)
        self._callbacks.clear()
        self._legacy.clear()
        self._unchecked.clear()


def monitor_filter(wanted: str | None, flags: int) -> Callable[[str], bool]:
    """The test that a monitor event's name must pass."""
    if wanted is None:
        return lambda name: True
    if flags & 1:
        import re

        try:
            pattern = re.compile(wanted, re.IGNORECASE if flags & 2 else 0)
        except re.error as e:
            raise VirtError(ErrorCode.INVALID_ARG, f"failed to compile regex '{wanted}': {e}") from e
        return lambda name: pattern.search(name) is not None
    if flags & 2:
        return lambda name: name.lower() == wanted.lower()
    return lambda name: name == wanted
