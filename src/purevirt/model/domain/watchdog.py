"""`<watchdog>`: watchdog timers and what happens when one fires."""

from __future__ import annotations

from typing import Literal

from purevirt.errors import ErrorCode
from purevirt.model._engine import attr
from purevirt.model.domain.device import Device

WatchdogModel = Literal["i6300esb", "ib700", "diag288"]
WatchdogAction = Literal["reset", "shutdown", "poweroff", "pause", "dump", "none", "inject-nmi"]


class Watchdog(Device, tag="watchdog"):
    """A watchdog timer."""

    model: WatchdogModel = attr(
        WatchdogModel,
        required=True,
        error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown watchdog model '%s'"),
        missing=(ErrorCode.INTERNAL_ERROR, "watchdog must contain model name"),
        abi=True,
    )
    action: WatchdogAction = attr(
        WatchdogAction,
        default="reset",
        error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown watchdog action '%s'"),
        abi=True,
    )
