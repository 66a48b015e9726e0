"""Virtual CPUs and IOThreads of a real guest, by the distribution's virsh: counts, hotplug, pinning; texts as libvirtd's."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from system.test_daemon_basic import root, virsh
from system.test_virsh_guest import said

__all__ = ["root"]

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="the system daemon needs root"),
    pytest.mark.skipif(shutil.which("virsh") is None, reason="no virsh (libvirt-clients)"),
    pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="no qemu-system-x86_64"),
]

XML = """<domain type='qemu'><name>g</name><memory unit='MiB'>64</memory><vcpu current='2'>4</vcpu><iothreads>2</iothreads>
<os><type arch='x86_64' machine='pc'>hvm</type></os><devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel></devices></domain>"""


@pytest.fixture
def guest(root: Path) -> Path:
    document = root / "g.xml"
    document.write_text(XML)
    said(root, "define", str(document))
    return root


def counts(root: Path) -> list[str]:
    return [line.split()[-1] for line in said(root, "vcpucount", "g").splitlines() if line]


def thread_sets(root: Path) -> dict[str, str]:
    """Thread name → processors it may run on, as the kernel says."""
    pid = (root / "run/libvirt/qemu/g.pid").read_text().strip()
    found = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        fields = dict(line.split(":\t", 1) for line in (task / "status").read_text().splitlines() if ":\t" in line)
        found[fields["Name"]] = fields["Cpus_allowed_list"]
    return found


REFUSED = {
    ("setvcpus", "g", "5", "--live"): (
        "invalid argument: requested vcpus is greater than max allowable vcpus for the live domain: 5 > 4"
    ),
    ("setvcpus", "g", "1", "--live"): (
        "unsupported configuration: failed to find appropriate hotpluggable vcpus to reach the desired target vcpu count"
    ),
    ("setvcpus", "g", "2", "--guest"): "Guest agent is not responding: QEMU guest agent is not connected",
    ("setvcpu", "g", "0", "--disable", "--live"): "Operation not supported: vcpu '0' can't be unplugged",
    ("setvcpu", "g", "9", "--disable", "--live"): "invalid argument: vcpu 9 is not present in live config",
    ("setvcpu", "g", "0", "--disable", "--config"): "invalid argument: vCPU '0' can't be modified",
    ("vcpupin", "g", "9", "0"): "invalid argument: vcpu 9 is out of range of live cpu count 3",
    ("iothreadpin", "g", "7", "0"): "invalid argument: iothread 7 not found",
    ("iothreadpin", "g", "7", "0", "--config"): "invalid argument: iothreadid 7 not found",
    ("iothreadadd", "g", "2"): "invalid argument: an IOThread is already using iothread_id '2'",
    ("iothreaddel", "g", "9"): "invalid argument: cannot find IOThread '9' in iothreadids list",
    ("iothreadset", "g", "9", "--poll-grow", "1"): "invalid argument: cannot find IOThread '9' in iothreadids",
}


def test_a_running_guest_gets_processors(guest: Path) -> None:
    said(guest, "start", "g")
    try:
        assert counts(guest) == ["4", "4", "2", "2"]
        said(guest, "setvcpus", "g", "3")
        assert counts(guest) == ["4", "4", "2", "3"]
        listed = said(guest, "dumpxml", "g", "--xpath", "/domain/vcpus/vcpu[3]")
        assert listed == '<vcpu id="2" enabled="yes" hotpluggable="yes" order="3"/>\n\n'
        assert said(guest, "vcpuinfo", "g").count("State:          running") == 3
        assert "CPU 2/TCG" in thread_sets(guest)
        for command, error in REFUSED.items():
            refused = virsh(guest, *command)
            assert (refused.returncode, refused.stderr) == (1, f"error: {error}\n")
    finally:
        virsh(guest, "destroy", "g")


def test_pins_hold_for_the_running_guest_and_the_next(guest: Path) -> None:
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("one processor only")
    said(guest, "start", "g")
    try:
        said(guest, "vcpupin", "g", "1", "1", "--live", "--config")
        said(guest, "emulatorpin", "g", "0", "--live", "--config")
        said(guest, "iothreadpin", "g", "2", "1", "--live", "--config")
        for _ in range(2):
            sets = thread_sets(guest)
            assert (sets["CPU 1/TCG"], sets["IO iothread2"], sets["qemu-system-x86"]) == ("1", "1", "0")
            assert sets["CPU 0/TCG"] == sets["IO iothread1"] != "1"
            assert said(guest, "vcpupin", "g", "1").splitlines()[2].split() == ["1", "1"]
            assert said(guest, "emulatorpin", "g").splitlines()[2] == "       *: 0"
            said(guest, "destroy", "g")
            said(guest, "start", "g")
    finally:
        virsh(guest, "destroy", "g")


def test_iothreads_come_and_go(guest: Path) -> None:
    said(guest, "start", "g")
    try:
        said(guest, "iothreadadd", "g", "5", "--live", "--config")
        said(guest, "iothreadset", "g", "5", "--poll-max-ns", "100")
        assert "iothread.5.poll-max-ns=100\n" in said(guest, "domstats", "g", "--iothread")
        assert "IO iothread5" in thread_sets(guest)
        said(guest, "iothreaddel", "g", "5", "--live", "--config")
        assert "IO iothread5" not in thread_sets(guest)
        assert [row.split()[0] for row in said(guest, "iothreadinfo", "g", "--config").splitlines()[2:] if row] == ["1", "2"]
    finally:
        virsh(guest, "destroy", "g")


def test_the_definition(guest: Path) -> None:
    """Hotpluggable processors of a definition are there after the start."""
    said(guest, "setvcpus", "g", "6", "--config", "--maximum")
    said(guest, "setvcpus", "g", "3", "--config", "--hotpluggable")
    assert '<vcpu id="2" enabled="yes" hotpluggable="yes"/>' in said(guest, "dumpxml", "g", "--xpath", "//vcpu[@id=2]")
    said(guest, "start", "g")
    try:
        assert counts(guest) == ["6", "6", "3", "3"]
        assert 'order="3"' in said(guest, "dumpxml", "g", "--xpath", "//vcpu[@id=2]")
    finally:
        virsh(guest, "destroy", "g")
