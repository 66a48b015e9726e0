"""`purevirt exec -- virt-install …`: the distribution's unmodified programs on our module print what they print on theirs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import purevirt
from system.peers import purevirtd

pytestmark = pytest.mark.skipif(shutil.which("virt-install") is None, reason="no virt-install (virtinst)")
TWO_GUESTS = """<node>
  <domain type='test'><name>first</name><memory>65536</memory><vcpu>1</vcpu><os><type arch='i686'>hvm</type></os>
    <devices><disk type='file' device='disk'><source file='/dev/null'/><target dev='vda'/></disk>
      <interface type='network'><mac address='52:54:00:11:22:33'/><source network='default'/></interface></devices></domain>
  <domain type='test'><name>second</name><memory>131072</memory><vcpu>2</vcpu><os><type arch='i686'>hvm</type></os></domain>
  <network><name>default</name><bridge name='virbr0'/><ip address='192.168.1.1' netmask='255.255.255.0'/></network>
</node>
"""
INSTALL = ["--name", "demo", "--memory", "512", "--graphics", "none", "--noautoconsole", "--check", "all=off"]


def normal(text: str) -> str:
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID", text)
    return re.sub(r"00:16:3e(:[0-9a-f]{2}){3}", "MAC", text)


def run(directory: Path, command: list[str], ours: bool) -> tuple[int, str, str]:
    environment = {**os.environ, "HOME": str(directory), "XDG_CACHE_HOME": str(directory), "PYTHONPATH": ""}
    if ours:
        environment["PYTHONPATH"] = str(Path(purevirt.__file__).parents[1])
        command = [sys.executable, "-m", "purevirt.cli.main", "exec", "--", *command]
    done = subprocess.run(
        command, cwd=directory, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    return done.returncode, normal(done.stdout), normal(done.stderr)


def alike(tmp_path: Path, *command: str) -> tuple[int, str, str]:
    """Run with both modules, each in its own directory; the same exit code and texts."""
    places = [tmp_path / "theirs", tmp_path / "ours"]
    for place in places:
        place.mkdir(exist_ok=True)
    with ThreadPoolExecutor(2) as pool:
        theirs, ours = pool.map(lambda i: run(places[i], list(command), bool(i)), range(2))
    assert ours == theirs
    return ours


def test_the_module_is_ours(tmp_path: Path) -> None:
    code, out, _ = run(tmp_path, ["/usr/bin/python3", "-c", "import libvirt, libvirtaio; print(libvirt.__file__)"], True)
    assert (code, out.strip()) == (0, f"{Path(purevirt.__file__).parent}/compat/libvirt.py")


def test_virt_install_a_guest(tmp_path: Path) -> None:
    code, out, _ = alike(
        tmp_path, "virt-install", "--connect", "test:///default", *INSTALL, "--disk", "none", "--import", "--network", "none",
        "--osinfo", "detect=off,require=off",
    )  # fmt: skip
    assert code == 0
    assert "Domain creation completed." in out


def test_virt_install_with_devices_as_xml(tmp_path: Path) -> None:
    code, out, _ = alike(
        tmp_path, "virt-install", "--connect", "test:///default", *INSTALL, "--disk", "size=1", "--pxe", "--vcpus", "2",
        "--network", "network=default", "--osinfo", "linux2022", "--print-xml",
    )  # fmt: skip
    assert code == 0
    assert 'id="http://libosinfo.org/linux/2022"' in out


def test_virt_install_refuses_a_name_that_is_taken(tmp_path: Path) -> None:
    code, _, err = alike(
        tmp_path, "virt-install", "--connect", "test:///default", "--name", "test", "--memory", "64", "--disk", "none",
        "--import", "--osinfo", "detect=off,require=off",
    )  # fmt: skip
    assert code == 1
    assert "test" in err


@pytest.mark.parametrize(
    "edit",
    [
        ["test", "--edit", "--vcpus", "4", "--print-diff"],
        ["test", "--edit", "--memory", "1024,maxmemory=2048", "--print-xml"],
        ["test", "--add-device", "--disk", "/dev/null,bus=virtio", "--define"],
        ["nobody", "--edit", "--vcpus", "4"],
    ],
    ids=["diff", "memory", "define", "missing"],
)
def test_virt_xml(edit: list[str], tmp_path: Path) -> None:
    alike(tmp_path, "virt-xml", "--connect", "test:///default", *edit)


def test_virt_clone(tmp_path: Path) -> None:
    code, out, _ = alike(
        tmp_path, "virt-clone", "--connect", "test:///default", "--original", "test", "--name", "copy", "--auto-clone",
        "--print-xml",
    )  # fmt: skip
    assert "<name>copy</name>" in out or code == 1


def test_a_world_of_our_own_from_a_file(tmp_path: Path) -> None:
    world = tmp_path / "world.xml"
    world.write_text(TWO_GUESTS)
    code, out, _ = alike(tmp_path, "virt-xml", "--connect", f"test://{world}", "first", "--edit", "--vcpus", "3", "--print-diff")
    assert code == 0
    assert "+  <vcpu" in out
    alike(tmp_path, "virt-clone", "--connect", f"test://{world}", "--original", "second", "--name", "third", "--auto-clone")
    alike(tmp_path, "virt-xml", "--connect", f"test://{world}", "second", "--edit", "--metadata", "title=T", "--print-xml")


@pytest.mark.skipif(os.geteuid() != 0, reason="the system daemon needs root")
def test_a_guest_installed_through_our_daemon_stays_there(tmp_path: Path) -> None:
    with purevirtd() as socket, purevirt.open(f"test+unix:///default?socket={socket}") as conn:
        command = [
            "virt-install", "--connect", conn.get_uri(), *INSTALL, "--disk", "none", "--import", "--network", "none",
            "--osinfo", "detect=off,require=off",
        ]  # fmt: skip
        code, _, err = run(tmp_path, command, True)
        assert code == 0, err
        assert conn.domain_lookup_by_name("demo").is_active()
