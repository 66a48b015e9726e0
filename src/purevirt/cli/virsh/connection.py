"""Opening virsh's connection: URI, read-only, keepalive, the complaints of each step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.errors import ErrorCode, VirtError

if TYPE_CHECKING:
    from purevirt.client import Connection


def connect(shell: Shell) -> Connection:
    """A new connection as the settings say. Raises Failed."""
    settings = shell.settings
    conn = open_uri(settings.uri, readonly=settings.readonly)
    if settings.keepalive_interval >= 0:
        try:
            conn.set_keep_alive(max(settings.keepalive_interval, 0), max(settings.keepalive_count, 0) or 5)
        except VirtError as error:
            if settings.keepalive_interval != 0 and error.code != ErrorCode.OPERATION_UNSUPPORTED:
                conn.close()
                shell.error("Cannot setup keepalive on connection as requested, disconnecting")
                raise Failed("failed to connect to the hypervisor") from error
    return conn


def open_uri(uri: str | None, *, readonly: bool = False) -> Connection:
    """A connection, or the complaint that there is none."""
    import purevirt
    from purevirt.cli.virsh.asking import TYPES, ask
    from purevirt.types.constants import VIR_CONNECT_RO

    try:
        return purevirt.open_auth(uri, TYPES, ask, VIR_CONNECT_RO if readonly else 0)
    except VirtError as error:
        raise Failed("failed to connect to the hypervisor") from error
