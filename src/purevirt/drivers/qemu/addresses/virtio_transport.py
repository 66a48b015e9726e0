"""Putting virtio devices without an address on the machine's virtio transport (CCW or virtio-mmio)."""

from __future__ import annotations

from typing import Any

from purevirt.model.domain.addresses_devices import devices_of
from purevirt.model.domain.device import Address, CcwAddress

NET_VIRTIO = ("virtio", "virtio-transitional", "virtio-non-transitional")


def prime_virtio(domain: Any, family: type[Address]) -> None:
    """Every virtio device without an address gets an empty one of this family."""
    devices = domain.devices

    def prime(device: Any) -> None:
        if device.address is None:
            device.address = family()

    for disk in devices.disks:
        if disk.target is not None and disk.target.bus == "virtio":
            prime(disk)
    for interface in devices.interfaces:
        if interface.model is not None and interface.model.type in NET_VIRTIO:
            prime(interface)
    for device in devices.inputs:
        if device.bus == "virtio":
            prime(device)
    for controller in devices.controllers:
        if controller.type in ("virtio-serial", "scsi"):
            prime(controller)
    for memballoon in devices_of(domain, "memballoons"):
        if memballoon.model in NET_VIRTIO:
            prime(memballoon)
    for rng in devices.rngs:
        if rng.model in NET_VIRTIO:
            prime(rng)
    for hostdev in devices.hostdevs:
        if hostdev.mode != "subsystem":
            continue
        if hostdev.type == "scsi_host" or (hostdev.type == "mdev" and hostdev.model == "vfio-ccw"):
            prime(hostdev)
    for filesystem in devices.filesystems:
        prime(filesystem)
    for kind in ("vsocks", "cryptos"):
        for device in devices_of(domain, kind):
            prime(device)
    for video in devices.videos:
        if video.model is not None and video.model.type == "virtio" and family is CcwAddress:
            prime(video)
