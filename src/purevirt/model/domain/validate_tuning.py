"""Ranges of what the host's scheduler and block layer are told of a guest."""

from __future__ import annotations

from typing import Any

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain.tune import PERIOD, QUOTA, SHARES
from purevirt.model.domain.validate_errors import unsupported

_RANGES = {
    "shares": SHARES,
    "period": PERIOD, "global_period": PERIOD, "emulator_period": PERIOD, "iothread_period": PERIOD,
    "quota": QUOTA, "global_quota": QUOTA, "emulator_quota": QUOTA, "iothread_quota": QUOTA,
}  # fmt: skip
_LONGEST_APPID = 128


def validate_resource(domain: Any) -> None:
    """The fibre channel identifier is short text."""
    channel = domain.resource.fibrechannel if domain.resource is not None else None
    if channel is None or channel.appid is None:
        return
    if not all(" " <= c <= "~" for c in channel.appid):
        raise _appid(ErrorCode.XML_ERROR, "Fibre Channel 'appid' is not a printable string")
    if not 1 <= len(channel.appid) <= _LONGEST_APPID:
        raise _appid(ErrorCode.INVALID_ARG, f"Fibre Channel 'appid' string length must be between [1, {_LONGEST_APPID}]")


def _appid(code: ErrorCode, text: str) -> VirtError:
    return VirtError(code, text, ErrorDomain.DOMAIN, where="/domain/resource/fibrechannel")


def validate_cputune(domain: Any) -> None:
    """CPU shares and bandwidth."""
    for name, (low, high) in _RANGES.items() if domain.cputune is not None else ():
        value = getattr(domain.cputune, name)
        if value is not None and value > 0 and not low <= value <= high:
            raise unsupported(f"Value of cputune '{name}' must be in range [{low}, {high}]", where="/domain/cputune")


def validate_blkiotune(domain: Any) -> None:
    """Each host device is limited once."""
    seen: set[str] = set()
    for device in domain.blkiotune.devices if domain.blkiotune is not None else ():
        if device.path in seen:
            raise unsupported(f"duplicate blkio device path '{device.path}'", where="/domain/blkiotune")
        seen.add(device.path)
