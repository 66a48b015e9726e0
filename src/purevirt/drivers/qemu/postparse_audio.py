"""The audio backend of a definition that names none: what the first graphics server brings along, else silence."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu.postparse_context import PostParseContext
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain.audio import Audio

# Values of QEMU_AUDIO_DRV that libvirt understands.
_ENVIRONMENT_NAMES = {
    "pa": "pulseaudio",
    "coreaudio": "coreaudio",
    "alsa": "alsa",
    "oss": "oss",
    "sdl": "sdl",
    "wav": "file",
    "jack": "jack",
    "none": "none",
    "spice": "spice",
}


def _from_environment(context: PostParseContext) -> str | None:
    """The host's own audio as the environment names it, None when it does not."""
    name = context.host.environment.get("QEMU_AUDIO_DRV")
    if name is None:
        return None
    if name not in _ENVIRONMENT_NAMES:
        raise VirtError(ErrorCode.INTERNAL_ERROR, f"QEMU_AUDIO_DRV value '{name}' unknown", ErrorDomain.QEMU)
    return _ENVIRONMENT_NAMES[name]


def default_audio_type(domain: Any, context: PostParseContext) -> str | None:
    """The backend to add, as the first display that has sound decides; None = none."""
    settings = context.settings
    if not domain.devices.graphics:
        return _from_environment(context) if settings.nographics_allow_host_audio else "none"
    found: str | None = None
    for item in domain.devices.graphics:
        if item.type == "vnc":
            if settings.vnc_allow_host_audio:
                return _from_environment(context)
            found = "none"
        if item.type == "spice":
            return "spice"
        if item.type == "sdl":
            return _from_environment(context)
        if item.type == "dbus":
            if item.audio is not None:
                return "dbus"
            continue
    return found


def add_default_audio(domain: Any, context: PostParseContext) -> None:
    """Add the one backend when there is none."""
    if domain.devices.audios:
        return
    type_ = default_audio_type(domain, context)
    if type_ is None:
        return
    audio = Audio(id=1, type=type_)  # type: ignore[arg-type]
    if type_ == "sdl" and "SDL_AUDIODRIVER" in context.host.environment:
        driver = context.host.environment["SDL_AUDIODRIVER"]
        audio.driver = {"esd": "esd", "alsa": "alsa", "arts": "arts", "pulse": "pulseaudio"}.get(driver)  # type: ignore[assignment]
    domain.devices.audios.append(audio)
