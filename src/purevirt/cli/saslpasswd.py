"""`purevirt saslpasswd [-p] [-d] [-f FILE] USER`: set a SASL user's password, or delete the user.

The file is the `sasldb_path` of sasl2/libvirt.conf; it keeps a SCRAM-SHA-256 secret, no password. A file in Berkeley DB
format belongs to `saslpasswd2` and is left alone.
"""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

from purevirt.errors import VirtError
from purevirt.rpc.sasl_scram import ScramSecret
from purevirt.rpc.sasldb import read_users, write_users

USAGE = "usage: purevirt saslpasswd [-p] [-d] [-f FILE] USER\n  -p  read the password from standard input\n  -d  delete\n"
DEFAULT = "/etc/libvirt/passwd.db"


def main() -> int:
    """0 when done, 1 when not, 2 for a wrong command line."""
    words, path = sys.argv[1:], Path(DEFAULT)
    flags: set[str] = set()
    names: list[str] = []
    while words:
        word = words.pop(0)
        if word == "-f" and words:
            path = Path(words.pop(0))
        elif word in ("-p", "-d"):
            flags.add(word)
        elif word.startswith("-"):
            names = []
            break
        else:
            names.append(word)
    if len(names) != 1 or not names[0] or ":" in names[0] or not names[0].isprintable():
        sys.stderr.write(USAGE)
        return 2
    try:
        return _change(path, names[0], flags)
    except VirtError as e:
        sys.stderr.write(f"purevirt saslpasswd: {e.message}\n")
    except OSError as e:
        sys.stderr.write(f"purevirt saslpasswd: {path}: {e.strerror}\n")
    return 1


def _change(path: Path, name: str, flags: set[str]) -> int:
    known = read_users(path) if path.exists() else {}
    secrets = {user: secret for user, secret in known.items() if isinstance(secret, ScramSecret)}
    if len(secrets) != len(known):
        sys.stderr.write(f"purevirt saslpasswd: {path} is a Berkeley DB file: use saslpasswd2\n")
        return 1
    if "-d" in flags:
        if secrets.pop(name, None) is None:
            sys.stderr.write(f"purevirt saslpasswd: no user '{name}' in {path}\n")
            return 1
    else:
        password = sys.stdin.readline().rstrip("\n") if "-p" in flags else _ask()
        if password is None or not password:
            sys.stderr.write("purevirt saslpasswd: no password, or two different ones\n")
            return 1
        secrets[name] = ScramSecret.of(password)
    write_users(path, secrets)
    return 0


def _ask() -> str | None:
    first = getpass.getpass("Password: ")
    return first if getpass.getpass("Again (for verification): ") == first else None
