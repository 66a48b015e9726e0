"""Rows: checkpoint."""

from __future__ import annotations

from purevirt.cli.engine.table import Command, data, flag, many, text

ROWS = (
    Command(
        "checkpoint-create",
        "Create a checkpoint from XML",
        "Create a checkpoint from XML for use in future incremental backups",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            text("xmlfile", "domain checkpoint XML", complete="complete-path-local-existing"),
            flag("redefine", "redefine metadata for existing checkpoint"),
            flag("redefine-validate", "validate the redefined checkpoint"),
            flag("quiesce", "quiesce guest's file systems"),
        ),
        requires=(("redefine-validate", "redefine"),),
    ),
    Command(
        "checkpoint-create-as",
        "Create a checkpoint from a set of args",
        "Create a checkpoint from arguments for use in future incremental backups",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            text("name", "name of checkpoint", complete="complete-empty"),
            text("description", "description of checkpoint", complete="complete-empty"),
            flag("print-xml", "print XML document rather than create"),
            flag("quiesce", "quiesce guest's file systems"),
            many("diskspec", "disk attributes: disk[,checkpoint=type][,bitmap=name]"),
        ),
    ),
    Command(
        "checkpoint-delete",
        "Delete a domain checkpoint",
        "Checkpoint Delete",
        (
            data("domain", "domain name, id or uuid", complete="domain-name has-checkpoint active"),
            text("checkpointname", "checkpoint name", complete="checkpoint-name"),
            flag("children", "delete checkpoint and all children"),
            flag("children-only", "delete children but not checkpoint"),
            flag("metadata", "delete only libvirt metadata, leaving checkpoint contents behind"),
        ),
    ),
    Command(
        "checkpoint-dumpxml",
        "Dump XML for a domain checkpoint",
        "Checkpoint Dump XML",
        (
            data("domain", "domain name, id or uuid", complete="domain-name has-checkpoint"),
            text("checkpointname", "checkpoint name", complete="checkpoint-name"),
            flag("security-info", "include security sensitive information in XML dump"),
            flag("no-domain", "exclude <domain> from XML"),
            flag("size", "include backup size estimate in XML dump"),
            text("xpath", "xpath expression to filter the XML document", complete="complete-empty", named=True),
            flag("wrap", "wrap xpath results in an common root element"),
        ),
    ),
    Command(
        "checkpoint-edit",
        "edit XML for a checkpoint",
        "Edit the domain checkpoint XML for a named checkpoint",
        (
            data("domain", "domain name, id or uuid", complete="domain-name has-checkpoint"),
            text("checkpointname", "checkpoint name", complete="checkpoint-name"),
        ),
    ),
    Command(
        "checkpoint-info",
        "checkpoint information",
        "Returns basic information about a checkpoint.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name has-checkpoint"),
            text("checkpointname", "checkpoint name", complete="checkpoint-name"),
        ),
    ),
    Command(
        "checkpoint-list",
        "List checkpoints for a domain",
        "Checkpoint List",
        (
            data("domain", "domain name, id or uuid", complete="domain-name has-checkpoint"),
            flag("parent", "add a column showing parent checkpoint"),
            flag("roots", "list only checkpoints without parents"),
            flag("leaves", "list only checkpoints without children"),
            flag("no-leaves", "list only checkpoints that are not leaves (with children)"),
            flag("tree", "list checkpoints in a tree"),
            text("from", "limit list to children of given checkpoint", complete="checkpoint-name"),
            flag("descendants", "with --from, list all descendants"),
            flag("name", "list checkpoint names only"),
            flag("topological", "sort list topologically rather than by name"),
        ),
        exclusive=(("tree", "name"), ("parent", "roots"), ("parent", "tree"), ("roots", "tree"), ("roots", "from")),
    ),
    Command(
        "checkpoint-parent",
        "Get the name of the parent of a checkpoint",
        "Extract the checkpoint's parent, if any",
        (
            data("domain", "domain name, id or uuid", complete="domain-name has-checkpoint"),
            text("checkpointname", "find parent of checkpoint name", complete="checkpoint-name"),
        ),
    ),
)
