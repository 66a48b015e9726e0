"""The name of the network that is being read: libvirt's messages about its parts all name it."""

from __future__ import annotations

from purevirt.errors import ErrorCode, VirtError
from purevirt.model._engine import ParseContext, XmlError
from purevirt.model.ip_address import format_ip, read_ip

_NAME = "network_name"
_PARTIAL = "network_partial"
_DNSMASQ = "network_dnsmasq"


def with_network(ctx: ParseContext, name: str, *, partial: bool = False) -> ParseContext:
    """The context for the parts of network `name`; `partial`: enough of a part to find the one to delete will do."""
    return ctx.replace(extra={**ctx.extra, _NAME: name, _PARTIAL: partial})


def without_dnsmasq(ctx: ParseContext | None = None) -> ParseContext:
    """A context that ignores dnsmasq options, as every driver but the network driver does."""
    ctx = ctx or ParseContext()
    return ctx.replace(extra={**ctx.extra, _DNSMASQ: False})


def network_name(ctx: ParseContext) -> str:
    """The name of the network being read."""
    return str(ctx.extra.get(_NAME, ""))


def is_partial(ctx: ParseContext) -> bool:
    """Whether incomplete parts are good enough."""
    return bool(ctx.extra.get(_PARTIAL, False))


def keeps_dnsmasq(ctx: ParseContext) -> bool:
    """Whether dnsmasq options are read."""
    return bool(ctx.extra.get(_DNSMASQ, True))


def socket_address(text: str) -> str:
    """A canonical address. SYSTEM_ERROR with the resolver's text when it is none."""
    found = read_ip(text)
    if found is None:
        raise VirtError(
            ErrorCode.SYSTEM_ERROR,
            f"Cannot parse socket address '{text}': Name or service not known",
            message=f"Cannot parse socket address '{text}': Name or service not known",
        )
    return format_ip(*found)


def detail_error(text: str) -> XmlError:
    """XML_DETAIL, the code of the older messages."""
    return XmlError(text, ErrorCode.XML_DETAIL)


def unsupported(text: str) -> XmlError:
    """CONFIG_UNSUPPORTED."""
    return XmlError(text, ErrorCode.CONFIG_UNSUPPORTED)


def internal(text: str) -> XmlError:
    """INTERNAL_ERROR."""
    return XmlError(text, ErrorCode.INTERNAL_ERROR)
