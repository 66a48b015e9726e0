"""`<secret>`: what a secret is for and how it is kept (formatsecret.html). The value is never part of the document."""

from __future__ import annotations

from typing import Literal

from purevirt.errors import ErrorCode, ErrorDomain
from purevirt.model._engine import UUID, YES_NO, Element, ParseContext, XmlError, attr, child, leaf, own_forms
from purevirt.model.schema_text import ABSOLUTE_PATH, OBJECT_NAME
from purevirt.types.override import override

SecretUsageType = Literal["none", "volume", "ceph", "iscsi", "tls", "vtpm"]

_ID_FIELD = {"volume": "volume", "ceph": "name", "iscsi": "target", "tls": "name", "vtpm": "name"}
_MISSING = {
    "volume": "volume usage specified, but volume path is missing",
    "ceph": "Ceph usage specified, but name is missing",
    "iscsi": "iSCSI usage specified, but target is missing",
    "tls": "TLS usage specified, but name is missing",
    "vtpm": "vTPM usage specified, but name is missing",
}


class SecretUsage(Element, tag="usage"):
    """What the secret is for: a kind, and the name by which the user of the secret finds it."""

    schema_cases = own_forms(
        {"type": ("volume",), "volume": "present"},
        {"type": ("ceph", "tls", "vtpm"), "name": "present"},
        {"type": ("iscsi",), "target": "present"},
    )

    type: SecretUsageType = attr(
        SecretUsageType,
        required=True,
        missing="unknown secret usage type",
        error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown secret usage type %s"),
    )
    volume: str | None = leaf(doc="volume: the path", rng=ABSOLUTE_PATH)
    name: str | None = leaf(doc="ceph, tls, vtpm: a name", rng=OBJECT_NAME)
    target: str | None = leaf(doc="iscsi: the target", rng=OBJECT_NAME)

    @property
    def id(self) -> str | None:
        """The volume, name or target, whichever the type has."""
        field = _ID_FIELD.get(self.type)
        value: str | None = getattr(self, field) if field is not None else None
        return value

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Each kind has its own name, and cannot do without."""
        field = _ID_FIELD.get(self.type)
        if field is not None and not self.id:
            raise XmlError(_MISSING[self.type], ErrorCode.INTERNAL_ERROR, domain=ErrorDomain.SECRET)
        for other in ("volume", "name", "target"):
            if other != field:
                setattr(self, other, None)


def _said(text: str) -> bool:
    """An attribute with nothing in it is not there."""
    return YES_NO.parse(text) if text else False


class Secret(Element, tag="secret"):
    """One secret: `ephemeral` ones are kept in memory only, the value of `private` ones is never told to a client."""

    document = "definition_of_secret"
    error_domain = ErrorDomain.SECRET

    ephemeral: bool = attr(YES_NO, default=False, parse=_said, error="invalid value of 'ephemeral'")
    private: bool = attr(YES_NO, default=False, parse=_said, error="invalid value of 'private'")
    uuid: str | None = leaf(
        UUID, parse=lambda text: UUID.parse(text) if text else None, error=(ErrorCode.INTERNAL_ERROR, "malformed uuid element")
    )
    description: str | None = leaf()
    usage: SecretUsage | None = child(SecretUsage)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """An empty description is none, and so is a usage of type none."""
        self.description = self.description or None
        if self.usage is not None and self.usage.type == "none":
            self.usage = None

    @property
    def usage_type(self) -> SecretUsageType:
        """The kind of use, "none" when nothing is said."""
        return self.usage.type if self.usage is not None else "none"

    @property
    def usage_id(self) -> str:
        """The name within the kind, "" when nothing is said."""
        return (self.usage.id if self.usage is not None else None) or ""
