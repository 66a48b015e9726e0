"""Who may use the daemon: the procedures a client can call before it is known.

A client that fails is told so in libvirt's words, which do not say why, and its connection ends; the reason is in the
log. (libvirtd keeps the connection open for another try. No client of the field makes one.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from logging import getLogger
from typing import TYPE_CHECKING, Any

from purevirt.daemon.dispatch import Handler
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.protocol.remote import AuthType

if TYPE_CHECKING:
    from purevirt.daemon.client import ServedClient
    from purevirt.daemon.polkit import Polkit
    from purevirt.daemon.sasl_config import SaslConfig
    from purevirt.rpc.session import Call

log = getLogger("purevirt.daemon.auth")


def auth_failed(client: ServedClient, reason: str) -> VirtError:
    """The error for the client, whose connection ends once it has been sent."""
    log.error("client %d: authentication failed: %s", client.number, reason)
    client.sasl = None
    client.server.loop.call_soon(client.close, True)
    return VirtError(ErrorCode.AUTH_FAILED, "authentication failed", ErrorDomain.RPC)


def refusal(action: str, challenge: bool, details: Mapping[str, str]) -> VirtError:
    """What polkit's no means; the client may start an agent for passwords and try again."""
    if details.get("polkit.dismissed"):
        text = "user cancelled authentication process"
        return VirtError(ErrorCode.AUTH_CANCELLED, text, ErrorDomain.POLKIT)
    if challenge:
        text = f"no polkit agent available to authenticate action '{action}'"
        return VirtError(ErrorCode.AUTH_UNAVAILABLE, text, ErrorDomain.POLKIT)
    return VirtError(ErrorCode.AUTH_FAILED, "access denied by policy", ErrorDomain.POLKIT)


class AuthCalls:
    """The handlers; `sasl` and `polkit` are None where no listener asks for them."""

    def __init__(self, sasl: SaslConfig | None = None, polkit: Polkit | None = None) -> None:
        self._sasl = sasl
        self._polkit = polkit

    def handlers(self) -> Mapping[str, Handler]:
        """By procedure of the remote program."""
        return {
            "auth_list": self.do_auth_list,
            "auth_polkit": self.do_auth_polkit,
            "auth_sasl_init": self.do_auth_sasl_init,
            "auth_sasl_start": self.do_auth_sasl_start,
            "auth_sasl_step": self.do_auth_sasl_step,
        }

    async def do_auth_list(self, client: ServedClient, call: Call) -> list[int]:
        if client.auth == AuthType.POLKIT and client.identity.uid == 0:
            client.admit()  # root needs nobody's leave
        return [client.auth if not client.authenticated else AuthType.NONE]

    async def do_auth_polkit(self, client: ServedClient, call: Call) -> int:
        """Polkit decides by the client's process; it may ask the person there for a password meanwhile."""
        if client.auth != AuthType.POLKIT or client.authenticated or client.asking or self._polkit is None:
            raise auth_failed(client, "client tried invalid PolicyKit init request")
        who, action = client.identity, "org.libvirt.unix.monitor" if client.readonly else "org.libvirt.unix.manage"
        if who.pid is None or who.uid is None or who.start_time is None:
            raise auth_failed(client, "the process at the other end is not known")
        client.asking = True
        try:
            allowed, challenge, details = await self._polkit.ask(who.pid, who.start_time, who.uid, action, {}, True)
            if not allowed:
                raise refusal(action, challenge, details)
        except VirtError as e:
            log.error("client %d: %s", client.number, e.message)
            client.server.loop.call_soon(client.close, True)
            raise
        finally:
            client.asking = False
        client.admit()
        return 1

    async def do_auth_sasl_init(self, client: ServedClient, call: Call) -> str:
        from purevirt.daemon.auth_sasl import SaslExchange

        if client.auth != AuthType.SASL or client.authenticated or client.sasl is not None or self._sasl is None:
            raise auth_failed(client, "client tried invalid SASL init request")
        client.sasl = SaslExchange(client, self._sasl)
        return ",".join(client.sasl.offered)

    async def do_auth_sasl_start(self, client: ServedClient, call: Call) -> Any:
        return await self._sasl_token(client, call, lambda token: client.sasl.start(call.args.mech, token))

    async def do_auth_sasl_step(self, client: ServedClient, call: Call) -> Any:
        return await self._sasl_token(client, call, lambda token: client.sasl.step(token))

    async def _sasl_token(self, client: ServedClient, call: Call, go: Callable[[bytes | None], Any]) -> Any:
        if client.auth != AuthType.SASL or client.authenticated or client.sasl is None:
            raise auth_failed(client, "client tried invalid SASL start request")
        return await go(None if call.args.nil else call.args.data)
