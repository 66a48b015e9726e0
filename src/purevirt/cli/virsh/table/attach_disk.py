"""Row: attach-disk, the command with the most options that build a document."""

from __future__ import annotations

from purevirt.cli.engine.table import Command, alias, data, flag, text

ROWS = (
    Command(
        "attach-disk",
        "attach disk device",
        "Attach new disk device.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            data("source", "source of disk device or name of network disk", empty=True),
            data("target", "target of disk device", complete="complete-empty"),
            text("targetbus", "target bus of disk device"),
            text("driver", "driver of disk device"),
            text("subdriver", "subdriver of disk device"),
            text("iothread", "IOThread to be used by supported device", complete="domain-iothread-id"),
            text("cache", "cache mode of disk device"),
            text("io", "io policy of disk device"),
            text("type", "target device type"),
            text("mode", "mode of device reading and writing"),
            text("sourcetype", "type of source (block|file|network)"),
            text("serial", "serial of disk device", complete="complete-empty"),
            text("wwn", "wwn of disk device", complete="complete-empty"),
            text("alias", "custom alias name of disk device", complete="complete-empty"),
            flag("rawio", "needs rawio capability"),
            text("address", "address of disk device", complete="complete-empty"),
            flag("multifunction", "use multifunction pci under specified address"),
            flag("print-xml", "print XML document rather than attach the disk"),
            text("source-protocol", "protocol used by disk device source"),
            text("source-host-name", "host name for source of disk device", complete="complete-empty"),
            text("source-host-transport", "host transport for source of disk device"),
            text("source-host-socket", "host socket for source of disk device"),
            flag("persistent", "make live change persistent"),
            flag("config", "affect next boot"),
            flag("live", "affect running domain"),
            flag("current", "affect current domain"),
            alias("shareable", "mode=shareable"),
        ),
        exclusive=(
            ("source-host-name", "source-host-socket"),
            ("persistent", "current"),
            ("current", "live"),
            ("current", "config"),
        ),
        requires=(
            ("source-host-name", "source-protocol"),
            ("source-host-transport", "source-protocol"),
            ("source-host-socket", "source-protocol"),
            ("source-host-socket", "source-host-transport"),
        ),
    ),
)
