"""Rows: saved images, managed save and core dumps."""

from __future__ import annotations

from purevirt.cli.engine.table import Command, data, flag, text

ROWS = (
    Command(
        "dump",
        "dump the core of a domain to a file for analysis",
        "Core dump a domain.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            data("file", "where to dump the core"),
            flag("live", "perform a live core dump if supported"),
            flag("crash", "crash the domain after core dump"),
            flag("bypass-cache", "avoid file system cache when dumping"),
            flag("reset", "reset the domain after core dump"),
            flag("verbose", "display the progress of dump"),
            flag("memory-only", "dump domain's memory only"),
            text("format", "specify the format of memory-only dump", complete="domain-core-dump-format"),
        ),
    ),
    Command(
        "managedsave",
        "managed save of a domain state",
        (
            "Save and destroy a running domain, so it can be restarted from\n    the same state at a later "
            "time.  When the virsh 'start'\n    command is next run for the domain, it will automatically\n    "
            "be started from this saved state."
        ),
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            flag("bypass-cache", "avoid file system cache when saving"),
            flag("running", "set domain to be running on next start"),
            flag("paused", "set domain to be paused on next start"),
            flag("verbose", "display the progress of save"),
        ),
    ),
    Command(
        "managedsave-remove",
        "Remove managed save of a domain",
        "Remove an existing managed save state file from a domain",
        (data("domain", "domain name, id or uuid", complete="domain-name managedsave"),),
    ),
    Command(
        "managedsave-edit",
        "edit XML for a domain's managed save state file",
        "Edit the domain XML associated with the managed save state file",
        (
            data("domain", "domain name, id or uuid", complete="domain-name managedsave"),
            flag("running", "set domain to be running on start"),
            flag("paused", "set domain to be paused on start"),
        ),
        exclusive=(("running", "paused"),),
    ),
    Command(
        "managedsave-dumpxml",
        "Domain information of managed save state file in XML",
        "Dump XML of domain information for a managed save state file to stdout.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name managedsave"),
            flag("security-info", "include security sensitive information in XML dump"),
            text("xpath", "xpath expression to filter the XML document", complete="complete-empty", named=True),
            flag("wrap", "wrap xpath results in an common root element"),
        ),
    ),
    Command(
        "managedsave-define",
        "redefine the XML for a domain's managed save state file",
        "Replace the domain XML associated with a managed save state file",
        (
            data("domain", "domain name, id or uuid", complete="domain-name managedsave"),
            data("xml", "filename containing updated XML for the target", complete="complete-path-local-existing"),
            flag("running", "set domain to be running on start"),
            flag("paused", "set domain to be paused on start"),
        ),
        exclusive=(("running", "paused"),),
    ),
    Command(
        "restore",
        "restore a domain from a saved state in a file",
        "Restore a domain.",
        (
            data("file", "the state to restore"),
            flag("bypass-cache", "avoid file system cache when restoring"),
            text("xml", "filename containing updated XML for the target", complete="complete-path-local-existing"),
            flag("running", "restore domain into running state"),
            flag("paused", "restore domain into paused state"),
            flag("reset-nvram", "re-initialize NVRAM from its pristine template"),
        ),
    ),
    Command(
        "save",
        "save a domain state to a file",
        "Save the RAM state of a running domain.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            data("file", "where to save the data"),
            flag("bypass-cache", "avoid file system cache when saving"),
            text("xml", "filename containing updated XML for the target", complete="complete-path-local-existing"),
            flag("running", "set domain to be running on restore"),
            flag("paused", "set domain to be paused on restore"),
            flag("verbose", "display the progress of save"),
        ),
    ),
    Command(
        "save-image-define",
        "redefine the XML for a domain's saved state file",
        "Replace the domain XML associated with a saved state file",
        (
            data("file", "saved state file to modify"),
            data("xml", "filename containing updated XML for the target", complete="complete-path-local-existing"),
            flag("running", "set domain to be running on restore"),
            flag("paused", "set domain to be paused on restore"),
        ),
    ),
    Command(
        "save-image-dumpxml",
        "saved state domain information in XML",
        "Dump XML of domain information for a saved state file to stdout.",
        (
            data("file", "saved state file to read"),
            flag("security-info", "include security sensitive information in XML dump"),
            text("xpath", "xpath expression to filter the XML document", complete="complete-empty", named=True),
            flag("wrap", "wrap xpath results in an common root element"),
        ),
    ),
    Command(
        "save-image-edit",
        "edit XML for a domain's saved state file",
        "Edit the domain XML associated with a saved state file",
        (
            data("file", "saved state file to edit"),
            flag("running", "set domain to be running on restore"),
            flag("paused", "set domain to be paused on restore"),
        ),
        exclusive=(("running", "paused"),),
    ),
)
