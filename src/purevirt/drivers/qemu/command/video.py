"""Graphics cards."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu.command.aliases import alias_of
from purevirt.drivers.qemu.command.context import CommandContext
from purevirt.drivers.qemu.command.device_address import add_address, add_virtio_options, virtio_driver
from purevirt.drivers.qemu.command.line import Command
from purevirt.drivers.qemu.command.properties import Props
from purevirt.errors import ErrorCode, VirtError

_PRIMARY = {"vga": "VGA", "cirrus": "cirrus-vga", "vmvga": "vmware-svga", "qxl": "qxl-vga", "virtio": "virtio-vga",
            "bochs": "bochs-display", "ramfb": "ramfb"}  # fmt: skip
_VGAMEM = {"vga": "VGA.vgamem_mb", "vmvga": "vmware-svga.vgamem_mb"}
_SECONDARY = {"qxl": "qxl", "virtio": "virtio-gpu", "bochs": "bochs-display", "ramfb": "ramfb"}


def is_vhost_user(video: Any) -> bool:
    """Is the card served by a process of its own."""
    return video.driver is not None and video.driver.name == "vhostuser"


def _vga(video: Any, context: CommandContext) -> bool:
    """Does the card come in its VGA compatible form: the primary one, where QEMU has such a form."""
    if not video.model.primary:
        return False
    if video.model.type == "virtio":
        return context.caps.has("vhost-user-vga" if is_vhost_user(video) else "virtio-vga")
    return True


def _accelerated(video: Any) -> bool:
    acceleration = video.model.acceleration
    return acceleration is not None and acceleration.accel3d is True


def _driver(video: Any, context: CommandContext) -> tuple[str, bool]:
    """The device, and whether it is a plain virtio one (bus suffix, virtio options)."""
    caps, primary, kind = context.caps, _vga(video, context), video.model.type
    if is_vhost_user(video):
        return ("vhost-user-vga", False) if primary else ("vhost-user-gpu", True)
    name = (_PRIMARY if primary else _SECONDARY).get(kind)
    if name is None:
        raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, f"invalid model for video type '{kind}'")
    if kind == "virtio" and _accelerated(video):
        if primary and caps.has("virtio-vga-gl"):
            return "virtio-vga-gl", False
        if not primary and caps.has("virtio-gpu-gl-pci"):
            return "virtio-gpu-gl", True
    return name, name == "virtio-gpu"


def add_videos(command: Command, domain: Any, context: CommandContext) -> None:
    """Every card but "none"."""
    for video in domain.devices.videos:
        if video.model.type == "none":
            continue
        if is_vhost_user(video):
            fd = context.resources.vhost_user_fd(video)
            command.pass_fd(fd)
            command.add("-chardev", f"socket,id=chr-vu-{alias_of(video)},fd={fd}")
        command.device(video_device(domain, video, context), video)


def _qxl(device: Props, model: Any, context: CommandContext) -> None:
    device |= {"ram_size": model.ram * 1024, "vram_size": model.vram * 1024}
    if context.caps.has("qxl.vram64_size_mb"):
        device["vram64_size_mb"] = (model.vram64 or 0) // 1024
    if context.caps.has("qxl.vgamem_mb"):
        device["vgamem_mb"] = model.vgamem // 1024


def video_device(domain: Any, video: Any, context: CommandContext) -> Props:
    """The -device of a card."""
    model, caps = video.model, context.caps
    driver, virtio = _driver(video, context)
    device: Props = {"driver": virtio_driver(driver, video, None) if virtio else driver}
    if virtio:
        add_virtio_options(device, video.driver)
    device["id"] = alias_of(video)
    if model.type == "virtio" and _accelerated(video) and driver in ("virtio-gpu", "virtio-vga"):
        device["virgl"] = True
    if model.type in ("qxl", "virtio") and model.heads:
        device["max_outputs"] = model.heads
    if model.type == "qxl":
        _qxl(device, model, context)
    elif model.vram and model.type in _VGAMEM and caps.has(_VGAMEM[model.type]):
        device["vgamem_mb"] = model.vram // 1024
    elif model.type == "bochs" and model.vram:
        device["vgamem"] = model.vram * 1024
    if is_vhost_user(video):
        device["chardev"] = f"chr-vu-{alias_of(video)}"
    if model.resolution is not None:
        device |= {"xres": model.resolution.x, "yres": model.resolution.y}
    add_address(device, domain, video)
    return device
