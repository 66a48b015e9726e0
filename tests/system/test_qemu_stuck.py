"""A guest whose QEMU stands still (SIGSTOP): a change fails with OPERATION_TIMEOUT and names who holds the guest.

The daemon here waits for a second where it usually waits for half a minute; nothing else is different.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from system.test_clients import uri
from system.test_daemon_basic import serving, virsh
from system.test_virsh_guest import said

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="the system daemon needs root"),
    pytest.mark.skipif(shutil.which("virsh") is None, reason="no virsh (libvirt-clients)"),
    pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="no qemu-system-x86_64"),
]

XML = """<domain type='qemu'><name>{name}</name><memory unit='MiB'>32</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type></os>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator></devices></domain>"""
IMPATIENT = """
import sys
from purevirt.core import jobs
from purevirt.drivers.qemu.monitor import connection
from purevirt.daemon.main import main
jobs.WAIT_S = {wait}
connection.COMMAND_S = {command}
sys.exit(main())
"""
HELD = "error: Timed out during operation: cannot acquire state change lock (held by monitor=remoteDispatchDomainSuspend)\n"


def guests(wait: float, command: float) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="purevirt-test-") as directory:
        path = Path(directory)
        path.chmod(0o755)
        for root in serving(path, ["-c", IMPATIENT.format(wait=wait, command=command)]):
            for name in ("a", "b"):
                (root / f"{name}.xml").write_text(XML.format(name=name))
                said(root, "create", str(root / f"{name}.xml"))
            pid = int((root / "run/libvirt/qemu/a.pid").read_text())
            os.kill(pid, signal.SIGSTOP)
            try:
                yield root
            finally:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
                virsh(root, "destroy", "a")
                virsh(root, "destroy", "b")


@pytest.fixture
def waiting() -> Iterator[Path]:
    """The monitor may take long, a job may be waited for one second."""
    yield from guests(wait=1.0, command=60.0)


@pytest.fixture
def giving_up() -> Iterator[Path]:
    """The monitor may take one second, a job may be waited for long."""
    yield from guests(wait=60.0, command=1.0)


def test_who_waits_is_told_the_holder(waiting: Path) -> None:
    holder = subprocess.Popen(["virsh", "-c", uri(waiting), "suspend", "a"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 10
        while not said(waiting, "domcontrol", "a").startswith("occupied"):
            assert time.monotonic() < deadline
        for command in (("resume", "a"), ("reset", "a"), ("setmem", "a", "16M"), ("managedsave", "a")):
            refused = virsh(waiting, *command)
            assert refused.returncode == 1
            assert refused.stderr.endswith(HELD) or "transient" in refused.stderr, refused.stderr
        for command in (("list",), ("dominfo", "a"), ("domstats", "a"), ("dumpxml", "a"), ("suspend", "b"), ("resume", "b")):
            began = time.monotonic()
            said(waiting, *command)
            assert time.monotonic() - began < 2, command
        began = time.monotonic()
        said(waiting, "destroy", "a")
        assert time.monotonic() - began < 3
        assert holder.wait(10) == 1  # its guest is gone
    finally:
        holder.kill()
        holder.communicate(timeout=10)


def test_who_asked_is_told_too_and_all_is_well_once_it_goes_on(giving_up: Path) -> None:
    for command in ("suspend", "reset", "inject-nmi"):  # the first waits for the monitor, the others know already
        refused = virsh(giving_up, command, "a")
        assert refused.returncode == 1
        assert refused.stderr.endswith(HELD), refused.stderr
    os.kill(int((giving_up / "run/libvirt/qemu/a.pid").read_text()), signal.SIGCONT)
    deadline = time.monotonic() + 10
    while virsh(giving_up, "resume", "a").returncode != 0:  # the suspend that was asked for has happened by now
        assert time.monotonic() < deadline
    assert said(giving_up, "domstate", "a") == "running\n\n"
