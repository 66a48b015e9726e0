"""The command `purevirt`: each subcommand is imported when it is run."""

from __future__ import annotations

import sys
from importlib import import_module

SUBCOMMANDS = {
    "virsh": ("purevirt.cli.virsh.main", "manage guests: virsh's own commands"),
    "virt-admin": ("purevirt.cli.admin.main", "administer a running daemon: virt-admin's own commands"),
    "daemon": ("purevirt.daemon.main", "run purevirtd"),
    "exec": ("purevirt.cli.exec_", "run a Python program with our libvirt for libvirt-python"),
    "saslpasswd": ("purevirt.cli.saslpasswd", "set the password of a SASL user"),
    "virt-ssh-helper": ("purevirt.cli.ssh_helper", "join a remote client (ssh) to a local daemon"),
    "schema": ("purevirt.cli.schema", "print the RELAX NG schema of a document kind, or write all"),
    "virt-xml-validate": ("purevirt.cli.xml_validate", "check a document against the schema of its kind"),
    "virt-qemu-run": ("purevirt.cli.virt_qemu_run", "run one guest without a daemon"),
}


def main(arguments: list[str] | None = None) -> int:
    """Exit code of the subcommand; 2 for a wrong command line."""
    words = sys.argv[1:] if arguments is None else arguments
    if not words or words[0] not in SUBCOMMANDS:
        for name, (_, summary) in SUBCOMMANDS.items():
            sys.stderr.write(f"purevirt {name:17} {summary}\n")
        return 0 if words in (["--help"], ["-h"]) else 2
    sys.argv = [f"purevirt {words[0]}", *words[1:]]
    result = import_module(SUBCOMMANDS[words[0]][0]).main()
    return int(result or 0)


if __name__ == "__main__":
    sys.exit(main())
