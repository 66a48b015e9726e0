"""`<port>`: options of the bridge port behind an interface, network or port group."""

from __future__ import annotations

from purevirt.model._engine import YES_NO, Element, attr


class PortOptions(Element, tag="port"):
    """`isolated`: two isolated ports of a bridge cannot reach each other."""

    isolated: bool | None = attr(YES_NO)
