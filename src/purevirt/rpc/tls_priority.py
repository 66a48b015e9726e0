"""GnuTLS priority strings (`tls_priority`), as far as they can be said to OpenSSL through the standard library.

Protocol versions can; single ciphers, curves and signatures cannot, and are refused: a weaker or stronger session than
asked for would be worse than none.
"""

from __future__ import annotations

import ssl
from typing import Final

from purevirt.errors import ErrorCode, ErrorDomain, VirtError

_KEYWORDS: Final = frozenset({"NORMAL", "PERFORMANCE", "SECURE128", "PFS", "SECURE", "@SYSTEM", "@LIBVIRT,SYSTEM"})
_VERSIONS: Final = {
    "VERS-TLS1.0": ssl.TLSVersion.TLSv1,
    "VERS-TLS1.1": ssl.TLSVersion.TLSv1_1,
    "VERS-TLS1.2": ssl.TLSVersion.TLSv1_2,
    "VERS-TLS1.3": ssl.TLSVersion.TLSv1_3,
}
_ALL: Final = frozenset({"VERS-ALL", "VERS-TLS-ALL"})
_USUAL: Final = frozenset({ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3})
_HARMLESS: Final = frozenset({"%COMPAT", "%SERVER_PRECEDENCE", "%SAFE_RENEGOTIATION", "%NO_TICKETS"})


def apply_priority(context: ssl.SSLContext, priority: str) -> None:
    """Raises VirtError: SYSTEM_ERROR for what GnuTLS would not take either, CONFIG_UNSUPPORTED for what only it can do."""
    versions = versions_of(priority)
    chosen = sorted(versions)
    known = sorted(_VERSIONS.values())
    if not chosen or chosen != known[known.index(chosen[0]) : known.index(chosen[-1]) + 1]:
        raise _unsupported(priority, "its protocol versions have a gap")
    context.minimum_version = chosen[0]
    context.maximum_version = chosen[-1]
    if "%NO_TICKETS" in priority:
        context.options |= ssl.OP_NO_TICKET


def versions_of(priority: str) -> frozenset[ssl.TLSVersion]:
    """The protocol versions that a priority string leaves."""
    first, *rest = priority.split(":")
    if first not in _KEYWORDS:
        if first.startswith(("SECURE", "SUITEB", "NONE", "LEGACY")):
            raise _unsupported(priority, f"'{first}'")
        raise _invalid(priority)
    versions = set(_USUAL)
    for word in rest:
        sign, name = word[:1], word[1:]
        if word in _HARMLESS:
            continue
        if sign not in ("+", "-", "!") or not name:
            raise _unsupported(priority, f"'{word}'") if sign == "%" else _invalid(priority)
        if name in _ALL:
            versions = set(_VERSIONS.values()) if sign == "+" else set()
        elif name in _VERSIONS:
            (versions.add if sign == "+" else versions.discard)(_VERSIONS[name])
        else:
            raise _unsupported(priority, f"'{word}'")
    return frozenset(versions)


def _invalid(priority: str) -> VirtError:
    text = f"Failed to set TLS session priority to {priority}: The request is invalid."
    return VirtError(ErrorCode.SYSTEM_ERROR, text, ErrorDomain.RPC)


def _unsupported(priority: str, what: str) -> VirtError:
    text = f"TLS priority '{priority}' cannot be had with this TLS library: {what}"
    return VirtError(ErrorCode.CONFIG_UNSUPPORTED, text, ErrorDomain.RPC)
