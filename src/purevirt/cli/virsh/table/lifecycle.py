"""Rows: starting, stopping and otherwise moving a domain through its life."""

from __future__ import annotations

from purevirt.cli.engine.table import Command, alias, data, flag, many, number, text

ROWS = (
    Command(
        "create",
        "create a domain from an XML file",
        "Create a domain.",
        (
            data("file", "file containing an XML domain description", complete="complete-path-local-existing"),
            flag("console", "attach to console after creation"),
            flag("paused", "leave the guest paused after creation"),
            flag("autodestroy", "automatically destroy the guest when virsh disconnects"),
            text("pass-fds", "pass file descriptors N,M,... to the guest", complete="complete-empty"),
            flag("validate", "validate the XML against the schema"),
            flag("reset-nvram", "re-initialize NVRAM from its pristine template"),
        ),
    ),
    Command(
        "destroy",
        "destroy (stop) a domain",
        "Forcefully stop a given domain, but leave its resources intact.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            flag("graceful", "terminate gracefully"),
            flag("remove-logs", "remove domain logs"),
        ),
    ),
    Command(
        "dompmsuspend",
        "suspend a domain gracefully using power management functions",
        (
            "Suspends a running domain using guest OS's power management. (Note: This requires a guest agent "
            "configured and running in the guest OS)."
        ),
        (
            data("domain", "domain name, id or uuid", complete="domain-name running"),
            data(
                "target",
                "mem(Suspend-to-RAM), disk(Suspend-to-Disk), hybrid(Hybrid-Suspend)",
                complete="node-suspend-target",
            ),
            number("duration", "duration in seconds", named=True),
        ),
    ),
    Command(
        "dompmwakeup",
        "wakeup a domain from pmsuspended state",
        "Wakeup a domain that was previously suspended by power management.",
        (data("domain", "domain name, id or uuid", complete="domain-name other"),),
    ),
    Command(
        "inject-nmi",
        "Inject NMI to the guest",
        "Inject NMI to the guest domain.",
        (data("domain", "domain name, id or uuid", complete="domain-name active"),),
    ),
    Command(
        "send-process-signal",
        "Send signals to processes",
        "Send signals to processes in the guest",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            data("pid", "the process ID", complete="complete-empty"),
            data("signame", "the signal number or name", complete="domain-signal"),
        ),
    ),
    Command(
        "lxc-enter-namespace",
        "LXC Guest Enter Namespace",
        "Run an arbitrary command in a lxc guest namespace; use at your own risk",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            flag("noseclabel", "Do not change process security label"),
            many("cmd", "command to run", required=True),
        ),
    ),
    Command(
        "reboot",
        "reboot a domain",
        "Run a reboot command in the target domain.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            text("mode", "shutdown mode: acpi|agent|initctl|signal|paravirt", complete="domain-shutdown-mode"),
        ),
    ),
    Command(
        "reset",
        "reset a domain",
        "Reset the target domain as if by power button",
        (data("domain", "domain name, id or uuid", complete="domain-name active"),),
    ),
    Command(
        "resume",
        "resume a domain",
        "Resume a previously suspended domain.",
        (data("domain", "domain name, id or uuid", complete="domain-name paused"),),
    ),
    Command(
        "set-lifecycle-action",
        "change lifecycle actions",
        "Change lifecycle actions for the guest domain.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            data("type", "lifecycle type to modify", complete="domain-lifecycle"),
            data("action", "lifecycle action to set", complete="domain-lifecycle-action"),
            flag("config", "affect next boot"),
            flag("live", "affect running domain"),
            flag("current", "affect current domain"),
        ),
        exclusive=(("current", "live"), ("current", "config")),
    ),
    Command(
        "shutdown",
        "gracefully shutdown a domain",
        "Run shutdown in the target domain.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            text("mode", "shutdown mode: acpi|agent|initctl|signal|paravirt", complete="domain-shutdown-mode"),
        ),
    ),
    Command(
        "start",
        "start a (previously defined) inactive domain",
        (
            "Start a domain, either from the last managedsave\n    state, or via a fresh boot if no "
            "managedsave state\n    is present."
        ),
        (
            data("domain", "name of the inactive domain", complete="domain-name shutoff"),
            flag("console", "attach to console after creation"),
            flag("paused", "leave the guest paused after creation"),
            flag("autodestroy", "automatically destroy the guest when virsh disconnects"),
            flag("bypass-cache", "avoid file system cache when loading"),
            flag("force-boot", "force fresh boot by discarding any managed save"),
            text("pass-fds", "pass file descriptors N,M,... to the guest", complete="complete-empty"),
            flag("reset-nvram", "re-initialize NVRAM from its pristine template"),
        ),
    ),
    Command(
        "suspend",
        "suspend a domain",
        "Suspend a running domain.",
        (data("domain", "domain name, id or uuid", complete="domain-name running"),),
    ),
    Command(
        "undefine",
        "undefine a domain",
        "Undefine an inactive domain, or convert persistent to transient.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name persistent"),
            flag("managed-save", "remove domain managed state file"),
            text(
                "storage",
                (
                    "remove associated storage volumes (comma separated list of targets or source paths) (see "
                    "domblklist)"
                ),
                complete="domain-undefine-storage-disks",
            ),
            flag("remove-all-storage", "remove all associated storage volumes (use with caution)"),
            flag(
                "delete-storage-volume-snapshots",
                (
                    "delete snapshots associated with volume(s), requires --remove-all-storage (must be supported "
                    "by storage driver)"
                ),
            ),
            flag("wipe-storage", "wipe data on the removed volumes"),
            flag("snapshots-metadata", "remove all domain snapshot metadata (vm must be inactive)"),
            flag("checkpoints-metadata", "remove all domain checkpoint metadata (vm must be inactive)"),
            flag("nvram", "remove nvram file"),
            flag("keep-nvram", "keep nvram file"),
            flag("tpm", "remove TPM state"),
            flag("keep-tpm", "keep TPM state"),
            alias("delete-snapshots", "delete-storage-volume-snapshots"),
        ),
        exclusive=(("nvram", "keep-nvram"), ("tpm", "keep-tpm")),
        requires=(("delete-storage-volume-snapshots", "remove-all-storage"),),
    ),
    Command(
        "dom-fd-associate",
        "associate a FD with a domain",
        "associate a FD with a domain",
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            data("name", "name of the FD group", complete="complete-empty"),
            data("pass-fds", "file descriptors N,M,... to associate", complete="complete-empty"),
            flag("seclabel-writable", "use seclabels allowing writes"),
            flag("seclabel-restore", "try to restore security label after use if possible"),
        ),
    ),
)
