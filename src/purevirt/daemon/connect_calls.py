"""Procedures of the connection itself: open, close, features, authentication methods, event registration."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

from purevirt.api.context import CallContext, current
from purevirt.api.events import Scope
from purevirt.daemon.client import ServedClient
from purevirt.daemon.dispatch import Handler
from purevirt.drivers.registry import DriverHost, open_driver
from purevirt.errors import ErrorCode, ErrorDomain, NoSupport, VirtError
from purevirt.protocol import remote
from purevirt.protocol.features import ALWAYS, BEFORE_OPEN, BY_DAEMON, Feature
from purevirt.rpc.session import Call
from purevirt.types.constants import LIBVIR_VERSION_NUMBER, VIR_CONNECT_RO
from purevirt.types.typed_params import TypedParam

_MONITOR: Scope = "qemu_monitor"


def _driver(client: ServedClient) -> Any:
    if client.driver is None:
        raise VirtError(ErrorCode.INTERNAL_ERROR, "hypervisor connection not open", ErrorDomain.RPC)
    return client.driver


class ConnectCalls:
    """The handlers of one daemon; `host` is where its drivers live."""

    def __init__(self, host: DriverHost) -> None:
        self._host = host

    def handlers(self) -> Mapping[str, Mapping[str, Handler]]:
        own = {
            name.removeprefix("do_"): getattr(self, name)
            for name in dir(self)
            if name.startswith("do_") and not name.startswith("do_qemu_")
        }
        for kind in ("network", "storage_pool", "node_device", "secret"):
            own[f"connect_{kind}_event_register_any"] = self._register(kind)
            own[f"connect_{kind}_event_deregister_any"] = self._deregister(kind)
        qemu = {name.removeprefix("do_qemu_"): getattr(self, name) for name in dir(self) if name.startswith("do_qemu_")}
        return {"remote": own, "qemu": qemu}

    # -- opening

    async def do_connect_open(self, client: ServedClient, call: Call) -> None:
        args: remote.ConnectOpenArgs = call.args
        if client.driver is not None:
            raise VirtError(ErrorCode.INTERNAL_ERROR, "connection already open", ErrorDomain.RPC)
        identity, roots = client.identity, self._host.roots
        name = args.name or self.default_uri()
        client.readonly = identity.readonly or bool(args.flags & VIR_CONNECT_RO)
        client.context = CallContext(
            connection_id=client.number,
            readonly=client.readonly,
            uid=identity.uid if identity.uid is not None else -1,
            gid=identity.gid if identity.gid is not None else -1,
            pid=identity.pid or 0,
            username=identity.sasl_user_name or "",
            uri=name,
            privileged=roots.privileged,
        )
        current.set(client.context)  # the dispatcher takes it back; a driver that waits goes on in another context
        driver = await open_driver(name, self._host)
        if client.link.closing:  # gone while the driver was opening: nobody else will close it
            await driver.close()
            return
        client.driver = driver

    def default_uri(self) -> str:
        """What a client that names no driver gets: the first hypervisor that has been started."""
        for name in ("xen", "qemu", "lxc", "bhyve"):
            if name in self._host.states:
                return f"{name}:///{'system' if self._host.roots.privileged else 'session'}"
        return "qemu:///system" if self._host.roots.privileged else "qemu:///session"

    async def do_connect_close(self, client: ServedClient, call: Call) -> None:
        client.server.loop.call_soon(client.close, True)

    async def do_connect_get_uri(self, client: ServedClient, call: Call) -> Any:
        driver = _driver(client)
        if driver.supports("connect_get_uri"):
            return await driver.call("connect_get_uri")
        return client.context.uri

    async def do_connect_get_lib_version(self, client: ServedClient, call: Call) -> int:
        _driver(client)
        return LIBVIR_VERSION_NUMBER

    async def do_connect_get_hostname(self, client: ServedClient, call: Call) -> Any:
        driver = _driver(client)
        if driver.supports("connect_get_hostname"):
            return await driver.call("connect_get_hostname")
        return socket.gethostname()

    async def do_connect_is_secure(self, client: ServedClient, call: Call) -> Any:
        driver = _driver(client)
        return await driver.call("connect_is_secure") if driver.supports("connect_is_secure") else 1

    async def do_connect_supports_feature(self, client: ServedClient, call: Call) -> int:
        feature = call.args.feature
        if feature == Feature.PROGRAM_KEEPALIVE:
            return 1 if client.start_keepalive() else 0
        if client.driver is None and feature not in BEFORE_OPEN:
            raise VirtError(ErrorCode.INTERNAL_ERROR, "hypervisor connection not open", ErrorDomain.RPC)
        if feature in BY_DAEMON or feature in ALWAYS:
            return 1
        try:
            return int(await _driver(client).call("connect_supports_feature", feature))
        except NoSupport:
            return 0

    async def do_connect_register_close_callback(self, client: ServedClient, call: Call) -> None:
        _driver(client)
        if client.close_callback:
            raise VirtError(ErrorCode.INTERNAL_ERROR, "close callback already registered", ErrorDomain.RPC)
        client.close_callback = True

    async def do_connect_unregister_close_callback(self, client: ServedClient, call: Call) -> None:
        if not client.close_callback:
            raise VirtError(ErrorCode.INTERNAL_ERROR, "close callback not registered", ErrorDomain.RPC)
        client.close_callback = False

    async def do_connect_set_identity(self, client: ServedClient, call: Call) -> None:
        """A privileged proxy (another daemon) says for whom it calls."""
        _driver(client)
        params: list[TypedParam] = call.args.params
        client.identity.params = {p.field: p.value for p in params}

    # -- events

    async def do_connect_domain_event_register(self, client: ServedClient, call: Call) -> int:
        _driver(client)
        client.events.register_legacy(0)
        return 1

    async def do_connect_domain_event_deregister(self, client: ServedClient, call: Call) -> int:
        _driver(client)
        client.events.deregister_legacy(0)
        return 0

    async def do_connect_domain_event_register_any(self, client: ServedClient, call: Call) -> None:
        _driver(client)
        client.events.register_legacy(call.args.eventID)

    async def do_connect_domain_event_deregister_any(self, client: ServedClient, call: Call) -> None:
        _driver(client)
        client.events.deregister_legacy(call.args.eventID)

    async def do_connect_domain_event_callback_register_any(self, client: ServedClient, call: Call) -> int:
        _driver(client)
        dom = call.args.dom
        return client.events.register("domain", call.args.eventID, dom.uuid if dom is not None else None)

    async def do_connect_domain_event_callback_deregister_any(self, client: ServedClient, call: Call) -> None:
        _driver(client)
        client.events.deregister("domain", call.args.callbackID)

    def _register(self, scope: Scope) -> Handler:
        async def register(client: ServedClient, call: Call) -> int:
            _driver(client)
            event_id, target = (getattr(call.args, name) for name in call.args.__slots__)
            key = None if target is None else getattr(target, "uuid", None) or target.name
            return client.events.register(scope, event_id, key)

        return register

    def _deregister(self, scope: Scope) -> Handler:
        async def deregister(client: ServedClient, call: Call) -> None:
            _driver(client)
            client.events.deregister(scope, call.args.callbackID)

        return deregister

    async def do_qemu_connect_domain_monitor_event_register(self, client: ServedClient, call: Call) -> int:
        _driver(client)
        args = call.args
        key = args.dom.uuid if args.dom is not None else None
        return client.events.register_monitor(key, args.event, args.flags)

    async def do_qemu_connect_domain_monitor_event_deregister(self, client: ServedClient, call: Call) -> None:
        _driver(client)
        client.events.deregister(_MONITOR, call.args.callbackID)
