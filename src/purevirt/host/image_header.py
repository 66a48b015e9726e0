"""What the head of an image file says: its format, and the image below it. Read without running anything.

Layouts: docs/interop/qcow2.txt of QEMU, the QCOW and QED headers as its block drivers document them, VMware's "Virtual
Disk Format" for the descriptor of a VMDK.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

HEAD = 1 << 20
"""How much of an image is read: headers, their extensions and the name stand in its first cluster (≤ 2 MiB, usually 64 KiB)."""
_NAME_MAX = 4096
_FORMAT_EXTENSION = 0xE2792ACA
_QED_HAS_BACKING, _QED_RAW = 1, 4
_VMDK_END = 512 + 20 * 512


@dataclass(frozen=True, slots=True)
class Backing:
    """The name as it stands in the header (a path relative to the image's directory, or something else), and the format."""

    name: str
    format: str | None


def read_head(path: str) -> bytes:
    """As much of the file as the functions below look at. OSError when it cannot be read."""
    with open(path, "rb") as file:
        return file.read(HEAD)


def format_of(head: bytes) -> str:
    """libvirt's word for the format that the first bytes show; "raw" for everything else."""
    if head[:4] == b"QFI\xfb":
        return "qcow" if head[4:8] == b"\0\0\0\1" else "qcow2"
    for magic, at, name in _MAGICS:
        if head[at : at + len(magic)] == magic:
            return name
    return "raw"


_MAGICS = ((b"QED\0", 0, "qed"), (b"KDMV", 0, "vmdk"), (b"conectix", 0, "vpc"), (b"\x7f\x10\xda\xbe", 64, "vdi"))


def backing_of(head: bytes) -> Backing | None:
    """The same for the first bytes of an image. Nothing in it is trusted: what does not fit is as if it were not there."""
    if head[:4] == b"QFI\xfb" and len(head) >= 24:
        version, offset, size = struct.unpack_from(">IQI", head, 4)
        name = _name(head, offset, size)
        if name is None:
            return None
        return Backing(name, _qcow2_format(head, version, offset) if version >= 2 else None)
    if head[:4] == b"QED\0" and len(head) >= 64:
        (features,) = struct.unpack_from("<Q", head, 16)
        offset, size = struct.unpack_from("<II", head, 56)
        name = _name(head, offset, size) if features & _QED_HAS_BACKING else None
        return Backing(name, "raw" if features & _QED_RAW else None) if name is not None else None
    if head[:4] == b"KDMV" and not re.search(rb"^parentCID=ffffffff\s*$", head[512:_VMDK_END], re.MULTILINE):
        hint = re.search(rb'^parentFileNameHint="([^"]+)"', head[512:_VMDK_END], re.MULTILINE)
        return Backing(hint[1].decode("utf-8", "surrogateescape"), "vmdk") if hint is not None else None
    return None


def _name(head: bytes, offset: int, size: int) -> str | None:
    if offset == 0 or not 0 < size < _NAME_MAX or offset + size > len(head):
        return None
    return head[offset : offset + size].split(b"\0", 1)[0].decode("utf-8", "surrogateescape") or None


def _qcow2_format(head: bytes, version: int, end: int) -> str | None:
    """The extension that names the format of the backing image; extensions end where its name begins."""
    at = 72
    if version >= 3:
        if len(head) < 104:
            return None
        (at,) = struct.unpack_from(">I", head, 100)
    while at + 8 <= min(end, len(head)):
        kind, length = struct.unpack_from(">II", head, at)
        if kind == 0:
            return None
        if kind == _FORMAT_EXTENSION:
            return head[at + 8 : at + 8 + length].decode("ascii", "replace") if at + 8 + length <= len(head) else None
        at += 8 + (length + 7) // 8 * 8
    return None
