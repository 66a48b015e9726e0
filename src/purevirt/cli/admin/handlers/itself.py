"""Commands about virt-admin itself; those it shares with virsh are virsh's."""

from __future__ import annotations

from purevirt.cli.admin.main import LIBRARY_VERSION
from purevirt.cli.engine.args import Args
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh.handlers.itself import (
    cmd_cd,
    cmd_complete,
    cmd_echo,
    cmd_exit,
    cmd_help,
    cmd_pwd,
    cmd_quit,
    cmd_self_test,
)

__all__ = [
    "cmd_cd",
    "cmd_complete",
    "cmd_connect",
    "cmd_echo",
    "cmd_exit",
    "cmd_help",
    "cmd_pwd",
    "cmd_quit",
    "cmd_self_test",
    "cmd_uri",
    "cmd_version",
]


def cmd_uri(sh: Shell, a: Args) -> None:
    sh.write(f"{sh.conn.get_uri()}\n")


def cmd_version(sh: Shell, a: Args) -> None:
    number = sh.conn.get_lib_version()
    sh.write(f"Compiled against library: libvirt {LIBRARY_VERSION}\n")
    sh.write(f"Using library: libvirt {LIBRARY_VERSION}\n")
    sh.write(f"Running against daemon: {number // 1000000}.{number // 1000 % 1000}.{number % 1000}\n")


def cmd_connect(sh: Shell, a: Args) -> None:
    """(Re)connect; a failed attempt leaves the old connection in place."""
    old = sh.settings.uri
    sh.settings.uri = a.text("name") or old
    try:
        sh.connect()
    except Failed:
        sh.settings.uri = old
        raise
    sh.extra("Connected to the admin server\n")
