"""The admin program (0x06900690): every struct and procedure of libvirt 9.0.0's admin_protocol.x.

Declarations only, written from the facts by tools/gen_protocol.py and compared with them by
`tests/wire/test_declarations.py`. Names: docs/architecture.md.
"""

from typing import Annotated

from purevirt.errors import ErrorDomain as E
from purevirt.protocol.rows import Program, call
from purevirt.protocol.xdr import Hyper, Optional, Params, Seq, Struct, Text, UHyper, UInt
from purevirt.types.typed_params import TypedParam

STRING_MAX = 4194304
SERVER_LIST_MAX = 16384
SERVER_THREADPOOL_PARAMETERS_MAX = 32
CLIENT_LIST_MAX = 16384
CLIENT_INFO_PARAMETERS_MAX = 64
SERVER_CLIENT_LIMITS_MAX = 32

NonnullString = Annotated[str, Text(STRING_MAX)]
String = Annotated[str | None, Optional(Text(STRING_MAX))]


class NonnullServer(Struct):
    name: NonnullString


class NonnullClient(Struct):
    srv: NonnullServer
    id: UHyper
    timestamp: Hyper
    transport: UInt


class ConnectOpenArgs(Struct):
    flags: UInt


class ConnectGetLibVersionRet(Struct):
    libVer: UHyper


class ConnectListServersArgs(Struct):
    need_results: UInt
    flags: UInt


class ConnectListServersRet(Struct):
    servers: Annotated[list[NonnullServer], Seq(NonnullServer, SERVER_LIST_MAX)]
    ret: UInt


class ConnectLookupServerArgs(Struct):
    name: NonnullString
    flags: UInt


class ConnectLookupServerRet(Struct):
    srv: NonnullServer


class ServerGetThreadpoolParametersArgs(Struct):
    srv: NonnullServer
    flags: UInt


class ServerGetThreadpoolParametersRet(Struct):
    params: Annotated[list[TypedParam], Params(SERVER_THREADPOOL_PARAMETERS_MAX, STRING_MAX)]


class ServerSetThreadpoolParametersArgs(Struct):
    srv: NonnullServer
    params: Annotated[list[TypedParam], Params(SERVER_THREADPOOL_PARAMETERS_MAX, STRING_MAX)]
    flags: UInt


class ServerListClientsArgs(Struct):
    srv: NonnullServer
    need_results: UInt
    flags: UInt


class ServerListClientsRet(Struct):
    clients: Annotated[list[NonnullClient], Seq(NonnullClient, CLIENT_LIST_MAX)]
    ret: UInt


class ServerLookupClientArgs(Struct):
    srv: NonnullServer
    id: UHyper
    flags: UInt


class ServerLookupClientRet(Struct):
    clnt: NonnullClient


class ClientGetInfoArgs(Struct):
    clnt: NonnullClient
    flags: UInt


class ClientGetInfoRet(Struct):
    params: Annotated[list[TypedParam], Params(CLIENT_INFO_PARAMETERS_MAX, STRING_MAX)]


class ClientCloseArgs(Struct):
    clnt: NonnullClient
    flags: UInt


class ServerGetClientLimitsArgs(Struct):
    srv: NonnullServer
    flags: UInt


class ServerGetClientLimitsRet(Struct):
    params: Annotated[list[TypedParam], Params(SERVER_CLIENT_LIMITS_MAX, STRING_MAX)]


class ServerSetClientLimitsArgs(Struct):
    srv: NonnullServer
    params: Annotated[list[TypedParam], Params(SERVER_CLIENT_LIMITS_MAX, STRING_MAX)]
    flags: UInt


class ServerUpdateTlsFilesArgs(Struct):
    srv: NonnullServer
    flags: UInt


class ConnectGetLoggingOutputsArgs(Struct):
    flags: UInt


class ConnectGetLoggingOutputsRet(Struct):
    outputs: NonnullString
    noutputs: UInt


class ConnectGetLoggingFiltersArgs(Struct):
    flags: UInt


class ConnectGetLoggingFiltersRet(Struct):
    filters: String
    nfilters: UInt


class ConnectSetLoggingOutputsArgs(Struct):
    outputs: String
    flags: UInt


