"""The guest's log file: what was started and how it ended, QEMU's own words in between."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from purevirt.core.clock import Clock

_TAIL = 16 * 1024
_PLAIN = re.compile(r"[^\r\t\n !\"#$&'()*;<>?\[\\\]^`{|}~]+")
_OURS = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\+0000: ")


def quote(word: str) -> str:
    """A word as a shell reads it back."""
    if _PLAIN.fullmatch(word):
        return word
    return "'" + word.replace("'", "'\\''") + "'"


def stamp(clock: Clock) -> str:
    ms = clock.wall_ms()
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(ms // 1000)) + f".{ms % 1000:03d}+0000"


class GuestLog:
    """An open log; `fd` is what QEMU gets as stdout and stderr. `failure()` tells what it said since we opened it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        self._start = os.fstat(self.fd).st_size

    def header(self, clock: Clock, version: str, env: Mapping[str, str], argv: Sequence[str]) -> None:
        """Who starts what: environment and arguments, one option with its value per line."""
        lines = [f"{name}={quote(value)} \\" for name, value in env.items()]
        command = quote(argv[0])
        for index, word in enumerate(argv[1:], 1):
            value = not word.startswith("-") and index > 1 and argv[index - 1].startswith("-")
            command += f" {quote(word)}" if value else f" \\\n{quote(word)}"
        text = f"{stamp(clock)}: starting up {version}\n" + "\n".join([*lines, command]) + "\n"
        os.write(self.fd, text.encode("utf-8", "surrogateescape"))
        self._start = os.fstat(self.fd).st_size

    def failure(self) -> str:
        """QEMU's words since the start, without our lines, at most the last 16 KiB."""
        size = os.fstat(self.fd).st_size
        begin = max(self._start, size - _TAIL)
        text = os.pread(self.fd, size - begin, begin).decode("utf-8", "replace")
        return "\n".join(line for line in text.splitlines() if not _OURS.match(line)).strip()

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


def note(path: Path, clock: Clock, text: str) -> None:
    """One line of ours at the end of the log; a log that is gone is no error."""
    try:
        fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return
    try:
        os.write(fd, f"{stamp(clock)}: {text}\n".encode())
    finally:
        os.close(fd)
