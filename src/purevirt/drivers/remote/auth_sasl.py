"""SASL as a client does it with libvirt's procedures: init, start, step until both sides are done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from purevirt.drivers.remote.credentials import CRED_AUTHNAME, CRED_PASSPHRASE, Credential
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.rpc.sasl import DATA_MAX, ClientMechanism, SaslError, client_mechanism, usable

if TYPE_CHECKING:
    from purevirt.drivers.remote.address import Address
    from purevirt.drivers.remote.credentials import Credentials
    from purevirt.drivers.remote.driver import RemoteDriver

MIN_SSF = 56
"""The weakest security layer that libvirt takes on a connection without TLS."""
MOST_ROUNDS = 16
_NEEDED = (
    (CRED_AUTHNAME, "Please enter your authentication name", "Authentication Name"),
    (CRED_PASSPHRASE, "Please enter your password", "Password"),
)


def _failed(text: str, domain: ErrorDomain = ErrorDomain.RPC) -> VirtError:
    return VirtError(ErrorCode.AUTH_FAILED, text, domain)


async def authenticate_sasl(
    driver: RemoteDriver, address: Address, credentials: Credentials, wanted: str | None
) -> None:
    """`wanted`: the only mechanism to use. On a bare TCP connection everything after it is protected by its layer."""
    needs_layer = address.transport == "tcp"
    offered = [name for name in str(await driver.invoke("auth_sasl_init", ())).replace(",", " ").split() if name]
    if wanted is not None:
        if wanted not in offered:
            raise _failed(f"SASL mechanism {wanted} not supported by server", ErrorDomain.REMOTE)
        offered = [wanted]
    mechanism, token = _begin(usable(offered, needs_layer), address, credentials, needs_layer)
    ret = await driver.invoke("auth_sasl_start", (mechanism.name, *_sent(token)))
    for _ in range(MOST_ROUNDS):
        if ret.complete and mechanism.done:
            break
        try:
            token = mechanism.step(None if ret.nil else ret.data)
        except SaslError as e:
            raise _failed(f"Failed to step SASL negotiation: {e}") from e
        if not ret.complete:
            ret = await driver.invoke("auth_sasl_step", _sent(token))
    else:
        raise _failed("Failed to step SASL negotiation: the server does not come to an end")
    if needs_layer and mechanism.ssf < MIN_SSF:
        raise _failed(f"negotiation SSF {mechanism.ssf} was not strong enough", ErrorDomain.REMOTE)
    if mechanism.ssf:
        driver.transport.add_layer(mechanism.wrap, mechanism.unwrap)
    driver.encrypted = driver.secure = True


def _sent(token: bytes | None) -> tuple[int, bytes]:
    """nil and data."""
    if token is not None and len(token) > DATA_MAX:
        raise _failed(f"SASL negotiation data too long: {len(token)} bytes", ErrorDomain.REMOTE)
    return int(token is None), token or b""


def _begin(
    names: list[str], address: Address, credentials: Credentials, needs_layer: bool
) -> tuple[ClientMechanism, bytes | None]:
    """The first mechanism that can be started: one without tickets or without answers gives way to the next."""
    reason = "SASL(-4): no mechanism available: No worthy mechs found"
    for name in names:
        answers: Mapping[str, str] = {}
        if name != "GSSAPI":
            found = _answers(address, credentials)
            if found is None:
                continue
            answers = found
            if not answers["authname"].strip():
                reason = "SASL(-1): generic failure: All-whitespace username."
                continue
        try:
            mechanism = client_mechanism(name, answers.__getitem__, address.host, needs_layer)
            return mechanism, mechanism.start()
        except SaslError as e:
            reason = str(e)
    code = reason.partition("SASL(")[2].partition(")")[0] or "-4"
    raise _failed(f"Failed to start SASL negotiation: {code} ({reason})")


def _answers(address: Address, credentials: Credentials) -> Mapping[str, str] | None:
    """Name and password from auth.conf, the rest asked in one go; None when nobody can be asked."""
    known = {kind: credentials.from_file(kind, "libvirt", address.host) for kind, _, _ in _NEEDED}
    questions = [Credential(kind, text, short) for kind, text, short in _NEEDED if known[kind] is None]
    if questions:
        if credentials.ask is None or any(q.type not in credentials.types for q in questions):
            return None
        if credentials.ask(questions) < 0:
            raise _failed("Failed to collect auth credentials", ErrorDomain.REMOTE)
        known.update({q.type: q.result or "" for q in questions})
    return {"authname": known[CRED_AUTHNAME] or "", "password": known[CRED_PASSPHRASE] or ""}
