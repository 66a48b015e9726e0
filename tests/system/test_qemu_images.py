"""Disks before a start: what is missing, what is below an image, what may be left out. Texts and codes are libvirtd's."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import purevirt
from purevirt.client import Connection
from purevirt.errors import VirtError
from purevirt.testing.boot_image import write_boot_image
from purevirt.types import constants as c
from system.test_clients import uri
from system.test_daemon_basic import serving

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="the system daemon needs root"),
    pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="no qemu-system-x86_64"),
    pytest.mark.skipif(shutil.which("qemu-img") is None, reason="no qemu-img (qemu-utils)"),
]
GUEST = """<domain type='qemu'><name>g</name><memory unit='MiB'>32</memory>
<os><type arch='x86_64' machine='pc'>hvm</type></os><devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
<disk type='file' device='{device}'><driver name='qemu' type='{format}'/><source file='{path}' {more}/>{below}
<target dev='hda' bus='ide'/></disk></devices></domain>"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    import tempfile

    with tempfile.TemporaryDirectory(prefix="purevirt-test-") as directory:
        path = Path(directory)
        path.chmod(0o755)
        images = path / "images"
        (images / "private").mkdir(parents=True)
        (images / "private").chmod(0o700)
        write_boot_image(images / "boot.img")
        shutil.copy(images / "boot.img", images / "private")
        for name, form, below, below_format in (
            ("a.qcow2", "qcow2", "boot.img", "raw"), ("b.qcow2", "qcow2", "a.qcow2", "qcow2"),
            ("c.qed", "qed", f"{images}/boot.img", "raw"), ("private.qcow2", "qcow2", "private/boot.img", "raw"),
            ("broken.qcow2", "qcow2", "a.qcow2", "qcow2"), ("loop.qcow2", "qcow2", "boot.img", "raw"),
        ):  # fmt: skip
            image("create", "-f", form, "-b", below, "-F", below_format, str(images / name))
        image("rebase", "-u", "-b", "gone.img", "-F", "raw", str(images / "broken.qcow2"))
        image("rebase", "-u", "-b", "loop.qcow2", "-F", "qcow2", str(images / "loop.qcow2"))
        for name in ("a", "b"):  # as old versions of qemu-img wrote them: without the format of what is below
            data = (images / f"{name}.qcow2").read_bytes()
            (images / f"formatless-{name}.qcow2").write_bytes(data.replace(b"\xe2\x79\x2a\xca", b"\x11\x22\x33\x44", 1))
        yield from serving(path)


def image(*words: str) -> None:
    subprocess.run(["qemu-img", words[0], "-q", *words[1:]], check=True, timeout=20)


@pytest.fixture
def conn(root: Path) -> Iterator[Connection]:
    with purevirt.open(uri(root), deadline=30) as it:
        yield it


def document(root: Path, name: str, format_: str = "raw", device: str = "disk", more: str = "", below: str = "") -> str:
    path = str(root / "images" / name)
    return GUEST.format(path=path, format=format_, device=device, more=more, below=below.replace("DIR", f"{root}/images"))


NO = "No such file or directory"
USER = "(as uid:{uid}, gid:{gid})"
BELOW = "<backingStore type='file'><format type='raw'/><source file='DIR/none.img'/></backingStore>"


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("none.img",), 38, f"Cannot access storage file 'DIR/none.img': {NO}"),
        (("none.img", "raw", "cdrom", "startupPolicy='mandatory'"), 38, f"Cannot access storage file 'DIR/none.img': {NO}"),
        (("none.img", "raw", "cdrom", "startupPolicy='requisite'"), 38, f"Cannot access storage file 'DIR/none.img': {NO}"),
        (("boot.img/x",), 38, "Cannot access storage file 'DIR/boot.img/x': Not a directory"),
        (("none.qcow2", "qcow2"), 38, f"Cannot access storage file 'DIR/none.qcow2' {USER}: {NO}"),
        (("broken.qcow2", "qcow2"), 38,
         f"Cannot access backing file 'DIR/gone.img' of storage file 'DIR/broken.qcow2' {USER}: {NO}"),
        (("private.qcow2", "qcow2"), 38, "Cannot access backing file 'DIR/private/boot.img' of storage file "
         f"'DIR/private.qcow2' {USER}: Permission denied"),
        (("loop.qcow2", "qcow2"), 1, "internal error: backing store for DIR/loop.qcow2 is self-referential or too deeply nested"),
        (("formatless-b.qcow2", "qcow2"), 55, "Requested operation is not valid: format of backing image 'a.qcow2' of image "
         "'DIR/formatless-b.qcow2' was not specified in the image metadata "
         "(See https://libvirt.org/kbase/backing_chains.html for troubleshooting)"),
        (("a.qcow2", "qcow2", "disk", "", BELOW), 38, f"Cannot access storage file 'DIR/none.img' {USER}: {NO}"),
    ],
)  # fmt: skip
def test_what_cannot_start(root: Path, conn: Connection, arguments: tuple[str, ...], code: int, text: str) -> None:
    with pytest.raises(VirtError) as caught:
        conn.domain_create_xml(document(root, *arguments))
    said = re.sub(r"uid:\d+, gid:\d+", "uid:{uid}, gid:{gid}", caught.value.message).replace(f"{root}/images", "DIR")
    assert (int(caught.value.code), said) == (code, text)
    assert conn.list_all_domains() == []
    assert (root / "images/boot.img").stat().st_uid == 0


