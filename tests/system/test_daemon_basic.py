"""purevirtd as a program, with the distribution's virsh as its client: sockets, first calls, errors, the end by SIGTERM."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="the system daemon needs root"),
    pytest.mark.skipif(shutil.which("virsh") is None, reason="no virsh (libvirt-clients)"),
]


@pytest.fixture
def root() -> Iterator[Path]:
    """A daemon's root directory, reachable for the guests' unprivileged user (pytest's own is not); removed after."""
    with tempfile.TemporaryDirectory(prefix="purevirt-test-") as directory:
        path = Path(directory)
        path.chmod(0o755)
        yield from serving(path)


def serving(tmp_path: Path, program: Sequence[str] = ("-m", "purevirt.daemon.main")) -> Iterator[Path]:
    """A daemon under the directory that says on its notify socket when it serves; ended by SIGTERM."""
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.bind(str(tmp_path / "notify"))
    environment = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify"), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, *program, "--system", "--root", str(tmp_path)]
    with (tmp_path / "daemon.out").open("w") as output:  # not a pipe: nobody reads, and the daemon would wait
        daemon = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        ready, _, _ = select.select([notify], [], [], 30)
        assert ready, "the daemon did not become ready"
        assert notify.recv(100) == b"READY=1"
        yield tmp_path
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(10) == 0
        assert not (tmp_path / "run/libvirt/libvirt-sock").exists()
    finally:
        daemon.kill()
        daemon.wait(10)
        notify.close()
        for pid_file in (tmp_path / "run/libvirt/qemu").glob("*.pid"):  # what a failed test left running
            with contextlib.suppress(ProcessLookupError, ValueError):
                os.kill(int(pid_file.read_text()), signal.SIGKILL)


def virsh(root: Path, *command: str, readonly: bool = False) -> subprocess.CompletedProcess[str]:
    uri = f"qemu+unix:///system?socket={root}/run/libvirt/libvirt-sock{'-ro' if readonly else ''}"
    options = ["-r"] if readonly else []
    return subprocess.run(["virsh", *options, "-c", uri, *command], capture_output=True, text=True, timeout=30, check=False)


def test_first_calls(root: Path) -> None:
    listed = virsh(root, "list", "--all")
    assert (listed.returncode, listed.stdout) == (0, " Id   Name   State\n--------------------\n\n")
    assert virsh(root, "hostname").stdout.strip() == socket.gethostname()
    assert "Using API: QEMU 9.0.0" in virsh(root, "version").stdout
    for name, mode in (("libvirt-sock", 0o777), ("libvirt-sock-ro", 0o777), ("libvirt-admin-sock", 0o700)):
        assert stat.S_IMODE((root / "run/libvirt" / name).stat().st_mode) == mode


def test_errors_are_libvirts(root: Path) -> None:
    missing = virsh(root, "domstate", "nobody")
    assert missing.returncode == 1
    assert missing.stderr == "error: failed to get domain 'nobody'\n"
    denied = virsh(root, "nodesuspend", "mem", "60", readonly=True)
    assert "read only access prevents virNodeSuspendForDuration" in denied.stderr
    broken = root / "broken.xml"
    broken.write_text("<domain")
    refused = virsh(root, "define", str(broken))
    assert refused.returncode == 1
    assert "(domain_definition):1: Couldn't find end of Start Tag domain line 1" in refused.stderr


def test_garbage_ends_one_connection_only(root: Path) -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(10)
        sock.connect(str(root / "run/libvirt/libvirt-sock"))
        sock.sendall(b"\xff\xff\xff\xff" + b"garbage" * 10)
        assert sock.recv(100) == b""
    assert virsh(root, "uri").returncode == 0


def test_a_connected_client_does_not_spoil_the_end(root: Path) -> None:
    """The fixture ends the daemon by SIGTERM and wants exit code 0; this socket is open at that time."""
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(str(root / "run/libvirt/libvirt-sock"))
    _held.append(sock)


_held: list[socket.socket] = []


@pytest.fixture(autouse=True)
def _let_go() -> Iterator[None]:
    yield
    while _held:
        _held.pop().close()


@pytest.mark.parametrize("line", ['access_drivers = [ "none", "selinux" ]'])
def test_protection_that_is_missing_is_not_pretended(line: str, tmp_path: Path) -> None:
    (tmp_path / "etc/libvirt").mkdir(parents=True)
    (tmp_path / "etc/libvirt/libvirtd.conf").write_text(line + "\n")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "purevirt.daemon.main", "--system", "--root", str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert "Failed to find security driver 'selinux'" in done.stderr
