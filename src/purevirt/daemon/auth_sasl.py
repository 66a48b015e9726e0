"""One client's SASL exchange on the server, with what libvirt asks of its outcome: strength and allowed names."""

from __future__ import annotations

import asyncio
from logging import getLogger
from typing import TYPE_CHECKING

from purevirt.daemon.auth import auth_failed
from purevirt.errors import VirtError
from purevirt.protocol import remote
from purevirt.rpc.sasl import SaslError, ServerMechanism, usable
from purevirt.types.patterns import matches

if TYPE_CHECKING:
    from purevirt.daemon.client import ServedClient
    from purevirt.daemon.sasl_config import SaslConfig

log = getLogger("purevirt.daemon.sasl")


class SaslExchange:
    """From the list of mechanisms to the name of the user. Any failure ends it and the connection."""

    def __init__(self, client: ServedClient, config: SaslConfig) -> None:
        self._client = client
        self._config = config
        self._needs_layer = client.identity.transport == "tcp"
        self.offered = usable(config.mechanisms, self._needs_layer)
        self._mechanism: ServerMechanism | None = None
        self._busy = False

    async def start(self, name: str, token: bytes | None) -> remote.AuthSaslStartRet:
        if self._mechanism is not None or name not in self.offered:
            raise auth_failed(self._client, f"client asked for mechanism {name!r}")
        try:
            self._mechanism = self._make(name)
        except SaslError as e:
            raise auth_failed(self._client, str(e)) from e
        return remote.AuthSaslStartRet(*await self._turn(token))

    async def step(self, token: bytes | None) -> remote.AuthSaslStepRet:
        if self._mechanism is None:
            raise auth_failed(self._client, "client tried invalid SASL start request")
        return remote.AuthSaslStepRet(*await self._turn(token))

    def _make(self, name: str) -> ServerMechanism:
        if name == "SCRAM-SHA-256":
            from purevirt.rpc.sasl_scram import ScramServer

            return ScramServer(self._config.users.secret)
        if name == "PLAIN":
            from purevirt.rpc.sasl_plain import PlainServer

            return PlainServer(self._config.users.verify)
        from purevirt.rpc.sasl_gssapi import GssapiServer

        return GssapiServer(self._config.keytab, self._needs_layer)

    async def _turn(self, token: bytes | None) -> tuple[int, int, bytes]:
        """complete, nil, data. The mechanism works in a thread: passwords and tickets cost milliseconds and read files."""
        mechanism = self._mechanism
        assert mechanism is not None
        if self._busy:
            raise auth_failed(self._client, "client does not wait for the answer")
        self._busy = True
        try:
            answer = await asyncio.to_thread(mechanism.step, token)
        except (SaslError, VirtError) as e:
            raise auth_failed(self._client, str(e)) from e
        finally:
            self._busy = False
        if mechanism.done:
            self._admit(mechanism)
        return int(mechanism.done), int(answer is None), answer or b""

    def _admit(self, mechanism: ServerMechanism) -> None:
        client, config = self._client, self._config
        if self._needs_layer and mechanism.ssf < config.min_ssf:
            raise auth_failed(client, f"negotiated SSF {mechanism.ssf} was not strong enough")
        allowed = config.allowed
        if allowed is not None and not matches(mechanism.username, allowed):
            raise auth_failed(client, f"SASL client identity '{mechanism.username}' not allowed in whitelist")
        client.identity.sasl_user_name = mechanism.username
        client.admit(mechanism if mechanism.ssf else None)
