"""Rows: nodedev."""

from __future__ import annotations

from purevirt.cli.engine.table import Command, alias, data, flag, number, text

ROWS = (
    Command(
        "nodedev-create",
        "create a device defined by an XML file on the node",
        (
            "Create a device on the node.  Note that this command creates devices on the physical host that "
            "can then be assigned to a virtual machine."
        ),
        (
            data("file", "file containing an XML description of the device", complete="complete-path-local-existing"),
            flag("validate", "validate the XML against the schema"),
        ),
    ),
    Command(
        "nodedev-destroy",
        "destroy (stop) a device on the node",
        "Destroy a device on the node.  Note that this command destroys devices on the physical host",
        (
            data("device", "device name or wwn pair in 'wwnn,wwpn' format", complete="node-device-name"),
            alias("name", "device"),
        ),
    ),
    Command(
        "nodedev-detach",
        "detach node device from its device driver",
        "Detach node device from its device driver before assigning to a domain.",
        (
            data("device", "device key", complete="node-device-name"),
            text(
                "driver",
                "pci device assignment backend driver (e.g. 'vfio' or 'xen')",
                complete="node-device-pcibackend",
            ),
        ),
    ),
    Command(
        "nodedev-dumpxml",
        "node device details in XML",
        "Output the node device details as an XML dump to stdout.",
        (
            data("device", "device name or wwn pair in 'wwnn,wwpn' format", complete="node-device-name"),
            text("xpath", "xpath expression to filter the XML document", complete="complete-empty", named=True),
            flag("wrap", "wrap xpath results in an common root element"),
        ),
    ),
    Command(
        "nodedev-list",
        "enumerate devices on this host",
        "",
        (
            flag("tree", "list devices in a tree"),
            text("cap", "capability names, separated by comma", complete="node-device-capability-name"),
            flag("inactive", "list inactive devices"),
            flag("all", "list inactive & active devices"),
        ),
    ),
    Command(
        "nodedev-reattach",
        "reattach node device to its device driver",
        "Reattach node device to its device driver once released by the domain.",
        (data("device", "device key", complete="node-device-name"),),
    ),
    Command(
        "nodedev-reset",
        "reset node device",
        "Reset node device before or after assigning to a domain.",
        (data("device", "device key", complete="node-device-name"),),
    ),
    Command(
        "nodedev-event",
        "Node Device Events",
        "List event types, or wait for node device events to occur",
        (
            text("device", "filter by node device name", complete="node-device-name"),
            text("event", "which event type to wait for", complete="node-device-event-name"),
            flag("loop", "loop until timeout or interrupt, rather than one-shot"),
            number("timeout", "timeout seconds"),
            flag("list", "list valid event types"),
            flag("timestamp", "show timestamp for each printed event"),
        ),
    ),
    Command(
        "nodedev-define",
        "Define a device by an xml file on a node",
        (
            "Defines a persistent device on the node that can be assigned to a domain. The device must be "
            "started before it can be assigned to a domain."
        ),
        (
            data("file", "file containing an XML description of the device", complete="complete-path-local-existing"),
            flag("validate", "validate the XML against the schema"),
        ),
    ),
    Command(
        "nodedev-undefine",
        "Undefine an inactive node device",
        "Undefines the configuration for an inactive node device",
        (data("device", "device name or wwn pair in 'wwnn,wwpn' format", complete="node-device-name"),),
    ),
    Command(
        "nodedev-start",
        "Start an inactive node device",
        "Starts an inactive node device that was previously defined",
        (data("device", "device name", complete="node-device-name"),),
    ),
    Command(
        "nodedev-autostart",
        "autostart a defined node device",
        "Configure a node device to be automatically started at boot.",
        (
            data("device", "device name or wwn pair in 'wwnn,wwpn' format", complete="node-device-name"),
            flag("disable", "disable autostarting"),
        ),
    ),
    Command(
        "nodedev-info",
        "node device information",
        "Returns basic information about the node device",
        (data("device", "device name or wwn pair in 'wwnn,wwpn' format", complete="node-device-name"),),
    ),
)
