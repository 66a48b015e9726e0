"""Daemons for client tests, each in its own directory: ours, and the distribution's libvirtd; and a proxy that misbehaves."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

NOBODY = 65534
LIBVIRTD = shutil.which("libvirtd", path="/usr/sbin:/usr/bin")


@contextlib.contextmanager
def purevirtd() -> Iterator[str]:
    """Our daemon; the path of its socket."""
    with tempfile.TemporaryDirectory(prefix="purevirt-peer-") as directory:
        root = Path(directory)
        root.chmod(0o755)
        notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        notify.bind(f"{root}/notify")
        environment = {**os.environ, "NOTIFY_SOCKET": f"{root}/notify", "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-m", "purevirt.daemon.main", "--system", "--root", directory]
        daemon = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            assert select.select([notify], [], [], 30)[0], "the daemon did not become ready"
            yield f"{root}/run/libvirt/libvirt-sock"
        finally:
            end(daemon)
            notify.close()


@contextlib.contextmanager
def libvirtd() -> Iterator[str]:
    """The distribution's, as an ordinary user's session daemon; the path of its socket."""
    if LIBVIRTD is None:
        pytest.skip("no libvirtd (libvirt-daemon)")
    with tempfile.TemporaryDirectory(prefix="purevirt-peer-") as directory:
        home = Path(directory)
        config = home / "libvirtd.conf"
        config.write_text('auth_unix_rw = "none"\n')
        sock = f"{home}/libvirt/libvirt-sock"
        command = [LIBVIRTD, "-f", str(config), "-p", f"{home}/pid"]
        if os.geteuid() == 0:
            os.chown(home, NOBODY, NOBODY)
            command = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *command]
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": directory,
            "XDG_RUNTIME_DIR": directory,
            "XDG_CONFIG_HOME": f"{home}/config",
            "XDG_CACHE_HOME": f"{home}/cache",
        }
        daemon = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            wait_for_socket(daemon, sock)
            yield sock
        finally:
            end(daemon)


def wait_for_socket(daemon: subprocess.Popen[bytes], path: str) -> None:
    """Until somebody listens there; a daemon that ends before fails the test with what it said."""
    assert daemon.stderr is not None
    for _ in range(1500):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            probe.connect(path)
            return
        assert daemon.poll() is None, daemon.stderr.read().decode()
        select.select([], [], [], 0.01)
    raise AssertionError(f"nobody listens on {path}")


def end(daemon: subprocess.Popen[bytes]) -> None:
    daemon.send_signal(signal.SIGTERM)
    try:
        daemon.communicate(timeout=15)
    except subprocess.TimeoutExpired:
        daemon.kill()
        daemon.communicate(timeout=15)


class Proxy:
    """Passes bytes between clients and a daemon's socket until told to `stall` (pass nothing on) or `cut` (end all)."""

    def __init__(self, upstream: str, path: str) -> None:
        self.upstream, self.path = upstream, path
        self.stalled = asyncio.Event()
        self.go = asyncio.Event()
        self.go.set()
        self.connections = 0
        self._writers: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Proxy:
        self._server = await asyncio.start_unix_server(self._serve, self.path)
        return self

    async def __aexit__(self, *exc: object) -> None:
        assert self._server is not None
        self.go.set()
        self.cut()
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        up_reader, up_writer = await asyncio.open_unix_connection(self.upstream)
        self._writers += [writer, up_writer]
        await asyncio.gather(self._copy(reader, up_writer), self._copy(up_reader, writer))

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                await self.go.wait()
                writer.write(data)
                await writer.drain()
        writer.close()

    def cut(self) -> None:
        writers, self._writers = self._writers, []
        for writer in writers:
            writer.close()
