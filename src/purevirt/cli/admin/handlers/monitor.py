"""What a daemon's servers and their clients are doing."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.shell import Shell

if TYPE_CHECKING:
    from purevirt.client import AdmClient, AdmServer

_TRANSPORTS = ("unix", "tcp", "tls")


def server(sh: Shell, a: Args) -> AdmServer:
    """The server that the command line names."""
    found: AdmServer = sh.conn.lookup_server(a.need("server"))
    return found


def cmd_server_list(sh: Shell, a: Args) -> None:
    names = [s.get_name() for s in sh.conn.list_servers()]
    sh.out.table(("Id", "Name"), [(str(number), name) for number, name in enumerate(names)])


def cmd_server_threadpool_info(sh: Shell, a: Args) -> None:
    _labelled(sh, server(sh, a).get_thread_pool_parameters(), 15)


def cmd_server_clients_info(sh: Shell, a: Args) -> None:
    _labelled(sh, server(sh, a).get_client_limits(), 20)


def cmd_client_list(sh: Shell, a: Args) -> None:
    rows = [
        (str(c.get_id()), transport(c), moment(c.get_timestamp())) for c in server(sh, a).list_clients()
    ]
    sh.out.table(("Id", "Transport", "Connected since"), rows)


def cmd_client_info(sh: Shell, a: Args) -> None:
    number = a.unsigned("client", 64) or 0
    client = server(sh, a).lookup_client(number)
    values = client.get_info()
    head = {"id": client.get_id(), "connection_time": moment(client.get_timestamp()), "transport": transport(client)}
    _labelled(sh, head | values, 15)


def _labelled(sh: Shell, values: Mapping[str, object], width: int) -> None:
    """Lines "name   : value"; truth as yes and no."""
    shown = {name: ("no", "yes")[value] if isinstance(value, bool) else value for name, value in values.items()}
    sh.out.fields(((f"{name:<{width}}:", value) for name, value in shown.items()), width + 1)


def transport(client: AdmClient) -> str:
    number = client.get_transport()
    return _TRANSPORTS[number] if number < len(_TRANSPORTS) else "unknown"


def moment(seconds: int) -> str:
    """Local time with its offset."""
    return time.strftime("%Y-%m-%d %H:%M:%S%z", time.localtime(seconds))
