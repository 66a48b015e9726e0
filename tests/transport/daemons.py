"""Daemons to connect to: ours, and the distribution's libvirtd in a mount namespace of its own. One of each kind of
configuration is enough for all tests of a module."""

from __future__ import annotations

import contextlib
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

LIBVIRTD = "/usr/sbin/libvirtd"
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="the system daemon needs root")
needs_libvirtd = pytest.mark.skipif(not Path(LIBVIRTD).exists(), reason="no libvirtd (libvirt-daemon)")
needs_virsh = pytest.mark.skipif(shutil.which("virsh") is None, reason="no virsh (libvirt-clients)")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@contextmanager
def directory() -> Iterator[Path]:
    """A short path (unix sockets) that other users may enter; removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="pvt-") as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **(extra or {})}


@contextmanager
def our_daemon(root: Path, conf: str, extra: Mapping[str, str] | None = None, *options: str) -> Iterator[Path]:
    """purevirtd with this libvirtd.conf; the path of its read-write socket. `root` is an empty directory."""
    (root / "etc/libvirt").mkdir(parents=True, exist_ok=True)
    (root / "etc/libvirt/libvirtd.conf").write_text(conf)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(str(root / "notify"))
        command = [sys.executable, "-m", "purevirt.daemon.main", "--system", "--listen", "--root", str(root), *options]
        env = environment({**(extra or {}), "NOTIFY_SOCKET": str(root / "notify")})
        with (root / "output").open("w") as log:
            daemon = subprocess.Popen(command, env=env, stdout=log, stderr=subprocess.STDOUT)
        try:
            ended = os.pidfd_open(daemon.pid)
            ready, _, _ = select.select([notify, ended], [], [], 30)
            os.close(ended)
            assert notify in ready, (root / "output").read_text()
            assert notify.recv(100) == b"READY=1", (root / "output").read_text()
            yield root / "run/libvirt/libvirt-sock"
            daemon.send_signal(signal.SIGTERM)
            assert daemon.wait(10) == 0, (root / "output").read_text()
        finally:
            daemon.kill()
            daemon.wait(10)


def refused(root: Path, conf: str, *options: str) -> str:
    """What purevirtd says when it will not start with this configuration."""
    (root / "etc/libvirt").mkdir(parents=True, exist_ok=True)
    (root / "etc/libvirt/libvirtd.conf").write_text(conf)
    command = [sys.executable, "-m", "purevirt.daemon.main", "--system", "--root", str(root), *options]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1, done.stderr
    return done.stderr


_PRIVATE = """
mount --bind "$1/etc" /etc/libvirt
mount --bind "$1/run" /run/libvirt
mount --bind "$1/lib" /var/lib/libvirt
mount --bind "$1/cache" /var/cache/libvirt
mount --bind "$1/log" /var/log/libvirt
exec "$2" --listen --config "$1/etc/libvirtd.conf" --pid-file "$1/run/d.pid"
"""


@contextmanager
def their_daemon(root: Path, conf: str, extra: Mapping[str, str] | None = None) -> Iterator[Path]:
    """libvirtd with directories of its own under `root`; the path of its read-write socket."""
    ports = [int(port) for port in re.findall(r'^t(?:cp|ls)_port ?= ?"(\d+)"', conf, re.MULTILINE)]
    for name in ("etc", "run", "lib", "cache", "log"):
        (root / name).mkdir(mode=0o755)
    (root / "etc/libvirtd.conf").write_text(conf)
    known = Path("/var/cache/libvirt/qemu/capabilities")
    if known.exists():  # what libvirtd knows of this machine's QEMU; asking again takes seconds
        shutil.copytree(known, root / "cache/qemu/capabilities")
    command = ["unshare", "-m", "--propagation", "private", "sh", "-ec", _PRIVATE, "sh", str(root), LIBVIRTD]
    with (root / "out").open("w") as out:
        daemon = subprocess.Popen(command, env={**os.environ, **(extra or {})}, stdout=out, stderr=out)
    try:
        sock = root / "run/libvirt-sock"
        for address in (str(sock), *(("127.0.0.1", port) for port in ports)):
            _wait_for_socket(address, daemon, root / "out")
        yield sock
    finally:
        daemon.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            daemon.wait(10)
        daemon.kill()
        daemon.wait(10)


def _wait_for_socket(address: str | tuple[str, int], daemon: subprocess.Popen[bytes], out: Path) -> None:
    """libvirtd tells nobody but systemd when it serves: try until it does."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        assert daemon.poll() is None, out.read_text()
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        with socket.socket(family) as sock, contextlib.suppress(OSError):
            sock.connect(address)
            return
        select.select([], [], [], 0.02)
    raise AssertionError(f"libvirtd did not listen on {address}: {out.read_text()}")
