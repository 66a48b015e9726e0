"""Backups: a job of the whole guest. A push backup ends by itself, a pull backup is served until it is ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from purevirt.drivers.test import errors
from purevirt.drivers.test.checkpoints import take_checkpoint
from purevirt.drivers.test.jobs import DISK_BYTES, GuestJob, end_job
from purevirt.errors import ErrorCode, VirtError
from purevirt.model._engine import ParseContext
from purevirt.model.backup import BackupDisk, DomainBackup
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.typed_params import ParamList

if TYPE_CHECKING:
    from purevirt.drivers.test.guest import Guest
    from purevirt.drivers.test.host import TestHost


class BackupFacet:
    """virDomainBackupBegin, virDomainBackupGetXMLDesc."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    async def domain_backup_begin(
        self, dom: p.NonnullDomain, backup_xml: str, checkpoint_xml: str | None, flags: int
    ) -> None:
        errors.check_flags(flags, C.VIR_DOMAIN_BACKUP_BEGIN_REUSE_EXTERNAL, "testDomainBackupBegin")
        guest = self._host.guest(dom)
        document = DomainBackup.from_xml(backup_xml, ParseContext(inactive=True))
        guest.require_active()
        if guest.job is not None:
            raise errors.invalid("another job is running on the domain")
        if guest.backup is not None:
            raise errors.invalid("another backup job is already running")
        if document.incremental is not None:
            guest.checkpoints.find(document.incremental)
        count = _align(guest, document)
        if checkpoint_xml is not None:
            take_checkpoint(guest, checkpoint_xml)
        guest.backup = document

        def finish() -> None:
            guest.backup = None

        work = self._host.work(guest, count * DISK_BYTES, forever=document.mode == "pull")
        facts = list(ParamList().ullong("disk_temp_used", 0).ullong("disk_temp_total", 0))
        guest.job = GuestJob(C.VIR_DOMAIN_JOB_OPERATION_BACKUP, work, finish, facts if document.mode == "pull" else [])
        if work.over(self._host.clock.now_us()):
            end_job(self._host, guest, success=True)

    async def domain_backup_get_xml_desc(self, dom: p.NonnullDomain, flags: int) -> str:
        errors.check_flags(flags, 0, "testDomainBackupGetXMLDesc")
        guest = self._host.guest(dom)
        if guest.backup is None:
            raise VirtError(ErrorCode.NO_DOMAIN_BACKUP, "no domain backup job present", errors.FROM)
        return guest.backup.to_xml()


def _align(guest: Guest, document: DomainBackup) -> int:
    """Every disk of the guest has an entry afterwards; how many are backed up."""
    disks: list[Any] = list(guest.document.devices.disks) if guest.document.devices is not None else []
    targets = [disk.target.dev for disk in disks if disk.target is not None]
    named = {disk.name for disk in document.disks}
    if len(named) != len(document.disks):
        raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, "disk specified twice in the backup", errors.FROM)
    for name in named - set(targets):
        raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, f"no disk named '{name}'", errors.FROM)
    everything = not document.disks
    for target in targets:
        if target not in named:
            document.disks.append(BackupDisk(name=target, backup=everything, type="file" if everything else None))
    return sum(disk.backup for disk in document.disks)
