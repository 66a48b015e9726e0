"""What a server (or ssh) wants to know, asked on the terminal: names with echo, secrets without."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

from purevirt.types.constants import (
    VIR_CRED_AUTHNAME,
    VIR_CRED_ECHOPROMPT,
    VIR_CRED_NOECHOPROMPT,
    VIR_CRED_PASSPHRASE,
    VIR_CRED_REALM,
)

if TYPE_CHECKING:
    from purevirt.drivers.remote.credentials import Credential

TYPES = (VIR_CRED_AUTHNAME, VIR_CRED_ECHOPROMPT, VIR_CRED_REALM, VIR_CRED_PASSPHRASE, VIR_CRED_NOECHOPROMPT)
_SECRET = (VIR_CRED_PASSPHRASE, VIR_CRED_NOECHOPROMPT)


def ask(credentials: list[Credential]) -> int:
    """Fills in the answers; an empty one is the default, where there is one."""
    for credential in credentials:
        prompt = credential.prompt if credential.prompt.endswith((":", "?")) else f"{credential.prompt}:"
        sys.stdout.write(f"{prompt} ")
        sys.stdout.flush()
        try:
            answer = _secret() if credential.type in _SECRET else sys.stdin.readline()
        except KeyboardInterrupt:  # end as a program that knows nothing of it: by the signal
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            signal.raise_signal(signal.SIGINT)
            return -1
        credential.result = answer.rstrip("\r\n") or credential.default or ""
    return 0


def _secret() -> str:
    """A line of the terminal that is not shown; without a terminal one of the standard input."""
    try:
        with open("/dev/tty", "rb+", buffering=0):
            pass
    except OSError:
        return sys.stdin.readline()
    from getpass import getpass

    try:
        return getpass("")
    except EOFError:
        return ""
