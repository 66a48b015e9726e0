"""Disk backups of running domains."""

from __future__ import annotations

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh import lookup
from purevirt.cli.virsh.documents import print_xml
from purevirt.cli.virsh.files import read_text
from purevirt.cli.virsh.flags import collect
from purevirt.types import constants as c


def cmd_backup_begin(sh: Shell, a: Args) -> None:
    flags = collect(a, {"reuse-external": c.VIR_DOMAIN_BACKUP_BEGIN_REUSE_EXTERNAL})
    dom = lookup.domain(sh, a)
    path, checkpoint_path = a.text("backupxml"), a.text("checkpointxml")
    backup = read_text(path) if path is not None else "<domainbackup/>"
    checkpoint = read_text(checkpoint_path) if checkpoint_path is not None else None
    dom.backup_begin(backup, checkpoint, flags)
    sh.write("Backup started\n")


def cmd_backup_dumpxml(sh: Shell, a: Args) -> bool:
    return print_xml(sh, a, lookup.domain(sh, a).backup_get_xml_desc())
