"""Where certificates and keys are, and whether our own will do: libvirt's paths, its checks, its words.

Facts: `paths.json` (pki). The checks of our own certificate are a handshake in memory, our side against a peer that
trusts nobody but our CA: what OpenSSL would refuse later is known at once.
"""

from __future__ import annotations

import os
import ssl
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from purevirt.errors import ErrorCode, ErrorDomain, VirtError

Side = Literal["server", "client"]
_NAMES: Final = {
    "C": "countryName", "ST": "stateOrProvinceName", "L": "localityName", "O": "organizationName",
    "OU": "organizationalUnitName", "CN": "commonName", "DC": "domainComponent", "UID": "userId", "EMAIL": "emailAddress",
}  # fmt: skip
_SHORT: Final = {long: short for short, long in _NAMES.items()}
_EXPIRED, _NOT_YET, _WRONG_PURPOSE = 10, 9, 26
_REASONS: Final = {
    2: "The certificate hasn't got a known issuer.",
    18: "The certificate hasn't got a known issuer.",
    20: "The certificate hasn't got a known issuer.",
    21: "The certificate hasn't got a known issuer.",
    23: "The certificate has been revoked.",
}


_GOOD_FOR_S: Final = 60.0
_in_order: dict[tuple[object, ...], float] = {}
"""Files whose check succeeded, by what stat says of them, and when that was."""


def _error(text: str) -> VirtError:
    return VirtError(ErrorCode.SYSTEM_ERROR, text, ErrorDomain.RPC)


@dataclass(frozen=True, slots=True)
class Credentials:
    """The files of one side. `crl`, and a client's `cert` with `key`, may be missing (None)."""

    side: Side
    ca: Path
    cert: Path | None
    key: Path | None
    crl: Path | None = None

    def load_into(self, context: ssl.SSLContext, verify: bool) -> None:
        """Raises VirtError naming the file that is missing or bad."""
        for path, what in ((self.ca, "CA certificate"), (self.cert, f"{self.side} certificate"), (self.key, f"{self.side} key")):
            if path is not None:
                _must_exist(path, what)
        try:
            context.load_verify_locations(cafile=self.ca)
        except (ssl.SSLError, OSError) as e:
            raise _error(f"Unable to set x509 CA certificate: {self.ca}: {_reason(e)}") from e
        if self.cert is not None:
            try:
                context.load_cert_chain(self.cert, self.key)
            except (ssl.SSLError, OSError) as e:
                raise _error(f"Unable to set x509 key and certificate: {self.key}, {self.cert}: {_reason(e)}") from e
        if self.crl is not None and verify:
            _must_exist(self.crl, "CA revocation list")
            try:
                context.load_verify_locations(cafile=self.crl)
            except (ssl.SSLError, OSError) as e:
                raise _error(f"Unable to set x509 certificate revocation list: {self.crl}: {_reason(e)}") from e
            context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF

    def check_sanity(self) -> None:
        """Raises VirtError when our certificate, or the CA's, is expired, not yet active, or not the CA's. Files that were
        in order a minute ago are not looked into again: it costs more than the connection."""
        stamp = tuple(_stamp(path) for path in (self.ca, self.cert, self.key))
        if time.monotonic() - _in_order.get(stamp, -_GOOD_FOR_S) < _GOOD_FOR_S:
            return
        self._check()
        _in_order.clear()
        _in_order[stamp] = time.monotonic()

    def _check(self) -> None:
        authority = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        authority.load_verify_locations(cafile=self.ca)
        self._check_authority_times(authority)
        if self.cert is None:
            return
        try:
            self._shake(authority)
        except ssl.SSLCertVerificationError as e:
            if e.verify_code == _EXPIRED:
                raise _error(f"The {self.side} certificate {self.cert} has expired") from e
            if e.verify_code == _NOT_YET:
                raise _error(f"The {self.side} certificate {self.cert} is not yet active") from e
            if e.verify_code == _WRONG_PURPOSE:
                return  # GnuTLS, the other end in the field, does not mind
            reason = _REASONS.get(e.verify_code, e.verify_message)
            raise _error(f"Our own certificate {self.cert} failed validation against {self.ca}: {reason}") from e

    def _check_authority_times(self, context: ssl.SSLContext) -> None:
        now = time.time()
        for found in context.get_ca_certs():
            if now > ssl.cert_time_to_seconds(str(found["notAfter"])):
                raise _error(f"The CA certificate {self.ca} has expired")
            if now < ssl.cert_time_to_seconds(str(found["notBefore"])):
                raise _error(f"The CA certificate {self.ca} is not yet active")

    def _shake(self, trusting: ssl.SSLContext) -> None:
        assert self.cert is not None
        ours_serves = self.side == "server"
        ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if ours_serves else ssl.PROTOCOL_TLS_CLIENT)
        ours.load_cert_chain(self.cert, self.key)
        if ours_serves:
            trusting.check_hostname = False
            _handshake_in_memory(trusting, ours)
            return
        # the other end must serve, and have a certificate to do so: it borrows ours, which we do not look at
        peer = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        peer.load_cert_chain(self.cert, self.key)
        peer.load_verify_locations(cafile=self.ca)
        peer.verify_mode = ssl.CERT_REQUIRED
        ours.check_hostname, ours.verify_mode = False, ssl.CERT_NONE
        _handshake_in_memory(ours, peer)


