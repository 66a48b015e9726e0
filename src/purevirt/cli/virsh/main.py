"""The program virsh."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from purevirt.cli.engine import startup
from purevirt.cli.engine.getopt import Global
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh.connection import connect
from purevirt.cli.virsh.table import TABLE

LIBRARY_VERSION = "9.0.0"
"""The libvirt release whose interface this is."""

_OPTIONS = (
    Global("c", "connect", "required"),
    Global("d", "debug", "required"),
    Global("e", "escape", "required"),
    Global("h", "help"),
    Global("k", "keepalive-interval", "required"),
    Global("K", "keepalive-count", "required"),
    Global("l", "log", "required"),
    Global("q", "quiet"),
    Global("r", "readonly"),
    Global("t", "timing"),
    Global("v", ""),
    Global("V", ""),
    Global("", "version", "optional"),
)

_USAGE = """\
    -c | --connect=URI      hypervisor connection URI
    -d | --debug=NUM        debug level [0-4]
    -e | --escape <char>    set escape sequence for console
    -h | --help             this help
    -k | --keepalive-interval=NUM
                            keepalive interval in seconds, 0 for disable
    -K | --keepalive-count=NUM
                            number of possible missed keepalive messages
    -l | --log=FILE         output logging to file
    -q | --quiet            quiet mode
    -r | --readonly         connect readonly
    -t | --timing           print timing information
    -v                      short version
    -V                      long version
         --version[=TYPE]   version, TYPE is short or long (default short)
"""

_LONG_VERSION = f"""\
Virsh command line tool of libvirt {LIBRARY_VERSION}
See web site at https://libvirt.org/

Compiled with support for:
 Hypervisors: QEMU/KVM LXC LibXL OpenVZ VMware VirtualBox ESX Test
 Networking: Remote Network Bridging Interface udev Nwfilter
 Storage: Dir Disk Filesystem SCSI Multipath iSCSI iSCSI-direct LVM RBD Gluster ZFS
 Miscellaneous: Daemon Nodedev AppArmor SELinux Secrets Debug DTrace Readline
"""

_BANNER = """\
Welcome to virsh, the virtualization interactive terminal.

Type:  'help' for help with commands
       'quit' to quit

"""


def _version(long: bool) -> str:
    return _LONG_VERSION if long else f"{LIBRARY_VERSION}\n"


def _prompt(shell: Shell) -> str:
    return "virsh > " if shell.settings.readonly else "virsh # "


PROGRAM = startup.Program(
    "virsh", TABLE, _OPTIONS, _USAGE, _version, _BANNER, _prompt, connect, "VIRSH", "VIRSH_DEFAULT_CONNECT_URI"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run virsh; the exit status."""
    return startup.main(PROGRAM, sys.argv[1:] if argv is None else argv)


if __name__ == "__main__":
    sys.exit(main())
