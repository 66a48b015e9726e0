"""Corpus suites of the storage documents: secrets, pools, volumes, snapshots, checkpoints, backups."""

from __future__ import annotations

from pathlib import Path

from purevirt.model._engine import FormatContext, ParseContext
from purevirt.model.backup import DomainBackup
from purevirt.model.checkpoint import CheckpointDisk, DomainCheckpoint
from purevirt.model.domain.disk import Disk, DiskTarget
from purevirt.model.domain.document import Domain
from purevirt.model.secret import Secret
from purevirt.model.snapshot import DomainSnapshot, MomentParent, UuidOnly
from purevirt.model.storage_pool import StoragePool
from purevirt.model.storage_source import FileSource
from purevirt.model.storage_volume import StorageVolume
from purevirt.testing.corpus.runner import Case, Run, read


def run_secret(case: Case, directory: Path) -> str:
    return Secret.from_xml(read(directory, case["input"]), ParseContext(inactive=True)).to_xml()


def run_pool(case: Case, directory: Path) -> str:
    return StoragePool.from_xml(read(directory, case["input"]), ParseContext(inactive=True)).to_xml()


def run_volume(case: Case, directory: Path) -> str:
    pool = StoragePool.from_xml(read(directory, case["pool"]), ParseContext(inactive=True))
    extra = {"no_capacity": "NO_CAPACITY" in case["flags"]}
    volume = StorageVolume.from_xml(read(directory, case["input"]), ParseContext(inactive=True, extra=extra))
    volume.complete_for_pool(pool.type)
    return volume.to_xml()


def run_snapshot(case: Case, directory: Path) -> str:
    flags = case["flags"]
    internal = "INTERNAL" in flags
    context = ParseContext(inactive=True, redefine="REDEFINE" in flags, internal=internal, skip_validate=True)
    snapshot = DomainSnapshot.from_xml(read(directory, case["input"]), context)
    if case["creation_time"]:
        snapshot.creation_time = case["creation_time"]
        snapshot.name = snapshot.name or str(case["creation_time"])
    if "RUNNING" in flags:
        snapshot.state = "running"
    if case["uuid"] is not None and not isinstance(snapshot.domain, Domain):
        snapshot.domain = UuidOnly(uuid=case["uuid"])
    return snapshot.to_xml(FormatContext(secure=True, internal=internal))


def run_checkpoint(case: Case, directory: Path) -> str:
    flags = case["flags"]
    context = ParseContext(inactive=True, redefine="REDEFINE" in flags)
    checkpoint = DomainCheckpoint.from_xml(read(directory, case["input"]), context)
    if case["creation_time"]:
        checkpoint.creation_time = case["creation_time"]
        checkpoint.name = checkpoint.name or str(case["creation_time"])
    if "PARENT" in flags:
        checkpoint.parent = MomentParent(name="1525111885")
    if "VDA_BITMAP" in flags:
        if not checkpoint.disks or checkpoint.disks[0].name != "vda":
            checkpoint.disks.insert(0, CheckpointDisk(name="vda"))
        checkpoint.disks[0].checkpoint = "bitmap"
        checkpoint.disks[0].bitmap = checkpoint.name
    if "SIZE" in flags:
        checkpoint.disks[0].size = 1048576
    return checkpoint.to_xml(FormatContext(secure=True))


def _fake_disk(target: str) -> Disk:
    return Disk(type="file", source=FileSource(file=f"/fake/{target}.qcow2"), target=DiskTarget(dev=target))


def run_backup(case: Case, directory: Path) -> str:
    internal = case["internal"]
    backup = DomainBackup.from_xml(read(directory, case["input"]), ParseContext(internal=internal))
    guest = [_fake_disk(disk.name) for disk in backup.disks] + [_fake_disk("vdextradisk")]
    backup.align(guest, "SUFFIX")
    return backup.to_xml(FormatContext(internal=internal))


def run_filesystem_lookup(case: Case, directory: Path) -> str:
    domain = Domain.from_xml(read(directory, case["input"]), ParseContext())
    filesystems = domain.devices.filesystems if domain.devices is not None else []
    return str(any(fs.target is not None and fs.target.dir == case["path"] for fs in filesystems))


SUITES: dict[str, Run] = {
    "secretxml2xml": run_secret,
    "storagepoolxml2xml": run_pool,
    "storagevolxml2xml": run_volume,
    "qemudomainsnapshotxml2xml": run_snapshot,
    "qemudomaincheckpointxml2xml": run_checkpoint,
    "domainbackup": run_backup,
    "domainconf": run_filesystem_lookup,
}
