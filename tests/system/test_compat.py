"""The script that drives our daemon through python3-libvirt, unchanged, through our module of that name."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from system.test_clients import SCRIPT, uri
from system.test_daemon_basic import root
from system.test_virsh_guest import XML

__all__ = ["root"]

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="the system daemon needs root"),
    pytest.mark.skipif(shutil.which("virsh") is None, reason="no virsh (libvirt-clients)"),
    pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="no qemu-system-x86_64"),
]


def run_with_ours(script: str, *arguments: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    """A script under `purevirt exec`."""
    command = [sys.executable, "-m", "purevirt.cli.main", "exec", "--", sys.executable, "-c", script, *arguments]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=timeout, check=False
    )


def test_a_guests_life_through_our_libvirt_module(root: Path) -> None:
    proof = "import libvirt; assert 'purevirt' in libvirt.__file__\n"
    done = run_with_ours(proof + SCRIPT, uri(root), XML)
    assert done.returncode == 0, done.stderr


ERRORS = """
import sys, libvirt
conn = libvirt.open(sys.argv[1])
try:
    conn.lookupByName("nobody")
except libvirt.libvirtError as e:
    print(e, e.err, e.get_error_code(), e.get_error_domain(), e.get_str1(), e.get_int1(), repr(e))
try:
    conn.lookupByUUIDString("nonsense")
except libvirt.libvirtError as e:
    print(e.err)
print(libvirt.virGetLastError(), libvirt.virGetLastErrorMessage())
libvirt.virResetLastError()
print(libvirt.virGetLastError(), libvirt.virGetLastErrorCode(), libvirt.virGetLastErrorMessage())
try:
    libvirt.open("nonsense")
except libvirt.libvirtError as e:
    print(e.err)
for name in ("getInfo", "getCPUMap", "getSecurityModel", "getType", "getURI", "isAlive", "getLibVersion", "getHostname"):
    try:
        print(name, getattr(conn, name)())
    except libvirt.libvirtError as e:
        print(name, e.err)
print(conn.listDomainsID(), conn.listDefinedDomains(), conn.numOfDomains())
"""


def test_errors_and_host_answers_are_the_distributions(root: Path) -> None:
    """Both modules against one daemon print the same on stdout and stderr."""
    theirs = subprocess.run(
        ["/usr/bin/python3", "-c", ERRORS, uri(root)], capture_output=True, text=True, timeout=60, check=False
    )
    if "No module named" in theirs.stderr:
        pytest.skip("no python3-libvirt")
    ours = run_with_ours(ERRORS, uri(root))
    assert (ours.returncode, ours.stdout, ours.stderr) == (theirs.returncode, theirs.stdout, theirs.stderr)
