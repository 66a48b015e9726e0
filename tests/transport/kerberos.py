"""A Kerberos realm for one test module: a KDC on loopback, a user with a ticket, the daemon's key in a keytab."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from transport.daemons import free_port

REALM = "PUREVIRT.TEST"
PROGRAMS = ("krb5kdc", "kdb5_util", "kadmin.local", "kinit")
needs_kdc = pytest.mark.skipif(any(shutil.which(p) is None for p in PROGRAMS), reason="no Kerberos KDC (krb5-kdc, krb5-user)")


@dataclass(frozen=True)
class Realm:
    """`env` is for programs that belong to it; `tickets` are the user fred's."""

    env: dict[str, str]
    keytab: Path
    tickets: Path

    def user_env(self) -> dict[str, str]:
        return {"KRB5_CONFIG": self.env["KRB5_CONFIG"], "KRB5CCNAME": f"FILE:{self.tickets}"}


@contextmanager
def realm(root: Path) -> Iterator[Realm]:
    port = free_port()
    (root / "krb5.conf").write_text(
        f"[libdefaults]\ndefault_realm = {REALM}\ndns_lookup_kdc = false\ndns_canonicalize_hostname = false\nrdns = false\n"
        f"udp_preference_limit = 1\n[realms]\n{REALM} = {{\n kdc = 127.0.0.1:{port}\n}}\n"
        f"[domain_realm]\nlocalhost = {REALM}\n{socket.gethostname()} = {REALM}\n"
    )
    (root / "kdc.conf").write_text(
        f"[kdcdefaults]\nkdc_listen = 127.0.0.1:{port}\nkdc_tcp_listen = 127.0.0.1:{port}\n[realms]\n{REALM} = {{\n"
        f"database_name = {root}/db\nkey_stash_file = {root}/stash\nacl_file = {root}/acl\n"
        "supported_enctypes = aes256-cts:normal\n}\n"
    )
    env = {**os.environ, "KRB5_CONFIG": str(root / "krb5.conf"), "KRB5_KDC_PROFILE": str(root / "kdc.conf")}
    _run(env, "kdb5_util", "create", "-s", "-r", REALM, "-P", "master")
    keytab = root / "krb5.tab"
    for host in dict.fromkeys(("localhost", socket.gethostname())):
        _run(env, "kadmin.local", "-q", f"addprinc -randkey libvirt/{host}")
        _run(env, "kadmin.local", "-q", f"ktadd -k {keytab} libvirt/{host}")
    _run(env, "kadmin.local", "-q", "addprinc -pw secret fred")
    kdc = subprocess.Popen(["krb5kdc", "-n"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        tickets = root / "tickets"
        for _ in range(200):  # until the KDC listens
            done = subprocess.run(
                ["kinit", "-c", f"FILE:{tickets}", "fred"], env=env, input="secret\n", capture_output=True, text=True,
                timeout=10, check=False,
            )  # fmt: skip
            if done.returncode == 0:
                break
        assert done.returncode == 0, done.stderr
        yield Realm({k: env[k] for k in ("KRB5_CONFIG", "KRB5_KDC_PROFILE")}, keytab, tickets)
    finally:
        kdc.terminate()
        kdc.wait(10)


def _run(env: dict[str, str], *command: str) -> None:
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 0, done.stderr
