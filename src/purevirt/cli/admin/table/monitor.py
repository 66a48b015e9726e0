"""Rows: what a domain is doing."""

from __future__ import annotations

from purevirt.cli.engine.table import Command, data

ROWS = (
    Command(
        "server-list",
        "list available servers on a daemon",
        "List all manageable servers on a daemon.",
    ),
    Command(
        "server-threadpool-info",
        "get server workerpool parameters",
        "Retrieve threadpool attributes from a server. ",
        (data("server", "Server to retrieve threadpool attributes from.", complete="adm-server"),),
    ),
    Command(
        "client-list",
        "list clients connected to <server>",
        "List all manageable clients connected to <server>.",
        (data("server", "server which to list connected clients from", complete="adm-server"),),
    ),
    Command(
        "client-info",
        "retrieve client's identity info from server",
        "Retrieve identity details about <client> from <server>",
        (
            data("server", "server to which <client> is connected to", complete="adm-server"),
            data("client", "client which to retrieve identity information for"),
        ),
    ),
    Command(
        "server-clients-info",
        "get server's client-related configuration limits",
        "Retrieve server's client-related configuration limits ",
        (data("server", "Server to retrieve the client limits from.", complete="adm-server"),),
    ),
)
