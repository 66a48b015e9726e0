"""Rows: what the guest agent does."""

from __future__ import annotations

from purevirt.cli.engine.table import Command, data, flag, many, number, text

ROWS = (
    Command(
        "domfsfreeze",
        "Freeze domain's mounted filesystems.",
        "Freeze domain's mounted filesystems.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            many("mountpoint", "mountpoint path to be frozen", complete="domain-fsmountpoints"),
        ),
    ),
    Command(
        "domfsthaw",
        "Thaw domain's mounted filesystems.",
        "Thaw domain's mounted filesystems.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            many("mountpoint", "mountpoint path to be thawed", complete="domain-fsmountpoints"),
        ),
    ),
    Command(
        "domfsinfo",
        "Get information of domain's mounted filesystems.",
        "Get information of domain's mounted filesystems.",
        (data("domain", "domain name, id or uuid", complete="domain-name active"),),
    ),
    Command(
        "domfstrim",
        "Invoke fstrim on domain's mounted filesystems.",
        "Invoke fstrim on domain's mounted filesystems.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            number("minimum", "Just a hint to ignore contiguous free ranges smaller than this (Bytes)"),
            text("mountpoint", "which mount point to trim", complete="domain-fsmountpoints"),
        ),
    ),
    Command(
        "domhostname",
        "print the domain's hostname",
        "",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            text("source", "address source: 'lease' or 'agent'", complete="domain-hostname-source"),
        ),
    ),
    Command(
        "get-user-sshkeys",
        "list authorized SSH keys for given user (via agent)",
        "Use the guest agent to query authorized SSH keys for given user",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            data("user", "user to list authorized keys for"),
        ),
    ),
    Command(
        "qemu-agent-command",
        "QEMU Guest Agent Command",
        "Run an arbitrary qemu guest agent command; use at your own risk",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            number("timeout", "timeout seconds. must be positive.", named=True),
            flag("async", "execute command without waiting for timeout"),
            flag("block", "execute command without timeout"),
            flag("pretty", "pretty-print the output"),
            many("cmd", "command", required=True),
        ),
    ),
    Command(
        "guest-agent-timeout",
        "Set the guest agent timeout",
        "Set the number of seconds to wait for a response from the guest agent.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            number("timeout", "timeout seconds.", named=True),
        ),
    ),
    Command(
        "set-user-sshkeys",
        "manipulate authorized SSH keys file for given user (via agent)",
        "Append, reset or remove specified key from the authorized keys file for given user",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            data("user", "user to set authorized keys for"),
            text("file", "optional file to read keys from", complete="complete-path-local-existing"),
            flag("reset", "clear out authorized keys file before adding new keys"),
            flag("remove", "remove keys from the authorized keys file"),
        ),
        exclusive=(("reset", "remove"),),
        requires=(("remove", "file"),),
    ),
    Command(
        "set-user-password",
        "set the user password inside the domain",
        "changes the password of the specified user inside the domain",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            data("user", "the username"),
            data("password", "the new password", complete="complete-empty"),
            flag("encrypted", "the password is already encrypted"),
        ),
    ),
    Command(
        "guestvcpus",
        "query or modify state of vcpu in the guest (via agent)",
        "Use the guest agent to query or set cpu state from guest's point of view",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            text("cpulist", "list of cpus to enable or disable", complete="domain-vcpulist-via-agent"),
            flag("enable", "enable cpus specified by cpulist"),
            flag("disable", "disable cpus specified by cpulist"),
        ),
        exclusive=(("enable", "disable"),),
        requires=(("enable", "cpulist"), ("disable", "cpulist")),
    ),
    Command(
        "guestinfo",
        "query information about the guest (via agent)",
        "Use the guest agent to query various information from guest's point of view",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            flag("user", "report active users"),
            flag("os", "report operating system information"),
            flag("timezone", "report timezone information"),
            flag("hostname", "report hostname"),
            flag("filesystem", "report filesystem information"),
            flag("disk", "report disk information"),
            flag("interface", "report interface information"),
        ),
    ),
)
