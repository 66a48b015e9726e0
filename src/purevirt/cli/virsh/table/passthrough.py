"""Rows: hypervisor specific calls."""

from __future__ import annotations

from purevirt.cli.engine.table import Command, data, flag, many, number, text

ROWS = (
    Command(
        "domlaunchsecinfo",
        "Get domain launch security info",
        "Get the launch security parameters for a guest domain",
        (data("domain", "domain name, id or uuid", complete="domain-name"),),
    ),
    Command(
        "domsetlaunchsecstate",
        "Set domain launch security state",
        "Set a secret in the guest domain's memory",
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            text("secrethdr", "path to file containing the secret header", named=True),
            text("secret", "path to file containing the secret", named=True),
            number("set-address", "physical address within the guest domain's memory to set the secret"),
        ),
    ),
    Command(
        "qemu-attach",
        "QEMU Attach",
        "QEMU Attach",
        (data("pid", "pid", complete="complete-empty"),),
    ),
    Command(
        "qemu-monitor-command",
        "QEMU Monitor Command",
        "QEMU Monitor Command",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            flag("hmp", "command is in human monitor protocol"),
            flag("pretty", "pretty-print any qemu monitor protocol output"),
            flag("return-value", "extract the value of the 'return' key from the returned string"),
            text(
                "pass-fds",
                "pass file descriptors N,M,... along with the command",
                complete="complete-empty",
                named=True,
            ),
            many("cmd", "command", required=True),
        ),
        exclusive=(("hmp", "pretty"), ("hmp", "return-value")),
    ),
    Command(
        "qemu-monitor-event",
        "QEMU Monitor Events",
        "Listen for QEMU Monitor Events",
        (
            text("domain", "filter by domain name, id or uuid", complete="domain-name"),
            text("event", "filter by event name"),
            flag("pretty", "pretty-print any JSON output"),
            flag("loop", "loop until timeout or interrupt, rather than one-shot"),
            number("timeout", "timeout seconds"),
            flag("regex", "treat event as a regex rather than literal filter"),
            flag("no-case", "treat event case-insensitively"),
            flag("timestamp", "show timestamp for each printed event"),
        ),
    ),
)
