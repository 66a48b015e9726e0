"""A snapshot or checkpoint says something of every disk of its guest: requests are matched, the rest gets defaults."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.checkpoint import CheckpointDisk, DomainCheckpoint
from purevirt.model.snapshot import DomainSnapshot, SnapshotDisk
from purevirt.model.storage_source import FileSource


def _path(disk: Any) -> str | None:
    return getattr(disk.source, "path", None) if disk.source is not None else None


def _is_empty(disk: Any) -> bool:
    return disk.source is None or disk.source.is_empty


def _match(asked: Iterable[Any], disks: Sequence[Any], domain: int) -> dict[str, Any]:
    """Target name → request. Raises CONFIG_UNSUPPORTED for a disk that is not there or asked for twice."""
    found: dict[str, Any] = {}
    for request in asked:
        name = request.name
        its = next((d for d in disks if d.target.dev == name), None)
        if its is None:
            its = next((d for d in disks if name.startswith("/") and _path(d) == name), None)
        if its is None:
            raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, f"no disk named '{name}'", domain)
        if its.target.dev in found:
            raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, f"disk '{its.target.dev}' specified twice", domain)
        found[its.target.dev] = request
    return found


def align_snapshot(
    snapshot: DomainSnapshot, disks: Sequence[Any], mode: str, *, uniform: bool, is_file: Callable[[str], bool]
) -> None:
    """Complete the snapshot's disks; `mode` is what a disk gets by default, `uniform` refuses others than it.

    `is_file` tells whether a path is a regular file: names of new images are only made up beside such.
    """
    if len(snapshot.disks) > len(disks):
        raise _snapshot_error("too many disk snapshot requests for domain")
    asked = _match(snapshot.disks, disks, ErrorDomain.DOMAIN_SNAPSHOT)
    result = []
    for its in disks:
        request = asked.get(its.target.dev)
        if request is None:
            request = SnapshotDisk(name=its.target.dev, snapshot=_default_mode(its, mode))
        elif request.snapshot is None:
            request.snapshot = its.snapshot if its.snapshot not in (None, "no") else mode
        elif uniform and request.snapshot != mode and not (mode == "external" and request.snapshot == "no"):
            raise _snapshot_error(f"disk '{request.name}' must use snapshot mode '{mode}'")
        request.name = its.target.dev
        if request.snapshot == "external" and request.source is None:
            _name_image(request, its, snapshot.name or "", is_file)
        result.append(request)
    snapshot.disks = result


def _default_mode(disk: Any, mode: str) -> Any:
    if _is_empty(disk) or disk.readonly:
        return "no"
    return disk.snapshot or mode


def _name_image(request: SnapshotDisk, disk: Any, suffix: str, is_file: Callable[[str], bool]) -> None:
    """The new image beside the old one: its last extension becomes the snapshot's name."""
    path = _path(disk)
    if not path or not is_file(path):
        text = f"source for disk '{request.name}' is not a regular file; refusing to generate external snapshot name"
        raise _snapshot_error(text)
    folder, slash, name = path.rpartition("/")
    stem, dot, extension = name.rpartition(".")
    request.type = "file"
    request.source = FileSource(file=f"{folder}{slash}{stem if dot and '/' not in extension else name}.{suffix}")


def _snapshot_error(text: str) -> VirtError:
    return VirtError(ErrorCode.CONFIG_UNSUPPORTED, text, ErrorDomain.DOMAIN_SNAPSHOT)


def align_checkpoint(checkpoint: DomainCheckpoint, disks: Sequence[Any]) -> None:
    """Complete the checkpoint's disks: those asked for, or all that can be tracked."""
    if not disks:
        raise _checkpoint_error("domain must have at least one disk to perform checkpoints")
    if len(checkpoint.disks) > len(disks):
        raise _checkpoint_error("too many disk checkpoint requests for domain")
    asked = _match(checkpoint.disks, disks, ErrorDomain.DOMAIN_CHECKPOINT)
    all_disks = not checkpoint.disks
    result = []
    for its in disks:
        usable = not _is_empty(its) and not its.readonly
        request = asked.get(its.target.dev)
        if request is None:
            request = CheckpointDisk(name="", checkpoint="bitmap" if all_disks and usable else "no")
        elif request.checkpoint != "no" and not usable:
            raise _checkpoint_error(f"disk '{request.name}' is empty or readonly")
        request.name = its.target.dev
        request.checkpoint = request.checkpoint or "bitmap"
        if request.checkpoint == "bitmap" and request.bitmap is None:
            request.bitmap = checkpoint.name
        result.append(request)
    checkpoint.disks = result


def _checkpoint_error(text: str) -> VirtError:
    return VirtError(ErrorCode.CONFIG_UNSUPPORTED, text, ErrorDomain.DOMAIN_CHECKPOINT)
