"""The ABI check: what a running guest sees must not change under it (migration, restore, redefinition)."""

from __future__ import annotations

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model._engine.element import Element
from purevirt.model._engine.walk import differences


def check_abi_stability(source: Element, target: Element) -> None:
    """Raises CONFIG_UNSUPPORTED for the first declared `abi` field that differs; nested elements count with their parent.

    A field's own text (`abi="Target disk bus %s does not match source %s"`) takes target and source in this order.
    """
    for d in differences(source, target):
        if not d.field.abi:
            continue
        if isinstance(d.field.abi, str):
            text = d.field.abi.replace("%s", str(d.new), 1).replace("%s", str(d.old), 1)
        else:
            text = f"Target {d.path} '{d.new}' does not match source '{d.old}'"
        raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, text, ErrorDomain.DOMAIN, where=d.path)
