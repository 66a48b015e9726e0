"""Guests that start with the host, and guests that end with the connection that started them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from system.test_clients import uri
from system.test_daemon_basic import root, serving, virsh
from system.test_virsh_guest import XML, said

__all__ = ["root"]

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="the system daemon needs root"),
    pytest.mark.skipif(shutil.which("virsh") is None, reason="no virsh (libvirt-clients)"),
    pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="no qemu-system-x86_64"),
]


def once_more(root: Path) -> Iterator[Path]:
    """Another daemon over the same files."""
    (root / "notify").unlink(missing_ok=True)
    yield from serving(root)


def wait_for(root: Path, state: str) -> None:
    deadline = time.monotonic() + 20
    while virsh(root, "domstate", "g").stdout != f"{state}\n\n":
        assert time.monotonic() < deadline


def test_autostart_is_once_a_boot() -> None:
    with tempfile.TemporaryDirectory(prefix="purevirt-test-") as directory:
        root = Path(directory)
        root.chmod(0o755)
        for _ in once_more(root):
            (root / "g.xml").write_text(XML)
            said(root, "define", str(root / "g.xml"))
            assert said(root, "autostart", "g") == "Domain 'g' marked as autostarted\n\n"
            link = root / "etc/libvirt/qemu/autostart/g.xml"
            assert os.readlink(link) == str(root / "etc/libvirt/qemu/g.xml")
        (root / "run/libvirt/qemu/autostarted").unlink()  # as a boot of the host empties /run
        for _ in once_more(root):
            wait_for(root, "running")
            said(root, "destroy", "g")
        for _ in once_more(root):
            assert "Autostart:      enable\n" in said(root, "dominfo", "g")
            assert said(root, "domstate", "g") == "shut off\n\n"  # it was ended on purpose
            said(root, "autostart", "g", "--disable")
            assert not link.is_symlink()


def test_autodestroy_ends_with_the_connection(root: Path) -> None:
    (root / "g.xml").write_text(XML)
    said(root, "define", str(root / "g.xml"))
    shell = subprocess.Popen(["virsh", "-c", uri(root)], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    try:
        assert shell.stdin is not None
        shell.stdin.write("start g --autodestroy\n")
        shell.stdin.flush()
        wait_for(root, "running")
        shell.stdin.close()
        assert shell.wait(10) == 0
        wait_for(root, "shut off")
        assert said(root, "domstate", "g", "--reason") == "shut off (destroyed)\n\n"
    finally:
        shell.kill()
        shell.wait(10)
        virsh(root, "destroy", "g")


def test_force_boot_forgets_the_saved_state(root: Path) -> None:
    (root / "g.xml").write_text(XML)
    said(root, "define", str(root / "g.xml"))
    try:
        said(root, "start", "g", "--paused")
        assert said(root, "domstate", "g", "--reason") == "paused (user)\n\n"
        said(root, "managedsave", "g")
        assert "Managed save:   yes\n" in said(root, "dominfo", "g")
        said(root, "start", "g", "--force-boot")
        assert said(root, "domstate", "g", "--reason") == "running (booted)\n\n"
        assert "Managed save:   no\n" in said(root, "dominfo", "g")
    finally:
        virsh(root, "destroy", "g")
