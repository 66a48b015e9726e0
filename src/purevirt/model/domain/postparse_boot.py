"""The boot order: a place in it is one device's, and it is told by the devices or by `<os>`, not by both."""

from __future__ import annotations

from typing import Any

from purevirt.model._engine.place import blamed
from purevirt.model.domain.addresses_devices import iter_devices
from purevirt.model.domain.validate_errors import unsupported


def check_boot_order(domain: Any) -> None:
    """CONFIG_UNSUPPORTED for the first device that is wrong."""
    seen: set[int] = set()
    for _, device in iter_devices(domain):
        boot = getattr(device, "boot", None)
        order = boot.order if boot is not None else None
        if not order:
            continue
        if order in seen:
            with blamed(device):
                raise unsupported(f"boot order '{order}' used for more than one device")
        seen.add(order)
    if seen and domain.os is not None and domain.os.boots:
        raise unsupported("per-device boot elements cannot be used together with os/boot elements")
