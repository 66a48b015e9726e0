"""TLS and SSH into a daemon's private world: a certificate authority, a configuration that listens, an OpenSSH server.

Everything lies under one directory; the ports are those of the world's own network.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

SSH_PORT = 22022
SSHD = "/usr/sbin/sshd"
_SERVE = """
mount -t tmpfs -o mode=755 tmpfs /mnt
mkdir /mnt/run
mount --bind /run/libvirt /mnt/run
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/sshd /run/libvirt
mount --bind /mnt/run /run/libvirt
exec "$1" -f "$2"
"""
"""Sessions see the world's /run/libvirt, and sshd finds the directory it insists on, without a trace on the host."""


def make_certificates(root: Path) -> None:
    """`root` as `pkipath` wants it; the same names serve the daemon."""
    for name, subject in (("ca", "/CN=Bench CA"), ("server", "/CN=localhost"), ("client", "/CN=client")):
        key, request = root / f"{name}key.pem", root / f"{name}.csr"
        made = root / f"{name}cert.pem"
        _openssl("genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", key)
        if name == "ca":
            _openssl("req", "-x509", "-new", "-key", key, "-subj", subject, "-days", "30", "-out", root / "cacert.pem")
            continue
        usage = root / f"{name}.ext"
        usage.write_text(f"keyUsage=digitalSignature,keyEncipherment\nextendedKeyUsage={name}Auth\n"
                         "subjectAltName=DNS:localhost,IP:127.0.0.1\n")  # fmt: skip
        _openssl("req", "-new", "-key", key, "-subj", subject, "-out", request)
        _openssl("x509", "-req", "-in", request, "-CA", root / "cacert.pem", "-CAkey", root / "cakey.pem",
                 "-CAcreateserial", "-days", "30", "-extfile", usage, "-out", made)  # fmt: skip


def _openssl(*words: str | Path) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, timeout=60)


def daemon_settings(root: Path) -> str:
    """libvirtd.conf of a daemon that listens for TLS."""
    return (
        'listen_tls = 1\nauth_tls = "none"\nauth_unix_rw = "none"\n'
        f'key_file = "{root}/serverkey.pem"\ncert_file = "{root}/servercert.pem"\nca_file = "{root}/cacert.pem"\n'
    )


def prepare_ssh(root: Path) -> list[str]:
    """Keys, configuration and `root/ssh`, a client that knows this server alone; the command that serves in the world."""
    for name in ("host", "user"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(root / name)]
        subprocess.run(command, check=True, timeout=20)
    shutil.copy(root / "user.pub", root / "authorized")
    (root / "known_hosts").write_text(f"[localhost]:{SSH_PORT} {(root / 'host.pub').read_text()}")
    (root / "sshd_config").write_text(
        f"Port {SSH_PORT}\nListenAddress 127.0.0.1\nHostKey {root}/host\nAuthorizedKeysFile {root}/authorized\nUsePAM no\n"
        "StrictModes no\nPermitRootLogin yes\nPasswordAuthentication no\nPidFile none\n"
    )
    ssh = root / "ssh"
    ssh.write_text(f'#!/bin/sh\nexec ssh -F none -o UserKnownHostsFile={root}/known_hosts -o IdentitiesOnly=yes "$@"\n')
    ssh.chmod(0o755)
    return ["unshare", "-m", "--propagation", "private", "sh", "-ec", _SERVE, "sh", SSHD, str(root / "sshd_config")]


def tls_uri(root: Path | str) -> str:
    return f"test+tls://localhost/default?pkipath={root}"


def ssh_uri(root: Path | str) -> str:
    """By netcat, which both ends have: the helper program would be a third implementation in the measurement."""
    way = f"root@localhost:{SSH_PORT}"
    return f"test+ssh://{way}/default?command={root}/ssh&keyfile={root}/user&no_tty=1&proxy=netcat"
