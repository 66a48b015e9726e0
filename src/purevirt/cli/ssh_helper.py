"""`virt-ssh-helper [-r] URI` and `purevirt virt-ssh-helper`: joins standard input and output to a local daemon's socket.

What ssh starts on the daemon's host for a client elsewhere. The socket is the one a local client of the URI would use.
"""

from __future__ import annotations

import os
import select
import socket
import sys

from purevirt import __version__
from purevirt.errors import VirtError

USAGE = """Usage:
  virt-ssh-helper [OPTION…] URI

Internal tool used to handle connections coming from remote clients.

  -r, --readonly   make the connection read-only
  -V, --version    display version information
  -h, --help       display this help
"""
_PIECE = 262144


def main() -> int:
    """0 when one side ended the conversation, 1 when it could not be had."""
    readonly, names = False, []
    for word in sys.argv[1:]:
        if word in ("-r", "--readonly"):
            readonly = True
        elif word in ("-V", "--version"):
            sys.stdout.write(f"virt-ssh-helper (purevirt) {__version__}\n")
            return 0
        elif word in ("-h", "--help"):
            sys.stdout.write(USAGE)
            return 0
        else:
            names.append(word)
    if len(names) != 1 or names[0].startswith("-"):
        sys.stderr.write("virt-ssh-helper: expected a URI\n")
        return 1
    try:
        sock = open_local(names[0], readonly)
    except VirtError as e:
        sys.stderr.write(f"virt-ssh-helper: {e.message}\n")
        return 1
    with sock:
        join(sock, sys.stdin.fileno(), sys.stdout.fileno())
    return 0


def open_local(name: str, readonly: bool) -> socket.socket:
    """The connected socket for a local URI. Raises VirtError."""
    from purevirt.drivers.remote.address import bad_argument, resolve
    from purevirt.rpc.unix import open_unix
    from purevirt.rpc.uri import parse_uri

    uri = parse_uri(name) if name else None
    if name and uri is None:
        raise bad_argument(f"URI '{name}' does not include a driver name")
    if uri is not None and (uri.server or uri.transport not in (None, "unix")):
        raise bad_argument(f"URI '{name}' is not local")
    address = resolve(uri, readonly)
    for path in address.sockets[:-1]:
        try:
            return open_unix(path, None)
        except VirtError:
            continue
    return open_unix(address.sockets[-1], None)


class _Flow:
    """One direction: what was read and is not yet written, at most one piece."""

    def __init__(self, source: int, sink: int) -> None:
        self.source, self.sink = source, sink
        self.held = b""

    def turn(self, readable: list[int], writable: list[int]) -> bool:
        """False at the end of file, or when nobody reads on."""
        if not self.held and self.source in readable:
            self.held = os.read(self.source, _PIECE)
            if not self.held:
                return False
        if self.held and self.sink in writable:
            self.held = self.held[os.write(self.sink, self.held[:65536]) :]
        return True


def join(sock: socket.socket, source: int, sink: int) -> None:
    """Copy both ways until one side ends; neither waits for the other."""
    fd = sock.fileno()
    flows = (_Flow(source, fd), _Flow(fd, sink))
    sock.settimeout(None)
    for each in {source, sink, fd}:
        os.set_blocking(each, False)
    while True:
        readers = [flow.source for flow in flows if not flow.held]
        writers = [flow.sink for flow in flows if flow.held]
        readable, writable, _ = select.select(readers, writers, [])
        for flow in flows:
            try:
                if not flow.turn(readable, writable):
                    return
            except BlockingIOError:
                continue
            except OSError:
                return


if __name__ == "__main__":
    sys.exit(main())
