"""Console streams of a real guest: what the guest writes arrives, a second session is refused or takes over."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from system.test_clients import SYSTEM_PYTHON, uri
from system.test_daemon_basic import root

__all__ = ["root"]

KERNELS = sorted(glob.glob("/boot/vmlinuz-*"))
pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="the system daemon needs root"),
    pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="no qemu-system-x86_64"),
    pytest.mark.skipif(not KERNELS, reason="no kernel in /boot"),
]

SCRIPT = """
import sys, libvirt
libvirt.registerErrorHandler(lambda c, e: None, None)
conn = libvirt.open(sys.argv[1])
dom = conn.createXML(sys.argv[2], libvirt.VIR_DOMAIN_START_PAUSED)
try:
    assert "<domain type='qemu' id='1'>" in dom.XMLDesc(0)
    first = conn.newStream(0)
    dom.openConsole(None, first, 0)
    second = conn.newStream(0)
    try:
        dom.openConsole(None, second, 0)
    except libvirt.libvirtError as e:
        assert "Active console session exists for this domain" in str(e), e
    else:
        raise AssertionError("two sessions at once")
    third = conn.newStream(0)
    dom.openConsole(None, third, libvirt.VIR_DOMAIN_CONSOLE_FORCE)
    assert first.recv(100) == b""
    dom.resume()
    seen = b""
    while b"Linux version" not in seen:
        part = third.recv(4096)
        assert part, seen
        seen += part
    third.send(b"x")
    third.finish()
    again = conn.newStream(0)
    dom.openConsole(None, again, 0)
    again.abort()
finally:
    dom.destroy()
"""
XML = f"""<domain type='qemu'><name>c</name><memory unit='MiB'>256</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type><kernel>{KERNELS[-1] if KERNELS else ''}</kernel>
<cmdline>console=ttyS0</cmdline></os>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator><serial type='pty'/><console type='pty'/></devices></domain>"""


def test_console_sessions(root: Path) -> None:
    if subprocess.run([SYSTEM_PYTHON, "-c", "import libvirt"], capture_output=True, check=False, timeout=30).returncode:
        pytest.skip("no python3-libvirt")
    done = subprocess.run(
        [SYSTEM_PYTHON, "-c", SCRIPT, uri(root), XML], capture_output=True, text=True, timeout=90, check=False
    )
    assert done.returncode == 0, done.stderr
