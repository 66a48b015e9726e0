"""Rows: itself."""

from __future__ import annotations

from purevirt.cli.engine.table import Command, alias, flag, many, text

ROWS = (
    Command(
        "cd",
        "change the current directory",
        "Change the current directory.",
        (text("dir", "directory to switch to (default: home or else root)"),),
        connect=False,
    ),
    Command(
        "echo",
        "echo arguments. Used for internal testing.",
        "Echo back arguments, possibly with quoting. Used for internal testing.",
        (
            flag("shell", "escape for shell use"),
            flag("xml", "escape for XML use"),
            flag("split", "split each argument on ','; ',,' is an escape sequence"),
            flag("err", "output to stderr"),
            many("string", "arguments to echo"),
            alias("str", "string"),
            alias("hi", "string=hello"),
        ),
        exclusive=(("shell", "xml"), ("shell", "split"), ("xml", "split")),
        connect=False,
    ),
    Command(
        "exit",
        "quit this interactive terminal",
        "",
        connect=False,
    ),
    Command(
        "help",
        "print help",
        "Prints global help, command specific help, or help for a\n    group of related commands",
        (
            text(
                "command",
                "Prints global help, command specific help, or help for a group of related commands",
                complete="complete-help-command",
            ),
        ),
        connect=False,
    ),
    Command(
        "pwd",
        "print the current directory",
        "Print the current directory.",
        connect=False,
    ),
    Command(
        "quit",
        "quit this interactive terminal",
        "",
        connect=False,
    ),
    Command(
        "self-test",
        "internal command for testing virt shells",
        "internal use only",
        (flag("completers-missing", "output the list of options which are missing completers"),),
        connect=False,
        hidden=True,
    ),
    Command(
        "complete",
        "internal command for autocompletion",
        "internal use only",
        (many("string", "partial string to autocomplete", empty=True),),
        connect=False,
        hidden=True,
    ),
    Command(
        "uri",
        "print the admin server URI",
        "",
    ),
    Command(
        "version",
        "show version",
        "Display the system and also the daemon version information.",
    ),
    Command(
        "connect",
        "connect to daemon's admin server",
        "Connect to a daemon's administrating server.",
        (text("name", "daemon's admin server connection URI", empty=True),),
        connect=False,
    ),
)
