"""Domain documents at the driver's edge: text in, checked document out, and back in each of the forms clients ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.model._engine import FormatContext, ParseContext
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.model.domain.document import Domain

_STATUS = FormatContext(secure=True, status=True, actual_net=True)


def parse_inactive(text: str, *, validate: bool = False) -> Domain:
    """A definition as a client gives it: what only a running guest has is dropped."""
    from purevirt.model.domain.document import Domain

    return Domain.from_xml(text, ctx=ParseContext(inactive=True))


def parse_status(text: str) -> Domain:
    """The document inside a status file: nothing is dropped, nothing checked again."""
    from purevirt.model.domain.document import Domain

    return Domain.from_xml(text, ctx=ParseContext(status=True, actual_net=True, skip_validate=True))


def format_status(document: Domain) -> str:
    return document.to_xml(ctx=_STATUS)


def format_stored(document: Domain) -> str:
    """The persistent form: inactive, with secrets."""
    return document.to_xml(ctx=FormatContext(secure=True, inactive=True))


def format_for(document: Domain, flags: int) -> str:
    """What `virDomainGetXMLDesc` returns for VIR_DOMAIN_XML_* flags."""
    return document.to_xml(
        ctx=FormatContext(
            secure=bool(flags & C.VIR_DOMAIN_XML_SECURE),
            inactive=bool(flags & C.VIR_DOMAIN_XML_INACTIVE),
            migratable=bool(flags & C.VIR_DOMAIN_XML_MIGRATABLE),
        )
    )
