"""`<panic>`: the device by which a guest tells that it crashed."""

from __future__ import annotations

from typing import Literal

from purevirt.errors import ErrorCode
from purevirt.model._engine import attr
from purevirt.model.domain.device import Device
from purevirt.model.schema_text import words

PanicModel = Literal["default", "isa", "pseries", "hyperv", "s390"]


class Panic(Device, tag="panic"):
    """A panic notifier; without a model the machine's usual one."""

    schema_hides = ("acpi", "master")

    model: PanicModel | None = attr(
        PanicModel,
        error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown panic model '%s'"),
        omit="default",
        abi=True,
        rng=words(PanicModel, "default"),
    )
