"""Core dumps of a real guest, by the distribution's virsh, and the long job behind them: shown, ended, told."""

from __future__ import annotations

import os
import shutil
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

XML = """<domain type='qemu'><name>g</name><memory unit='MiB'>16</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type></os><on_crash>{on_crash}</on_crash>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator><panic model='isa'/></devices></domain>"""


@pytest.fixture
def guest(root: Path) -> Path:
    document = root / "g.xml"
    document.write_text(XML.format(on_crash="coredump-destroy"))
    said(root, "define", str(document))
    said(root, "start", "g")
    return root


FORMS = {
    ("--memory-only",): b"\x7fELF",
    ("--memory-only", "--live"): b"\x7fELF",
    ("--memory-only", "--format", "kdump-zlib"): b"makedumpfile",  # the flattened form, as QEMU writes to a descriptor
    ("--memory-only", "--reset", "--bypass-cache"): b"\x7fELF",
    ("--live",): b"QEVM",
    (): b"QEVM",
}


def test_the_forms_of_a_dump(guest: Path) -> None:
    core = guest / "core"
    try:
        for options, magic in FORMS.items():
            assert said(guest, "dump", "g", str(core), *options) == f"\nDomain 'g' dumped to {core}\n\n"
            assert core.read_bytes()[: len(magic)] == magic
            assert core.stat().st_mode & 0o777 == 0o600
            assert said(guest, "domstate", "g") == "running\n\n"
        done = said(guest, "domjobinfo", "g", "--completed")
        assert "Job type:         Completed" in done
        assert "Operation:        Dump" in done
        assert said(guest, "domjobinfo", "g", "--completed") == "Job type:         None        \n\n"
        missing = virsh(guest, "dump", "g", "/nonexistent/core")
        assert missing.stderr.endswith("error: Failed to create file '/nonexistent/core': No such file or directory\n")
        lacking = virsh(guest, "dump", "g", str(core), "--memory-only", "--format", "kdump-lzo")
        if lacking.returncode:
            assert "invalid argument: unsupported dumpformat 'kdump-lzo' for this QEMU binary" in lacking.stderr
        said(guest, "dump", "g", str(core), "--crash")
        assert said(guest, "domstate", "g", "--reason") == "shut off (crashed)\n\n"
    finally:
        virsh(guest, "destroy", "g")
    off = virsh(guest, "dump", "g", str(core))
    assert off.stderr.endswith("error: Requested operation is not valid: domain is not running\n")


def test_a_job_is_shown_and_ended(guest: Path) -> None:
    """The dump goes into a pipe that nobody reads, so it lasts until it is aborted."""
    pipe = guest / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    uri = f"qemu+unix:///system?socket={guest}/run/libvirt/libvirt-sock"
    command = ["virsh", "-c", uri, "dump", "g", str(pipe)]
    dump = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 20
        while "Job type:         Unbounded" not in (shown := said(guest, "domjobinfo", "g")):
            assert time.monotonic() < deadline, shown
        assert "Operation:        Dump" in shown
        assert said(guest, "domcontrol", "g").startswith("occupied") or "job" in said(guest, "domcontrol", "g")
        said(guest, "domjobabort", "g")
        os.set_blocking(reader, True)
        while os.read(reader, 1 << 20):  # what QEMU is about to write before it sees that it shall not
            pass
        _, error = dump.communicate(timeout=20)
        assert error.endswith("error: operation aborted: domain core dump job: canceled by client\n")
        assert said(guest, "domstate", "g") == "running\n\n"
        nothing = virsh(guest, "domjobabort", "g")
        assert nothing.stderr == "error: Requested operation is not valid: no job is active on the domain\n"
    finally:
        os.close(reader)
        dump.kill()
        dump.wait(10)
        virsh(guest, "destroy", "g")


def test_a_panic_leaves_a_core(guest: Path) -> None:
    try:
        said(guest, "qemu-monitor-command", "g", "--hmp", "o /b 0x505 1")
        deadline = time.monotonic() + 20
        while (state := said(guest, "domstate", "g", "--reason")) != "shut off (crashed)\n\n":
            assert time.monotonic() < deadline, state
        (core,) = (guest / "lib/libvirt/qemu/dump").iterdir()
        assert core.name.startswith("1-g-20")
        assert core.read_bytes()[:4] == b"\x7fELF"
    finally:
        virsh(guest, "destroy", "g")
