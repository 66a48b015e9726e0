"""virt-admin on the distribution's libvirtd and on our daemon: good and bad servers, clients, limits, log settings, one text."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from conformance.opened import session_daemon
from system.peers import NOBODY, libvirtd

pytestmark = pytest.mark.skipif(shutil.which("virt-admin") is None, reason="no virt-admin (libvirt-clients)")

COMMANDS = """\
server-list --bogus
srv-threadpool-info libvirtd
srv-threadpool-info nosuch
srv-threadpool-info
srv-threadpool-set libvirtd
srv-threadpool-set libvirtd --min-workers 3 --max-workers 9
srv-threadpool-info libvirtd
srv-threadpool-set libvirtd --min-workers 30
srv-threadpool-set libvirtd --max-workers 0
srv-threadpool-set libvirtd --max-workers 2
srv-threadpool-set libvirtd --priority-workers 7
srv-threadpool-set libvirtd --min-workers x
srv-threadpool-set libvirtd --min-workers -1
srv-threadpool-set libvirtd --min-workers 99999999999
srv-threadpool-set nosuch --min-workers 1
srv-threadpool-info libvirtd
srv-clients-info libvirtd
srv-clients-info nosuch
srv-clients-set libvirtd
srv-clients-set libvirtd --max-clients 100 --max-unauth-clients 10
srv-clients-info libvirtd
srv-clients-set libvirtd --max-clients 5 --max-unauth-clients 10
srv-clients-set libvirtd --max-unauth-clients 1000
srv-clients-set libvirtd --max-clients 0
srv-clients-set libvirtd --max-clients x
srv-clients-set nosuch --max-clients 5
srv-clients-info libvirtd
srv-clients-set admin --max-clients 7
srv-clients-info admin
srv-threadpool-info admin
client-list libvirtd
client-list nosuch
client-list
client-info libvirtd 1
client-info libvirtd 99
client-info libvirtd x
client-info nosuch 1
client-disconnect libvirtd 99
client-disconnect libvirtd x
client-disconnect nosuch 1
srv-update-tls libvirtd
srv-update-tls nosuch
srv-update-tls admin
dmn-log-outputs
dmn-log-outputs 1:file:LOG
dmn-log-outputs
dmn-log-outputs 1:nonsense
dmn-log-outputs 9:stderr
dmn-log-outputs 1:file:relative
dmn-log-outputs 1:file
dmn-log-outputs x:stderr
dmn-log-outputs "1:stderr 3:syslog:x"
dmn-log-outputs
dmn-log-outputs ""
dmn-log-outputs
dmn-log-outputs 4:stderr
dmn-log-outputs 1:syslog
dmn-log-outputs 1:file:/nonexistent/x/y
dmn-log-filters
dmn-log-filters "1:qemu 3:remote"
dmn-log-filters
dmn-log-filters 9:qemu
dmn-log-filters 1
dmn-log-filters nonsense
dmn-log-filters "1:+qemu"
dmn-log-filters
dmn-log-filters ""
dmn-log-filters
dmn-log-filters "1:qemu,2:x"
dmn-log-filters "1:"
dmn-log-filters ":qemu"
dmn-timeout-set
dmn-timeout-set 600
dmn-timeout-set 0
dmn-timeout-set x
dmn-timeout-set --timeout -1
uri
version
nosuchcommand
"""
"""LOG: a file that may be written."""


def transcript(daemon: Path, log: Path, *, as_nobody: bool) -> list[str]:
    """What one virt-admin shows, command by command, while one client that says nothing is connected."""
    log.touch()
    log.chmod(0o666)
    command = ["virt-admin", "-c", f"libvirtd+unix:///session?socket={daemon.parent}/libvirt-admin-sock"]
    if as_nobody:
        command = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *command]
    with socket.socket(socket.AF_UNIX) as guest:
        guest.connect(str(daemon))
        done = subprocess.run(
            command, input=COMMANDS.replace("LOG", str(log)), cwd="/", check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60,
        )  # fmt: skip
    shown = done.stdout.replace(str(log), "LOG").replace(str(daemon.parent), "DIRECTORY")
    shown = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+0000", "TIME", shown)
    return re.split(r"virt-admin # ", shown)


def test_the_same_texts(tmp_path: Path) -> None:
    with libvirtd() as theirs:
        expected = transcript(Path(theirs), tmp_path / "theirs", as_nobody=os.geteuid() == 0)
    with session_daemon() as ours:
        with socket.socket(socket.AF_UNIX) as first:  # as the other daemon has had one, and numbers its clients
            first.connect(str(ours))
        found = transcript(ours, tmp_path / "ours", as_nobody=False)
    told = list(zip([command.strip() for command in ("", *COMMANDS.splitlines())], expected, found, strict=False))
    assert len(told) > 70
    differing = [row for row in told if row[1] != row[2]]
    assert not differing, "\n".join(f"{command}\n{a}\n{b}" for command, a, b in differing)
    assert len(expected) == len(found)
