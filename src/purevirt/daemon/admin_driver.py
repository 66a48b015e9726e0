"""The admin program's procedures: a daemon's servers, their clients and limits, its logging and its timeout."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from purevirt.api.driver import FacetDriver
from purevirt.daemon.client import ServedClient
from purevirt.daemon.dispatch import Handler
from purevirt.daemon.logging import LogConfig
from purevirt.daemon.server import Server
from purevirt.errors import Denied, ErrorCode, ErrorDomain, NotFound, VirtError
from purevirt.protocol import admin
from purevirt.rpc.session import Call
from purevirt.types.arguments import check_flags, check_params
from purevirt.types.constants import (
    LIBVIR_VERSION_NUMBER,
    VIR_CLIENT_INFO_READONLY,
    VIR_CLIENT_INFO_SASL_USER_NAME,
    VIR_CLIENT_INFO_SELINUX_CONTEXT,
    VIR_CLIENT_INFO_SOCKET_ADDR,
    VIR_CLIENT_INFO_UNIX_GROUP_ID,
    VIR_CLIENT_INFO_UNIX_GROUP_NAME,
    VIR_CLIENT_INFO_UNIX_PROCESS_ID,
    VIR_CLIENT_INFO_UNIX_USER_ID,
    VIR_CLIENT_INFO_UNIX_USER_NAME,
    VIR_CLIENT_INFO_X509_DISTINGUISHED_NAME,
    VIR_CLIENT_TRANS_TCP,
    VIR_CLIENT_TRANS_TLS,
    VIR_CLIENT_TRANS_UNIX,
    VIR_SERVER_CLIENTS_CURRENT,
    VIR_SERVER_CLIENTS_MAX,
    VIR_SERVER_CLIENTS_UNAUTH_CURRENT,
    VIR_SERVER_CLIENTS_UNAUTH_MAX,
    VIR_THREADPOOL_JOB_QUEUE_DEPTH,
    VIR_THREADPOOL_WORKERS_CURRENT,
    VIR_THREADPOOL_WORKERS_FREE,
    VIR_THREADPOOL_WORKERS_MAX,
    VIR_THREADPOOL_WORKERS_MIN,
    VIR_THREADPOOL_WORKERS_PRIORITY,
)
from purevirt.types.typed_params import UINT, ParamList, TypedParam

TRANSPORTS = {"unix": VIR_CLIENT_TRANS_UNIX, "tcp": VIR_CLIENT_TRANS_TCP, "tls": VIR_CLIENT_TRANS_TLS}
_LANES = dict.fromkeys((VIR_THREADPOOL_WORKERS_MIN, VIR_THREADPOOL_WORKERS_MAX, VIR_THREADPOOL_WORKERS_PRIORITY), UINT)
_LIMITS = dict.fromkeys((VIR_SERVER_CLIENTS_MAX, VIR_SERVER_CLIENTS_UNAUTH_MAX), UINT)


@dataclass(slots=True)
class Administered:
    """What of a daemon the admin interface reaches. `set_timeout` takes seconds, 0 = never end by itself."""

    servers: list[Server]
    logs: LogConfig
    default_outputs: Callable[[], str]
    set_timeout: Callable[[int], None]


def handlers(daemon: Administered) -> Mapping[str, Mapping[str, Handler]]:
    """The procedures of the connection itself; the others reach the driver that opening gives the client."""

    async def connect_open(client: ServedClient, call: Call) -> None:
        check_flags(call.args.flags, 0, "adminConnectOpen", ErrorDomain.ADMIN)
        if client.identity.uid != os.geteuid():
            # the socket's mode keeps others out already; a wrong unix_sock_admin_perms must not open the daemon to them
            raise Denied(ErrorCode.OPERATION_DENIED, "only the daemon's own user may administer it", ErrorDomain.ADMIN)
        client.driver = AdminDriver(daemon)

    async def connect_close(client: ServedClient, call: Call) -> None:
        client.server.loop.call_soon(client.close, True)

    return {"admin": {"connect_open": connect_open, "connect_close": connect_close}}


class AdminDriver(FacetDriver):
    """One admin connection."""

    def __init__(self, daemon: Administered) -> None:
        super().__init__("admin", [_Servers(daemon), _Clients(daemon), _Logging(daemon), _Itself(daemon)])


def _server(daemon: Administered, name: str) -> Server:
    for server in daemon.servers:
        if server.name == name:
            return server
    raise NotFound(ErrorCode.NO_SERVER, f"No server named '{name}'", ErrorDomain.RPC)


def _client(daemon: Administered, server_name: str, number: int) -> ServedClient:
    client = _server(daemon, server_name).clients.get(number)
    if client is None:
        raise NotFound(ErrorCode.NO_CLIENT, f"No client with matching ID '{number}'", ErrorDomain.RPC)
    return client


def _reference(client: ServedClient) -> admin.NonnullClient:
    return admin.NonnullClient(
        admin.NonnullServer(client.server.name),
        client.number,
        client.connected_at,
        TRANSPORTS[client.identity.transport],
    )


class _Servers:
    def __init__(self, daemon: Administered) -> None:
        self._daemon = daemon

    async def admin_connect_list_servers(self, need_results: int, flags: int) -> admin.ConnectListServersRet:
        check_flags(flags, 0, "adminConnectListServers", ErrorDomain.ADMIN)
        servers = self._daemon.servers
        found = [admin.NonnullServer(s.name) for s in servers] if need_results else []
        return admin.ConnectListServersRet(found, len(servers))

    async def admin_connect_lookup_server(self, name: str, flags: int) -> admin.NonnullServer:
        return admin.NonnullServer(_server(self._daemon, name).name)

    async def admin_server_get_threadpool_parameters(self, srv: admin.NonnullServer, flags: int) -> list[TypedParam]:
        check_flags(flags, 0, "adminServerGetThreadPoolParameters", ErrorDomain.ADMIN)
        server = _server(self._daemon, srv.name)
        lanes, present = server.lanes, server.lanes.present
        busy = max(lanes.busy, int(server.name == "admin"))  # this very call is one of the admin server's
        return (
            ParamList()
            .uint(VIR_THREADPOOL_WORKERS_MIN, lanes.minimum)
            .uint(VIR_THREADPOOL_WORKERS_MAX, lanes.normal)
            .uint(VIR_THREADPOOL_WORKERS_CURRENT, present)
            .uint(VIR_THREADPOOL_WORKERS_FREE, present - busy)
            .uint(VIR_THREADPOOL_WORKERS_PRIORITY, lanes.reserved)
            .uint(VIR_THREADPOOL_JOB_QUEUE_DEPTH, lanes.depth)
        )

    async def admin_server_set_threadpool_parameters(
        self, srv: admin.NonnullServer, params: list[TypedParam], flags: int
    ) -> None:
        check_flags(flags, 0, "adminServerSetThreadPoolParameters", ErrorDomain.ADMIN)
        lanes = _server(self._daemon, srv.name).lanes
        check_params(params, _LANES)
        given = {p.field: int(p.value) for p in params}
        minimum = given.get(VIR_THREADPOOL_WORKERS_MIN, lanes.minimum)
        normal = given.get(VIR_THREADPOOL_WORKERS_MAX, lanes.normal)
        if minimum > normal:
            raise VirtError(ErrorCode.INVALID_ARG, "minWorkers cannot be larger than maxWorkers")
        lanes.resize(minimum, normal, given.get(VIR_THREADPOOL_WORKERS_PRIORITY, lanes.reserved))

    async def admin_server_get_client_limits(self, srv: admin.NonnullServer, flags: int) -> list[TypedParam]:
        check_flags(flags, 0, "adminServerGetClientLimits", ErrorDomain.ADMIN)
        server = _server(self._daemon, srv.name)
        return (
            ParamList()
            .uint(VIR_SERVER_CLIENTS_MAX, server.max_clients)
            .uint(VIR_SERVER_CLIENTS_CURRENT, len(server.clients))
            .uint(VIR_SERVER_CLIENTS_UNAUTH_MAX, server.max_anonymous_clients)
            .uint(VIR_SERVER_CLIENTS_UNAUTH_CURRENT, server.strangers)
        )

    async def admin_server_set_client_limits(
        self, srv: admin.NonnullServer, params: list[TypedParam], flags: int
    ) -> None:
        check_flags(flags, 0, "adminServerSetClientLimits", ErrorDomain.ADMIN)
        server = _server(self._daemon, srv.name)
        check_params(params, _LIMITS)
        given = {p.field: int(p.value) for p in params}
        clients = given.get(VIR_SERVER_CLIENTS_MAX, server.max_clients)
        strangers = given.get(VIR_SERVER_CLIENTS_UNAUTH_MAX, server.max_anonymous_clients)
        if clients < strangers:
            text = (
                "The overall maximum number of clients waiting for authentication must not be less than the overall "
                "maximum number of clients"
            )
            raise VirtError(ErrorCode.INVALID_ARG, text, ErrorDomain.RPC)
        server.max_clients, server.max_anonymous_clients = clients, strangers
        server.changed()

    async def admin_server_update_tls_files(self, srv: admin.NonnullServer, flags: int) -> None:
        check_flags(flags, 0, "adminServerUpdateTlsFiles", ErrorDomain.ADMIN)
        server = _server(self._daemon, srv.name)
        if server.update_tls is None:
            text = "no tls service found, unable to update tls files"
            raise VirtError(ErrorCode.INTERNAL_ERROR, text, ErrorDomain.RPC)
        server.update_tls()


class _Clients:
    def __init__(self, daemon: Administered) -> None:
        self._daemon = daemon

    async def admin_server_list_clients(
        self, srv: admin.NonnullServer, need_results: int, flags: int
    ) -> admin.ServerListClientsRet:
        check_flags(flags, 0, "adminServerListClients", ErrorDomain.ADMIN)
        clients = list(_server(self._daemon, srv.name).clients.values())
        return admin.ServerListClientsRet([_reference(c) for c in clients] if need_results else [], len(clients))

    async def admin_server_lookup_client(self, srv: admin.NonnullServer, number: int, flags: int) -> admin.NonnullClient:
        check_flags(flags, 0, "adminServerLookupClient", ErrorDomain.ADMIN)
        return _reference(_client(self._daemon, srv.name, number))

    async def admin_client_get_info(self, clnt: admin.NonnullClient, flags: int) -> list[TypedParam]:
        check_flags(flags, 0, "adminClientGetInfo", ErrorDomain.ADMIN)
        client = _client(self._daemon, clnt.srv.name, clnt.id)
        identity = client.identity
        out = ParamList().boolean(VIR_CLIENT_INFO_READONLY, client.readonly)
        if identity.transport == "unix":
            _numbered(out, VIR_CLIENT_INFO_UNIX_USER_ID, identity.uid)
            _named(out, VIR_CLIENT_INFO_UNIX_USER_NAME, identity.unix_user_name)
            _numbered(out, VIR_CLIENT_INFO_UNIX_GROUP_ID, identity.gid)
            _named(out, VIR_CLIENT_INFO_UNIX_GROUP_NAME, identity.unix_group_name)
            _numbered(out, VIR_CLIENT_INFO_UNIX_PROCESS_ID, identity.pid)
        else:
            host, _, port = identity.address.rpartition(";")
            _named(out, VIR_CLIENT_INFO_SOCKET_ADDR, f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
        _named(out, VIR_CLIENT_INFO_SASL_USER_NAME, identity.sasl_user_name)
        _named(out, VIR_CLIENT_INFO_X509_DISTINGUISHED_NAME, identity.x509_dname)
        _named(out, VIR_CLIENT_INFO_SELINUX_CONTEXT, identity.selinux)
        return out

    async def admin_client_close(self, clnt: admin.NonnullClient, flags: int) -> None:
        check_flags(flags, 0, "adminClientClose", ErrorDomain.ADMIN)
        _client(self._daemon, clnt.srv.name, clnt.id).close()


def _numbered(out: ParamList, name: str, value: int | None) -> None:
    if value is not None:
        out.int(name, value)


def _named(out: ParamList, name: str, value: str | None) -> None:
    if value is not None:
        out.string(name, value)


class _Logging:
    def __init__(self, daemon: Administered) -> None:
        self._daemon = daemon

    async def admin_connect_get_logging_outputs(self, flags: int) -> admin.ConnectGetLoggingOutputsRet:
        check_flags(flags, 0, "adminConnectGetLoggingOutputs", ErrorDomain.ADMIN)
        logs = self._daemon.logs
        return admin.ConnectGetLoggingOutputsRet(logs.text_of_outputs(), len(logs.outputs))

    async def admin_connect_get_logging_filters(self, flags: int) -> admin.ConnectGetLoggingFiltersRet:
        check_flags(flags, 0, "adminConnectGetLoggingFilters", ErrorDomain.ADMIN)
        logs = self._daemon.logs
        return admin.ConnectGetLoggingFiltersRet(logs.text_of_filters() or None, len(logs.filters))

    async def admin_connect_set_logging_outputs(self, outputs: str | None, flags: int) -> None:
        check_flags(flags, 0, "adminConnectSetLoggingOutputs", ErrorDomain.ADMIN)
        self._daemon.logs.set_outputs(outputs or self._daemon.default_outputs())

    async def admin_connect_set_logging_filters(self, filters: str | None, flags: int) -> None:
        check_flags(flags, 0, "adminConnectSetLoggingFilters", ErrorDomain.ADMIN)
        self._daemon.logs.set_filters(filters or "")


class _Itself:
    def __init__(self, daemon: Administered) -> None:
        self._daemon = daemon

    async def admin_connect_get_lib_version(self) -> int:
        return LIBVIR_VERSION_NUMBER

    async def admin_connect_set_daemon_timeout(self, timeout: int, flags: int) -> None:
        check_flags(flags, 0, "adminConnectSetDaemonTimeout", ErrorDomain.ADMIN)
        self._daemon.set_timeout(timeout)
