"""virConnect's event registration as libvirt-python has it: callbacks get (conn, object, arguments…, opaque)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from purevirt.client.records import Event
from purevirt.client.subscriptions import EventCallback
from purevirt.compat.calls.dispatch import DISPATCH, virConnectDispatch
from purevirt.compat.eventloop import called
from purevirt.compat.handle import twin_of
from purevirt.compat.pump import Pump
from purevirt.compat.raising import failing, libvirtError
from purevirt.errors import ErrorCode, VirtError

_WHAT = {
    "domain": "domain",
    "network": "network",
    "storage_pool": "storage",
    "node_device": "node device",
    "secret": "secret",
    "qemu_monitor": "domain",
}


class virConnectEvents(virConnectDispatch):
    """Registering and dispatching; the numbers are per connection, over all kinds."""

    _o: Any
    _pump: Pump

    def __init__(self) -> None:
        self.domainEventCallbacks: dict[Any, dict[str, Any]] = {}
        self.domainEventCallbackID: dict[int, Any] = {}
        self.networkEventCallbackID: dict[int, Any] = {}
        self.storagePoolEventCallbackID: dict[int, Any] = {}
        self.nodeDeviceEventCallbackID: dict[int, Any] = {}
        self.secretEventCallbackID: dict[int, Any] = {}
        self._tracked: dict[tuple[Any, ...], int] = {}

    # -- one way for all kinds

    def _add(self, scope: str, obj: Any, event_id: int, register: Callable[[EventCallback], int], cb_data: Any) -> int:
        """The number of a new registration. A kind of event is taken once per object, for the binding gives the C
        library the same function each time."""
        key = (scope, event_id, None if obj is None else twin_of(obj)._a._identity())
        if key in self._tracked:
            raise VirtError(ErrorCode.INVALID_ARG, "event callback already tracked", str1="invalid argument: %s")
        name = DISPATCH.get((scope, event_id))
        if name is None:
            raise libvirtError("virConnectDomainEventRegisterAny() failed")
        dispatch = getattr(self, name)

        def deliver(event: Event) -> None:
            if event.scope != "gap":
                called(dispatch, event.object, *event.args, cb_data)

        self._pump.need_timer(_WHAT[scope])
        self._pump.added()
        try:
            number = self._tracked[key] = register(deliver)
        except BaseException:
            self._pump.removed()
            raise
        return number

    def _remove(self, number: int, deregister: Callable[[int], None]) -> None:
        deregister(number)
        self._tracked = {key: n for key, n in self._tracked.items() if n != number}
        self._pump.removed()

    def _cb_data(self, cb: Any, opaque: Any) -> dict[str, Any]:
        return {"cb": cb, "conn": self, "opaque": opaque}

    # -- guests

    def domainEventRegister(self, cb: Any, opaque: Any) -> None:
        """Life-cycle events of all guests, the old way: many callbacks share one registration."""
        if not self.domainEventCallbacks:
            with failing("virConnectDomainEventRegister"):
                self._pump.need_timer("domain")
                self._legacy = self._o.domain_event_register_any(None, 0, self._deliver_legacy)
                self._pump.added()
        self.domainEventCallbacks[cb] = {"opaque": opaque}

    def _deliver_legacy(self, event: Event) -> None:
        if event.scope != "gap":
            called(self._dispatchDomainEventCallbacks, event.object, *event.args)

    def domainEventDeregister(self, cb: Any) -> None:
        del self.domainEventCallbacks[cb]
        if not self.domainEventCallbacks:
            with failing("virConnectDomainEventDeregister"):
                self._remove(self._legacy, self._o.domain_event_deregister_any)

    def domainEventRegisterAny(self, dom: Any, eventID: int, cb: Any, opaque: Any) -> int:
        data = self._cb_data(cb, opaque)
        with failing("virConnectDomainEventRegisterAny"):
            number = self._add(
                "domain", dom, eventID,
                lambda deliver: self._o.domain_event_register_any(twin_of(dom), eventID, deliver), data,
            )  # fmt: skip
        self.domainEventCallbackID[number] = opaque
        return number

    def domainEventDeregisterAny(self, callbackID: int) -> None:
        with failing("virConnectDomainEventDeregisterAny"):
            self._remove(_number(callbackID), self._o.domain_event_deregister_any)
        self.domainEventCallbackID.pop(callbackID, None)

    # -- the others

    def networkEventRegisterAny(self, net: Any, eventID: int, cb: Any, opaque: Any) -> int:
        data = self._cb_data(cb, opaque)
        with failing("virConnectNetworkEventRegisterAny"):
            number = self._add(
                "network", net, eventID,
                lambda deliver: self._o.network_event_register_any(twin_of(net), eventID, deliver), data,
            )  # fmt: skip
        self.networkEventCallbackID[number] = opaque
        return number

    def networkEventDeregisterAny(self, callbackID: int) -> None:
        with failing("virConnectNetworkEventDeregisterAny"):
            self._remove(_number(callbackID), self._o.network_event_deregister_any)
        self.networkEventCallbackID.pop(callbackID, None)

    def storagePoolEventRegisterAny(self, pool: Any, eventID: int, cb: Any, opaque: Any) -> int:
        data = self._cb_data(cb, opaque)
        with failing("virConnectStoragePoolEventRegisterAny"):
            number = self._add(
                "storage_pool", pool, eventID,
                lambda deliver: self._o.storage_pool_event_register_any(twin_of(pool), eventID, deliver), data,
            )  # fmt: skip
        self.storagePoolEventCallbackID[number] = opaque
        return number

    def storagePoolEventDeregisterAny(self, callbackID: int) -> None:
        with failing("virConnectStoragePoolEventDeregisterAny"):
            self._remove(_number(callbackID), self._o.storage_pool_event_deregister_any)
        self.storagePoolEventCallbackID.pop(callbackID, None)

    def nodeDeviceEventRegisterAny(self, dev: Any, eventID: int, cb: Any, opaque: Any) -> int:
        data = self._cb_data(cb, opaque)
        with failing("virConnectNodeDeviceEventRegisterAny"):
            number = self._add(
                "node_device", dev, eventID,
                lambda deliver: self._o.node_device_event_register_any(twin_of(dev), eventID, deliver), data,
            )  # fmt: skip
        self.nodeDeviceEventCallbackID[number] = opaque
        return number

    def nodeDeviceEventDeregisterAny(self, callbackID: int) -> None:
        with failing("virConnectNodeDeviceEventDeregisterAny"):
            self._remove(_number(callbackID), self._o.node_device_event_deregister_any)
        self.nodeDeviceEventCallbackID.pop(callbackID, None)

    def secretEventRegisterAny(self, secret: Any, eventID: int, cb: Any, opaque: Any) -> int:
        data = self._cb_data(cb, opaque)
        with failing("virConnectSecretEventRegisterAny"):
            number = self._add(
                "secret", secret, eventID,
                lambda deliver: self._o.secret_event_register_any(twin_of(secret), eventID, deliver), data,
            )  # fmt: skip
        self.secretEventCallbackID[number] = opaque
        return number

    def secretEventDeregisterAny(self, callbackID: int) -> None:
        with failing("virConnectSecretEventDeregisterAny"):
            self._remove(_number(callbackID), self._o.secret_event_deregister_any)
        self.secretEventCallbackID.pop(callbackID, None)

    # -- the end of the connection, and keepalive

    def registerCloseCallback(self, cb: Any, opaque: Any) -> int:
        """cb(conn, reason, opaque) once when the connection ends."""
        data = self._cb_data(cb, opaque)

        def closed(_: object, reason: int) -> None:
            called(self._dispatchCloseCallback, reason, data)

        with failing("virConnectRegisterCloseCallback"):
            self._o.register_close_callback(closed)
            self._on_close = closed
        return 0

    def unregisterCloseCallback(self) -> None:
        with failing("virConnectUnregisterCloseCallback"):
            self._o.unregister_close_callback(getattr(self, "_on_close", _nobody))

    def setKeepAlive(self, interval: int, count: int) -> int:
        with failing("virConnectSetKeepAlive"):
            self._pump.set_keepalive(interval, count)
        return 0


def _nobody(conn: object, reason: int) -> None:
    """The callback to unregister where none was registered."""


def _number(value: Any) -> int:
    if not hasattr(value, "__index__"):
        raise TypeError(f"'{type(value).__name__}' object cannot be interpreted as an integer")
    return int(value)
