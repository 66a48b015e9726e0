"""An idle daemon with one connection does nothing at all: the kernel counts its wake-ups."""

from __future__ import annotations

import os
import select
import shutil
import socket
from pathlib import Path

import pytest

from system.test_daemon_basic import root, virsh

__all__ = ["root"]

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="the system daemon needs root"),
    pytest.mark.skipif(shutil.which("virsh") is None, reason="no virsh (libvirt-clients)"),
]


def switches(pid: int) -> int:
    """Context switches of all threads so far."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        for line in (task / "status").read_text().splitlines():
            if "ctxt_switches" in line:
                total += int(line.split()[1])
    return total


def test_no_wake_ups_of_its_own(root: Path) -> None:
    assert virsh(root, "list").returncode == 0
    pid = int((root / "run/libvirtd.pid").read_text())
    with socket.socket(socket.AF_UNIX) as held:
        held.connect(str(root / "run/libvirt/libvirt-sock"))
        counts = [switches(pid)]
        for _ in range(6):  # what the last calls left to do is over by the second look
            select.select([], [], [], 0.5)
            counts.append(switches(pid))
    assert counts[-1] - counts[1] == 0
