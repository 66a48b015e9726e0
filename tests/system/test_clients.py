"""The same guest's life through python3-libvirt, our virsh and our synchronous API, over our daemon's socket."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import purevirt
from system.test_daemon_basic import root
from system.test_virsh_guest import XML

__all__ = ["root"]

SYSTEM_PYTHON = "/usr/bin/python3"
pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="the system daemon needs root"),
    pytest.mark.skipif(shutil.which("virsh") is None, reason="no virsh (libvirt-clients)"),
    pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="no qemu-system-x86_64"),
]

SCRIPT = """
import sys, libvirt
libvirt.registerErrorHandler(lambda c, e: None, None)
conn = libvirt.open(sys.argv[1])
dom = conn.defineXML(sys.argv[2])
dom.create()
try:
    assert dom.state() == [1, 1], dom.state()
    assert dom.ID() == 1 and [d.name() for d in conn.listAllDomains(0)] == ["g"]
    dom.suspend()
    assert dom.state() == [3, 1], dom.state()
    dom.resume()
    try:
        conn.defineXML(sys.argv[2])
    except libvirt.libvirtError as e:
        assert e.get_error_code() == 9 and "already exists with uuid" in e.get_error_message()
    else:
        raise AssertionError("a second guest of the same name was taken")
finally:
    dom.destroy()
assert dom.state() == [5, 2], dom.state()
dom.undefine()
assert conn.listAllDomains(0) == []
"""


def uri(root: Path) -> str:
    return f"qemu+unix:///system?socket={root}/run/libvirt/libvirt-sock"


def test_the_distributions_python_bindings(root: Path) -> None:
    if subprocess.run([SYSTEM_PYTHON, "-c", "import libvirt"], capture_output=True, check=False, timeout=30).returncode:
        pytest.skip("no python3-libvirt")
    done = subprocess.run(
        [SYSTEM_PYTHON, "-c", SCRIPT, uri(root), XML], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


def test_our_virsh(root: Path) -> None:
    document = root / "g.xml"
    document.write_text(XML)
    commands = f"define {document}; start g; domstate g; suspend g; resume g; destroy g; undefine g"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "purevirt.cli.virsh.main", "-c", uri(root), commands]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    said = [line for line in done.stdout.splitlines() if line]
    assert said[0] == f"Domain 'g' defined from {document}"
    assert "running" in said
    assert said[-1] == "Domain 'g' has been undefined"


def test_our_synchronous_api(root: Path) -> None:
    with purevirt.open(uri(root)) as conn:
        dom = conn.domain_define_xml(XML)
        dom.create()
        try:
            assert [d.name for d in conn.list_all_domains(0)] == ["g"]
            assert dom.is_active()
            dom.suspend()
            assert int(dom.get_state(0)[0]) == 3
            dom.resume()
        finally:
            dom.destroy()
        assert not dom.is_active()
        dom.undefine()
        with pytest.raises(purevirt.VirtError) as caught:
            conn.domain_lookup_by_name("g")
        assert caught.value.code == 42
