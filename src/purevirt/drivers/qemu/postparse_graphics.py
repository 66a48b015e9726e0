"""Listen addresses and ports of graphics servers."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu.postparse_context import PostParseContext


def settle_graphics(graphics: Any, context: PostParseContext) -> None:
    """Nothing that the document itself does not settle; automatic sockets made by us are forgotten."""
    if not context.inactive or graphics.type != "vnc" or not graphics.listens:
        return
    listen = graphics.listens[0]
    if listen.type == "socket" and listen.socket and listen.socket.startswith(f"{context.settings.lib_dir}/domain-"):
        listen.type = "address"
        listen.socket = None
        graphics.port = 0
        graphics.autoport = True
