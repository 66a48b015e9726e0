"""Secrets of the distribution's libvirtd and of our daemon, asked by python3-libvirt: results, errors, events are the same.

So are the paths that URIs may have, and the directory of embedded secrets, which each reads as the other has written it.
"""

from __future__ import annotations

import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.opened import session_daemon
from system.peers import libvirtd
from system.test_clients import SYSTEM_PYTHON

SCRIPT = Path(__file__).parent / "scripts/secrets_calls.py"

KNOWN: dict[str, str] = {}
"""Calls, as the script prints them, that differ, and why."""


def calls(uri: str, socket: str) -> list[str]:
    command = [SYSTEM_PYTHON, str(SCRIPT), f"{uri.replace(':', '+unix:', 1)}?socket={socket}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env={})
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_every_call_and_event() -> None:
    if subprocess.run([SYSTEM_PYTHON, "-c", "import libvirt"], capture_output=True, check=False, timeout=30).returncode:
        pytest.skip("no python3-libvirt")
    with libvirtd() as theirs:
        expected = calls("secret:///session", theirs)
    with session_daemon() as ours:
        found = calls("secret:///session", str(ours))
    assert len(expected) > 150
    differing = [(a, b) for a, b in zip(expected, found, strict=True) if a != b and a not in KNOWN]
    assert not differing, "\n".join(f"{a}\n  {b}" for a, b in differing[:20])


SECRET = """<secret ephemeral='no' private='no'><uuid>22e1353d-c27e-4d6d-bf15-465053e6ba01</uuid>
<usage type='ceph'><name>n</name></usage></secret>"""
VIRSH = (["virsh"], [sys.executable, "-m", "purevirt.cli.virsh"])
needs_virsh = pytest.mark.skipif(shutil.which("virsh") is None, reason="no virsh (libvirt-clients)")


def virsh(program: list[str], uri: str, commands: str) -> str:
    done = subprocess.run([*program, "-c", uri, commands], capture_output=True, text=True, timeout=60, check=False)
    return done.stdout + done.stderr


@needs_virsh
def test_paths_of_uris() -> None:
    told = []
    for make in (libvirtd, session_daemon):
        with make() as socket:
            paths = ("/session", "/system", "/foo", "/", "", "/session/x")
            told.append([virsh(["virsh"], f"secret+unix://{path}?socket={socket}", "secret-list") for path in paths])
    assert told[0][0].strip()
    assert told[1] == told[0]


@needs_virsh
def test_an_embedded_directory_is_the_others_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", ":".join(sys.path))
    (tmp_path / "secret.xml").write_text(SECRET)
    made, trees = [], []
    uuid = "22e1353d-c27e-4d6d-bf15-465053e6ba01"
    for number, program in enumerate(VIRSH):
        root = tmp_path / str(number)
        root.mkdir()
        uri = f"secret:///embed?root={root}"
        set_value = f"secret-set-value {uuid} --base64 c2VjcmV0"
        made.append(virsh(program, uri, f"secret-define {tmp_path}/secret.xml; {set_value}; secret-list"))
        trees.append(
            {
                str(path.relative_to(root)): (stat.S_IMODE(path.stat().st_mode), path.is_file() and path.read_text())
                for path in root.rglob("*")
                if path.name != "driver.pid"
            }
        )
    assert made[1] == made[0]
    assert trees[1] == trees[0]
    assert len(trees[0]) == 6
    for number, program in enumerate(reversed(VIRSH)):
        read = virsh(program, f"secret:///embed?root={tmp_path}/{number}", f"secret-get-value {uuid}; secret-dumpxml {uuid}")
        assert read.startswith("c2VjcmV0\n")
        assert "<name>n</name>" in read
