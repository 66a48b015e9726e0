"""A daemon's server inside the test process: on its own thread, over a real socket, with the access control a test gives."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from purevirt.daemon.access.control import AccessControl, Authority
from purevirt.daemon.auth import AuthCalls
from purevirt.daemon.connect_calls import ConnectCalls
from purevirt.daemon.listeners import Listener, UnixAddress, bind_unix
from purevirt.daemon.server import Server
from purevirt.drivers.registry import DriverHost
from purevirt.host.roots import session_roots
from purevirt.protocol import lxc, qemu, remote


class Served:
    """The running server and its two sockets."""

    def __init__(self, directory: Path) -> None:
        self.socket = directory / "sock"
        self.readonly_socket = directory / "sock-ro"
        self.loop = asyncio.new_event_loop()
        self.server: Server

    def uri(self, driver: str = "test:///default", readonly: bool = False) -> str:
        scheme, _, path = driver.partition("://")
        return f"{scheme}+unix://{path}?socket={self.readonly_socket if readonly else self.socket}"


@contextmanager
def serving(directory: Path, authority: Authority | None = None) -> Iterator[Served]:
    """Serve until the block ends; nothing is left behind."""
    served = Served(directory)
    ready = threading.Event()
    over = asyncio.Event()

    async def run() -> None:
        host = DriverHost(session_roots(directory / "root"))
        access = AccessControl(authority) if authority is not None else None
        programs = (remote.PROGRAM, qemu.PROGRAM, lxc.PROGRAM)
        handlers = {name: dict(own) for name, own in ConnectCalls(host).handlers().items()}
        handlers["remote"].update(AuthCalls().handlers())
        served.server = Server("libvirtd", served.loop, programs, handlers, access)
        listeners = [
            Listener(served.server, bind_unix(UnixAddress(path, 0o700)), 0, readonly, path)
            for path, readonly in ((served.socket, False), (served.readonly_socket, True))
        ]
        for listener in listeners:
            listener.reconsider()
        ready.set()
        await over.wait()
        for listener in listeners:
            listener.close()
        await served.server.close()

    thread = threading.Thread(target=served.loop.run_until_complete, args=(run(),), daemon=True)
    thread.start()
    try:
        assert ready.wait(10)
        yield served
    finally:
        served.loop.call_soon_threadsafe(over.set)
        thread.join(10)
        assert not thread.is_alive()
        served.loop.close()
