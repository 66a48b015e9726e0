"""libvirt's save image: a header, the guest's document, padding, then QEMU's own stream.

Offsets, little-endian: 0 magic (16 bytes), 16 version, 20 length of what stands between header and stream, 24 whether the
guest was running, 28 format of the stream (0 raw), 32 offset of the cookie, zeros to 92.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from pathlib import Path

from purevirt.drivers.qemu import errors
from purevirt.errors import ErrorCode, ErrorDomain, VirtError, system_error

_HEADER = struct.Struct("<16sIIIII56x")
_DONE, _PART = b"LibvirtQemudSave", b"LibvirtQemudPart"
_VERSION = 2
_SLACK = 65536
"""Room behind the document, so that it can be edited in place."""
_DOCUMENT_MAX = 10 << 20


@dataclass(frozen=True, slots=True)
class SaveHeader:
    """What an image says before the stream; `stream_offset` is where that begins."""

    xml: str
    was_running: bool
    stream_offset: int


def create(path: Path, xml: str, *, was_running: bool) -> int:
    """A new, unfinished image, positioned where QEMU shall write; its descriptor is the caller's. Raises VirtError."""
    document = xml.encode("utf-8", "surrogateescape") + b"\0"
    length = -(-(_HEADER.size + len(document) + _SLACK) // 4096) * 4096 - _HEADER.size
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise system_error(error.errno or 5, f"Failed to create file '{path}'", ErrorDomain.QEMU) from error
    try:
        os.write(fd, _HEADER.pack(_PART, _VERSION, length, int(was_running), 0, 0) + document.ljust(length, b"\0"))
    except OSError as error:
        os.close(fd)
        path.unlink(missing_ok=True)
        raise system_error(error.errno or 5, f"failed to write header to domain save file '{path}'", ErrorDomain.QEMU) from error
    return fd


def complete(fd: int) -> None:
    """QEMU has written everything: the image counts from now on."""
    os.fsync(fd)
    os.pwrite(fd, _DONE, 0)
    os.fsync(fd)


def read(path: Path) -> tuple[SaveHeader, int]:
    """What the image says, and its descriptor positioned at the stream. Raises VirtError; the descriptor is the caller's."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise system_error(error.errno or 5, f"Failed to open file '{path}'", ErrorDomain.QEMU) from error
    try:
        header = _parse(os.pread(fd, _HEADER.size, 0), fd)
        os.lseek(fd, header.stream_offset, os.SEEK_SET)
    except BaseException:
        os.close(fd)
        raise
    return header, fd


def rewrite(path: Path, xml: str, *, was_running: bool | None = None) -> None:
    """Another document in place of the one there, which must fit; the cookie behind it is kept. Raises VirtError."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        raise system_error(error.errno or 5, f"Failed to open file '{path}'", ErrorDomain.QEMU) from error
    try:
        head = os.pread(fd, _HEADER.size, 0)
        _parse(head, fd)
        magic, version, length, running, compressed, cookie_at = _HEADER.unpack(head)
        kept = os.pread(fd, length - cookie_at, _HEADER.size + cookie_at).split(b"\0", 1)[0] + b"\0" if cookie_at else b""
        document = xml.encode("utf-8", "surrogateescape") + b"\0"
        if len(document) + len(kept) > length:
            raise errors.failed("new xml too large to fit in file")
        running = running if was_running is None else int(was_running)
        head = _HEADER.pack(magic, version, length, running, compressed, len(document) if kept else 0)
        os.pwrite(fd, head + (document + kept).ljust(length, b"\0"), 0)
        os.fsync(fd)
    except OSError as error:
        text = f"failed to write header to domain save file '{path}'"
        raise system_error(error.errno or 5, text, ErrorDomain.QEMU) from error
    finally:
        os.close(fd)


def _parse(head: bytes, fd: int) -> SaveHeader:
    if len(head) < _HEADER.size:
        raise errors.failed("failed to read qemu header")
    magic, version, length, running, compressed, cookie = _HEADER.unpack(head)
    if magic == _PART:
        raise errors.failed("save image is incomplete")
    if magic != _DONE:
        raise errors.failed("image magic is incorrect")
    if version > _VERSION:
        raise errors.failed(f"image version is not supported ({version} > {_VERSION})")
    if compressed:
        text = f"compressed save images (format {compressed}) are not supported"
        raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, text, ErrorDomain.QEMU)
    if not 0 < length <= _DOCUMENT_MAX + _SLACK:
        raise errors.failed(f"invalid header data length: {length}")
    document = os.pread(fd, cookie or length, _HEADER.size)
    if len(document) < (cookie or length):
        raise errors.failed("failed to read domain XML")
    xml = document.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
    return SaveHeader(xml, bool(running), _HEADER.size + length)
