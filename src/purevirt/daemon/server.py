"""A named set of clients with their limits ("libvirtd", "admin"): accepting, counting, letting go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from logging import getLogger
from typing import TYPE_CHECKING

from purevirt.core.tasks import TaskOwner
from purevirt.daemon.client import Identity, ServedClient
from purevirt.daemon.dispatch import Dispatcher, Handler
from purevirt.daemon.lanes import Lanes
from purevirt.protocol.rows import Program
from purevirt.rpc.aio_link import AsyncLink

if TYPE_CHECKING:
    from purevirt.daemon.access.control import AccessControl

log = getLogger("purevirt.daemon.server")


class Server:
    """`changed` is called when the number of clients or of strangers (not yet authenticated) has changed."""

    def __init__(
        self,
        name: str,
        loop: asyncio.AbstractEventLoop,
        programs: Sequence[Program],
        handlers: Mapping[str, Mapping[str, Handler]],
        access: AccessControl | None = None,
    ) -> None:
        self.name = name
        self.loop = loop
        self.programs = programs
        self.tasks = TaskOwner(name)
        self.lanes = Lanes(20, 5)
        self.max_clients = 5000
        self.max_anonymous_clients = 20
        self.max_client_requests = 5
        self.keepalive_interval = 5
        self.keepalive_count = 5
        self.dispatcher = Dispatcher(self, handlers, access)
        self.clients: dict[int, ServedClient] = {}
        self.strangers = 0
        self.changed: Callable[[], None] = lambda: None
        self.update_tls: Callable[[], None] | None = None
        """Reads the certificates again; None where no TLS socket is served."""
        self._next = 1

    def accept(self, link: AsyncLink, identity: Identity, auth: int) -> ServedClient | None:
        """Take a connection in; None (and the link closed) when there are too many. The caller starts the link."""
        if len(self.clients) >= self.max_clients:
            log.error("Too many active clients (%d), dropping connection from %s", len(self.clients), identity.address)
            link.close()
            return None
        client = ServedClient(self, link, self._next, identity, auth)
        self._next += 1
        self.clients[client.number] = client
        if not client.authenticated:
            self.strangers += 1
        self.changed()
        return client

    @property
    def is_full(self) -> bool:
        """Whether accepting should stop until somebody has gone or has authenticated."""
        return len(self.clients) >= self.max_clients or self.strangers >= self.max_anonymous_clients > 0

    def stranger_came(self) -> None:
        """Somebody has connected and is not yet a client: a TLS handshake."""
        self.strangers += 1
        self.changed()

    def stranger_went(self) -> None:
        self.strangers -= 1
        self.changed()

    def admitted(self, client: ServedClient) -> None:
        self.stranger_went()

    def lost(self, client: ServedClient) -> None:
        if self.clients.pop(client.number, None) is not None:
            if not client.authenticated:
                self.strangers -= 1
            self.changed()

    async def close(self) -> None:
        """Drop every client and wait for what runs for them."""
        for client in list(self.clients.values()):
            client.close()
        await self.tasks.close()