def _handshake_in_memory(client: ssl.SSLContext, server: ssl.SSLContext) -> None:
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (client.wrap_bio(to_client, to_server), server.wrap_bio(to_server, to_client, server_side=True))
    open_ends = list(ends)
    for _ in range(16):
        for end in list(open_ends):
            try:
                end.do_handshake()
                open_ends.remove(end)
            except ssl.SSLWantReadError:
                continue
        if not open_ends:
            return


def _stamp(path: Path | None) -> tuple[object, ...]:
    if path is None:
        return ()
    found = path.stat()
    return str(path), found.st_ino, found.st_mtime_ns, found.st_size


def _must_exist(path: Path, what: str) -> None:
    try:
        path.open("rb").close()
    except OSError as e:
        raise _error(f"Cannot read {what} '{path}': {e.strerror}") from e


def _reason(cause: OSError) -> str:
    return getattr(cause, "reason", None) or cause.strerror or str(cause)


def server_credentials(etc: Path, ca: str | None, cert: str | None, key: str | None, crl: str | None) -> Credentials:
    """The daemon's, from libvirtd.conf's keys or the places under `etc`. Raises VirtError for half a configuration."""
    if ca or cert or key:
        for value, text in (
            (ca, "No CA certificate path set to match server key/cert"),
            (cert, "No server certificate path set to match server key"),
            (key, "No server key path set to match server cert"),
        ):
            if not value:
                raise _error(text)
        return Credentials("server", Path(str(ca)), Path(str(cert)), Path(str(key)), Path(crl) if crl else None)
    pki = etc / "pki"
    default = pki / "CA/cacrl.pem"
    found = Path(crl) if crl else default if default.exists() else None
    return Credentials(
        "server", pki / "CA/cacert.pem", pki / "libvirt/servercert.pem", pki / "libvirt/private/serverkey.pem", found
    )


def client_credentials(pkipath: str | None) -> Credentials:
    """The client's: in `pkipath` alone where the URI has one, else the user's own files before the system's."""
    if pkipath is not None:
        folder = Path(pkipath)
        return _client(folder / "cacert.pem", folder / "clientcert.pem", folder / "clientkey.pem", folder / "cacrl.pem")
    system, pki = Path("/etc/pki/libvirt"), Path("/etc/pki/CA")
    ca, crl = pki / "cacert.pem", pki / "cacrl.pem"
    cert, key = system / "clientcert.pem", system / "private/clientkey.pem"
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        own = Path(os.path.expanduser("~/.pki/libvirt"))
        ca = own / "cacert.pem" if (own / "cacert.pem").exists() else ca
        crl = own / "cacrl.pem" if (own / "cacrl.pem").exists() else crl
        if (own / "clientcert.pem").exists() and (own / "clientkey.pem").exists():
            cert, key = own / "clientcert.pem", own / "clientkey.pem"
    return _client(ca, cert, key, crl)


def _client(ca: Path, cert: Path, key: Path, crl: Path) -> Credentials:
    pair = cert.exists() and key.exists()
    return Credentials("client", ca, cert if pair else None, key if pair else None, crl if crl.exists() else None)


def distinguished_name(certificate: dict[str, Any]) -> str:
    """The subject of `getpeercert()` as GnuTLS and so libvirt writes it: C=GB,ST=London,O=Org,CN=name."""
    parts = []
    for rdn in certificate.get("subject", ()):
        parts.append("+".join(f"{_SHORT.get(name, name)}={_escape(value)}" for name, value in rdn))
    return ",".join(parts)


def _escape(value: str) -> str:
    out = "".join(f"\\{c}" if c in ',+"\\<>;' else c for c in value)
    if out[:1] in ("#", " "):
        out = f"\\{out}"
    return f"{out[:-1]}\\ " if out.endswith(" ") and len(value) > 1 else out
