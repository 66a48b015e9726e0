"""What changed between two documents, and when each change can take effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from purevirt.model._engine.codecs import as_codec
from purevirt.model._engine.element import Element
from purevirt.model._engine.fields import Field, When
from purevirt.model._engine.walk import differences


@dataclass(frozen=True, slots=True)
class Change:
    """One field: `when` is "now" (a running guest takes it), "next" (at the next start) or "never" (identity)."""

    path: str
    old: str | None
    new: str | None
    when: When


def diff(old: Element, new: Element) -> list[Change]:
    """Per field, in document order. Secrets are shown as "…".

    "now" means that libvirt has a call that does it to a running guest of a driver that can; what the driver at hand can,
    it alone knows.
    """
    found = differences(old, new, by_identity=True)
    return [Change(d.path, _shown(d.field, d.old), _shown(d.field, d.new), d.when) for d in found]


def _shown(field: Field, value: Any) -> str | None:
    if value is None or value is False or value == []:
        return None
    if field.secret:
        return "…"
    if isinstance(value, Element):
        return value.to_xml().rstrip("\n")
    if field.kind in ("attr", "text", "leaf"):
        return field.format(value) if field.format is not None else as_codec(field.codec).format(value)
    return "yes" if value is True else str(value)
