"""From a fresh transport to an opened driver: authenticate, open the URI, learn what the peer can do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from purevirt.drivers.remote.driver import RemoteDriver
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.protocol.rows import Program

if TYPE_CHECKING:
    from purevirt.drivers.remote.address import Address
    from purevirt.drivers.remote.credentials import Credentials

AUTH_NONE, AUTH_SASL, AUTH_POLKIT = 0, 1, 2
VIR_CONNECT_RO = 1


def programs() -> Mapping[str, Program]:
    """What we speak on an ordinary connection."""
    from purevirt.protocol import lxc, qemu, remote

    return {"remote": remote.PROGRAM, "qemu": qemu.PROGRAM, "lxc": lxc.PROGRAM}


async def open_driver(
    transport: Any, address: Address, credentials: Credentials, deadline: float | None = None
) -> RemoteDriver:
    """Authenticate on a connected transport and open the address's URI there.

    The transport is closed when anything fails.
    """
    local = address.transport in ("unix", "ssh", "libssh", "libssh2")
    encrypted = address.transport == "tls"
    driver = RemoteDriver(transport, programs(), encrypted=encrypted, secure=encrypted or local)
    driver.deadline = deadline
    try:
        await authenticate(driver, address, credentials)
        await driver.invoke("connect_open", (address.name or "", VIR_CONNECT_RO if address.readonly else 0))
    except BaseException:
        closing = transport.close()
        if closing is not None:
            await closing
        raise
    driver.deadline = None
    return driver


async def authenticate(
    driver: RemoteDriver, address: Address, credentials: Credentials, program: str = "remote"
) -> None:
    """Do what the peer asks for. Raises AUTH_FAILED, AUTH_CANCELLED or AUTH_UNAVAILABLE."""
    kinds = await driver.invoke("auth_list", ())
    wanted = address.param("auth")
    if wanted is not None and kinds:
        kinds = _preferred(list(kinds), wanted)
    if not kinds:
        return
    kind = kinds[0]
    if kind == AUTH_NONE:
        return
    if kind == AUTH_SASL:
        from purevirt.drivers.remote.auth_sasl import authenticate_sasl

        mechanism = wanted.partition(".")[2] if wanted is not None else ""
        await authenticate_sasl(driver, address, credentials, mechanism or None)
    elif kind == AUTH_POLKIT:
        await driver.invoke("auth_polkit", ())
    else:
        raise VirtError(
            ErrorCode.AUTH_FAILED, f"unsupported authentication type {kind}", ErrorDomain.REMOTE
        )


def _preferred(kinds: list[int], wanted: str) -> list[int]:
    """`auth=` narrows what the peer offers: polkit, sasl, or sasl.MECHANISM."""
    known = {"polkit": AUTH_POLKIT, "sasl": AUTH_SASL}
    number = known.get("sasl" if wanted.startswith("sasl.") else wanted)
    if number is None:
        raise VirtError(ErrorCode.AUTH_FAILED, f"unknown authentication type {wanted}", ErrorDomain.REMOTE)
    if number not in kinds:
        raise VirtError(
            ErrorCode.AUTH_FAILED, f"requested authentication type {wanted} rejected", ErrorDomain.REMOTE
        )
    return [number]
