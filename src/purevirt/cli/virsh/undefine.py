"""undefine: what stands in the way (managed save, snapshots, checkpoints) and which volumes go with the domain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh import lookup
from purevirt.cli.virsh.flags import collect
from purevirt.cli.virsh.lookup import complaining
from purevirt.errors import ErrorCode, VirtError
from purevirt.types import constants as c

if TYPE_CHECKING:
    from purevirt.client import Domain, StorageVol

_BITS = {
    "managed-save": c.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE,
    "snapshots-metadata": c.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA,
    "checkpoints-metadata": c.VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA,
    "nvram": c.VIR_DOMAIN_UNDEFINE_NVRAM,
    "keep-nvram": c.VIR_DOMAIN_UNDEFINE_KEEP_NVRAM,
    "tpm": c.VIR_DOMAIN_UNDEFINE_TPM,
    "keep-tpm": c.VIR_DOMAIN_UNDEFINE_KEEP_TPM,
}


@dataclass(slots=True)
class _Disk:
    """A disk's volume, as undefine reports it."""

    target: str
    source: str
    volume: StorageVol


def undefine(sh: Shell, a: Args) -> None:
    wanted = a.text("storage")
    wipe = a.flag("wipe-storage")
    all_storage = a.flag("remove-all-storage")
    if wipe and not all_storage and wanted is None:
        raise Failed("'--wipe-storage' requires '--storage <string>' or '--remove-all-storage'")
    flags = collect(a, _BITS)
    dom = lookup.domain(sh, a)
    name = dom.get_name()
    running = dom.is_active()
    if wanted is not None and all_storage:
        raise Failed("Specified both --storage and --remove-all-storage")
    disks: list[_Disk] = []
    if wanted is not None or all_storage:
        if running:
            raise Failed("Storage volume deletion is supported only on stopped domains")
        disks = _volumes(sh, dom, None if all_storage else wanted.split(",") if wanted else [])
    if not flags and not running and dom.has_managed_save_image():
        raise Failed("Refusing to undefine while domain managed save image exists")
    with complaining(f"Failed to undefine domain '{name}'"):
        _call(dom, flags)
    sh.extra(f"Domain '{name}' has been undefined\n")
    failed = False
    for disk in disks:
        failed = not _remove(sh, disk, wipe, a.flag("delete-storage-volume-snapshots")) or failed
    if failed:
        raise Failed()


def _call(dom: Domain, flags: int) -> None:
    """With flags where there are some; plain undefine for hosts that know no flags."""
    try:
        dom.undefine_flags(flags)
    except VirtError as error:
        if flags or error.code != ErrorCode.NO_SUPPORT:
            raise
        dom.undefine()


def _volumes(sh: Shell, dom: Domain, wanted: list[str] | None) -> list[_Disk]:
    """The managed volumes among the domain's disks; all of them when `wanted` is None. Raises Failed for unknown ones."""
    from xml.etree import ElementTree

    tree = ElementTree.fromstring(dom.get_xml_desc(c.VIR_DOMAIN_XML_INACTIVE))
    found: list[_Disk] = []
    left = list(wanted or [])
    for disk in tree.iterfind("./devices/disk"):
        source_element = disk.find("source")
        target_element = disk.find("target")
        target = target_element.get("dev", "") if target_element is not None else ""
        attributes = source_element.attrib if source_element is not None else {}
        source = next((attributes[k] for k in ("file", "dev", "dir", "name") if k in attributes), None)
        pool = attributes.get("pool")
        named = [w for w in left if w in (target, source)]
        for word in named:
            left.remove(word)
        if wanted is not None and not named:
            continue
        if source is None and pool is None:
            continue
        try:
            if pool is not None:
                volume = _in_pool(sh, pool, attributes.get("volume", ""))
                source = attributes.get("volume", "")
            else:
                assert source is not None
                volume = sh.conn.storage_vol_lookup_by_path(source)
        except VirtError:
            sh.error(f"Storage volume '{target}'({source}) is not managed by libvirt. Remove it manually.\n")
            continue
        found.append(_Disk(target, source, volume))
    if left:
        raise Failed(f"Volume '{left[0]}' was not found in domain's definition.\n")
    return found


def _in_pool(sh: Shell, pool: str, volume: str) -> StorageVol:
    try:
        where = sh.conn.storage_pool_lookup_by_name(pool)
    except VirtError:
        sh.error(f"Storage pool '{pool}' for volume '{volume}' not found.")
        raise
    found: StorageVol = where.storage_vol_lookup_by_name(volume)
    return found


def _remove(sh: Shell, disk: _Disk, wipe: bool, snapshots: bool) -> bool:
    if wipe:
        sh.write(f"Wiping volume '{disk.target}'({disk.source}) ... ")
        sh.out.flush()
        try:
            disk.volume.wipe()
        except VirtError:
            sh.error("Failed! Volume not removed.")
            return False
        sh.write("Done.\n")
    try:
        disk.volume.delete(c.VIR_STORAGE_VOL_DELETE_WITH_SNAPSHOTS if snapshots else 0)
    except VirtError as error:
        sh.error(f"Failed to remove storage volume '{disk.target}'({disk.source})")
        sh.error(error.message)
        return False
    sh.write(f"Volume '{disk.target}'({disk.source}) removed.\n")
    return True
