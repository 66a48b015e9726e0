"""Who is calling, for the few operations that depend on it (autodestroy, passed descriptors, secrets)."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class CallContext:
    """One client connection as a driver sees it. `on_close` callbacks run once, when the connection ends."""

    connection_id: int = 0
    readonly: bool = False
    uid: int = 0
    gid: int = 0
    pid: int = 0
    username: str = ""
    uri: str = ""
    privileged: bool = False
    on_close: list[Callable[[], None]] = field(default_factory=list)
    fds: list[int] = field(default_factory=list)
    """Descriptors that came with this call; the driver takes them by clearing the list, what is left is closed."""
    reply_fds: list[int] = field(default_factory=list)
    """Descriptors to send with the reply; the transport closes them after sending."""


current: ContextVar[CallContext] = ContextVar("purevirt_call")
