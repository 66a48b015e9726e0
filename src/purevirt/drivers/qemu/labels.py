"""Which files a guest may open: they get the guests' user as owner while it runs (the DAC security driver)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from logging import getLogger
from typing import TYPE_CHECKING

from purevirt.drivers.qemu.vm import Runtime, Vm
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.host import ownership

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState
    from purevirt.model.domain.disk import Disk
    from purevirt.model.domain.document import Domain
    from purevirt.model.storage_source import StorageSource

log = getLogger("purevirt.qemu.labels")


def source_path(source: StorageSource | None) -> str | None:
    """The local path of a disk's source, None for everything else: one that comes opened is nobody's to label."""
    if getattr(source, "fdgroup", None):
        return None
    path = getattr(source, "file", None) or getattr(source, "dev", None)
    return path if isinstance(path, str) else None


def _relabel(source: StorageSource | None) -> bool:
    return not any(s.relabel is False and s.model in (None, "dac") for s in getattr(source, "seclabels", []))


def disk_paths(disk: Disk) -> Iterator[str]:
    """The image and its declared backing images."""
    if disk.source is not None and _relabel(disk.source) and (path := source_path(disk.source)):
        yield path
    backing = disk.backing_store
    while backing is not None:
        if _relabel(backing.source) and (path := source_path(backing.source)):
            yield path
        backing = backing.backing_store


def guest_files(document: Domain) -> list[str]:
    """Every file that the guest's QEMU opens by name."""
    found: list[str] = []
    for disk in document.devices.disks if document.devices else []:
        found += disk_paths(disk)
    guest_os = document.os
    if guest_os is not None:
        found += [path for path in (guest_os.kernel, guest_os.initrd, guest_os.dtb) if path]
        if guest_os.nvram is not None and guest_os.nvram.path:
            found.append(guest_os.nvram.path)
    return [path for path in dict.fromkeys(found) if os.path.exists(path)]


def give_all(state: QemuState, vm: Vm, run: Runtime, files: list[str]) -> None:
    """Change the owners; what was changed is remembered in `run.labelled` even when one of them fails."""
    credentials = state.config.credentials
    if credentials is None or not state.config.dynamic_ownership:
        return
    for path in [*guest_files(vm.require_live()), *files]:
        try:
            ownership.give(path, credentials.uid, credentials.gid, remember=state.config.remember_owner)
        except OSError as error:
            raise VirtError(
                ErrorCode.SYSTEM_ERROR,
                f"unable to set user and group to '{credentials.uid}:{credentials.gid}' on '{path}': {error.strerror}",
                ErrorDomain.SECURITY,
                int1=error.errno or 0,
            ) from error
        run.labelled.append(path)


def take_back_all(state: QemuState, vm: Vm, run: Runtime) -> None:
    """Give the files back, last first. A reattached guest's list comes from its document."""
    if state.config.credentials is None or not state.config.dynamic_ownership:
        return
    paths = run.labelled or (guest_files(vm.live) if vm.live is not None else [])
    run.labelled = []
    for path in reversed(paths):
        try:
            ownership.take_back(path, remember=state.config.remember_owner)
        except OSError as error:
            log.warning("%s: cannot restore the owner of %s: %s", vm.name, path, error)
