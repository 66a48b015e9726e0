"""Managing a real guest by the distribution's virsh: memory, keys, screen, metadata, the host's figures, events."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from system.test_clients import SYSTEM_PYTHON, uri
from system.test_daemon_basic import root, virsh
from system.test_virsh_guest import said

__all__ = ["root"]

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="the system daemon needs root"),
    pytest.mark.skipif(shutil.which("virsh") is None, reason="no virsh (libvirt-clients)"),
    pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="no qemu-system-x86_64"),
]

XML = """<domain type='qemu'><name>m</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type></os>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator><graphics type='vnc' port='-1' autoport='yes'/>
<video><model type='vga'/></video></devices></domain>"""


@pytest.fixture
def guest(root: Path) -> Path:
    document = root / "m.xml"
    document.write_text(XML)
    said(root, "define", str(document))
    return root


def test_memory(guest: Path) -> None:
    said(guest, "setmem", "m", "32M", "--config")
    assert "Used memory:    32768 KiB\n" in said(guest, "dominfo", "m")
    said(guest, "setmaxmem", "m", "128M", "--config")
    assert "<memory unit='KiB'>131072</memory>" in (guest / "etc/libvirt/qemu/m.xml").read_text()
    too_much = virsh(guest, "setmem", "m", "999M", "--config")
    assert too_much.stderr == "error: invalid argument: cannot set memory higher than max memory\n"
    not_running = virsh(guest, "setmem", "m", "32M", "--live")
    assert not_running.stderr == "error: Requested operation is not valid: domain is not running\n"


def test_keys_screen_and_metadata(guest: Path) -> None:
    said(guest, "start", "m")
    try:
        said(guest, "send-key", "m", "KEY_LEFTCTRL", "KEY_LEFTALT", "KEY_DELETE")
        assert virsh(guest, "send-key", "m", "999").returncode == 1
        picture = guest / "screen"
        assert "image/png" in said(guest, "screenshot", "m", str(picture))
        assert picture.read_bytes().startswith(b"\x89PNG")
        assert virsh(guest, "screenshot", "m", str(picture), "--screen", "7").returncode == 1
        said(guest, "desc", "m", "--live", "--config", "--new-desc", "words <&>")
        assert said(guest, "desc", "m") == "words <&>\n"
        said(guest, "metadata", "m", "http://x/", "--key", "k", "--set", "<a b='1'/>")
        assert '<a b="1"/>' in said(guest, "metadata", "m", "http://x/")
        missing = virsh(guest, "metadata", "m", "http://y/")
        assert missing.stderr == "error: metadata not found: Requested metadata element is not present\n"
    finally:
        virsh(guest, "destroy", "m")
    assert said(guest, "desc", "m") == "words <&>\n"


def test_the_host(guest: Path) -> None:
    said_of_node = said(guest, "nodeinfo")
    assert f"CPU model:           {os.uname().machine}\n" in said_of_node
    assert f"CPU(s):              {os.cpu_count()}\n" in said_of_node
    assert "free   :" in said(guest, "nodememstats")
    assert "idle:" in said(guest, "nodecpustats")


EVENTS = """
import sys, threading, libvirt
libvirt.registerErrorHandler(lambda c, e: None, None)
libvirt.virEventRegisterDefaultImpl()
conn = libvirt.open(sys.argv[1])
seen, over = [], []

def happened(conn, dom, event, detail, opaque):
    seen.append((event, detail))
    if event == libvirt.VIR_DOMAIN_EVENT_STOPPED:
        over.append(True)

conn.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, happened, None)
libvirt.virEventAddTimeout(20000, lambda timer, opaque: over.append(False), None)

def act():
    other = libvirt.open(sys.argv[1])
    dom = other.lookupByName("m")
    dom.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
    dom.resume()
    dom.destroy()

thread = threading.Thread(target=act)
thread.start()
while not over:
    libvirt.virEventRunDefaultImpl()
thread.join()
assert over[0], seen
print(seen)
"""


def test_events_reach_a_listener_in_order(guest: Path) -> None:
    if subprocess.run([SYSTEM_PYTHON, "-c", "import libvirt"], capture_output=True, check=False, timeout=30).returncode:
        pytest.skip("no python3-libvirt")
    done = subprocess.run([SYSTEM_PYTHON, "-c", EVENTS, uri(guest)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    # Started Booted, Suspended Paused, Resumed Unpaused, Shutdown "Finished after host request", Stopped Destroyed
    assert done.stdout == "[(2, 0), (3, 0), (4, 0), (6, 2), (5, 1)]\n"
