"""Secrets behind the system daemon, with the distribution's virsh: values, who may read them, events, files; no leaks."""

from __future__ import annotations

import base64
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from system.test_daemon_basic import root

__all__ = ["root"]

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="the system daemon needs root"),
    pytest.mark.skipif(shutil.which("virsh") is None, reason="no virsh (libvirt-clients)"),
]

U = "22e1353d-c27e-4d6d-bf15-465053e6ba0b"
CANARY = b"canary-of-the-secret-tests"
ENCODED = base64.b64encode(CANARY).decode()
TYPES = {"volume": "volume", "ceph": "name", "iscsi": "target", "tls": "name", "vtpm": "name"}


def virsh(root: Path, uri: str, *command: str, readonly: bool = False) -> subprocess.CompletedProcess[str]:
    path = f"{root}/run/libvirt/libvirt-sock{'-ro' if readonly else ''}"
    full = f"{uri.replace(':', '+unix:', 1)}?socket={path}"
    words = ["virsh", *(["-r"] if readonly else []), "-c", full, *command]
    return subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)


def write(root: Path, usage: str, name: str, *, private: str = "no", ephemeral: str = "no", uuid: str = U) -> str:
    path = root / "secret.xml"
    path.write_text(
        f"<secret ephemeral='{ephemeral}' private='{private}'><uuid>{uuid}</uuid>"
        f"<usage type='{usage}'><{TYPES[usage]}>{name}</{TYPES[usage]}></usage></secret>"
    )
    return str(path)


@pytest.mark.parametrize("uri", ["secret:///system", "qemu:///system"])
def test_virshs_secret_commands(root: Path, uri: str) -> None:
    for usage in TYPES:
        defined = virsh(root, uri, "secret-define", write(root, usage, "n"))
        assert (defined.returncode, defined.stdout) == (0, f"Secret {U} created\n\n"), defined.stderr
        listed = virsh(root, uri, "secret-list").stdout.splitlines()
        assert [line.split() for line in listed[2:] if line] == [[U, usage, "n"]]
        (root / "value").write_bytes(CANARY)
        assert virsh(root, uri, "secret-set-value", U, "--file", str(root / "value"), "--plain").returncode == 0
        assert virsh(root, uri, "secret-get-value", U).stdout.strip() == ENCODED
        assert f"<usage type='{usage}'>" in virsh(root, uri, "secret-dumpxml", U).stdout
        gone = virsh(root, uri, "secret-undefine", U)
        assert (gone.returncode, gone.stdout) == (0, f"Secret {U} deleted\n\n")
    assert virsh(root, uri, "secret-get-value", U).stderr == (
        f"error: failed to get secret '{U}'\nerror: Secret not found: no secret with matching uuid '{U}'\n"
    )


def test_who_may_read_a_value(root: Path) -> None:
    for uri in ("secret:///system", "qemu:///system"):
        virsh(root, uri, "secret-define", write(root, "ceph", "n", private="yes", ephemeral="yes"))
        virsh(root, uri, "secret-set-value", U, ENCODED)
        private = virsh(root, uri, "secret-get-value", U)
        assert (private.returncode, private.stdout.strip()) == (1, "")
        assert private.stderr == "error: Invalid secret: secret is private\n"
        for command in (["secret-get-value", U], ["secret-set-value", U, ENCODED], ["secret-undefine", U]):
            denied = virsh(root, uri, *command, readonly=True)
            assert denied.returncode == 1
            assert "error: operation forbidden: read only access prevents virSecret" in denied.stderr
        assert virsh(root, uri, "secret-dumpxml", U, readonly=True).returncode == 0
        virsh(root, uri, "secret-undefine", U)


def test_files_and_no_leaks(root: Path) -> None:
    """The value stands in one file of the owner's, and nowhere else: no log, no document, no output, no error."""
    uri = "secret:///system"
    said = [virsh(root, uri, "secret-define", write(root, "tls", "n"))]
    (root / "value").write_bytes(CANARY)
    said.append(virsh(root, uri, "secret-set-value", U, "--file", str(root / "value"), "--plain"))
    (root / "value").unlink()
    said.append(virsh(root, uri, "secret-dumpxml", U))
    said.append(virsh(root, uri, "secret-define", write(root, "tls", "other")))
    said.append(virsh(root, uri, "secret-list"))
    store = root / "etc/libvirt/secrets"
    assert stat.S_IMODE(store.stat().st_mode) == 0o700
    assert {p.name: stat.S_IMODE(p.stat().st_mode) for p in store.iterdir()} == {f"{U}.xml": 0o600, f"{U}.base64": 0o600}
    assert (store / f"{U}.base64").read_text() == ENCODED
    for done in said:
        for text in (CANARY.decode(), ENCODED):
            assert text not in done.stdout + done.stderr
    for path in root.rglob("*"):
        if path.is_file() and path.name != f"{U}.base64":
            data = path.read_bytes()
            assert CANARY not in data, path
            assert ENCODED.encode() not in data, path


def test_events(root: Path) -> None:
    uri = "qemu:///system"
    full = f"qemu+unix:///system?socket={root}/run/libvirt/libvirt-sock"
    virsh(root, uri, "secret-define", write(root, "ceph", "n"))
    for kind, text in (
        ("value-changed", f"event 'value-changed' for secret {U}"),
        ("lifecycle", f"event 'lifecycle' for secret {U}: "),
    ):
        command = ["virsh", "-c", full, "secret-event", "--event", kind, "--timeout", "20"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watching:
            for _ in range(200):  # until it has registered and has seen one
                virsh(root, uri, "secret-set-value", U, ENCODED)
                virsh(root, uri, "secret-define", write(root, "ceph", "n"))
                if watching.poll() is not None:
                    break
            output = watching.communicate(timeout=30)[0]
        assert text in output
        assert "events received: 1" in output
