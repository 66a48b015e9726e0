"""Statistics of a real guest beside what the distribution's virsh shows, and readers beside a stopped QEMU."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
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

XML = """<domain type='qemu'><name>{name}</name><memory unit='MiB'>64</memory><vcpu current='1'>2</vcpu><iothreads>1</iothreads>
<os><type arch='x86_64' machine='pc'>hvm</type></os>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator><disk type='file' device='disk'><driver name='qemu' type='raw'/>
<source file='{image}'/><target dev='vda' bus='virtio'/><shareable/></disk>
<interface type='user'/></devices></domain>"""


@pytest.fixture
def guests(root: Path) -> Path:
    image = root / "disk.img"
    with image.open("wb") as file:
        file.truncate(1 << 20)
    for name in ("a", "b"):
        document = root / f"{name}.xml"
        document.write_text(XML.format(name=name, image=image))
        said(root, "define", str(document))
        said(root, "start", name)
    return root


def end(root: Path) -> None:
    for name in ("a", "b"):
        assert virsh(root, "destroy", name).returncode == 0


def test_statistics_of_a_running_guest(guests: Path) -> None:
    try:
        stats = dict(re.findall(r"^  (\S+)=(.*)$", said(guests, "domstats", "a"), re.MULTILINE))
        assert stats["state.state"] == "1"
        assert int(stats["cpu.time"]) == int(stats["cpu.user"]) + int(stats["cpu.system"])
        assert (stats["vcpu.current"], stats["vcpu.maximum"], stats["vcpu.0.state"]) == ("1", "2", "1")
        assert (stats["net.count"], stats["block.count"], stats["block.0.name"]) == ("1", "1", "vda")
        assert stats["block.0.capacity"] == str(1 << 20)
        assert stats["block.0.backingIndex"] == "1"
        assert int(stats["balloon.rss"]) > 10_000
        assert said(guests, "dommemstat", "a").startswith("actual 65536\nlast_update 0\nrss ")
        assert "vda rd_req " in said(guests, "domblkstat", "a", "vda")
        assert "Capacity:       1048576\n" in said(guests, "domblkinfo", "a", "vda")
        wrong = virsh(guests, "domblkstat", "a", "vdz")
        assert wrong.stderr == "error: invalid argument: invalid path: vdz\n"
    finally:
        end(guests)


FIELDS = """state.state state.reason cpu.time cpu.user cpu.system cpu.cache.monitor.count cpu.haltpoll.success.time
cpu.haltpoll.fail.time balloon.current balloon.maximum balloon.last-update balloon.rss vcpu.current vcpu.maximum vcpu.0.state
vcpu.0.time vcpu.0.wait vcpu.0.delay net.count block.count block.0.name block.0.path block.0.backingIndex block.0.rd.reqs
block.0.rd.bytes block.0.rd.times block.0.wr.reqs block.0.wr.bytes block.0.wr.times block.0.fl.reqs block.0.fl.times
block.0.allocation block.0.capacity block.0.physical iothread.count iothread.1.poll-max-ns iothread.1.poll-grow
iothread.1.poll-shrink dirtyrate.calc_status dirtyrate.calc_start_time dirtyrate.calc_period dirtyrate.calc_mode"""
"""What libvirtd 9.0 says of this guest, in its order."""


def test_fields_and_their_order_are_libvirts(guests: Path) -> None:
    try:
        assert re.findall(r"^  (\S+)=", said(guests, "domstats", "a"), re.MULTILINE) == FIELDS.split()
        enforced = said(guests, "domstats", "a", "--enforce", "--perf", "--memory", "--vm")
        assert enforced == "Domain: 'a'\n\n"
    finally:
        end(guests)


def test_a_stopped_qemu_holds_up_nobody(guests: Path) -> None:
    pid = int((guests / "run/libvirt/qemu/a.pid").read_text())
    said(guests, "domstats")
    os.kill(pid, signal.SIGSTOP)
    try:
        for command in (("list",), ("dominfo", "a"), ("domstats",), ("dumpxml", "a"), ("dominfo", "b"), ("domstats", "b")):
            began = time.monotonic()
            said(guests, *command)
            assert time.monotonic() - began < 2, command
        stats = said(guests, "domstats", "a")
        assert "block.0.rd.reqs=" in stats
        said(guests, "destroy", "a")
    finally:
        subprocess.run(["kill", "-CONT", str(pid)], check=False, capture_output=True)
        virsh(guests, "destroy", "a")
        virsh(guests, "destroy", "b")
    assert virsh(guests, "domstate", "a").stdout == "shut off\n\n"


def test_the_hosts_figures(root: Path) -> None:
    info = dict(re.findall(r"^(.+?): +(.+)$", said(root, "nodeinfo"), re.MULTILINE))
    assert int(info["CPU(s)"]) == os.cpu_count()
    assert int(info["Memory size"].split()[0]) > 0
    assert re.fullmatch(r"total  : +\d+ KiB\nfree   : +\d+ KiB\n\n", said(root, "nodememstats", "--cell", "0"))
    assert said(root, "freepages", "--cellno", "0", "--pagesize", "4").startswith("4KiB: ")
    for command, error in {
        ("nodecpustats", "--cpu", "9999"): "Invalid cpuNum in virHostCPUGetStatsLinux",
        ("freecell", "999"): "start cell 999 out of range",
        ("freepages", "--cellno", "0", "--pagesize", "5"): "operation failed: page size 5 is not available on node 0",
        ("maxvcpus", "nope"): "invalid argument: unknown type 'nope'",
    }.items():
        failed = virsh(root, *command)
        assert failed.returncode == 1
        assert error in failed.stderr
    assert int(said(root, "maxvcpus")) >= 16


def test_statistics_of_an_idle_guest_follow_its_disk_and_its_definition(root: Path) -> None:
    """They are kept with the definition, so what they depend on must not be forgotten."""
    image = root / "disk.img"
    image.write_bytes(b"")
    document = root / "a.xml"
    document.write_text(XML.format(name="a", image=image))
    said(root, "define", str(document))
    shown = dict(re.findall(r"^  (\S+)=(.*)$", said(root, "domstats", "a"), re.MULTILINE))
    assert (shown["state.state"], shown["balloon.current"], shown["block.0.capacity"]) == ("5", "65536", "0")
    os.truncate(image, 1 << 20)
    assert "  block.0.capacity=1048576\n" in said(root, "domstats", "a")
    said(root, "setmem", "a", "32768", "--config")
    assert "  balloon.current=32768\n" in said(root, "domstats", "a")
    assert "  vcpu.current=1\n" in said(root, "domstats", "a", "--vcpu")
    image.unlink()
    assert "block.0.capacity" not in said(root, "domstats", "a")
