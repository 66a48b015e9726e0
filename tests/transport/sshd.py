"""An OpenSSH server on loopback, in a mount namespace where /run/libvirt is a directory of ours."""

from __future__ import annotations

import contextlib
import getpass
import os
import select
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from transport.daemons import free_port

SSHD = "/usr/sbin/sshd"
needs_sshd = pytest.mark.skipif(
    not Path(SSHD).exists() or shutil.which("ssh") is None, reason="no OpenSSH server and client (openssh-server)"
)


@dataclass(frozen=True)
class Server:
    """`ssh` is a program to name as `command=`: ssh that knows this server alone; `key` logs in, as do `locked_key` with
    SECRET as its passphrase and root's PASSWORD; `bin` is the PATH."""

    port: int
    key: Path
    locked_key: Path
    ssh: Path
    bin: Path
    known_hosts: Path

    def offer_helper(self, kind: str) -> None:
        """Make virt-ssh-helper ours, the distribution's ("theirs"), or missing ("none")."""
        helper = self.bin / "virt-ssh-helper"
        helper.unlink(missing_ok=True)
        if kind == "ours":
            path = os.pathsep.join(sys.path)
            helper.write_text(f'#!/bin/sh\nPYTHONPATH="{path}" exec "{sys.executable}" -m purevirt.cli.ssh_helper "$@"\n')
            helper.chmod(0o755)
        elif kind == "theirs":
            if not Path("/usr/bin/virt-ssh-helper").exists():
                pytest.skip("no virt-ssh-helper (libvirt-daemon-system)")
            helper.symlink_to("/usr/bin/virt-ssh-helper")


SECRET, PASSWORD = "key's secret", "root's password"

_PRIVATE = """
mount --bind "$4" /etc/shadow
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/sshd /run/libvirt
mount --bind "$1" /run/libvirt
exec "$2" -D -e -f "$3"
"""


@contextmanager
def serving(root: Path, run: Path) -> Iterator[Server]:
    """`run` is what sessions see as /run/libvirt."""
    programs = root / "bin"
    programs.mkdir()
    for name in ("sh", "nc", "grep", "which", "sed"):
        found = shutil.which(name)
        if found is None:
            pytest.skip(f"no {name}")
        (programs / name).symlink_to(found)
    for name in ("host", "user"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(root / name)]
        subprocess.run(command, check=True, timeout=20)
    locked = ["ssh-keygen", "-q", "-t", "ed25519", "-N", SECRET, "-f", str(root / "locked")]
    subprocess.run(locked, check=True, timeout=20)
    (root / "authorized").write_text((root / "user.pub").read_text() + (root / "locked.pub").read_text())
    port = free_port()
    known = root / "known_hosts"
    known.write_text(f"[localhost]:{port} {(root / 'host.pub').read_text()}")
    (root / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {root}/host\nAuthorizedKeysFile {root}/authorized\nUsePAM no\n"
        f"StrictModes no\nPermitRootLogin yes\nPasswordAuthentication yes\nPidFile none\nSetEnv PATH={programs}\n"
        "AllowUsers root\n"
    )
    hashed = subprocess.run(["openssl", "passwd", "-6", PASSWORD], capture_output=True, text=True, check=True, timeout=20)
    (root / "shadow").write_text(f"root:{hashed.stdout.strip()}:19000:0:99999:7:::\n")
    ssh = root / "ssh"
    ssh.write_text(f'#!/bin/sh\nexec ssh -F none -o UserKnownHostsFile={known} -o IdentitiesOnly=yes "$@"\n')
    ssh.chmod(0o755)
    command = ["unshare", "-m", "--propagation", "private", "sh", "-ec", _PRIVATE, "sh", str(run), SSHD]
    command += [str(root / "sshd_config"), str(root / "shadow")]
    with (root / "sshd.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        end = time.monotonic() + 20
        while True:
            assert process.poll() is None, (root / "sshd.log").read_text()
            assert time.monotonic() < end, "sshd does not listen"
            with socket.socket() as sock, contextlib.suppress(OSError):
                sock.connect(("127.0.0.1", port))
                break
            select.select([], [], [], 0.02)
        yield Server(port, root / "user", root / "locked", ssh, programs, known)
    finally:
        process.terminate()
        process.wait(10)


USER = getpass.getuser()
