"""What changed between two definitions of a guest, and when a running guest takes it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from purevirt.model._engine import FormatContext
from purevirt.model._engine.diff import diff
from purevirt.model.domain.document import Domain

XML = """<domain type='kvm'>
  <name>g</name><uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fa0</uuid><title>t</title>
  <memory unit='KiB'>2048</memory><currentMemory unit='KiB'>1024</currentMemory>
  <vcpu current='1'>2</vcpu>
  <iothreads>2</iothreads>
  <cputune><shares>100</shares><vcpupin vcpu='0' cpuset='0'/><vcpupin vcpu='1' cpuset='1'/>
    <vcpusched vcpus='0' scheduler='fifo' priority='1'/></cputune>
  <memtune><hard_limit unit='KiB'>9000</hard_limit><min_guarantee unit='KiB'>10</min_guarantee></memtune>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <on_crash>destroy</on_crash>
  <devices>
    <disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/>
      <iotune><total_iops_sec>5</total_iops_sec></iotune></disk>
    <disk type='file' device='disk'><source file='/b'/><target dev='vdb' bus='virtio'/></disk>
    <disk type='file' device='cdrom'><source file='/c.iso'/><target dev='sda' bus='sata'/></disk>
    <interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/><model type='virtio'/>
      <link state='up'/></interface>
    <graphics type='vnc' passwd='secret'/>
    <sound model='ich9'/>
    <memballoon model='virtio'/>
  </devices>
</domain>"""


def edited(*replacements: tuple[str, str]) -> Domain:
    text = XML
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new, 1)
    return Domain.from_xml(text)


NEW_DISK = "<disk type='file' device='disk'><source file='/d'/><target dev='vdc' bus='virtio'/></disk>"


@pytest.mark.parametrize(
    ("old", "new", "path", "when"),
    [
        ("<title>t</title>", "<title>u</title>", "/domain/title", "now"),
        ("<title>t</title>", "", "/domain/title", "now"),
        ("<name>g</name>", "<name>h</name>", "/domain/name", "next"),
        ("782e98ab3fa0", "782e98ab3fa1", "/domain/uuid", "never"),
        ("'>2048</memory>", "'>4096</memory>", "/domain/memory", "next"),
        ("'>1024</cur", "'>1025</cur", "/domain/currentMemory", "now"),
        ("current='1'", "", "/domain/vcpu/@current", "now"),
        (">2</vcpu>", ">4</vcpu>", "/domain/vcpu", "next"),
        ("<iothreads>2", "<iothreads>3", "/domain/iothreads", "now"),
        ("<shares>100", "<shares>200", "/domain/cputune/shares", "now"),
        ("vcpu='1' cpuset='1'", "vcpu='1' cpuset='3'", "/domain/cputune/vcpupin[2]/@cpuset", "now"),
        ("priority='1'", "priority='2'", "/domain/cputune/vcpusched[1]/@priority", "next"),
        ("'>9000<", "'>9001<", "/domain/memtune/hard_limit", "now"),
        ("'>10<", "'>11<", "/domain/memtune/min_guarantee", "next"),
        ("machine='q35'", "machine='pc'", "/domain/os/type/@machine", "next"),
        ("<on_crash>destroy", "<on_crash>restart", "/domain/on_crash", "now"),
        ("file='/a'", "file='/x'", "/domain/devices/disk[1]/source/@file", "next"),
        ("file='/c.iso'", "file='/d.iso'", "/domain/devices/disk[3]/source/@file", "now"),
        ("_sec>5<", "_sec>6<", "/domain/devices/disk[1]/iotune/total_iops_sec", "now"),
        ("dev='vda' bus='virtio'", "dev='vda' bus='scsi'", "/domain/devices/disk[1]/target/@bus", "next"),
        ("state='up'", "state='down'", "/domain/devices/interface[1]/link/@state", "now"),
        ("network='default'", "network='other'", "/domain/devices/interface[1]/source/@network", "now"),
        ("<model type='virtio'/>", "<model type='e1000'/>", "/domain/devices/interface[1]/model/@type", "next"),
        ("passwd='secret'", "passwd='other'", "/domain/devices/graphics[1]/@passwd", "now"),
        ("type='vnc' passwd", "type='vnc' port='5901' autoport='no' passwd", "/domain/devices/graphics[1]/@port", "next"),
        ("<memballoon model='virtio'/>", "<memballoon model='virtio'><stats period='5'/></memballoon>",
         "/domain/devices/memballoon/stats", "now"),
        ("<memballoon", f"{NEW_DISK}<memballoon", "/domain/devices/disk[4]", "now"),
        ("<sound model='ich9'/>", "", "/domain/devices/sound[1]", "next"),
    ],
)  # fmt: skip
def test_when(old: str, new: str, path: str, when: str) -> None:
    changes = {c.path: c.when for c in diff(edited(), edited((old, new)))}
    assert changes[path] == when


def test_a_device_that_goes_leaves_the_others_alone() -> None:
    without = edited(("<disk type='file' device='disk'><source file='/b'/><target dev='vdb' bus='virtio'/></disk>", ""))
    assert [(c.path, c.new, c.when) for c in diff(edited(), without)] == [("/domain/devices/disk[2]", None, "now")]
    assert [(c.path, c.old, c.when) for c in diff(without, edited())] == [("/domain/devices/disk[3]", None, "now")]


def test_order_is_not_a_change_where_things_have_names() -> None:
    first = "<disk type='file' device='disk'><source file='/b'/><target dev='vdb' bus='virtio'/></disk>"
    assert diff(edited(), edited((first, ""), ("<disk", first + "<disk"))) == []


@pytest.mark.parametrize("secret", ["passwd='secret'"])
def test_secrets_are_not_told(secret: str) -> None:
    found = diff(edited(), edited((secret, "passwd='hidden'")))
    assert [(c.old, c.new) for c in found] == [("…", "…")]


@pytest.mark.parametrize("change", [lambda d: d, lambda d: Domain.from_xml(d.to_xml(FormatContext(secure=True)))])
def test_nothing(change: Callable[[Domain], Domain]) -> None:
    assert diff(edited(), change(edited())) == []
