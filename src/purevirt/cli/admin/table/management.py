"""Rows: management."""

from __future__ import annotations

from purevirt.cli.engine.table import Command, data, number, text

ROWS = (
    Command(
        "server-threadpool-set",
        "set server workerpool parameters",
        "Tune threadpool attributes on a server. See OPTIONS for currently supported attributes.",
        (
            data("server", "Server to alter threadpool attributes on.", complete="adm-server"),
            number("min-workers", "Change bottom limit to number of workers."),
            number("max-workers", "Change upper limit to number of workers."),
            number("priority-workers", "Change the current number of priority workers"),
        ),
    ),
    Command(
        "client-disconnect",
        "force disconnect a client from the given server",
        "Force close a specific client's connection to the given server.",
        (
            data("server", "server which the client is currently connected to", complete="adm-server"),
            number("client", "client which to disconnect, specified by ID", required=True),
        ),
    ),
    Command(
        "server-clients-set",
        "set server's client-related configuration limits",
        "Tune server's client-related configuration limits. See OPTIONS for currently supported attributes.",
        (
            data("server", "Server to alter the client-related configuration limits on.", complete="adm-server"),
            number("max-clients", "Change the upper limit to overall number of clients connected to the server."),
            number(
                "max-unauth-clients",
                (
                    "Change the upper limit to number of clients waiting for authentication to be connected to the "
                    "server"
                ),
            ),
        ),
    ),
    Command(
        "server-update-tls",
        "notify server to update TLS related files online.",
        (
            "notify server to update the CA cert, CA CRL, server cert / key without restarts. See OPTIONS for "
            "currently supported attributes."
        ),
        (data("server", "Available servers on a daemon. Currently only supports 'libvirtd' or 'virtproxyd'."),),
    ),
    Command(
        "daemon-log-filters",
        "fetch or set the currently defined set of logging filters on daemon",
        (
            "Depending on whether run with or without options, the command fetches or redefines the existing "
            "active set of filters on daemon."
        ),
        (text("filters", "redefine the existing set of logging filters", empty=True),),
    ),
    Command(
        "daemon-log-outputs",
        "fetch or set the currently defined set of logging outputs on daemon",
        (
            "Depending on whether run with or without options, the command fetches or redefines the existing "
            "active set of outputs on daemon."
        ),
        (text("outputs", "redefine the existing set of logging outputs", empty=True),),
    ),
    Command(
        "daemon-timeout",
        "set the auto shutdown timeout of the daemon",
        "set the auto shutdown timeout of the daemon",
        (
            number(
                "timeout",
                "number of seconds the daemon will run without any active connection",
                named=True,
                required=True,
            ),
        ),
    ),
)
