"""`<audio>`: where the guest's sound goes on the host, one class of streams per backend."""

from __future__ import annotations

from typing import Literal, get_args

from purevirt.errors import ErrorCode
from purevirt.model._engine import INT, UINT, YES_NO, Element, ParseContext, XmlError, attr, child, choice
from purevirt.model.schema_text import ANY_PATH, DEVICE_NAME, UINT8, UINT32
from purevirt.types.override import override

AudioType = Literal["none", "alsa", "coreaudio", "jack", "oss", "pulseaudio", "sdl", "spice", "file", "dbus"]
AudioFormat = Literal["s8", "u8", "s16", "u16", "s32", "u32", "f32"]
SdlAudioDriver = Literal["esd", "alsa", "arts", "pulseaudio"]


class AudioSettings(Element, tag="settings", empty=True):
    """Fixed sample settings, in force with fixedSettings='yes'."""

    frequency: int | None = attr(UINT, omit=0, doc="Hz", rng=UINT32)
    channels: int | None = attr(UINT, omit=0, rng=UINT32)
    format: AudioFormat | None = attr(AudioFormat)


class AudioStream(Element):
    """What the input and output side of every backend have; a backend's own attributes come behind."""

    mixing_engine: bool | None = attr(YES_NO, name="mixingEngine")
    fixed_settings: bool | None = attr(YES_NO, name="fixedSettings")
    voices: int | None = attr(UINT, omit=0, rng=UINT32)
    buffer_length: int | None = attr(UINT, name="bufferLength", omit=0, doc="microseconds", rng=UINT32)
    settings: AudioSettings | None = child(AudioSettings)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Fixed settings need the mixing engine and are needed by `<settings>`."""
        if self.fixed_settings and not self.mixing_engine:
            raise XmlError("fixed audio settings requires mixing engine", ErrorCode.CONFIG_UNSUPPORTED)
        if self.fixed_settings and self.settings is None:
            self.settings = AudioSettings()
        if self.settings is not None and not self.fixed_settings:
            raise XmlError("audio settings specified without fixed settings flag", ErrorCode.CONFIG_UNSUPPORTED)


class PlainStream(AudioStream, tag="input"):
    """Backends without settings of their own: none, spice, file, dbus."""


class AlsaStream(AudioStream, tag="input"):
    """ALSA: the PCM device."""

    dev: str | None = attr(rng=ANY_PATH)


class CoreAudioStream(AudioStream, tag="input"):
    """CoreAudio and SDL: the number of buffers."""

    buffer_count: int | None = attr(UINT, name="bufferCount", omit=0, rng=UINT32)


class JackStream(AudioStream, tag="input"):
    """JACK: server, client name and ports."""

    server_name: str | None = attr(name="serverName")
    client_name: str | None = attr(name="clientName")
    connect_ports: str | None = attr(name="connectPorts")
    exact_name: bool | None = attr(YES_NO, name="exactName")


class OssStream(AudioStream, tag="input"):
    """OSS: device and buffering."""

    dev: str | None = attr(rng=DEVICE_NAME)
    buffer_count: int | None = attr(UINT, name="bufferCount", omit=0, rng=UINT32)
    try_poll: bool | None = attr(YES_NO, name="tryPoll")


class PulseStream(AudioStream, tag="input"):
    """PulseAudio: sink or source, stream name, latency in microseconds."""

    name: str | None = attr()
    stream_name: str | None = attr(name="streamName")
    latency: int | None = attr(UINT, omit=0, rng=UINT32)


_STREAMS: dict[str | None, type[AudioStream]] = {
    "none": PlainStream,
    "alsa": AlsaStream,
    "coreaudio": CoreAudioStream,
    "jack": JackStream,
    "oss": OssStream,
    "pulseaudio": PulseStream,
    "sdl": CoreAudioStream,
    "spice": PlainStream,
    "file": PlainStream,
    "dbus": PlainStream,
}
_OWN = {
    "oss": ("try_mmap", "exclusive", "dsp_policy"),
    "pulseaudio": ("server_name",),
    "sdl": ("driver",),
    "file": ("path",),
}
"""The attributes of `<audio>` that only one backend has; elsewhere they are ignored."""

_ALL = tuple(name for own in _OWN.values() for name in own)


class Audio(Element, tag="audio"):
    """An audio backend; sound devices and displays refer to it by `id`."""

    schema_cases = tuple(
        {"type": (kind,), **dict.fromkeys([name for name in _ALL if name not in _OWN.get(kind, ())], "absent")}
        for kind in get_args(AudioType)
    )

    id: int = attr(UINT, required=True, nonzero=True, rng=UINT8)
    type: AudioType = attr(AudioType, required=True)
    timer_period: int | None = attr(UINT, name="timerPeriod", omit=0, doc="microseconds", rng=UINT32)
    try_mmap: bool | None = attr(YES_NO, name="tryMMap")
    exclusive: bool | None = attr(YES_NO)
    dsp_policy: int | None = attr(INT, name="dspPolicy")
    server_name: str | None = attr(name="serverName")
    driver: SdlAudioDriver | None = attr(SdlAudioDriver)
    path: str | None = attr(rng=ANY_PATH)
    input: AudioStream | None = choice("type", _STREAMS, tag="input")
    output: AudioStream | None = choice("type", _STREAMS, tag="output")

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Forget the attributes of other backends."""
        for backend, names in _OWN.items():
            if backend != self.type:
                for name in names:
                    setattr(self, name, None)
