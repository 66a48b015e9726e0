"""Graphics servers, cards, sound."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.command.settings import QemuSettings
from purevirt.drivers.qemu.command.video import is_vhost_user
from purevirt.drivers.qemu.validate_guest import unsupported

_GRAPHICS_FLAGS = {"sdl": "sdl", "vnc": "vnc", "spice": "spice", "egl-headless": "egl-headless", "dbus": "display-dbus"}
_VIDEO_FLAGS = {"vga": "VGA", "cirrus": "cirrus-vga", "vmvga": "vmware-svga", "qxl": "qxl", "virtio": "virtio-gpu",
                "bochs": "bochs-display", "ramfb": "ramfb"}  # fmt: skip
_MIB_KIB = 1024
_LARGEST = (2**32 - 1) // 1024


def validate_displays(domain: Any, caps: QemuCaps, settings: QemuSettings) -> None:
    """Everything seen and heard."""
    _validate_graphics(domain, caps)
    for item in domain.devices.graphics:
        if item.type == "spice" and item.tls_port and item.tls_port > 0 and not settings.spice_tls:
            raise unsupported("spice TLS port set in XML configuration, but TLS is disabled in qemu.conf")
    for video in domain.devices.videos:
        _validate_video(video, caps)
    for sound in domain.devices.sounds:
        _validate_sound(sound, caps)


def _uses_gl(item: Any) -> bool:
    if item.type == "egl-headless":
        return True
    return item.type in ("sdl", "spice", "dbus") and item.gl is not None and item.gl.enable is True


def _validate_graphics(domain: Any, caps: QemuCaps) -> None:
    graphics = domain.devices.graphics
    for item in graphics:
        flag = _GRAPHICS_FLAGS.get(item.type)
        if flag is None or not caps.has(flag):
            raise unsupported(f"{item.type} graphics are not supported with this QEMU")
        if item.type == "spice" and item.gl is not None and item.gl.enable and not caps.has("spice-gl"):
            raise unsupported("This QEMU doesn't support spice OpenGL")
        if item.type == "vnc" and item.power_control is not None and not caps.has("vnc-power-control"):
            raise unsupported("VNC power control is not available")
    if sum(1 for item in graphics if _uses_gl(item)) > 1:
        raise unsupported("multiple OpenGL displays are not supported by QEMU")


def _validate_video(video: Any, caps: QemuCaps) -> None:
    model = video.model
    kind = model.type
    if kind != "none" and not (kind in _VIDEO_FLAGS and caps.has(_VIDEO_FLAGS[kind])):
        raise unsupported(f"domain configuration does not support video model '{kind}'")
    if not model.primary and kind not in ("qxl", "virtio", "none"):
        raise unsupported(f"video type '{kind}' is only valid as primary video device")
    if model.acceleration is not None and model.acceleration.accel2d:
        raise unsupported("qemu does not support the accel2d setting")
    if model.acceleration is not None and model.acceleration.accel3d and kind != "virtio":
        raise unsupported("3d acceleration is supported only with 'virtio' video device")
    if is_vhost_user(video):
        if kind != "virtio":
            raise unsupported("'vhostuser' driver is only supported with 'virtio' device")
        if not caps.has("vhost-user-gpu"):
            raise unsupported("QEMU does not support 'virtio' vhostuser video")
    if kind == "ramfb" and video.address is not None:
        raise unsupported("address not supported for video type ramfb")
    if kind == "qxl":
        for name in ("vram", "ram"):
            if (getattr(model, name) or 0) > _LARGEST:
                raise unsupported(f"value for '{name}' must be less than '{_LARGEST}'")
        if model.vgamem:
            if model.vgamem < _MIB_KIB:
                raise unsupported("value for 'vgamem' must be at least 1 MiB (1024 KiB)")
            if model.vgamem & (model.vgamem - 1):
                raise unsupported("value for 'vgamem' must be power of two")
    if kind in ("vga", "vmvga") and model.vram and model.vram < _MIB_KIB:
        raise unsupported("value for 'vram' must be at least 1 MiB (1024 KiB)")


def _validate_sound(sound: Any, caps: QemuCaps) -> None:
    if sound.model == "usb" and not caps.has("usb-audio"):
        raise unsupported("usb-audio controller is not supported by this QEMU binary")
    if sound.model == "ich9" and not caps.has("ich9-intel-hda"):
        raise unsupported("The ich9-intel-hda audio controller is not supported in this QEMU binary")
