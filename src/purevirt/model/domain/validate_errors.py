"""The errors of validation: XML_ERROR or CONFIG_UNSUPPORTED with libvirt's texts."""

from __future__ import annotations

from purevirt.errors import ErrorCode, ErrorDomain, VirtError


def wrong(detail: str, code: int = ErrorCode.XML_ERROR, *, where: str | None = None) -> VirtError:
    """The document contradicts itself. `where`: the path of the element, its line is added where the text is at hand."""
    return VirtError(code, detail, ErrorDomain.DOMAIN, where=where)


def unsupported(detail: str, *, where: str | None = None) -> VirtError:
    """The document asks for what cannot be had."""
    return VirtError(ErrorCode.CONFIG_UNSUPPORTED, detail, ErrorDomain.DOMAIN, where=where)
