"""The terminal connected to a guest console: a loop over stdin and the connection."""

from __future__ import annotations

import os
import select
import sys
import termios
import tty
from typing import TYPE_CHECKING, Any

from purevirt.types.constants import VIR_STREAM_NONBLOCK

if TYPE_CHECKING:
    from purevirt.client import Connection, Domain

CHUNK = 65536


def escape_byte(text: str) -> bytes:
    """The byte of "^]" (control and that character) or of one plain character."""
    if text[0] == "^" and len(text) == 2:
        return bytes([ord(text[1].upper()) ^ 0x40])
    return text[0].encode()


class Console:
    """One session; `run` returns at the escape character, at the end of either side, or raises VirtError."""

    def __init__(self, conn: Connection, dom: Domain, device: str | None, flags: int, escape: bytes) -> None:
        self._conn = conn
        self._escape = escape
        self._stream: Any = conn.stream_new(VIR_STREAM_NONBLOCK)
        dom.open_console(device, self._stream, flags)
        self._unsent = b""

    def run(self) -> None:
        """The terminal is raw meanwhile and as before afterwards."""
        stdin = sys.stdin.fileno()
        before = termios.tcgetattr(stdin)
        tty.setraw(stdin)
        try:
            self._loop(stdin)
        finally:
            termios.tcsetattr(stdin, termios.TCSAFLUSH, before)
        self._stream.abort()

    def _loop(self, stdin: int) -> None:
        wire = self._conn.fileno()
        while True:
            if not self._show():
                return
            self._send()
            readable, _, _ = select.select([stdin, wire], [wire] if self._unsent else [], [])
            if wire in readable:
                self._conn.process_events(0.0)
            if stdin in readable:
                typed = os.read(stdin, CHUNK)
                if not typed:
                    return
                before, escape, _ = typed.partition(self._escape)
                self._unsent += before
                if escape:
                    self._send()
                    return

    def _show(self) -> bool:
        """What has come, to the terminal; False at the end of the stream."""
        while True:
            data = self._stream.recv(CHUNK)
            if data is None:
                return True
            if not data:
                return False
            _write_all(sys.stdout.fileno(), data)

    def _send(self) -> None:
        while self._unsent:
            taken = self._stream.send(self._unsent)
            if taken < 0:
                return
            self._unsent = self._unsent[taken:]


def _write_all(fd: int, data: bytes) -> None:
    while data:
        data = data[os.write(fd, data) :]
