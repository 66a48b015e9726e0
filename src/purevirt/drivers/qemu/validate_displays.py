"""Graphics servers, cards, sound."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu.command.video import is_vhost_user
from purevirt.drivers.qemu.postparse_context import PostParseContext
from purevirt.drivers.qemu.validate_guest import unsupported

_GRAPHICS_FLAGS = {"sdl": "sdl", "vnc": "vnc", "spice": "spice", "egl-headless": "egl-headless", "dbus": "display-dbus"}
_VIDEO_FLAGS = {"vga": "VGA", "cirrus": "cirrus-vga", "vmvga": "vmware-svga", "qxl": "qxl", "virtio": "virtio-gpu",
                "bochs": "bochs-display", "ramfb": "ramfb"}  # fmt: skip
_MIB_KIB = 1024
_LARGEST = (2**32 - 1) // 1024


_VNC_PASSWORD = 8


def validate_graphics(domain: Any, item: Any, context: PostParseContext) -> None:
    """One graphics server."""
    caps, kind = context.caps, item.type
    flag = _GRAPHICS_FLAGS.get(kind)
    if flag is None or not caps.has(flag):
        raise unsupported(f"{kind} graphics are not supported with this QEMU")
    gl = item.gl is not None and item.gl.enable is True
    if any(other.type == "egl-headless" for other in domain.devices.graphics):
        if kind not in ("vnc", "spice", "egl-headless"):
            raise unsupported("graphics type 'egl-headless' is only supported with one of: 'vnc', 'spice' graphics types")
        if kind == "spice" and gl:
            raise unsupported("multiple OpenGL displays are not supported by QEMU")
    if kind == "vnc":
        if item.power_control is not None and not caps.has("vnc-power-control"):
            raise unsupported("VNC power control is not available")
        if item.passwd and len(item.passwd) > _VNC_PASSWORD:
            raise unsupported(f"VNC password is {len(item.passwd)} characters long, only {_VNC_PASSWORD} permitted")
    elif kind == "spice":
        if item.tls_port and item.tls_port > 0 and not context.settings.spice_tls:
            raise unsupported("spice TLS port set in XML configuration, but TLS is disabled in qemu.conf")
        if gl and not caps.has("spice-gl"):
            raise unsupported("This QEMU doesn't support spice OpenGL")
        if item.gl is not None and item.gl.rendernode and not caps.has("spice-rendernode"):
            raise unsupported("This QEMU doesn't support spice OpenGL rendernode")
    elif kind == "egl-headless":
        if item.gl is not None and item.gl.rendernode and not caps.has("egl-headless.rendernode"):
            raise unsupported("This QEMU doesn't support OpenGL rendernode with egl-headless graphics type")
    elif kind == "dbus":
        wanted = item.audio.id if item.audio is not None else None
        if any(audio.id == wanted and audio.type != "dbus" for audio in domain.devices.audios):
            raise unsupported("The associated audio is not of 'dbus' kind.")


def validate_audio(domain: Any, audio: Any, context: PostParseContext) -> None:
    """One audio backend."""
    if audio.type == "spice" and all(item.type != "spice" for item in domain.devices.graphics):
        raise unsupported("Spice audio is not supported without spice graphics")
    if audio.type == "dbus" and not context.caps.has("display-dbus"):
        raise unsupported("D-Bus audio is not supported with this QEMU")


_SECONDARY = ("qxl", "virtio", "bochs", "none")
_RESOLUTION = ("vga", "qxl", "virtio", "bochs")
_HEADS = ("qxl", "virtio")


def validate_video(domain: Any, video: Any, context: PostParseContext) -> None:
    """One graphics card."""
    caps, model = context.caps, video.model
    kind = model.type
    if kind != "none" and not (kind in _VIDEO_FLAGS and caps.has(_VIDEO_FLAGS[kind])):
        raise unsupported(f"domain configuration does not support video model '{kind}'")
    if not model.primary and kind not in _SECONDARY:
        raise unsupported(f"video type '{kind}' is only valid as primary video device")
    if (model.heads or 0) > 1 and kind not in _HEADS:
        raise unsupported(f"video type '{kind}' doesn't support multiple 'heads'")
    acceleration = model.acceleration
    if acceleration is not None and acceleration.accel2d:
        raise unsupported("qemu does not support the accel2d setting")
    if kind == "qxl":
        _validate_qxl(model)
    if model.resolution is not None and kind not in _RESOLUTION:
        raise unsupported("model resolution is not supported")
    if kind in ("vga", "vmvga") and model.vram and model.vram < _MIB_KIB:
        raise unsupported("value for 'vram' must be at least 1 MiB (1024 KiB)")
    if is_vhost_user(video):
        if kind == "virtio" and not caps.has("vhost-user-gpu"):
            raise unsupported("this QEMU does not support 'vhost-user' video device")
    elif acceleration is not None and acceleration.accel3d:
        if kind != "virtio":
            raise unsupported("3d acceleration is supported only with 'virtio' video device")
        if not (caps.has("virtio-gpu.virgl") or caps.has("virtio-gpu-gl-pci") or caps.has("virtio-vga-gl")):
            raise unsupported("3d acceleration is not supported by this QEMU binary")
    if kind == "ramfb" and video.address is not None:
        raise unsupported("'address' is not supported for 'ramfb' video devices")


def _validate_qxl(model: Any) -> None:
    for name in ("vram", "ram"):
        if (getattr(model, name) or 0) > _LARGEST:
            raise unsupported(f"value for '{name}' must be less than '{_LARGEST}'")
    if model.vgamem:
        if model.vgamem < _MIB_KIB:
            raise unsupported("value for 'vgamem' must be at least 1 MiB (1024 KiB)")
        if model.vgamem & (model.vgamem - 1):
            raise unsupported("value for 'vgamem' must be power of two")


_SOUNDS = ("es1370", "ac97", "sb16", "ich6", "ich9", "usb", "pcspk")


def validate_sound(domain: Any, sound: Any, context: PostParseContext) -> None:
    """One sound card."""
    caps = context.caps
    if sound.model == "usb" and not caps.has("usb-audio"):
        raise unsupported("usb-audio controller is not supported by this QEMU binary")
    if sound.model == "ich9" and not caps.has("ich9-intel-hda"):
        raise unsupported("The ich9-intel-hda audio controller is not supported in this QEMU binary")
    if sound.model not in _SOUNDS:
        raise unsupported(f"sound card model '{sound.model}' is not supported by qemu")
