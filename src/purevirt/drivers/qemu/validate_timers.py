"""The guest's clocks against architecture and capabilities."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.validate_guest import unsupported

_X86_ONLY = ("kvmclock", "hypervclock", "tsc")
_LATEST = 253402300799
"""9999-12-31 23:59:59 UTC in seconds since 1970."""


def validate_timers(domain: Any, caps: QemuCaps) -> None:
    """Every timer that is mentioned."""
    clock = domain.clock
    for timer in clock.timers if clock is not None else ():
        _validate_timer(domain, timer, caps)
    if clock is not None and clock.offset == "absolute" and (clock.start or 0) > _LATEST:
        raise unsupported(f"The maximum 'start' value for <clock offset='absolute'> is {_LATEST}")


def _not_for_guest(domain: Any, name: str) -> Exception:
    type_ = domain.os.type
    return unsupported(
        f"Configuring the '{name}' timer is not supported for virtType={domain.type} arch={type_.arch} "
        f"machine={type_.machine} guests"
    )


def _validate_timer(domain: Any, timer: Any, caps: QemuCaps) -> None:
    arch, name, policy = domain.os.type.arch, timer.name, timer.tickpolicy
    match name:
        case "platform":
            raise unsupported(f"unsupported timer type (name) '{name}'")
        case "kvmclock" | "hypervclock" | "tsc":
            if not mt.is_x86(arch) and timer.present is not False:
                raise _not_for_guest(domain, name)
        case "rtc":
            if timer.track not in (None, "guest", "wall"):
                raise unsupported(f"unsupported rtc timer track '{timer.track}'")
            if policy in ("discard", "merge"):
                raise unsupported(f"unsupported rtc timer tickpolicy '{policy}'")
        case "pit":
            if policy == "merge":
                raise unsupported(f"unsupported pit tickpolicy '{policy}'")
        case "hpet":
            if timer.present and not mt.is_x86(arch):
                raise unsupported("hpet timer is not supported")
        case "armvtimer":
            if domain.type != "kvm" or arch not in ("aarch64", "armv7l"):
                raise _not_for_guest(domain, name)
            if timer.present is False:
                raise unsupported(f"The '{name}' timer can't be disabled")
            if not caps.has("cpu.kvm-no-adjvtime"):
                raise unsupported(f"Configuring the '{name}' timer is not supported with this QEMU binary")
            if policy not in (None, "delay", "discard"):
                raise unsupported(f"The '{name}' timer does not support tickpolicy '{policy}'")
