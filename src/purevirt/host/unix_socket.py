"""Unix sockets under paths of any length: a socket address holds 107 bytes, so a long directory goes by its descriptor."""

from __future__ import annotations

import os
import socket
from pathlib import Path

_SHORT = 90


class ShortPath:
    """`with ShortPath(directory) as d`: the directory under a name short enough for a socket address."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._fd = -1

    def __enter__(self) -> Path:
        if len(os.fsencode(self._directory)) < _SHORT - 50:
            return self._directory
        self._fd = os.open(self._directory, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        return Path(f"/proc/self/fd/{self._fd}")

    def __exit__(self, *_: object) -> None:
        if self._fd >= 0:
            os.close(self._fd)


def listen(path: Path, mode: int = 0o775) -> socket.socket:
    """A stream socket listening at `path`, for a program that inherits it. Raises OSError."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    try:
        path.unlink(missing_ok=True)
        with ShortPath(path.parent) as short:
            sock.bind(str(short / path.name))
        os.chmod(path, mode)
        sock.listen(1)
    except OSError:
        sock.close()
        raise
    return sock
