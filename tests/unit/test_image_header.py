"""Heads of image files: the format they show and the image below, from whole, cut and lying headers."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purevirt.host.image_header import Backing, backing_of, format_of


def qcow2(name: bytes = b"", backing_format: bytes | None = None, version: int = 3) -> bytes:
    """A QCOW2 head as QEMU writes it: header, extensions, name."""
    length = 104 if version == 3 else 72
    extensions = b""
    if backing_format is not None:
        padded = backing_format.ljust((len(backing_format) + 7) // 8 * 8, b"\0")
        extensions += struct.pack(">II", 0xE2792ACA, len(backing_format)) + padded
    extensions += struct.pack(">II", 0x6803F857, 8) + bytes(8) + struct.pack(">II", 0, 0)
    offset = length + len(extensions) if name else 0
    head = b"QFI\xfb" + struct.pack(">IQI", version, offset, len(name))
    head = head.ljust(100, b"\0") + struct.pack(">I", length) if version == 3 else head.ljust(72, b"\0")
    return head + extensions + name + bytes(64)


QCOW = b"QFI\xfb" + struct.pack(">IQI", 1, 48, 8) + bytes(28) + b"base.img"
QED = b"QED\0" + bytes(12) + struct.pack("<Q", 5) + bytes(32) + struct.pack("<II", 64, 8) + b"base.img"
VMDK = b"KDMV".ljust(512, b"\0") + b'# Disk\nparentCID=12ab\nparentFileNameHint="base.vmdk"\n'


@pytest.mark.parametrize(
    ("head", "format_", "backing"),
    [
        (qcow2(), "qcow2", None),
        (qcow2(b"base.img", b"raw"), "qcow2", Backing("base.img", "raw")),
        (qcow2(b"/a/b", b"qcow2", version=2), "qcow2", Backing("/a/b", "qcow2")),
        (qcow2(b"base.img"), "qcow2", Backing("base.img", None)),
        (QCOW, "qcow", Backing("base.img", None)),
        (QED, "qed", Backing("base.img", "raw")),
        (QED.replace(struct.pack("<Q", 5), struct.pack("<Q", 1)), "qed", Backing("base.img", None)),
        (QED.replace(struct.pack("<Q", 5), struct.pack("<Q", 0)), "qed", None),
        (VMDK, "vmdk", Backing("base.vmdk", "vmdk")),
        (VMDK.replace(b"12ab", b"ffffffff"), "vmdk", None),
        (b"conectix", "vpc", None),
        (bytes(64) + b"\x7f\x10\xda\xbe", "vdi", None),
        (b"", "raw", None),
        (b"QFI\xfb", "qcow2", None),
    ],
)
def test_heads(head: bytes, format_: str, backing: Backing | None) -> None:
    assert (format_of(head), backing_of(head)) == (format_, backing)


@pytest.mark.parametrize("head", [qcow2(b"base.img", b"raw"), QCOW, QED, VMDK])
def test_cut_anywhere(head: bytes) -> None:
    whole = backing_of(head)
    assert whole is not None
    for end in range(len(head)):
        found = backing_of(head[:end])
        assert found is None or whole.name.startswith(found.name)


@given(st.sampled_from([b"QFI\xfb", b"QED\0", b"KDMV"]), st.binary(max_size=300))
def test_lies(magic: bytes, rest: bytes) -> None:
    found = backing_of(magic + rest)
    assert found is None or found.name
