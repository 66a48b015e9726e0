"""The commands of virt-admin by help group, in the order of the help pages; rows are in the modules named behind them."""

from __future__ import annotations

from purevirt.cli.engine.table import Group, Table

TABLE = Table(
    "purevirt.cli.admin",
    (
        Group(
            "Virt-admin itself",
            "virt-admin",
            (
                "cd:itself",
                "echo:itself",
                "exit:itself",
                "help:itself",
                "pwd:itself",
                "quit:itself",
                "self-test:itself",
                "complete:itself",
                "uri:itself",
                "version:itself",
                "connect:itself",
            ),
        ),
        Group(
            "Monitoring commands",
            "monitor",
            (
                "server-list:monitor",
                "server-threadpool-info:monitor",
                "client-list:monitor",
                "client-info:monitor",
                "server-clients-info:monitor",
            ),
        ),
        Group(
            "Management commands",
            "management",
            (
                "server-threadpool-set:management",
                "client-disconnect:management",
                "server-clients-set:management",
                "server-update-tls:management",
                "daemon-log-filters:management",
                "daemon-log-outputs:management",
                "daemon-timeout:management",
            ),
        ),
    ),
    {
        "srv-list": "server-list",
        "srv-threadpool-info": "server-threadpool-info",
        "srv-clients-list": "client-list",
        "srv-clients-info": "server-clients-info",
        "srv-threadpool-set": "server-threadpool-set",
        "srv-clients-set": "server-clients-set",
        "srv-update-tls": "server-update-tls",
    },
)
