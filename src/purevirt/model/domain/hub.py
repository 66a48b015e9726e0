"""`<hub>`: USB hubs."""

from __future__ import annotations

from typing import Literal

from purevirt.errors import ErrorCode
from purevirt.model._engine import attr
from purevirt.model.domain.device import Device

HubType = Literal["usb"]


class Hub(Device, tag="hub"):
    """A hub; only USB has them."""

    schema_hides = ("acpi", "master")

    type: HubType = attr(
        HubType,
        required=True,
        error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown hub device type '%s'"),
        missing=(ErrorCode.INTERNAL_ERROR, "missing hub device type"),
        abi=True,
    )