class ConnectSetLoggingFiltersArgs(Struct):
    filters: String
    flags: UInt


class ConnectSetDaemonTimeoutArgs(Struct):
    timeout: UInt
    flags: UInt


CONNECT_OPEN = call(1, "virAdmConnectOpen", ConnectOpenArgs, readonly=None, errors=E.ADMIN)
CONNECT_CLOSE = call(2, "virAdmConnectClose", readonly=None, errors=E.ADMIN)
CONNECT_GET_LIB_VERSION = call(3, "virAdmConnectGetLibVersion", None, ConnectGetLibVersionRet, readonly=None, errors=E.ADMIN)
CONNECT_LIST_SERVERS = call(
    4, "virAdmConnectListServers", ConnectListServersArgs, ConnectListServersRet, readonly=None, errors=E.ADMIN
)
CONNECT_LOOKUP_SERVER = call(
    5, "virAdmConnectLookupServer", ConnectLookupServerArgs, ConnectLookupServerRet, readonly=None, errors=E.ADMIN
)
SERVER_GET_THREADPOOL_PARAMETERS = call(
    6,
    "virAdmServerGetThreadPoolParameters",
    ServerGetThreadpoolParametersArgs,
    ServerGetThreadpoolParametersRet,
    readonly=None,
    errors=E.ADMIN,
)
SERVER_SET_THREADPOOL_PARAMETERS = call(
    7, "virAdmServerSetThreadPoolParameters", ServerSetThreadpoolParametersArgs, readonly=None, errors=E.ADMIN
)
SERVER_LIST_CLIENTS = call(
    8, "virAdmServerListClients", ServerListClientsArgs, ServerListClientsRet, readonly=None, errors=E.ADMIN
)
SERVER_LOOKUP_CLIENT = call(
    9, "virAdmServerLookupClient", ServerLookupClientArgs, ServerLookupClientRet, readonly=None, errors=E.ADMIN
)
CLIENT_GET_INFO = call(10, "virAdmClientGetInfo", ClientGetInfoArgs, ClientGetInfoRet, readonly=None, errors=E.ADMIN)
CLIENT_CLOSE = call(11, "virAdmClientClose", ClientCloseArgs, readonly=None, errors=E.ADMIN)
SERVER_GET_CLIENT_LIMITS = call(
    12,
    "virAdmServerGetClientLimits",
    ServerGetClientLimitsArgs,
    ServerGetClientLimitsRet,
    readonly=None,
    errors=E.ADMIN,
)
SERVER_SET_CLIENT_LIMITS = call(13, "virAdmServerSetClientLimits", ServerSetClientLimitsArgs, readonly=None, errors=E.ADMIN)
CONNECT_GET_LOGGING_OUTPUTS = call(
    14,
    "virAdmConnectGetLoggingOutputs",
    ConnectGetLoggingOutputsArgs,
    ConnectGetLoggingOutputsRet,
    readonly=None,
    errors=E.ADMIN,
)
CONNECT_GET_LOGGING_FILTERS = call(
    15,
    "virAdmConnectGetLoggingFilters",
    ConnectGetLoggingFiltersArgs,
    ConnectGetLoggingFiltersRet,
    readonly=None,
    errors=E.ADMIN,
)
CONNECT_SET_LOGGING_OUTPUTS = call(
    16, "virAdmConnectSetLoggingOutputs", ConnectSetLoggingOutputsArgs, readonly=None, errors=E.ADMIN
)
CONNECT_SET_LOGGING_FILTERS = call(
    17, "virAdmConnectSetLoggingFilters", ConnectSetLoggingFiltersArgs, readonly=None, errors=E.ADMIN
)
SERVER_UPDATE_TLS_FILES = call(18, "virAdmServerUpdateTlsFiles", ServerUpdateTlsFilesArgs, readonly=None, errors=E.ADMIN)
CONNECT_SET_DAEMON_TIMEOUT = call(19, "virAdmConnectSetDaemonTimeout", ConnectSetDaemonTimeoutArgs, readonly=None, errors=E.ADMIN)

PROGRAM = Program("admin", 0x06900690, 1, globals())
