"""A guest's life from XML, by the distribution's virsh over our daemon, on a real QEMU under TCG."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from system.test_daemon_basic import root, virsh

__all__ = ["root"]

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="the system daemon needs root"),
    pytest.mark.skipif(shutil.which("virsh") is None, reason="no virsh (libvirt-clients)"),
    pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="no qemu-system-x86_64"),
]

XML = """<domain type='qemu'><name>g</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type></os>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator><serial type='pty'/><console type='pty'/></devices></domain>"""


def said(root: Path, *command: str) -> str:
    done = virsh(root, *command)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_whole_life_of_a_guest(root: Path) -> None:
    document = root / "g.xml"
    document.write_text(XML)
    assert said(root, "define", str(document)) == f"Domain 'g' defined from {document}\n\n"
    assert (root / "etc/libvirt/qemu/g.xml").exists()
    try:
        assert said(root, "start", "g") == "Domain 'g' started\n\n"
        assert said(root, "list") == " Id   Name   State\n----------------------\n 1    g      running\n\n"
        live = said(root, "dumpxml", "g")
        pty = re.search(r"<console type='pty' tty='(/dev/pts/\d+)'>", live)
        assert pty is not None
        assert said(root, "ttyconsole", "g") == f"{pty[1]}\n\n"
        assert "<source path" not in said(root, "dumpxml", "g", "--inactive")
        assert said(root, "domstate", "g", "--reason") == "running (booted)\n\n"
        assert said(root, "suspend", "g") == "Domain 'g' suspended\n\n"
        assert said(root, "domstate", "g", "--reason") == "paused (user)\n\n"
        assert said(root, "resume", "g") == "Domain 'g' resumed\n\n"
        again = virsh(root, "start", "g")
        assert (again.returncode, again.stderr) == (1, "error: Domain is already active\n")
    except BaseException:
        virsh(root, "destroy", "g")
        raise
    assert said(root, "destroy", "g") == "Domain 'g' destroyed\n\n"
    assert said(root, "domstate", "g", "--reason") == "shut off (destroyed)\n\n"
    assert said(root, "undefine", "g") == "Domain 'g' has been undefined\n\n"
    assert not (root / "etc/libvirt/qemu/g.xml").exists()
    missing = virsh(root, "start", "g")
    assert missing.stderr == "error: failed to get domain 'g'\n"
