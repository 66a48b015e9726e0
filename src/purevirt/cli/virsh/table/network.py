"""Rows: network."""

from __future__ import annotations

from purevirt.cli.engine.table import Command, data, flag, number, text

ROWS = (
    Command(
        "net-autostart",
        "autostart a network",
        "Configure a network to be automatically started at boot.",
        (
            data("network", "network name or uuid", complete="network-name persistent"),
            flag("disable", "disable autostarting"),
        ),
    ),
    Command(
        "net-create",
        "create a network from an XML file",
        "Create a network.",
        (
            data("file", "file containing an XML network description", complete="complete-path-local-existing"),
            flag("validate", "validate the XML against the schema"),
        ),
    ),
    Command(
        "net-define",
        "define an inactive persistent virtual network or modify an existing persistent one from an XML file",
        "Define or modify a persistent virtual network.",
        (
            data("file", "file containing an XML network description", complete="complete-path-local-existing"),
            flag("validate", "validate the XML against the schema"),
        ),
    ),
    Command(
        "net-destroy",
        "destroy (stop) a network",
        "Forcefully stop a given network.",
        (data("network", "network name or uuid", complete="network-name active"),),
    ),
    Command(
        "net-dhcp-leases",
        "print lease info for a given network",
        "Print lease info for a given network",
        (
            data("network", "network name or uuid", complete="network-name active"),
            text("mac", "MAC address", complete="network-dhcp-mac"),
        ),
    ),
    Command(
        "net-dumpxml",
        "network information in XML",
        "Output the network information as an XML dump to stdout.",
        (
            data("network", "network name or uuid", complete="network-name"),
            flag("inactive", "show inactive defined XML"),
            text("xpath", "xpath expression to filter the XML document", complete="complete-empty", named=True),
            flag("wrap", "wrap xpath results in an common root element"),
        ),
    ),
    Command(
        "net-edit",
        "edit XML configuration for a network",
        "Edit the XML configuration for a network.",
        (data("network", "network name or uuid", complete="network-name"),),
    ),
    Command(
        "net-event",
        "Network Events",
        "List event types, or wait for network events to occur",
        (
            text("network", "filter by network name or uuid", complete="network-name"),
            text("event", "which event type to wait for", complete="network-event-name"),
            flag("loop", "loop until timeout or interrupt, rather than one-shot"),
            number("timeout", "timeout seconds"),
            flag("list", "list valid event types"),
            flag("timestamp", "show timestamp for each printed event"),
        ),
    ),
    Command(
        "net-info",
        "network information",
        "Returns basic information about the network",
        (data("network", "network name or uuid", complete="network-name"),),
    ),
    Command(
        "net-list",
        "list networks",
        "Returns list of networks.",
        (
            flag("inactive", "list inactive networks"),
            flag("all", "list inactive & active networks"),
            flag("persistent", "list persistent networks"),
            flag("transient", "list transient networks"),
            flag("autostart", "list networks with autostart enabled"),
            flag("no-autostart", "list networks with autostart disabled"),
            flag("uuid", "list uuid's only"),
            flag("name", "list network names only"),
            flag("table", "list table (default)"),
        ),
    ),
    Command(
        "net-name",
        "convert a network UUID to network name",
        "",
        (data("network", "network uuid", complete="network-uuid"),),
    ),
    Command(
        "net-start",
        "start a (previously defined) inactive network",
        "Start a network.",
        (data("network", "network name or uuid", complete="network-name inactive"),),
    ),
    Command(
        "net-undefine",
        "undefine a persistent network",
        "Undefine the configuration for a persistent network.",
        (data("network", "network name or uuid", complete="network-name persistent"),),
    ),
    Command(
        "net-update",
        "update parts of an existing network's configuration",
        "",
        (
            data("network", "network name or uuid", complete="network-name"),
            data(
                "command",
                "type of update (add-first, add-last (add), delete, or modify)",
                complete="network-update-command",
            ),
            data("section", "which section of network configuration to update", complete="network-update-section"),
            data(
                "xml",
                (
                    "name of file containing xml (or, if it starts with '<', the complete xml element itself) to "
                    "add/modify, or to be matched for search"
                ),
                complete="complete-path-local-existing",
            ),
            number("parent-index", "which parent object to search through"),
            flag("config", "affect next network startup"),
            flag("live", "affect running network"),
            flag("current", "affect current state of network"),
        ),
        exclusive=(("current", "live"), ("current", "config")),
    ),
    Command(
        "net-uuid",
        "convert a network name to network UUID",
        "",
        (data("network", "network name", complete="network-name"),),
    ),
    Command(
        "net-port-list",
        "list network ports",
        "Returns list of network ports.",
        (
            data("network", "network name or uuid", complete="network-name active"),
            flag("uuid", "list uuid's only"),
            flag("table", "list table (default)"),
        ),
    ),
    Command(
        "net-port-create",
        "create a network port from an XML file",
        "Create a network port.",
        (
            data("network", "network name or uuid", complete="network-name active"),
            data("file", "file containing an XML network port description", complete="complete-path-local-existing"),
            flag("validate", "validate the XML against the schema"),
        ),
    ),
    Command(
        "net-port-dumpxml",
        "network port information in XML",
        "Output the network port information as an XML dump to stdout.",
        (
            data("network", "network name or uuid", complete="network-name active"),
            data("port", "port UUID", complete="network-port-uuid"),
            text("xpath", "xpath expression to filter the XML document", complete="complete-empty", named=True),
            flag("wrap", "wrap xpath results in an common root element"),
        ),
    ),
    Command(
        "net-port-delete",
        "delete the specified network port",
        "Delete the specified network port.",
        (
            data("network", "network name or uuid", complete="network-name active"),
            data("port", "port UUID", complete="network-port-uuid"),
        ),
    ),
)
