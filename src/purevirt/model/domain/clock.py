"""`<clock>`: what the guest's clocks start from and how its timers behave (formatdomain.html, "Time keeping")."""

from __future__ import annotations

from typing import Literal

from purevirt.errors import ErrorCode
from purevirt.model._engine import (
    LONG,
    STATUS,
    UINT,
    ULONG,
    YES_NO,
    Case,
    Element,
    ParseContext,
    XmlError,
    attr,
    c_integer,
    child,
    children,
    own_forms,
)
from purevirt.model.schema_text import either, matching, one_of
from purevirt.types.override import override

ClockOffset = Literal["utc", "localtime", "variable", "timezone", "absolute"]
ClockBasis = Literal["utc", "localtime"]
TimerName = Literal["platform", "pit", "rtc", "hpet", "tsc", "kvmclock", "hypervclock", "armvtimer"]
TimerTrack = Literal["boot", "guest", "wall", "realtime"]
TickPolicy = Literal["delay", "catchup", "merge", "discard"]
TimerMode = Literal["auto", "native", "emulate", "paravirt", "smpsafe"]

_UNSUPPORTED = ErrorCode.CONFIG_UNSUPPORTED
_SECONDS = matching(r"(-|\+)?[0-9]+")


class Catchup(Element, tag="catchup"):
    """How lost ticks are made up for; 0 leaves a value to the hypervisor."""

    threshold: int | None = attr(UINT, omit=0)
    slew: int | None = attr(UINT, omit=0)
    limit: int | None = attr(UINT, omit=0)


_TIMERS: tuple[Case, ...] = (
    {"name": ("platform", "rtc"), "track": "optional"},
    {"name": ("tsc",), "frequency": "optional", "mode": "optional"},
    {"name": ("hpet", "pit", "armvtimer")},
)
_TICK_POLICIES: tuple[Case, ...] = (
    {"tickpolicy": ("delay", "merge", "discard", None)},
    {"tickpolicy": ("catchup",), "catchup": "optional"},
)


class Timer(Element, tag="timer"):
    """One timer of the guest. `frequency` in Hz, for the TSC alone."""

    schema_cases = own_forms(
        *({**own, **policy} for own in _TIMERS for policy in _TICK_POLICIES),
        {"name": ("kvmclock", "hypervclock")},
    )

    name: TimerName = attr(TimerName, required=True, abi=True)
    present: bool | None = attr(YES_NO, abi=True)
    tickpolicy: TickPolicy | None = attr(TickPolicy)
    track: TimerTrack | None = attr(TimerTrack)
    frequency: int | None = attr(ULONG, omit=0, abi=True)
    mode: TimerMode | None = attr(TimerMode, abi=True)
    catchup: Catchup | None = child(Catchup)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        if ctx.skip_validate:
            return
        self._check_scope("tickpolicy", self.tickpolicy, self.name not in ("kvmclock", "hypervclock"))
        self._check_scope("track", self.track, self.name in ("platform", "rtc"))
        self._check_scope("frequency", self.frequency, self.name == "tsc")
        self._check_scope("mode", self.mode, self.name == "tsc")
        said = self.catchup is not None and (self.catchup.threshold or self.catchup.slew or self.catchup.limit)
        if said and self.tickpolicy != "catchup":
            raise XmlError("setting of timer catchup policies is only supported with tickpolicy='catchup'")

    def _check_scope(self, what: str, value: object, fits: bool) -> None:
        if value and not fits:
            raise XmlError(f"timer {self.name} doesn't support setting of timer {what}", _UNSUPPORTED)


class Clock(Element, tag="clock"):
    """The clock's start. `adjustment` and `adjustment0` in seconds ("reset" as written); `start` in seconds since 1970."""

    schema_cases = own_forms(
        {"offset": ("localtime", "utc"), "adjustment": either(_SECONDS, one_of("reset"))},
        {"offset": ("timezone",), "timezone": "optional"},
        {"offset": ("variable",), "adjustment": _SECONDS, "basis": "optional"},
        {"offset": ("absolute",), "start": "present"},
    )

    offset: ClockOffset = attr(ClockOffset, default="utc", error=(_UNSUPPORTED, "unknown clock offset '%s'"), needed=True)
    adjustment: int | str | None = attr(format=str)
    basis: ClockBasis | None = attr(ClockBasis, error=(_UNSUPPORTED, "unknown clock basis '%s'"))
    adjustment0: int | None = attr(LONG, only=STATUS, omit=0, doc="the adjustment that the guest was started with")
    timezone: str | None = attr(rng=matching(r"[a-zA-Z0-9_\.\+\-/]+"))
    start: int | str | None = attr(format=str, rng=ULONG.rng)
    timers: list[Timer] = children(Timer)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """utc or localtime with a number of seconds is the variable offset; what another offset needs not is dropped."""
        if self.offset in ("utc", "localtime"):
            self._read_adjustment()
        if self.offset == "variable":
            self.adjustment = c_integer(str(self.adjustment or 0), 10) or 0
            self.basis = self.basis or "utc"
        else:
            self.basis = self.adjustment0 = None
            if self.adjustment != "reset":
                self.adjustment = None
        if self.offset == "timezone":
            if not self.timezone:
                raise XmlError("missing 'timezone' attribute for clock with offset='timezone'", ErrorCode.INTERNAL_ERROR)
        else:
            self.timezone = None
        if self.offset == "absolute":
            self.start = c_integer(str(self.start or ""), 10)
            if self.start is None:
                raise XmlError("missing 'start' attribute for clock with offset='absolute'", ErrorCode.INTERNAL_ERROR)
        else:
            self.start = None

    def _read_adjustment(self) -> None:
        if self.adjustment is None or self.adjustment == "reset":
            return
        seconds = c_integer(str(self.adjustment), 10)
        if seconds is None:
            raise XmlError(f"unknown clock adjustment '{self.adjustment}'")
        self.basis = "localtime" if self.offset == "localtime" else "utc"
        self.offset = "variable"
        self.adjustment = seconds


__all__ = ["Catchup", "Clock", "ClockBasis", "ClockOffset", "TickPolicy", "Timer", "TimerMode", "TimerName", "TimerTrack"]
