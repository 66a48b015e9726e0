"""A guest whose agent answers: connected when the guest opens its port, asked by the distribution's virsh, gone with it.

The agent in the guest is a shell script over a real virtio port; it knows a few commands and refuses the others.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from pathlib import Path

import pytest

from crash.test_daemon_killed import Daemon
from purevirt.testing.initrd import busybox_initrd
from system.test_daemon_basic import virsh
from system.test_qemu_events import MODULES, listening
from system.test_virsh_guest import said

BUSYBOX = shutil.which("busybox")
NEEDED = [*(name for name in MODULES if "blk" not in name), "kernel/drivers/char/virtio_console.ko"]
KERNELS = [
    (kernel, modules)
    for kernel in sorted(Path("/boot").glob("vmlinuz-*"))
    if all((modules := Path("/lib/modules") / kernel.name.removeprefix("vmlinuz-")).joinpath(m).exists() for m in NEEDED)
]
pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="the system daemon needs root"),
    pytest.mark.skipif(shutil.which("virsh") is None, reason="no virsh (libvirt-clients)"),
    pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="no qemu-system-x86_64"),
    pytest.mark.skipif(BUSYBOX is None, reason="no busybox"),
    pytest.mark.skipif(not KERNELS, reason="no kernel in /boot with its virtio_console module"),
]

AGENT = r"""
while [ ! -e /dev/vport*p1 ]; do sleep 0.05; done
port=$(echo /dev/vport*p1)
exec 3<>"$port"
while :; do # reading ends whenever nobody holds the host's end
while read -r line <&3; do
    case "$line" in
        *guest-sync*) id=${line##*\"id\":}; echo "{\"return\": ${id%%\}*}}" >&3 ;;
        *guest-get-host-name*) echo '{"return": {"host-name": "tiny"}}' >&3 ;;
        *guest-get-time*) echo '{"return": 1700000000000000005}' >&3 ;;
        *guest-get-vcpus*) echo '{"return": [{"logical-id": 0, "online": true, "can-offline": false}]}' >&3 ;;
        *guest-network-get-interfaces*) echo '{"return": [{"name": "lo", "hardware-address": "00:00:00:00:00:00",
"ip-addresses": [{"ip-address-type": "ipv4", "ip-address": "127.0.0.1", "prefix": 8}]}]}' | tr -d '\n' >&3; echo >&3 ;;
        *guest-shutdown*) poweroff -f ;;
        *be-silent*) ;;
        *) echo '{"error": {"class": "CommandNotFound", "desc": "not in this shell"}}' >&3 ;;
    esac
done
sleep 0.05
done
"""
XML = """<domain type='qemu'><name>g</name><memory unit='MiB'>256</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type><kernel>{root}/kernel</kernel><initrd>{root}/initrd</initrd>
<cmdline>console=ttyS0 quiet no_timer_check</cmdline></os><features><acpi/></features>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
<serial type='pty'/>
<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel></devices></domain>"""


def test_what_the_agent_says() -> None:
    """Two daemons, one after the other, over one guest."""
    with tempfile.TemporaryDirectory(prefix="purevirt-test-") as directory:
        root = Path(directory)
        root.chmod(0o755)
        daemon = Daemon(root)
        try:
            daemon.start()
            the_guest_is_asked(root)
            daemon.kill()
            daemon.start()
            hostname(root)
            the_guest_shuts_down(root)
        finally:
            daemon.close()


def hostname(root: Path) -> None:
    """The guest may be slow to answer at first, and the daemon to find it again."""
    deadline = time.monotonic() + 60
    while (name := virsh(root, "domhostname", "g", "--source", "agent")).returncode:
        assert "Guest agent is not responding" in name.stderr
        assert time.monotonic() < deadline
    assert name.stdout == "tiny\n\n"


def the_guest_is_asked(root: Path) -> None:
    assert BUSYBOX is not None
    kernel, modules = KERNELS[-1]
    shutil.copy(kernel, root / "kernel")
    (root / "initrd").write_bytes(busybox_initrd(Path(BUSYBOX), [modules / name for name in NEEDED], AGENT))
    (root / "g.xml").write_text(XML.format(root=root))
    said(root, "define", str(root / "g.xml"))
    with listening(root, "g") as listener:
        said(root, "start", "g")
        early = virsh(root, "domtime", "g")
        assert early.returncode == 0 or early.stderr.endswith("QEMU guest agent is not connected\n")
        listener.wait_for("state: 'connected' reason: 'channel event'")
    assert 'state="connected"' in said(root, "dumpxml", "g", "--xpath", "//channel/target")
    hostname(root)
    assert said(root, "domtime", "g").strip() == "Time: 1700000000"
    assert "online         : 0\n" in said(root, "guestvcpus", "g")
    assert said(root, "vcpucount", "g", "--guest").strip() == "1"
    assert re.search(r"lo +00:00:00:00:00:00 +ipv4 +127\.0\.0\.1/8\n", said(root, "domifaddr", "g", "--source", "agent"))
    raw = said(root, "qemu-agent-command", "g", '{"execute":"guest-what"}')
    assert raw.strip() == '{"error":{"class":"CommandNotFound","desc":"not in this shell"}}'
    refused = virsh(root, "domfsfreeze", "g")
    text = "internal error: unable to execute QEMU agent command 'guest-fsfreeze-freeze': not in this shell"
    assert refused.stderr.endswith(f"error: {text}\n")
    silent = virsh(root, "qemu-agent-command", "g", "--timeout", "1", '{"execute":"be-silent"}')
    text = "Guest agent is not responding: guest agent didn't respond to 'be-silent' within '1' seconds"
    assert silent.stderr.endswith(f"error: {text}\n")
    assert "tainted: custom guest agent control commands issued\n" in said(root, "dominfo", "g")


def the_guest_shuts_down(root: Path) -> None:
    assert said(root, "shutdown", "g", "--mode", "agent") == "Domain 'g' is being shutdown\n\n"
    deadline = time.monotonic() + 30
    while said(root, "domstate", "g", "--reason") != "shut off (shutdown)\n\n":
        assert time.monotonic() < deadline
