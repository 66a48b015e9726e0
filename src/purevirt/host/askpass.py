"""Answers to what a helper program (ssh) asks, by a function of this process instead of a terminal.

OpenSSH runs $SSH_ASKPASS for every secret and confirmation when $SSH_ASKPASS_REQUIRE is "force" (since 8.4). Ours is a small
script that brings the question to a unix socket; directory and socket are this user's alone, and gone with the connection.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

Answer = Callable[[str, str], str | None]
"""Of a prompt and ssh's hint ("confirm": yes or no is asked for; "none": nothing is; "": a text). None refuses."""

LONGEST = 4096
_PATH_MOST = 100
"""What fits into the address of a unix socket, on any system."""
_SCRIPT = '#!/bin/sh\nexec "$PUREVIRT_ASKPASS_PYTHON" -I -S "$PUREVIRT_ASKPASS_HELPER" "$@"\n'


class Askpass:
    """Serves the questions of one program from a thread, until `close`. `answer` is called in that thread."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.asked: list[str] = []
        """The prompts so far, for the error of a connection that failed after them."""
        self._directory = _private_directory()
        self._path = os.path.join(self._directory, "socket")
        self._script = os.path.join(self._directory, "askpass")
        self._awake, self._wake = socket.socketpair()
        self._server = socket.socket(socket.AF_UNIX)
        try:
            Path(self._script).write_text(_SCRIPT, encoding="ascii")
            os.chmod(self._script, 0o700)
            self._server.bind(self._path)
            self._server.listen(4)
        except BaseException:
            self.close()
            raise
        threading.Thread(target=self._serve, name="purevirt askpass", daemon=True).start()

    @property
    def environment(self) -> Mapping[str, str]:
        """What ssh needs to find us."""
        return {
            "SSH_ASKPASS": self._script,
            "SSH_ASKPASS_REQUIRE": "force",
            "PUREVIRT_ASKPASS": self._path,
            "PUREVIRT_ASKPASS_PYTHON": sys.executable,
            "PUREVIRT_ASKPASS_HELPER": str(Path(__file__).with_name("askpass_helper.py")),
        }

    def _serve(self) -> None:
        with self._server, self._awake:
            while self._awake not in select.select([self._server, self._awake], [], [])[0]:
                with self._server.accept()[0] as asker, contextlib.suppress(OSError):
                    asker.settimeout(10)
                    asker.sendall(self._reply(_all_of(asker)))

    def _reply(self, question: bytes) -> bytes:
        hint, _, prompt = os.fsdecode(question).partition("\0")
        self.asked.append(prompt.strip())
        try:
            answer = self._answer(prompt, hint)
        except Exception:  # noqa: BLE001 - a caller's function: whatever it raises, there is no answer
            answer = None
        return b"-" if answer is None else b"+" + answer.encode("utf-8", "surrogateescape")

    def close(self) -> None:
        """Nobody asks any more. Safe to call twice."""
        self._wake.close()
        shutil.rmtree(self._directory, ignore_errors=True)


def _private_directory() -> str:
    """A new directory of mode 0700 with a name that leaves room for a socket's."""
    long = len(tempfile.gettempdir()) + len("/purevirt-ask-xxxxxxxx/socket") > _PATH_MOST
    return tempfile.mkdtemp(prefix="purevirt-ask-", dir="/tmp" if long else None)


def _all_of(asker: socket.socket) -> bytes:
    question = b""
    while len(question) < LONGEST and (got := asker.recv(LONGEST)):
        question += got
    return question
