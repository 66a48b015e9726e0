"""Event messages of the wire as the arguments that C callbacks get."""

from __future__ import annotations

from typing import Any, NamedTuple

from purevirt.types.typed_params import TypedParam, to_dict

OBJECT_FIELD = {
    "domain": "dom",
    "network": "net",
    "storage_pool": "pool",
    "node_device": "dev",
    "secret": "secret",
    "qemu_monitor": "dom",
}
_PM_EVENTS = {11, 12, 14}
"""VIR_DOMAIN_EVENT_ID_PMWAKEUP, PMSUSPEND, PMSUSPEND_DISK: their `reason` stands outside the legacy message."""


class GraphicsAddress(NamedTuple):
    """virDomainEventGraphicsAddress: `family` is 0 IPv4, 1 IPv6, 2 unix."""

    family: int
    node: str
    service: str


def wire_event(scope: str, event_id: int, message: Any) -> tuple[Any, tuple[Any, ...]]:
    """The object's wire identity and the arguments behind it. `message` may be the plain or the callback form."""
    inner = getattr(message, "msg", message)
    object_field = OBJECT_FIELD[scope]
    args = tuple(
        _plain(getattr(inner, name)) for name in type(inner).__slots__ if name not in (object_field, "callbackID")
    )
    if scope == "domain" and event_id in _PM_EVENTS:
        args = (getattr(message, "reason", 0),)
    return getattr(inner, object_field), args


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        if not value or isinstance(value[0], TypedParam):
            return to_dict(value) if value else {}
        return [(item.type, item.name) for item in value]
    if hasattr(value, "family"):
        return GraphicsAddress(value.family, value.node, value.service)
    return value
