"""Rows: backup."""

from __future__ import annotations

from purevirt.cli.engine.table import Command, data, flag, text

ROWS = (
    Command(
        "backup-begin",
        "Start a disk backup of a live domain",
        "Use XML to start a full or incremental disk backup of a live domain, optionally creating a checkpoint",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            text("backupxml", "domain backup XML", complete="complete-path-local-existing"),
            text("checkpointxml", "domain checkpoint XML", complete="complete-path-local-existing"),
            flag("reuse-external", "reuse files provided by caller"),
        ),
    ),
    Command(
        "backup-dumpxml",
        "Dump XML for an ongoing domain block backup job",
        "Backup Dump XML",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            text("xpath", "xpath expression to filter the XML document", complete="complete-empty", named=True),
            flag("wrap", "wrap xpath results in an common root element"),
        ),
    ),
)
