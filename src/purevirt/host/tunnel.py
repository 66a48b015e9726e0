"""A program whose standard input and output are a connection: ssh, or what `command=` of a URI names."""

from __future__ import annotations

import errno
import os
import select
import socket
import subprocess
from collections.abc import Sequence
from typing import TYPE_CHECKING

from purevirt.errors import ErrorDomain, system_error

if TYPE_CHECKING:
    from purevirt.host.askpass import Answer, Askpass

_WORDS = 1024
_PATIENCE_S = 0.5


class Tunnel:
    """`sock` is our end. The program ends with the connection, at the latest when the tunnel is closed. With `answer` it
    finds an askpass program that brings its questions there."""

    def __init__(self, command: Sequence[str], answer: Answer | None = None) -> None:
        """Raises VirtError SYSTEM_ERROR when the program cannot be started."""
        self._askpass: Askpass | None = None
        environment = None
        if answer is not None and hasattr(socket, "AF_UNIX"):
            from purevirt.host.askpass import Askpass

            self._askpass = Askpass(answer)
            environment = {**os.environ, **self._askpass.environment}
        self.sock, theirs = socket.socketpair()
        try:
            self._process = subprocess.Popen(
                list(command), stdin=theirs.fileno(), stdout=theirs.fileno(), stderr=subprocess.PIPE, start_new_session=True,
                env=environment,
            )  # fmt: skip
        except OSError as e:
            self.sock.close()
            if self._askpass is not None:
                self._askpass.close()
            where = ErrorDomain.RPC if "/" in command[0] else ErrorDomain.NONE
            number = e.errno if command[0] else errno.ENOENT
            raise system_error(number or errno.EIO, f"Cannot find '{command[0]}' in path", where) from e
        finally:
            theirs.close()
        assert self._process.stderr is not None
        os.set_blocking(self._process.stderr.fileno(), False)

    def words(self) -> str:
        """What the program has said on its standard error, given the moment it may need to say it."""
        stderr = self._process.stderr
        if stderr is None or stderr.closed:
            return ""
        said = b""
        while len(said) < _WORDS and select.select([stderr], [], [], _PATIENCE_S)[0]:
            got = os.read(stderr.fileno(), _WORDS)
            if not got:
                break
            said += got
        return said[:_WORDS].decode(errors="replace").strip()

    @property
    def asked(self) -> list[str]:
        """What the program has asked so far."""
        return self._askpass.asked if self._askpass is not None else []

    def close(self) -> None:
        """End the program and wait for it."""
        self.sock.close()
        if self._askpass is not None:
            self._askpass.close()
        process = self._process
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if process.stderr is not None:
            process.stderr.close()
