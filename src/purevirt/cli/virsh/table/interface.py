"""Rows: interface."""

from __future__ import annotations

from purevirt.cli.engine.table import Command, data, flag, number, text

ROWS = (
    Command(
        "iface-begin",
        (
            "create a snapshot of current interfaces settings, which can be later committed (iface-commit) or "
            "restored (iface-rollback)"
        ),
        "Create a restore point for interfaces settings",
    ),
    Command(
        "iface-bridge",
        "create a bridge device and attach an existing network device to it",
        "bridge an existing network device",
        (
            data("interface", "existing interface name", complete="interface-name"),
            data("bridge", "new bridge device name"),
            flag("no-stp", "do not enable STP for this bridge"),
            number("delay", "number of seconds to squelch traffic on newly connected ports"),
            flag("no-start", "don't start the bridge immediately"),
        ),
    ),
    Command(
        "iface-commit",
        "commit changes made since iface-begin and free restore point",
        "commit changes and free restore point",
    ),
    Command(
        "iface-define",
        ("define an inactive persistent physical host interface or modify an existing persistent one from an XML file"),
        "Define or modify a persistent physical host interface.",
        (
            data("file", "file containing an XML interface description", complete="complete-path-local-existing"),
            flag("validate", "validate the XML against the schema"),
        ),
    ),
    Command(
        "iface-destroy",
        'destroy a physical host interface (disable it / "if-down")',
        "forcefully stop a physical host interface.",
        (data("interface", "interface name or MAC address", complete="interface-name active"),),
    ),
    Command(
        "iface-dumpxml",
        "interface information in XML",
        "Output the physical host interface information as an XML dump to stdout.",
        (
            data("interface", "interface name or MAC address", complete="interface-name"),
            flag("inactive", "show inactive defined XML"),
            text("xpath", "xpath expression to filter the XML document", complete="complete-empty", named=True),
            flag("wrap", "wrap xpath results in an common root element"),
        ),
    ),
    Command(
        "iface-edit",
        "edit XML configuration for a physical host interface",
        "Edit the XML configuration for a physical host interface.",
        (data("interface", "interface name or MAC address", complete="interface-name"),),
    ),
    Command(
        "iface-list",
        "list physical host interfaces",
        "Returns list of physical host interfaces.",
        (
            flag("inactive", "list inactive interfaces"),
            flag("all", "list inactive & active interfaces"),
        ),
        exclusive=(("all", "inactive"),),
    ),
    Command(
        "iface-mac",
        "convert an interface name to interface MAC address",
        "",
        (data("interface", "interface name", complete="interface-name"),),
    ),
    Command(
        "iface-name",
        "convert an interface MAC address to interface name",
        "",
        (data("interface", "interface mac", complete="interface-mac"),),
    ),
    Command(
        "iface-rollback",
        "rollback to previous saved configuration created via iface-begin",
        "rollback to previous restore point",
    ),
    Command(
        "iface-start",
        'start a physical host interface (enable it / "if-up")',
        "start a physical host interface.",
        (data("interface", "interface name or MAC address", complete="interface-name inactive"),),
    ),
    Command(
        "iface-unbridge",
        "undefine a bridge device after detaching its device(s)",
        "unbridge a network device",
        (
            data("bridge", "current bridge device name"),
            flag("no-start", "don't start the detached interface immediately (not recommended)"),
        ),
    ),
    Command(
        "iface-undefine",
        "undefine a physical host interface (remove it from configuration)",
        "undefine an interface.",
        (data("interface", "interface name or MAC address", complete="interface-name"),),
    ),
)
