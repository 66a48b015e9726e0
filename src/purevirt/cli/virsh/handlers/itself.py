"""Commands about virsh itself; virt-admin has the same ones."""

from __future__ import annotations

import os
import re

from purevirt.cli.engine import help
from purevirt.cli.engine.args import Args
from purevirt.cli.engine.complete import candidates
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell


def cmd_help(sh: Shell, a: Args) -> bool:
    """All groups, a group, or a command."""
    name = a.raw("command")
    if name is None:
        sh.write(help.all_groups(sh.table))
        return True
    row = sh.table.find(name)
    if row is not None:
        sh.write(help.command_page(row))
        return True
    group = sh.table.group(name)
    if group is None:
        raise Failed(f"command or command group '{name}' doesn't exist")
    sh.write(help.group_page(sh.table, group))
    return True


def cmd_cd(sh: Shell, a: Args) -> None:
    if not sh.settings.interactive:
        raise Failed("cd: command valid only in interactive mode")
    target = a.raw("dir") or os.path.expanduser("~")
    try:
        os.chdir(target)
    except OSError as error:
        raise Failed(f"cd: {error.strerror}: {target}") from error


def cmd_pwd(sh: Shell, a: Args) -> None:
    try:
        sh.write(os.getcwd() + "\n")
    except OSError as error:
        raise Failed(f"pwd: cannot get current directory: {error.strerror}") from error


def cmd_echo(sh: Shell, a: Args) -> None:
    """Words back, quoted for a shell or for XML, or split at commas."""
    words: list[str] = []
    for word in a.words("string"):
        if a.flag("xml"):
            word = xml_escape(word)
        if a.flag("shell"):
            word = shell_quote(word)
        words.append("\n".join(split_escaped(word)) + "\n" if a.flag("split") else word)
    text = ("" if a.flag("split") else " ").join(words)
    if a.flag("err"):
        sh.error(text)
    else:
        sh.write(text)


def split_escaped(text: str) -> list[str]:
    """Parts between single commas; ",," is one comma. Pairs bind from the left, a comma behind the last one separates."""
    return [part.replace("\0", ",") for part in text.replace(",,", "\0").split(",")]


def xml_escape(text: str) -> str:
    return (
        text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&quot;")
        .replace("'", "&apos;")
    )


def shell_quote(text: str) -> str:
    """One word for a shell; plain when nothing in it is special."""
    if text and not re.search(r"[^A-Za-z0-9%+,./:=@_^-]", text):
        return text
    return "'" + text.replace("'", "'\\''") + "'"


def cmd_quit(sh: Shell, a: Args) -> None:
    sh.done = True


cmd_exit = cmd_quit


def cmd_self_test(sh: Shell, a: Args) -> None:
    """Every row has a handler, and what it says about its options makes sense."""
    for name in sh.table.names():
        row = sh.table.find(name)
        if row is None or not callable(sh.table.handler(name)):
            raise Failed(f"command '{name}' has no handler")
        if a.flag("completers-missing"):
            missing = [o.name for o in row.options if o.kind in ("text", "data", "many", "number") and not o.complete]
            if missing:
                sh.write(f"{name}: {', '.join(missing)}\n")


def cmd_complete(sh: Shell, a: Args) -> bool:
    if not sh.is_connected:
        sh.connect()
    found = candidates(sh, a.words("string"))
    sh.write("".join(f"{value}\n" for value in found))
    return bool(found)


def cmd_connect(sh: Shell, a: Args) -> None:
    """(Re)connect; a failed attempt leaves the old connection in place."""
    old = sh.settings.uri, sh.settings.readonly
    uri = a.text("name")
    sh.settings.uri, sh.settings.readonly = uri or sh.settings.uri, a.flag("readonly")
    try:
        sh.connect()
    except Failed:
        sh.settings.uri, sh.settings.readonly = old
        raise
