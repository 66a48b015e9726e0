"""The guests that both daemons are measured with. No dependency: this file also runs under the system's Python."""

from __future__ import annotations

import uuid


def identity(name: str) -> uuid.UUID:
    """The same UUID for the same name, so that a guest can be defined again."""
    return uuid.uuid5(uuid.NAMESPACE_DNS, name)


def small(name: str, image: str | None = None) -> str:
    """One vCPU, 64 MiB, TCG; `image` is a bootable raw disk."""
    disk = ""
    if image is not None:
        disk = (
            "<disk type='file' device='disk'><driver name='qemu' type='raw'/>"
            f"<source file='{image}'/><target dev='hda' bus='ide'/><shareable/></disk>"
        )
    return f"""<domain type='qemu'><name>{name}</name><uuid>{identity(name)}</uuid><memory unit='MiB'>64</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type></os>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator>{disk}
<serial type='pty'/><console type='pty'/></devices></domain>"""


def sixty(name: str) -> str:
    """About 60 devices of many kinds."""
    devices = ["<controller type='scsi' index='0' model='virtio-scsi'/>"]
    for i in range(20):
        devices.append(
            "<disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='none'/>"
            f"<source file='/var/lib/libvirt/images/{name}-{i}.qcow2'/><target dev='sd{chr(97 + i)}' bus='scsi'/>"
            f"<iotune><total_iops_sec>{1000 + i}</total_iops_sec></iotune><serial>S{i:08d}</serial></disk>"
        )
    for i in range(10):
        devices.append(
            f"<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/images/{i}.raw'/>"
            f"<target dev='vd{chr(97 + i)}' bus='virtio'/></disk>"
        )
        devices.append(
            f"<interface type='bridge'><mac address='52:54:00:60:00:{i:02x}'/><source bridge='br{i}'/>"
            "<model type='virtio'/></interface>"
        )
    devices += [f"<channel type='unix'><target type='virtio' name='org.bench.{i}'/></channel>" for i in range(10)]
    devices.append(
        "<serial type='pty'/><input type='tablet' bus='usb'/><graphics type='vnc' port='-1' autoport='yes'/>"
        "<sound model='ich9'/><video><model type='virtio' heads='1'/></video><watchdog model='i6300esb' action='reset'/>"
        "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng><panic model='isa'/>"
    )
    return f"""<domain type='qemu'><name>{name}</name><uuid>{identity(name)}</uuid><memory unit='MiB'>2048</memory><vcpu>4</vcpu>
<cputune><shares>2048</shares><vcpupin vcpu='0' cpuset='0'/></cputune>
<os><type arch='x86_64' machine='q35'>hvm</type><boot dev='hd'/></os><features><acpi/><apic/></features>
<clock offset='utc'><timer name='rtc' tickpolicy='catchup'/></clock>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator>{"".join(devices)}</devices></domain>"""
