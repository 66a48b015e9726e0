"""What the client's two transports have in common: the link, the session on it, and what is known of their end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.protocol.rows import Program, Row
from purevirt.rpc.keepalive import KeepAlive
from purevirt.rpc.link import LayeredLink, Link, Wrap
from purevirt.rpc.session import ClientSession

CLOSE_ERROR, CLOSE_EOF, CLOSE_KEEPALIVE, CLOSE_CLIENT = range(4)
"""VIR_CONNECT_CLOSE_REASON_*: what `on_close` is told."""


def closed_error() -> VirtError:
    """Of calls on a connection that has ended."""
    return VirtError(ErrorCode.INTERNAL_ERROR, "client socket is closed", ErrorDomain.RPC)


class Transport:
    """One connection to a server. `link` is connected; it is the transport's from here on.

    `on_notice(row, message)` gets every event; `on_close(reason)` is called once when the connection has ended, for
    whatever reason. `default_deadline_s` (seconds, None = none) is applied to calls that name no deadline.
    """

    def __init__(self, link: Link, programs: Iterable[Program]) -> None:
        self._link = link
        self._session = ClientSession(programs)
        self._closed: VirtError | None = None
        self._keepalive: KeepAlive | None = None
        self.on_notice: Callable[[Row, Any], None] | None = None
        self.on_close: Callable[[int], None] | None = None
        self.default_deadline_s: float | None = None

    @property
    def is_open(self) -> bool:
        return self._closed is None

    @property
    def can_pass_fds(self) -> bool:
        return self._link.can_pass_fds

    @property
    def link(self) -> Link:
        return self._link

    def fileno(self) -> int:
        """Becomes readable when something has come from the server; -1 when closed."""
        return self._link.fileno()

    def add_layer(self, wrap: Wrap, unwrap: Wrap) -> None:
        """From now on everything passes through a SASL security layer."""
        self._link = LayeredLink(self._link, wrap, unwrap)

    def set_keepalive(self, interval_s: float, count: int) -> None:
        """Ping the server when it is silent; interval 0 stops it."""
        self._keepalive = KeepAlive(interval_s, count, time.monotonic()) if interval_s > 0 else None

    def _require_open(self) -> None:
        if self._closed is not None:
            raise closed_error()

    def _until(self, given: float | None) -> float | None:
        """The moment a call must be done by."""
        if given is None and self.default_deadline_s is not None:
            return time.monotonic() + self.default_deadline_s
        return given
