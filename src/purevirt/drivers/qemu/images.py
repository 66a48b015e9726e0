"""The images of a guest's disks before its start: whether they are there, and what is below them.

A chain that the definition does not close is followed in the images' headers, so that QEMU is told every image by name
and each gets its owner. A disk that may be missing (`startupPolicy`) and is loses its medium, a hard disk is left out.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

from purevirt.core.tasks import offload
from purevirt.drivers.qemu.command.aliases import disk_alias
from purevirt.drivers.qemu.command.disks import is_empty
from purevirt.drivers.qemu.command.storage import WITH_BACKING
from purevirt.errors import ErrorCode, ErrorDomain, VirtError, system_error
from purevirt.host.image_header import backing_of, format_of, read_head
from purevirt.model._engine.context import FormatContext
from purevirt.model.domain.disk import BackingStore, Disk, ImageFormat
from purevirt.model.storage_source import BlockSource, FileSource, StorageType
from purevirt.types import constants as C
from purevirt.types.override import override

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState
    from purevirt.drivers.qemu.vm import Vm
    from purevirt.host.process import Credentials
    from purevirt.model.domain.document import Domain

_DEEPEST = 200
_PROTOCOLS = ("json:", "nbd:", "nbd+", "rbd:", "iscsi:", "http:", "https:", "ftp:", "ftps:", "ssh:", "gluster", "nfs:", "fat:")


class FoundImage(BackingStore):
    """A backing image that was found in a header, not said by the definition: no part of what is defined or saved."""

    @override
    def shown(self, ctx: FormatContext) -> bool:
        return not ctx.inactive


async def prepare_images(state: QemuState, vm: Vm, document: Domain, *, cold: bool) -> None:
    """Check and complete every disk of a document that is about to run. Raises SYSTEM_ERROR naming the missing image.

    `cold`: it boots; memory that is loaded instead goes on with a medium that may be missing when it is only required at boot.
    """
    if document.devices is None:
        return
    for disk in list(document.devices.disks):
        if is_empty(disk) or not isinstance(disk.source, FileSource | BlockSource) or getattr(disk.source, "fdgroup", None):
            continue
        try:
            await offload(_complete, disk, state.config.credentials)
        except VirtError as error:
            if error.code != ErrorCode.SYSTEM_ERROR or not _may_be_missing(disk, cold=cold):
                raise
            _do_without(state, vm, document, disk)


def _may_be_missing(disk: Disk, *, cold: bool) -> bool:
    policy = disk.source.startup_policy if disk.source is not None else None
    return policy == "optional" or (policy == "requisite" and not cold)


def _do_without(state: QemuState, vm: Vm, document: Domain, disk: Disk) -> None:
    assert document.devices is not None
    alias = disk.alias.name if disk.alias is not None else disk_alias(document, disk)
    path, reason = _path(disk.source), C.VIR_DOMAIN_EVENT_DISK_CHANGE_MISSING_ON_START
    if disk.device in ("cdrom", "floppy"):
        disk.source = disk.backing_store = None
    else:
        document.devices.disks.remove(disk)
        reason = C.VIR_DOMAIN_EVENT_DISK_DROP_MISSING_ON_START
    state.events.disk_change(vm, path, None, alias or "", reason)


def _path(source: object) -> str:
    return str(getattr(source, "file", None) or getattr(source, "dev", None) or "")


def _format(disk: Disk, layer: Disk | BackingStore) -> str:
    if layer is disk:
        return (disk.driver.type if disk.driver is not None else None) or "raw"
    assert isinstance(layer, BackingStore)
    return (layer.format.type if layer.format is not None else None) or "raw"


def _complete(disk: Disk, credentials: Credentials | None) -> None:
    """In a thread: nobody else has the document of a guest that is being started."""
    top = _path(disk.source)
    if _format(disk, disk) not in WITH_BACKING:
        if (wrong := _reach(top, None)) != 0:
            raise system_error(wrong, f"Cannot access storage file '{top}'", ErrorDomain.STORAGE)
        disk.backing_store = BackingStore()
        return
    layer: Disk | BackingStore = disk
    while (below := layer.backing_store) is not None and below.source is not None:
        _require(layer.source, layer.source, credentials)
        layer = below
    if layer.backing_store is not None:
        return
    _require(layer.source, layer.source, credentials)
    _follow(disk, layer, credentials)


def _follow(disk: Disk, layer: Disk | BackingStore, credentials: Credentials | None) -> None:
    """Down from the last image that the definition names."""
    seen = [_path(layer.source)]
    while True:
        if not isinstance(layer.source, FileSource | BlockSource) or _format(disk, layer) not in WITH_BACKING:
            # Nothing is below a raw image; what is below one that somebody else serves, QEMU finds out.
            if _format(disk, layer) not in WITH_BACKING:
                layer.backing_store = BackingStore()
            return
        path = seen[-1]
        try:
            found = backing_of(read_head(path))
        except OSError as error:
            raise system_error(error.errno or 0, f"Failed to open file '{path}'", ErrorDomain.STORAGE) from error
        if found is None:
            layer.backing_store = BackingStore()
            return
        if found.name.startswith(_PROTOCOLS):
            return
        below = os.path.normpath(os.path.join(os.path.dirname(path), found.name.removeprefix("file:")))
        if below in seen or len(seen) >= _DEEPEST:
            text = f"backing store for {path} is self-referential or too deeply nested"
            raise VirtError(ErrorCode.INTERNAL_ERROR, text, ErrorDomain.STORAGE)
        source = _source(below)
        _require(source, layer.source, credentials)
        format_ = found.format or _guess(below, found.name, path)
        kind: StorageType = "block" if isinstance(source, BlockSource) else "file"
        layer.backing_store = FoundImage(type=kind, format=ImageFormat(type=format_), source=source)
        layer = layer.backing_store
        seen.append(below)


def _guess(path: str, name: str, above: str) -> str:
    """The format of a backing image whose format was left out: looked at, but taken only from one that has none below it."""
    head = read_head(path)
    if backing_of(head) is not None:
        text = (
            f"format of backing image '{name}' of image '{above}' was not specified in the image metadata "
            "(See https://libvirt.org/kbase/backing_chains.html for troubleshooting)"
        )
        raise VirtError(ErrorCode.OPERATION_INVALID, text, ErrorDomain.STORAGE)
    return format_of(head)


def _source(path: str) -> FileSource | BlockSource:
    try:
        block = stat.S_ISBLK(os.stat(path).st_mode)
    except OSError:
        block = False
    return BlockSource(dev=path) if block else FileSource(file=path)


def _require(source: object, above: object, credentials: Credentials | None) -> None:
    """SYSTEM_ERROR when a local image is not there for the guest's user."""
    if not isinstance(source, FileSource | BlockSource):
        return
    path = _path(source)
    wrong = _reach(path, credentials)
    if wrong == 0:
        return
    user = f" (as uid:{credentials.uid}, gid:{credentials.gid})" if credentials is not None else ""
    if source is above:
        raise system_error(wrong, f"Cannot access storage file '{path}'{user}", ErrorDomain.STORAGE)
    text = f"Cannot access backing file '{path}' of storage file '{_path(above)}'{user}"
    raise system_error(wrong, text, ErrorDomain.STORAGE)


def _reach(path: str, credentials: Credentials | None) -> int:
    """errno of reaching the file as the guests' user, where one is named. Its own mode does not count: they will own it."""
    try:
        os.stat(path)
        if credentials is not None and credentials.uid != 0:
            directory = os.path.dirname(os.path.realpath(path))
            while directory != "/":
                if not _may_search(os.stat(directory), credentials):
                    return errno.EACCES
                directory = os.path.dirname(directory)
    except OSError as error:
        return error.errno or errno.EIO
    return 0


def _may_search(status: os.stat_result, user: Credentials) -> bool:
    if status.st_uid == user.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == user.gid or status.st_gid in user.groups:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)
