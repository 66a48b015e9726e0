"""Rows: nwfilter."""

from __future__ import annotations

from purevirt.cli.engine.table import Command, data, flag, text

ROWS = (
    Command(
        "nwfilter-define",
        "define or update a network filter from an XML file",
        "Define a new network filter or update an existing one.",
        (
            data("file", "file containing an XML network filter description", complete="complete-path-local-existing"),
            flag("validate", "validate the XML against the schema"),
        ),
    ),
    Command(
        "nwfilter-dumpxml",
        "network filter information in XML",
        "Output the network filter information as an XML dump to stdout.",
        (
            data("nwfilter", "network filter name or uuid", complete="nwfilter-name"),
            text("xpath", "xpath expression to filter the XML document", complete="complete-empty", named=True),
            flag("wrap", "wrap xpath results in an common root element"),
        ),
    ),
    Command(
        "nwfilter-edit",
        "edit XML configuration for a network filter",
        "Edit the XML configuration for a network filter.",
        (data("nwfilter", "network filter name or uuid", complete="nwfilter-name"),),
    ),
    Command(
        "nwfilter-list",
        "list network filters",
        "Returns list of network filters.",
    ),
    Command(
        "nwfilter-undefine",
        "undefine a network filter",
        "Undefine a given network filter.",
        (data("nwfilter", "network filter name or uuid", complete="nwfilter-name"),),
    ),
    Command(
        "nwfilter-binding-create",
        "create a network filter binding from an XML file",
        "Create a new network filter binding.",
        (
            data(
                "file",
                "file containing an XML network filter binding description",
                complete="complete-path-local-existing",
            ),
            flag("validate", "validate the XML against the schema"),
        ),
    ),
    Command(
        "nwfilter-binding-delete",
        "delete a network filter binding",
        "Delete a given network filter binding.",
        (data("binding", "network filter binding port dev", complete="nwfilter-binding-name"),),
    ),
    Command(
        "nwfilter-binding-dumpxml",
        "network filter information in XML",
        "Output the network filter information as an XML dump to stdout.",
        (
            data("binding", "network filter binding portdev", complete="nwfilter-binding-name"),
            text("xpath", "xpath expression to filter the XML document", complete="complete-empty", named=True),
            flag("wrap", "wrap xpath results in an common root element"),
        ),
    ),
    Command(
        "nwfilter-binding-list",
        "list network filter bindings",
        "Returns list of network filter bindings.",
    ),
)
