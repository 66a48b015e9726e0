"""Event registration of a connection, for all kinds of objects, and the close callback.

Callbacks get one `Event`. On the async face they are called from the loop as messages come; on the sync face from
`process_events` (see `purevirt.client`). Numbers of registrations are the connection's own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from purevirt.client.base import ConnectionCore
from purevirt.client.checks import (
    FROM_DOMAIN,
    FROM_NETWORK,
    FROM_NODEDEV,
    FROM_NONE,
    FROM_SECRET,
    FROM_STORAGE,
    negative_arg,
    null_arg,
    read_only,
)
from purevirt.client.subscriptions import EventCallback, Registration
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.types.constants import VIR_CONNECT_CLOSE_REASON_CLIENT

if TYPE_CHECKING:
    from purevirt.client.aio_events import EventIterator
    from purevirt.client.objects import Connection, Domain, Network, NodeDevice, Secret, StoragePool

LIFECYCLE = 0
ITERATOR_LIMIT = 1000
"""Events that wait for the reader of one iterator."""


class ConnectionEvents(ConnectionCore):
    """Registration and the close callback."""

    __slots__ = ()

    async def _register(
        self,
        scope: str,
        event_id: int,
        ref: Any,
        callback: EventCallback,
        extra: tuple[Any, ...] = (),
        deadline: float | None = None,
    ) -> int:
        registration = Registration(scope, event_id, ref, extra, callback)
        await self._standing()
        await self._subscribe(registration, deadline)
        return self._subscriptions.add(registration)

    async def _subscribe(self, registration: Registration, deadline: float | None = None) -> None:
        subscriptions = self._subscriptions

        def deliver(message: Any) -> None:
            subscriptions.deliver(registration, message)

        registration.token = await self._link.subscribe(
            registration.scope, registration.event_id, registration.ref, deliver, registration.extra, deadline
        )

    async def _register_again(self) -> None:
        if self._close_callback is not None:
            await self._link.invoke("connect_register_close_callback", ())
        for registration in self._subscriptions.all():
            await self._subscribe(registration)

    async def _deregister(self, number: int, scope: str, deadline: float | None = None) -> None:
        registration = self._subscriptions.take(number, scope)
        if self._reviver is not None and not self._link.alive:
            return  # a lost peer has forgotten it, and the next one will not be asked
        await self._link.unsubscribe(registration.token, deadline)

    @staticmethod
    def _check_register(event_id: int, callback: object, function: str, domain: int) -> None:
        if callback is None:
            raise null_arg("cb", function, domain)
        if event_id < 0:
            raise negative_arg("eventID", function, domain)

    @staticmethod
    def _check_number(number: int, function: str, domain: int) -> None:
        if number < 0:
            raise negative_arg("callbackID", function, domain)

    # -- guests -----------------------------------------------------------------------------------------------------------

    async def domain_event_register_any(
        self, dom: Domain | None, event_id: int, callback: EventCallback, *, deadline: float | None = None
    ) -> int:
        """virConnectDomainEventRegisterAny: of one guest, or of all (None). The number is for deregistering."""
        self._check_register(event_id, callback, "virConnectDomainEventRegisterAny", FROM_DOMAIN)
        return await self._register("domain", event_id, dom._ref if dom is not None else None, callback, deadline=deadline)

    async def domain_event_deregister_any(self, callback_id: int, *, deadline: float | None = None) -> None:
        """virConnectDomainEventDeregisterAny."""
        self._check_number(callback_id, "virConnectDomainEventDeregisterAny", FROM_DOMAIN)
        await self._deregister(callback_id, "domain", deadline)

    async def domain_event_register(self, callback: EventCallback, *, deadline: float | None = None) -> int:
        """virConnectDomainEventRegister: life-cycle events of all guests."""
        self._check_register(0, callback, "virConnectDomainEventRegister", FROM_DOMAIN)
        return await self._register("domain", LIFECYCLE, None, callback, deadline=deadline)

    async def domain_event_deregister(self, callback: EventCallback, *, deadline: float | None = None) -> None:
        """virConnectDomainEventDeregister, by the callback given to `domain_event_register`."""
        number = self._subscriptions.find("domain", LIFECYCLE, callback)
        if number is None:
            raise VirtError(ErrorCode.INVALID_ARG, f"event callback function {callback} not registered")
        await self._deregister(number, "domain", deadline)

    async def domain_qemu_monitor_event_register(
        self,
        dom: Domain | None,
        event: str | None,
        callback: EventCallback,
        flags: int = 0,
        *,
        deadline: float | None = None,
    ) -> int:
        """virConnectDomainQemuMonitorEventRegister: raw monitor events, by name (None: all; flags for patterns)."""
        if self._readonly:
            raise read_only("virConnectDomainQemuMonitorEventRegister", FROM_NONE)
        self._check_register(0, callback, "virConnectDomainQemuMonitorEventRegister", FROM_NONE)
        ref = dom._ref if dom is not None else None
        return await self._register("qemu_monitor", 0, ref, callback, (event, flags), deadline=deadline)

    async def domain_qemu_monitor_event_deregister(self, callback_id: int, *, deadline: float | None = None) -> None:
        """virConnectDomainQemuMonitorEventDeregister."""
        if self._readonly:
            raise read_only("virConnectDomainQemuMonitorEventDeregister", FROM_NONE)
        self._check_number(callback_id, "virConnectDomainQemuMonitorEventDeregister", FROM_NONE)
        await self._deregister(callback_id, "qemu_monitor", deadline)

    # -- other objects ------------------------------------------------------------------------------------------------------

    async def network_event_register_any(
        self, net: Network | None, event_id: int, callback: EventCallback, *, deadline: float | None = None
    ) -> int:
        """virConnectNetworkEventRegisterAny."""
        self._check_register(event_id, callback, "virConnectNetworkEventRegisterAny", FROM_NETWORK)
        return await self._register("network", event_id, net._ref if net is not None else None, callback, deadline=deadline)

    async def network_event_deregister_any(self, callback_id: int, *, deadline: float | None = None) -> None:
        """virConnectNetworkEventDeregisterAny."""
        self._check_number(callback_id, "virConnectNetworkEventDeregisterAny", FROM_NETWORK)
        await self._deregister(callback_id, "network", deadline)

    async def storage_pool_event_register_any(
        self, pool: StoragePool | None, event_id: int, callback: EventCallback, *, deadline: float | None = None
    ) -> int:
        """virConnectStoragePoolEventRegisterAny."""
        self._check_register(event_id, callback, "virConnectStoragePoolEventRegisterAny", FROM_STORAGE)
        ref = pool._ref if pool is not None else None
        return await self._register("storage_pool", event_id, ref, callback, deadline=deadline)

    async def storage_pool_event_deregister_any(self, callback_id: int, *, deadline: float | None = None) -> None:
        """virConnectStoragePoolEventDeregisterAny."""
        self._check_number(callback_id, "virConnectStoragePoolEventDeregisterAny", FROM_STORAGE)
        await self._deregister(callback_id, "storage_pool", deadline)

    async def node_device_event_register_any(
        self, dev: NodeDevice | None, event_id: int, callback: EventCallback, *, deadline: float | None = None
    ) -> int:
        """virConnectNodeDeviceEventRegisterAny."""
        self._check_register(event_id, callback, "virConnectNodeDeviceEventRegisterAny", FROM_NODEDEV)
        return await self._register("node_device", event_id, dev._ref if dev is not None else None, callback, deadline=deadline)

    async def node_device_event_deregister_any(self, callback_id: int, *, deadline: float | None = None) -> None:
        """virConnectNodeDeviceEventDeregisterAny."""
        self._check_number(callback_id, "virConnectNodeDeviceEventDeregisterAny", FROM_NODEDEV)
        await self._deregister(callback_id, "node_device", deadline)

    async def secret_event_register_any(
        self, secret: Secret | None, event_id: int, callback: EventCallback, *, deadline: float | None = None
    ) -> int:
        """virConnectSecretEventRegisterAny."""
        self._check_register(event_id, callback, "virConnectSecretEventRegisterAny", FROM_SECRET)
        return await self._register("secret", event_id, secret._ref if secret is not None else None, callback, deadline=deadline)

    async def secret_event_deregister_any(self, callback_id: int, *, deadline: float | None = None) -> None:
        """virConnectSecretEventDeregisterAny."""
        self._check_number(callback_id, "virConnectSecretEventDeregisterAny", FROM_SECRET)
        await self._deregister(callback_id, "secret", deadline)

    # -- the end of the connection --------------------------------------------------------------------------------------------

    async def register_close_callback(
        self, callback: Callable[[Connection, int], None], *, deadline: float | None = None
    ) -> None:
        """virConnectRegisterCloseCallback: called once with a VIR_CONNECT_CLOSE_REASON_*, when we or the peer lose a
        connection."""
        if callback is None:
            raise null_arg("cb", "virConnectRegisterCloseCallback", FROM_NONE)
        if not self._link.reports_close:
            return
        if self._close_callback is not None:
            raise VirtError(ErrorCode.OPERATION_INVALID, "A close callback is already registered", ErrorDomain.REMOTE)
        await self._call("connect_register_close_callback", (), deadline)
        self._close_callback = callback

    async def unregister_close_callback(
        self, callback: Callable[[Connection, int], None], *, deadline: float | None = None
    ) -> None:
        """virConnectUnregisterCloseCallback."""
        if callback is None:
            raise null_arg("cb", "virConnectUnregisterCloseCallback", FROM_NONE)
        if not self._link.reports_close:
            return
        if self._close_callback != callback:
            raise VirtError(ErrorCode.OPERATION_INVALID, "A different callback was requested", ErrorDomain.REMOTE)
        await self._call("connect_unregister_close_callback", (), deadline)
        self._close_callback = None

    def _closed(self, reason: int) -> None:
        """The link has ended. On a connection that re-opens itself the callback stays for the next time."""
        callback = self._close_callback
        if self._reviver is not None and reason != VIR_CONNECT_CLOSE_REASON_CLIENT:
            self._reviver.lost()
        else:
            self._close_callback = None
            for events in list(self._iterators):
                events.ended(reason)
        if callback is not None:
            callback(self, reason)

    # -- iterators -----------------------------------------------------------------------------------------------------------

    def events(
        self, scope: str = "domain", event_id: int = 0, of: Any = None, *, limit: int = ITERATOR_LIMIT
    ) -> EventIterator:
        """`async with conn.events("domain", VIR_DOMAIN_EVENT_ID_REBOOT) as events: async for event in events: …`

        Without the `async with`, events count from the first step of the `async for`. `of` is the Domain, Network … to
        watch, None for all. At most `limit` events wait for the reader; when it is slower, the oldest are dropped and an
        event of the scope "gap" stands for them. A gap also tells that the connection was lost and opened again. When
        the connection ends for good the iteration raises its error; when we close it, it just ends.
        """
        from purevirt.client.aio_events import EventIterator

        return EventIterator(self, scope, event_id, of._ref if of is not None else None, limit)
