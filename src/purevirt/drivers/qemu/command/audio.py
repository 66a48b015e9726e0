"""-audiodev: the host side of sound."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu.command.line import Command
from purevirt.drivers.qemu.command.properties import to_json

_NAMES = {"pulseaudio": "pa", "file": "wav"}
# Attributes of <input>/<output> of each backend, in QEMU's words.
_STREAM: dict[str, tuple[tuple[str, str], ...]] = {
    "alsa": (("dev", "dev"),),
    "coreaudio": (("buffer_count", "buffer-count"),),
    "jack": (
        *(("server_name", "server-name"), ("client_name", "client-name")),
        *(("connect_ports", "connect-ports"), ("exact_name", "exact-name")),
    ),
    "oss": (("dev", "dev"), ("buffer_count", "buffer-count"), ("try_poll", "try-poll")),
    "pulseaudio": (("name", "name"), ("stream_name", "stream-name"), ("latency", "latency")),
    "sdl": (("buffer_count", "buffer-count"),),
}
_WHOLE: dict[str, tuple[tuple[str, str], ...]] = {
    "oss": (("try_mmap", "try-mmap"), ("exclusive", "exclusive"), ("dsp_policy", "dsp-policy")),
    "pulseaudio": (("server_name", "server"),),
    "file": (("path", "path"),),
}


def _given(source: Any, names: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    found = ((option, getattr(source, field)) for field, option in names)
    return {option: value for option, value in found if value is not None}


def _stream(kind: str, stream: Any) -> dict[str, Any]:
    out = _given(stream, (("mixing_engine", "mixing-engine"), ("fixed_settings", "fixed-settings")))
    for field, option in (("voices", "voices"), ("buffer_length", "buffer-length")):
        if getattr(stream, field):
            out[option] = getattr(stream, field)
    if stream.fixed_settings and stream.settings is not None:
        settings = stream.settings
        out |= {name: value for name in ("frequency", "channels", "format") if (value := getattr(settings, name))}
    own = _given(stream, _STREAM.get(kind, ()))
    return out | {name: value for name, value in own.items() if value or value is False}


def add_audios(command: Command, domain: Any) -> None:
    """Every backend."""
    for audio in domain.devices.audios:
        value: dict[str, Any] = {"id": f"audio{audio.id}", "driver": _NAMES.get(audio.type, audio.type)}
        if audio.timer_period:
            value["timer-period"] = audio.timer_period
        value |= _given(audio, _WHOLE.get(audio.type, ()))
        for name, stream in (("in", audio.input), ("out", audio.output)):
            if stream is not None and (given := _stream(audio.type, stream)):
                value[name] = given
        if audio.type == "sdl" and audio.driver is not None:
            command.env.append(("SDL_AUDIODRIVER", audio.driver))
        command.add("-audiodev", to_json(value))
