"""The admin interface of a daemon: servers, clients, limits, logging (virAdm*)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from purevirt.client.base import Link
from purevirt.client.calls.admin import AdmClientCalls, AdmConnectionCalls, AdmServerCalls
from purevirt.client.records import LoggingSetting
from purevirt.errors import ErrorCode, VirtError
from purevirt.types.override import override


class AdmServer(AdmServerCalls):
    """One server of a daemon (virAdmServer): "libvirtd", "admin", "virtqemud" …"""

    __slots__ = ()

    def get_name(self) -> str:
        name: str = self._ref.name
        return name

    @property
    def name(self) -> str:
        return self.get_name()

    async def list_clients(self, flags: int = 0, *, deadline: float | None = None) -> list[AdmClient]:
        """virAdmServerListClients."""
        ret = await self._conn._call("server_list_clients", (self._ref, 1, flags), deadline)
        return [AdmClient(self._conn, r) for r in ret.clients]


class AdmClient(AdmClientCalls):
    """A client connected to a server (virAdmClient)."""

    __slots__ = ()

    def get_id(self) -> int:
        number: int = self._ref.id
        return number

    def get_timestamp(self) -> int:
        """When it connected, in seconds since the epoch."""
        when: int = self._ref.timestamp
        return when

    def get_transport(self) -> int:
        """VIR_CLIENT_TRANS_*: 0 unix, 1 tcp, 2 tls."""
        transport: int = self._ref.transport
        return transport


class AdmConnection(AdmConnectionCalls):
    """A connection to a daemon's admin socket (virAdmConnect). An async context manager."""

    __slots__ = ("_close_callback", "_uri")

    def __init__(self, link: Link, uri: str) -> None:
        async def call(procedure: str, args: tuple[Any, ...], deadline: float | None = None) -> Any:
            return await link.invoke(procedure, args, deadline, "admin")

        self._link = link
        self._uri = uri
        self._call = call
        self._close_callback: Callable[[AdmConnection, int], None] | None = None

    @override
    def _server(self, ref: Any) -> AdmServer:
        return AdmServer(self, ref)

    @override
    def _client(self, ref: Any) -> AdmClient:
        return AdmClient(self, ref)

    async def __aenter__(self) -> AdmConnection:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def close(self) -> None:
        """virAdmConnectClose."""
        await self._link.close()

    def is_alive(self) -> bool:
        """virAdmConnectIsAlive."""
        return self._link.alive

    async def get_uri(self) -> str:
        """virAdmConnectGetURI."""
        return self._uri

    async def list_servers(self, flags: int = 0, *, deadline: float | None = None) -> list[AdmServer]:
        """virAdmConnectListServers."""
        ret = await self._call("connect_list_servers", (1, flags), deadline)
        return [AdmServer(self, r) for r in ret.servers]

    async def get_logging_filters(self, flags: int = 0, *, deadline: float | None = None) -> LoggingSetting:
        """virAdmConnectGetLoggingFilters."""
        r = await self._call("connect_get_logging_filters", (flags,), deadline)
        return LoggingSetting(r.filters, r.nfilters)

    async def get_logging_outputs(self, flags: int = 0, *, deadline: float | None = None) -> LoggingSetting:
        """virAdmConnectGetLoggingOutputs."""
        r = await self._call("connect_get_logging_outputs", (flags,), deadline)
        return LoggingSetting(r.outputs, r.noutputs)

    def register_close_callback(self, callback: Callable[[AdmConnection, int], None]) -> None:
        """virAdmConnectRegisterCloseCallback."""
        if self._close_callback is not None:
            raise VirtError(ErrorCode.OPERATION_INVALID, "A close callback is already registered")
        self._close_callback = callback
        self._link.on_close = self._closed

    def unregister_close_callback(self, callback: Callable[[AdmConnection, int], None]) -> None:
        """virAdmConnectUnregisterCloseCallback."""
        if self._close_callback != callback:
            raise VirtError(ErrorCode.OPERATION_INVALID, "A different callback was requested")
        self._close_callback = None
        self._link.on_close = None

    def _closed(self, reason: int) -> None:
        callback, self._close_callback = self._close_callback, None
        if callback is not None:
            callback(self, reason)
