"""Editing a text in the user's editor, and the question what to do with a bad result."""

from __future__ import annotations

import os
import re
import shlex
import sys
import tempfile
from collections.abc import Callable
from typing import Literal

from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.errors import VirtError
from purevirt.host.foreground import run_in_foreground

_PLAIN = re.compile(r"[A-Za-z0-9/_.:-]*\Z")


def edit_text(text: str, edited: str | None = None) -> str:
    """`edited` (or `text`) as the user leaves it. Raises Failed."""
    handle, path = tempfile.mkstemp(prefix="virsh", suffix=".xml")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(edited if edited is not None else text)
        _run_editor(path)
        with open(path, encoding="utf-8") as file:
            return file.read()
    finally:
        os.unlink(path)


def _run_editor(path: str) -> None:
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    if not _PLAIN.match(path):
        raise Failed(
            f"temporary filename contains shell meta or other unacceptable characters (is $TMPDIR wrong?): {path}"
        )
    command = [editor] if _PLAIN.match(editor) else ["sh", "-c", f"{editor} {shlex.quote(path)}"]
    if command[0] != "sh":
        command.append(path)
    sys.stdout.flush()
    try:
        status = run_in_foreground(command)
    except OSError as error:
        raise Failed(f"command failed: {shlex.join(command)}: {error.strerror}") from error
    if status:
        raise Failed(f"command exited with non-zero status: {shlex.join(command)}")


Answer = Literal["yes", "no", "force", "ignore"]


def ask_again(shell: Shell, complaint: str, *, can_ignore: bool) -> Answer:
    """What to do with a text that was refused: edit again, give up, redefine by force, or skip validation."""
    if not sys.stdin.isatty() or not sys.stdout.isatty():
        return "no"
    choices = "[y,n,i,f,?]" if can_ignore else "[y,n,f,?]"
    while True:
        shell.write("\r")
        shell.write(f"{complaint} Try again? {choices}: ")
        shell.out.flush()
        answer = sys.stdin.readline().strip().lower()[:1]
        if answer in ("y", ""):
            return "yes"
        if answer == "n":
            return "no"
        if answer == "f":
            return "force"
        if answer == "i" and can_ignore:
            return "ignore"
        shell.write(
            "\ny - yes, start editor again\nn - no, throw away my changes\n"
            + ("i - turn off validation and try to redefine again\n" if can_ignore else "")
            + "f - force, try to redefine again\n? - print this help\n"
        )


def edit_object(
    shell: Shell,
    fetch: Callable[[], str],
    define: Callable[[str, bool], object],
    unchanged: Callable[[], None],
    *,
    can_ignore: bool = False,
) -> bool:
    """Fetch, edit, look whether it changed under us, define; on refusal ask what to do. False when nothing was changed.

    `define(text, validate)` raises VirtError to refuse. Raises Failed.
    """
    text = fetch()
    edited: str | None = None
    validate = can_ignore
    while True:
        edited = edit_text(text, edited)
        if edited == text:
            unchanged()
            return False
        answer: Answer = "yes"
        while True:
            complaint = "Failed."
            try:
                current = fetch()
                if current != text and answer != "force":
                    complaint = "The XML configuration was changed by another user."
                    shell.error("ERROR: the XML configuration was changed by another user")
                    cause: VirtError | None = None
                else:
                    define(edited, validate)
                    return True
            except VirtError as error:
                cause = error
                shell.error(error.message)
            answer = ask_again(shell, complaint, can_ignore=can_ignore)
            if answer == "no":
                raise Failed() from None
            if answer == "yes":
                break
            if answer == "ignore":
                validate = False
            del cause
