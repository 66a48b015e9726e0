"""Save, restore and managed save of a real guest: it goes on where it was, and wrong images are refused."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from purevirt.testing.boot_image import write_boot_image
from system.test_clients import SYSTEM_PYTHON, uri
from system.test_daemon_basic import root, virsh

__all__ = ["root"]

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="the system daemon needs root"),
    pytest.mark.skipif(shutil.which("virsh") is None, reason="no virsh (libvirt-clients)"),
    pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="no qemu-system-x86_64"),
]

XML = """<domain type='qemu'><name>s</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type></os>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator><disk type='file' device='disk'><driver name='qemu' type='raw'/>
<source file='{image}'/><target dev='vda' bus='virtio'/></disk><serial type='pty'/><console type='pty'/></devices></domain>"""

SCRIPT = """
import sys, libvirt
libvirt.registerErrorHandler(lambda c, e: None, None)
conn = libvirt.open(sys.argv[1])
dom = conn.defineXML(sys.argv[2])

def console(dom):
    stream = conn.newStream(0)
    dom.openConsole(None, stream, 0)
    return stream

def until(stream, wanted):
    seen = b""
    while wanted not in seen:
        part = stream.recv(4096)
        assert part, seen
        seen += part
    return seen

dom.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
stream = console(dom)
dom.resume()
until(stream, b"UP")
stream.abort()
dom.managedSave(0)
assert dom.hasManagedSaveImage(0) == 1 and dom.state() == [5, 5], dom.state()
dom.create()
assert dom.hasManagedSaveImage(0) == 0 and dom.state() == [1, 3], dom.state()
stream = console(dom)
stream.send(b"alive")
seen = until(stream, b"alive")
assert b"UP" not in seen, seen
stream.abort()
dom.save(sys.argv[3])
assert not dom.isActive()
conn.restoreFlags(sys.argv[3], None, libvirt.VIR_DOMAIN_SAVE_PAUSED)
assert dom.state()[0] == 3, dom.state()
stream = console(dom)
dom.resume()
stream.send(b"and again")
assert b"UP" not in until(stream, b"and again")
stream.abort()
dom.destroy()
dom.undefine()
"""


def test_a_saved_guest_goes_on_where_it_was(root: Path) -> None:
    if subprocess.run([SYSTEM_PYTHON, "-c", "import libvirt"], capture_output=True, check=False, timeout=30).returncode:
        pytest.skip("no python3-libvirt")
    image = root / "boot.img"
    write_boot_image(image)
    arguments = [uri(root), XML.format(image=image), str(root / "saved")]
    done = subprocess.run([SYSTEM_PYTHON, "-c", SCRIPT, *arguments], capture_output=True, text=True, timeout=90, check=False)
    if done.returncode:
        virsh(root, "destroy", "s")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "operation failed: failed to read qemu header"),
        (b"x" * 200, "operation failed: image magic is incorrect"),
        (b"LibvirtQemudPart" + b"\0" * 100, "operation failed: save image is incomplete"),
        (b"LibvirtQemudSave" + b"\x09\0\0\0" + b"\0" * 100, "operation failed: image version is not supported (9 > 2)"),
        (
            b"LibvirtQemudSave" + b"\x02\0\0\0" + b"\xff" * 4 + b"\0" * 100,
            "operation failed: invalid header data length: 4294967295",
        ),
    ],
)
def test_wrong_images_are_refused(root: Path, content: bytes, message: str) -> None:
    image = root / "bad"
    image.write_bytes(content)
    done = virsh(root, "restore", str(image))
    assert done.stderr == f"error: Failed to restore domain from {image}\nerror: {message}\n"
