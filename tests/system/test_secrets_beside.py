"""Secrets of the distribution's libvirtd and of our daemon, asked by python3-libvirt: results, errors, events are the same."""

from __future__ import annotations

import subprocess
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
