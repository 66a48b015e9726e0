"""Changing limits, clients, certificates, logging and the timeout of a running daemon."""

from __future__ import annotations

from purevirt.cli.admin.handlers.monitor import server
from purevirt.cli.engine.args import Args
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh.lookup import complaining
from purevirt.types import constants as c

_WORKERS = {
    "min-workers": c.VIR_THREADPOOL_WORKERS_MIN,
    "max-workers": c.VIR_THREADPOOL_WORKERS_MAX,
    "priority-workers": c.VIR_THREADPOOL_WORKERS_PRIORITY,
}
_CLIENTS = {"max-clients": c.VIR_SERVER_CLIENTS_MAX, "max-unauth-clients": c.VIR_SERVER_CLIENTS_UNAUTH_MAX}


def _given(a: Args, fields: dict[str, str], nothing: str) -> dict[str, int]:
    """The options that were given as parameters. Raises Failed for malformed numbers, or `nothing` when there are none."""
    values: dict[str, int] = {}
    for option, field in fields.items():
        try:
            value = a.unsigned(option)
        except Failed as failure:
            raise Failed(*failure.lines, f"Unable to parse integer parameter '{option}'") from failure
        if value is not None:
            values[field] = value
    if not values:
        raise Failed(nothing)
    return values


def cmd_server_threadpool_set(sh: Shell, a: Args) -> None:
    nothing = "At least one of options --min-workers, --max-workers, --priority-workers is mandatory "
    values = _given(a, _WORKERS, nothing)
    if values.get(_WORKERS["min-workers"], 0) > values.get(_WORKERS["max-workers"], 1 << 32):
        raise Failed("--min-workers must be less than or equal to --max-workers")
    found = server(sh, a)
    with complaining("Unable to change server workerpool parameters"):
        found.set_thread_pool_parameters(values)


def cmd_server_clients_set(sh: Shell, a: Args) -> None:
    values = _given(a, _CLIENTS, "At least one of options --max-clients, --max-unauth-clients is mandatory")
    if values.get(_CLIENTS["max-unauth-clients"], 0) > values.get(_CLIENTS["max-clients"], 1 << 32):
        raise Failed("--max-unauth-clients must be less than or equal to --max-clients")
    found = server(sh, a)
    with complaining("Unable to change server's client-related configuration limits"):
        found.set_client_limits(values)


def cmd_client_disconnect(sh: Shell, a: Args) -> None:
    number = a.unsigned("client", 64) or 0
    name = a.need("server")
    client = server(sh, a).lookup_client(number)
    with complaining(f"Failed to disconnect client '{number}' from server {name}"):
        client.close()
    sh.write(f"Client '{number}' disconnected")


def cmd_server_update_tls(sh: Shell, a: Args) -> None:
    found = server(sh, a)
    with complaining("Unable to update server's tls related files."):
        found.update_tls_files()
    sh.write("update tls related files succeed\n")


def cmd_daemon_log_filters(sh: Shell, a: Args) -> None:
    filters = a.text("filters")
    if filters is None:
        with complaining("Unable to get daemon logging filters information"):
            setting = sh.conn.get_logging_filters()
        sh.write(f" Logging filters: {setting.text or ''}\n")
        return
    with complaining("Unable to change daemon logging settings"):
        sh.conn.set_logging_filters(filters)


def cmd_daemon_log_outputs(sh: Shell, a: Args) -> None:
    outputs = a.text("outputs")
    if outputs is None:
        with complaining("Unable to get daemon logging outputs information"):
            setting = sh.conn.get_logging_outputs()
        sh.write(f" Logging outputs: {setting.text or ''}\n")
        return
    with complaining("Unable to change daemon logging settings"):
        sh.conn.set_logging_outputs(outputs)


def cmd_daemon_timeout(sh: Shell, a: Args) -> None:
    sh.conn.set_daemon_timeout(a.unsigned("timeout") or 0)
