"""Who we are to a server that asks: auth.conf, and the caller's callback for what no file says."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

CRED_USERNAME, CRED_AUTHNAME, CRED_LANGUAGE, CRED_CNONCE, CRED_PASSPHRASE = 1, 2, 3, 4, 5
CRED_ECHOPROMPT, CRED_NOECHOPROMPT, CRED_REALM, CRED_EXTERNAL = 6, 7, 8, 9

_FILE_KEYS = {CRED_USERNAME: "username", CRED_AUTHNAME: "authname", CRED_PASSPHRASE: "password", CRED_REALM: "realm"}


class Credential:
    """One question: VIR_CRED_* type, prompt, and the answer once given."""

    __slots__ = ("challenge", "default", "prompt", "result", "type")

    def __init__(self, type: int, prompt: str, challenge: str | None = None, default: str | None = None) -> None:
        self.type = type
        self.prompt = prompt
        self.challenge = challenge
        self.default = default
        self.result: str | None = None


Ask = Callable[[list[Credential]], int]
"""Fills in the results; a negative number refuses."""


class Credentials:
    """What can be asked (`types`) and whom (`ask`), after the file of the URI, environment, user or system."""

    def __init__(self, types: Iterable[int] = (), ask: Ask | None = None, authfile: str | None = None) -> None:
        self.types = frozenset(types)
        self.ask = ask
        self.authfile = authfile

    def from_file(self, kind: int, service: str, host: str) -> str | None:
        """The value auth.conf has for this host: section auth-SERVICE-HOST, else auth-SERVICE-default."""
        key = _FILE_KEYS.get(kind)
        path = self._path()
        if key is None or path is None:
            return None
        sections = read_key_file(path)
        for name in (f"auth-{service}-{host}", f"auth-{service}-default"):
            section = sections.get(name)
            if section is not None and "credentials" in section:
                return sections.get(f"credentials-{section['credentials']}", {}).get(key)
        return None

    @staticmethod
    def question(kind: int, prompt: str, challenge: str) -> Credential:
        """One to be put to `ask`."""
        return Credential(kind, prompt, challenge)

    def _path(self) -> str | None:
        config = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
        for path in (self.authfile, os.environ.get("LIBVIRT_AUTH_FILE")):
            if path:
                return path
        for path in (f"{config}/libvirt/auth.conf", "/etc/libvirt/auth.conf"):
            if os.path.exists(path):
                return path
        return None


def read_key_file(path: str) -> dict[str, dict[str, str]]:
    """Sections of a key file; {} where it cannot be read."""
    sections: dict[str, dict[str, str]] = {}
    current: dict[str, str] = {}
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
    except OSError:
        return sections
    for raw in lines:
        line = raw.strip()
        if line.startswith("[") and line.endswith("]"):
            current = sections.setdefault(line[1:-1], {})
        elif line and not line.startswith("#") and "=" in line:
            key, _, value = line.partition("=")
            current[key.strip()] = value.strip()
    return sections
