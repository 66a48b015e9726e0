"""Elements are built with keywords that the type checker knows: right calls pass and give XML, wrong ones are refused by mypy."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from purevirt.model.domain.device import PciAddress
from purevirt.model.domain.disk import Disk, DiskDriver, DiskTarget
from purevirt.model.domain.document import Domain
from purevirt.model.domain.interface import Interface, InterfaceMac, InterfaceModel
from purevirt.model.domain.interface_source import NetworkSource
from purevirt.model.network import Bridge, Network
from purevirt.model.network_ip import NetworkIp
from purevirt.model.secret import Secret, SecretUsage
from purevirt.model.storage_source import FileSource

ROOT = Path(__file__).resolve().parents[2]
DISK = """<disk type='file' device='disk'>
  <driver name='qemu' type='qcow2' queues='4'/>
  <source file='/images/a.qcow2'/>
  <target dev='vda' bus='virtio'/>
  <readonly/>
  <address type='pci' domain='0x0000' bus='0x00' slot='0x04' function='0x0'/>
</disk>
"""
IMPORTS = """\
from purevirt.model.domain.device import PciAddress
from purevirt.model.domain.disk import Disk, DiskDriver, DiskTarget
from purevirt.model.domain.document import Domain
from purevirt.model.domain.interface import Interface, InterfaceMac, InterfaceModel
from purevirt.model.domain.interface_source import NetworkSource
from purevirt.model.network import Bridge, Network
from purevirt.model.network_ip import NetworkIp
from purevirt.model.secret import Secret, SecretUsage
from purevirt.model.storage_source import BlockSource, FileSource
"""
RIGHT = (
    'Disk(type="file", source=FileSource(file="/a"), target=DiskTarget(dev="vda", bus="virtio"), readonly=True)',
    'Disk(driver=DiskDriver(name="qemu", type="qcow2", queues=4), address=PciAddress(domain=0, bus=0, slot=4, function=0))',
    'Interface(type="network", mac=InterfaceMac(address="52:54:00:00:00:01"), source=NetworkSource(network="default"))',
    'Network(name="n", bridge=Bridge(name="virbr0", stp=True), ips=[NetworkIp(address="192.0.2.1", prefix=24)])',
    'Secret(private=True, usage=SecretUsage(type="ceph", name="client"))',
    'Domain(type="kvm", name="guest").title = "A guest"',
    'Disk.from_xml("<disk/>").target = DiskTarget(dev="vda")',
)
WRONG = {
    'Disk(typ="file")': 'Unexpected keyword argument "typ" for "Disk"',
    'Disk(type="fil")': 'Argument "type" to "Disk" has incompatible type',
    "Disk(source=DiskTarget())": 'Argument "source" to "Disk" has incompatible type "DiskTarget"',
    'Disk(readonly="yes")': 'Argument "readonly" to "Disk" has incompatible type "str"',
    "DiskTarget(dev=3)": 'Argument "dev" to "DiskTarget" has incompatible type "int"',
    'DiskTarget(bus="pata")': 'Argument "bus" to "DiskTarget" has incompatible type',
    'DiskDriver(queues="4")': 'Argument "queues" to "DiskDriver" has incompatible type "str"',
    'Interface(model="virtio")': 'Argument "model" to "Interface" has incompatible type "str"',
    "Network(ips=NetworkIp())": 'Argument "ips" to "Network" has incompatible type "NetworkIp"',
    "Network(ips=[Bridge()])": 'List item 0 has incompatible type "Bridge"',
    "Secret(private=None)": 'Argument "private" to "Secret" has incompatible type "None"',
    'Disk().taget = DiskTarget(dev="vda")': '"Disk" has no attribute "taget"',
    'Disk().source = "/a"': "Incompatible types in assignment",
    'Disk().device == "hard disk"': "Non-overlapping equality check",
    "Disk().target.dev": 'Item "None" of "DiskTarget | None" has no attribute "dev"',
}


def test_right_calls_give_the_xml() -> None:
    disk = Disk(
        type="file",
        driver=DiskDriver(name="qemu", type="qcow2", queues=4),
        source=FileSource(file="/images/a.qcow2"),
        target=DiskTarget(dev="vda", bus="virtio"),
        readonly=True,
        address=PciAddress(domain=0, bus=0, slot=4, function=0),
    )
    assert disk.to_xml() == DISK
    assert Disk.from_xml(DISK) == disk
    interface = Interface(
        type="network",
        mac=InterfaceMac(address="52:54:00:00:00:01"),
        source=NetworkSource(network="default"),
        model=InterfaceModel(type="virtio"),
    )
    assert "<source network='default'/>" in interface.to_xml()
    network = Network(name="n", bridge=Bridge(name="virbr0", stp=True), ips=[NetworkIp(address="192.0.2.1", prefix=24)])
    assert "<ip address='192.0.2.1' prefix='24'>" in network.to_xml()
    assert "<name>client</name>" in Secret(private=True, usage=SecretUsage(type="ceph", name="client")).to_xml()
    assert Domain(type="kvm", name="guest").to_xml().startswith("<domain type='kvm'>\n  <name>guest</name>\n")


def test_an_unknown_keyword_is_refused_without_a_type_checker_too() -> None:
    with pytest.raises(TypeError, match="Disk has no field typ"):
        Disk(typ="file")  # type: ignore[call-arg]


@pytest.mark.skipif(find_spec("mypy") is None, reason="mypy is not installed")
def test_the_type_checker_tells_right_from_wrong(tmp_path: Path) -> None:
    program = tmp_path / "calls.py"
    program.write_text(IMPORTS + "\n".join((*RIGHT, *WRONG)) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file", str(ROOT / "pyproject.toml"), str(program)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False).stdout
    first = IMPORTS.count("\n") + 1 + len(RIGHT)
    found: dict[int, str] = {}
    for line in told.splitlines():
        place, kind, text = line.partition(": error: ")
        if kind:
            found.setdefault(int(place.rpartition(":")[2]), text)
    assert sorted(found) == list(range(first, first + len(WRONG))), told
    for number, (call, expected) in enumerate(WRONG.items(), start=first):
        assert expected in found[number], call
