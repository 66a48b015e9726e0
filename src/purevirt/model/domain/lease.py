"""`<lease>`: a lock manager's lease that the guest holds (formatdomain.html, "Device leases")."""

from __future__ import annotations

from purevirt.model._engine import ULONG, Element, ParseContext, XmlError, attr, child, leaf
from purevirt.model.schema_text import UNSIGNED
from purevirt.types.override import override


class LeaseTarget(Element, tag="target"):
    """The file of the lockspace and where in it the lease is."""

    path: str | None = attr(needed=True)
    offset: int | None = attr(ULONG, omit=0, rng=UNSIGNED)


class Lease(Element, tag="lease"):
    """One lease; a lock manager grants it before the guest starts."""

    lockspace: str | None = leaf(needed=True)
    key: str | None = leaf(needed=True)
    target: LeaseTarget | None = child(LeaseTarget, needed=True)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """A lease has a key, a lockspace and a path. (The reference refuses a missing lockspace without a text.)"""
        if not self.key:
            raise XmlError("Missing 'key' element for lease")
        if not self.lockspace:
            raise XmlError("Missing 'lockspace' element for lease")
        if self.target is None:
            raise XmlError("Missing 'target' element for lease")
        if self.target.path is None:
            raise XmlError("Missing 'path' attribute to 'target' element for lease")
