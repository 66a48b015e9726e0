"""The program virt-admin."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from purevirt.cli.admin.table import TABLE
from purevirt.cli.engine import startup
from purevirt.cli.engine.getopt import Global
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.errors import VirtError

if TYPE_CHECKING:
    from purevirt.client import AdmConnection

LIBRARY_VERSION = "9.0.0"
"""The libvirt release whose interface this is."""

_OPTIONS = (
    Global("c", "connect", "required"),
    Global("d", "debug", "required"),
    Global("h", "help"),
    Global("l", "log", "required"),
    Global("q", "quiet"),
    Global("v", ""),
    Global("V", ""),
    Global("", "version", "optional"),
)

_USAGE = """\
    -c | --connect=URI      daemon admin connection URI
    -d | --debug=NUM        debug level [0-4]
    -h | --help             this help
    -l | --log=FILE         output logging to file
    -q | --quiet            quiet mode
    -v                      short version
    -V                      long version
         --version[=TYPE]   version, TYPE is short or long (default short)
"""

_LONG_VERSION = f"""\
Virt-admin command line tool of libvirt {LIBRARY_VERSION}
See web site at https://libvirt.org/

Compiled with support for: Daemon Debug Readline
"""

_BANNER = """\
Welcome to virt-admin, the administrating virtualization interactive terminal.

Type:  'help' for help with commands
       'quit' to quit

"""


def connect(shell: Shell) -> AdmConnection:
    """A new connection to the admin socket. Raises Failed."""
    import purevirt

    try:
        return purevirt.open_admin(shell.settings.uri)
    except VirtError as error:
        raise Failed("Failed to connect to the admin server") from error


def _version(long: bool) -> str:
    return _LONG_VERSION if long else f"{LIBRARY_VERSION}\n"


PROGRAM = startup.Program(
    "virt-admin",
    TABLE,
    _OPTIONS,
    _USAGE,
    _version,
    _BANNER,
    lambda shell: "virt-admin # ",
    connect,
    "VIRT_ADMIN",
    "LIBVIRT_ADMIN_DEFAULT_URI",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run virt-admin; the exit status."""
    return startup.main(PROGRAM, sys.argv[1:] if argv is None else argv)
