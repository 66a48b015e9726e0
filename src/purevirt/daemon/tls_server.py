"""The daemon's TLS: its context, and who a client's certificate says it is."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

from purevirt.daemon.config import DaemonConfig
from purevirt.rpc.pki import distinguished_name, server_credentials
from purevirt.rpc.tls import server_context
from purevirt.types.patterns import matches


@dataclass(slots=True)
class TlsServer:
    """`allowed`: patterns of distinguished names, None = every client whose certificate is good."""

    context: ssl.SSLContext
    verify: bool
    allowed: list[str] | None

    def admit(self, session: ssl.SSLObject | None) -> str | None:
        """The client's distinguished name, None where certificates are not looked at. Raises PermissionError."""
        certificate = session.getpeercert() if session is not None else None
        if not certificate:
            if self.verify:
                raise PermissionError("no certificate was found")
            return None
        name = distinguished_name(certificate)
        if self.verify and self.allowed is not None and not matches(name, self.allowed):
            raise PermissionError(f"client's Distinguished Name '{name}' is not in tls_allowed_dn_list")
        return name


def load_tls(config: DaemonConfig, etc: Path) -> TlsServer:
    """From libvirtd.conf; `etc` is where `pki` is. Raises VirtError for files that are missing or will not do."""
    files = server_credentials(etc, config.ca_file, config.cert_file, config.key_file, config.crl_file)
    verify = not config.tls_no_verify_certificate
    context = server_context(files, verify, config.tls_priority)
    if not config.tls_no_sanity_certificate:
        files.check_sanity()
    return TlsServer(context, verify, config.tls_allowed_dn_list)
