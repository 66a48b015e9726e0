"""Sockets that systemd passes for clients from other hosts: libvirtd-tcp.socket, libvirtd-tls.socket."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys

import pytest

from transport.clients import CLIENTS, Outcome, connect
from transport.daemons import directory, environment, needs_root

pytestmark = needs_root


@pytest.mark.parametrize("client", CLIENTS)
def test_a_tcp_socket(client: str) -> None:
    """It is served though nobody said --listen, as its unit's own wish; auth_tcp holds."""
    with directory() as root, socket.create_server(("127.0.0.1", 0)) as passed, socket.socket(
        socket.AF_UNIX, socket.SOCK_DGRAM
    ) as notify:
        (root / "etc/libvirt").mkdir(parents=True)
        (root / "etc/libvirt/libvirtd.conf").write_text('auth_tcp = "none"\n')
        notify.bind(str(root / "notify"))
        script = f'exec 3<&{passed.fileno()}; LISTEN_PID=$$ exec "$@"'
        daemon = [sys.executable, "-m", "purevirt.daemon.main", "--system", "--root", str(root)]
        extra = {"LISTEN_FDS": "1", "LISTEN_FDNAMES": "libvirtd-tcp.socket", "NOTIFY_SOCKET": str(root / "notify")}
        process = subprocess.Popen(
            ["bash", "-c", script, "sh", *daemon], env=environment(extra), pass_fds=[passed.fileno()], stderr=subprocess.PIPE
        )
        try:
            ended = os.pidfd_open(process.pid)
            ready, _, _ = select.select([notify, ended], [], [], 30)
            os.close(ended)
            assert notify in ready, process.stderr and process.stderr.read()
            port = passed.getsockname()[1]
            outcome = connect(client, f"test+tcp://127.0.0.1:{port}/default")
            assert outcome == Outcome("TEST", False, False)
        finally:
            process.kill()
            process.communicate(timeout=10)
