"""Title, description and application metadata of a guest, live and in its definition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.drivers.test import errors
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain import metadata as tree
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.test.host import TestHost
    from purevirt.model.domain.document import Domain

_AFFECT = C.VIR_DOMAIN_AFFECT_LIVE | C.VIR_DOMAIN_AFFECT_CONFIG
_KINDS = (C.VIR_DOMAIN_METADATA_DESCRIPTION, C.VIR_DOMAIN_METADATA_TITLE, C.VIR_DOMAIN_METADATA_ELEMENT)


def _unknown_kind(kind: int) -> VirtError:
    return VirtError(ErrorCode.INVALID_ARG, f"unknown metadata type '{kind}'", ErrorDomain.DOMAIN)


def _write(document: Domain, kind: int, value: str | None, key: str | None, uri: str | None) -> None:
    if kind == C.VIR_DOMAIN_METADATA_DESCRIPTION:
        document.description = value or None
    elif kind == C.VIR_DOMAIN_METADATA_TITLE:
        document.title = value or None
    else:
        document.metadata = tree.replace(document.metadata, key, uri or "", value)


class MetadataFacet:
    """virDomainGetMetadata, virDomainSetMetadata."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    async def domain_get_metadata(self, dom: p.NonnullDomain, type: int, uri: str | None, flags: int) -> str:
        errors.check_flags(flags, _AFFECT, "testDomainGetMetadata")
        document = self._host.guest(dom).one(flags)
        if type >= len(_KINDS):
            raise _unknown_kind(type)
        if type == C.VIR_DOMAIN_METADATA_DESCRIPTION:
            found = document.description
        elif type == C.VIR_DOMAIN_METADATA_TITLE:
            found = document.title
        else:
            found = tree.find(document.metadata, uri or "") if type == C.VIR_DOMAIN_METADATA_ELEMENT else None
        if found is None:
            text = "Requested metadata element is not present"
            raise VirtError(ErrorCode.NO_DOMAIN_METADATA, text, ErrorDomain.DOMAIN)
        return found

    async def domain_set_metadata(
        self, dom: p.NonnullDomain, type: int, metadata: str | None, key: str | None, uri: str | None, flags: int
    ) -> None:
        errors.check_flags(flags, _AFFECT, "testDomainSetMetadata")
        guest = self._host.guest(dom)
        if type not in _KINDS:
            raise _unknown_kind(type)
        for document in guest.targets(flags):
            _write(document, type, metadata, key, uri)
        message = p.DomainEventCallbackMetadataChangeMsg(0, guest.ref, type, uri)
        self._host.emit(guest, C.VIR_DOMAIN_EVENT_ID_METADATA_CHANGE, message)
