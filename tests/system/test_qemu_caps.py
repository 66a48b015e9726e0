"""Capabilities as the distribution's virsh gets them from our daemon, against what this host is known to be."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from system.test_daemon_basic import root, virsh
from system.test_virsh_guest import said

__all__ = ["root"]

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="the system daemon needs root"),
    pytest.mark.skipif(shutil.which("virsh") is None, reason="no virsh (libvirt-clients)"),
    pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="no qemu-system-x86_64"),
    pytest.mark.skipif(os.uname().machine != "x86_64", reason="not an x86 host"),
]


def test_the_host_and_its_guests(root: Path) -> None:
    text = said(root, "capabilities")
    assert text.startswith("<capabilities>\n\n  <host>\n    <uuid>")
    tree = ElementTree.fromstring(text)
    assert said(root, "capabilities") == text  # the UUID stays
    assert tree.findtext("host/cpu/arch") == "x86_64"
    assert len(tree.findall("host/topology/cells/cell/cpus/cpu")) == os.cpu_count()
    assert [m.text for m in tree.findall("host/secmodel/model")][:1] == ["none"]
    guest = next(g for g in tree.findall("guest") if g.find("arch[@name='x86_64']") is not None)
    machines = {m.text: m.get("canonical") for m in guest.findall("arch/machine")}
    assert machines["pc"] in machines
    assert next(d.get("type") for d in guest.findall("arch/domain")) == "qemu"
    assert said(root, "freecell", "--all").startswith("    0: ")
    assert "Node 0:\n4KiB: " in said(root, "freepages", "--all")


def test_one_emulator(root: Path) -> None:
    tree = ElementTree.fromstring(said(root, "domcapabilities", "--virttype", "qemu", "--machine", "pc"))
    assert (tree.findtext("domain"), tree.findtext("arch")) == ("qemu", "x86_64")
    assert (tree.findtext("machine") or "").startswith("pc-i440fx-")
    custom = {m.text: m.get("vendor") for m in tree.findall("cpu/mode[@name='custom']/model")}
    assert (custom["qemu64"], custom["Westmere"], custom["EPYC"]) == ("unknown", "Intel", "AMD")
    assert said(root, "maxvcpus", "--type", "qemu") == f"{tree.find('vcpu').get('max')}\n\n"  # type: ignore[union-attr]
    assert said(root, "cpu-models", "x86_64").splitlines()[0] == "486"
    assert said(root, "cpu-models", "aarch64") == "all CPU models are accepted\n\n"


REFUSED = {
    ("domcapabilities", "--arch", "nope"): "invalid argument: unknown architecture: nope",
    ("domcapabilities", "--arch", "unicore32"): (
        "unsupported configuration: unable to find any emulator to serve 'unicore32' architecture"
    ),
    ("domcapabilities", "--machine", "nope"): (
        "invalid argument: the machine 'nope' is not supported by emulator '/usr/bin/qemu-system-x86_64'"
    ),
    ("cpu-models", "nope"): "invalid argument: cannot find architecture nope",
    ("cpu-models", "riscv64"): (
        "this function is not supported by the connection driver: 'riscv64' architecture is not supported by CPU driver"
    ),
}


@pytest.mark.parametrize("command", REFUSED)
def test_what_is_refused(root: Path, command: tuple[str, ...]) -> None:
    refused = virsh(root, *command)
    assert refused.returncode == 1
    assert refused.stderr.endswith(f"error: {REFUSED[command]}\n")


NODE = {
    ("nodesuspend", "mem", "60"): "argument unsupported: Suspend-to-RAM",
    ("allocpages", "4", "1", "--cellno", "0"): "Operation not supported: system pages pool can't be modified",
    ("allocpages", "5", "1", "--cellno", "0"): "operation failed: page size 5 is not available on node 0",
    ("nodesevinfo",): "Operation not supported: QEMU does not support SEV guest",
}


@pytest.mark.parametrize("command", NODE)
def test_what_the_host_refuses(root: Path, command: tuple[str, ...]) -> None:
    refused = virsh(root, *command)
    assert refused.returncode == 1
    assert refused.stderr.endswith(f"error: {NODE[command]}\n")


def test_the_firmware(root: Path) -> None:
    """Where there is none of it, libvirt's error; else a document."""
    asked = virsh(root, "sysinfo")
    if asked.returncode:
        assert asked.stderr.endswith("error: unsupported configuration: Host SMBIOS information is not available\n")
    else:
        assert ElementTree.fromstring(asked.stdout).get("type") == "smbios"