def chain(text: str, root: Path) -> tuple[list[str], list[int]]:
    """The files from the disk down, "" where the chain is closed, and the numbers of the images."""
    disk = re.search(r"<disk .*?</disk>", text, re.DOTALL)
    assert disk is not None
    found = re.findall(r"<source file='([^']*)'|<backingStore/>", disk[0])
    return [file.removeprefix(f"{root}/images/") for file in found], [int(n) for n in re.findall(r" index='(\d+)'", disk[0])]


@pytest.mark.parametrize(
    ("arguments", "files"),
    [
        (("boot.img",), ["boot.img"]),
        (("b.qcow2", "qcow2"), ["b.qcow2", "a.qcow2", "boot.img"]),
        (("c.qed", "qed"), ["c.qed", "boot.img"]),
        (("formatless-a.qcow2", "qcow2"), ["formatless-a.qcow2", "boot.img"]),
        (("b.qcow2", "qcow2", "disk", "", "<backingStore/>"), ["b.qcow2"]),
        (("b.qcow2", "qcow2", "disk", "", "<backingStore type='file'><format type='qcow2'/><source file='DIR/a.qcow2'/>"
          "</backingStore>"), ["b.qcow2", "a.qcow2", "boot.img"]),
    ],
)  # fmt: skip
def test_what_is_below(root: Path, conn: Connection, arguments: tuple[str, ...], files: list[str]) -> None:
    text = document(root, *arguments)
    guest = conn.domain_define_xml(text)
    try:
        before = guest.get_xml_desc(c.VIR_DOMAIN_XML_INACTIVE)
        guest.create()
        try:
            live = guest.get_xml_desc()
            assert chain(live, root) == ([*files, ""], list(range(1, len(files) + 1)))
            user = {(root / "images" / file).stat().st_uid for file in files}
            assert len(user) == 1
            assert guest.get_xml_desc(c.VIR_DOMAIN_XML_INACTIVE) == before
            saved = guest.get_xml_desc(c.VIR_DOMAIN_XML_MIGRATABLE)
            said = [file for file in files if file in text]
            closed = [""] if said == files or "<backingStore/>" in text else []
            assert chain(saved, root)[0] == [*said, *closed]
        finally:
            guest.destroy()
        assert (root / "images/boot.img").stat().st_uid == 0
    finally:
        guest.undefine()


@pytest.mark.parametrize(("device", "reason"), [("cdrom", 0), ("disk", 1)])
def test_what_may_be_missing(root: Path, conn: Connection, device: str, reason: int) -> None:
    seen: list[tuple[object, ...]] = []
    conn.domain_event_register_any(None, c.VIR_DOMAIN_EVENT_ID_DISK_CHANGE, lambda e: seen.append(tuple(e.args)))
    guest = conn.domain_create_xml(document(root, "none.img", "raw", device, "startupPolicy='optional'"))
    try:
        live = guest.get_xml_desc()
        assert "none.img" not in live
        assert ("<disk" in live) == (device == "cdrom")
        while not seen:
            assert conn.process_events(10)
        assert seen == [(f"{root}/images/none.img", None, "ide0-0-0", reason)]
    finally:
        guest.destroy()
