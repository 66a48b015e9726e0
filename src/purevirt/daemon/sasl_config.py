"""How the daemon does SASL: the file `sasl2/libvirt.conf` that libsasl would read, and what it means here."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass, field
from logging import getLogger
from pathlib import Path

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.host import gssapi
from purevirt.rpc.sasl import PREFERENCE, usable
from purevirt.rpc.sasldb import UserFile

log = getLogger("purevirt.daemon.sasl")


@dataclass(slots=True)
class SaslConfig:
    """`mechanisms`: those allowed that this machine can do, best first. `allowed`: patterns of user names, None = all."""

    mechanisms: list[str] = field(default_factory=list)
    users: UserFile = field(default_factory=lambda: UserFile(Path("/etc/sasldb2"), socket.gethostname()))
    keytab: str | None = None
    allowed: list[str] | None = None
    min_ssf: int = 56


def read_settings(path: Path) -> dict[str, str]:
    """`key: value` lines of a libsasl file; {} where there is none. Raises VirtError when it cannot be read."""
    try:
        text = path.read_text(errors="replace")
    except FileNotFoundError:
        return {}
    except OSError as e:
        raise VirtError(ErrorCode.SYSTEM_ERROR, f"cannot read '{path}': {e.strerror}", ErrorDomain.AUTH) from e
    found = {}
    for line in text.splitlines():
        key, colon, value = line.partition(":")
        if colon and not key.lstrip().startswith("#"):
            found[key.strip()] = value.strip()
    return found


def settings_path(etc: Path) -> Path:
    """$SASL_CONF_PATH names directories, as for libsasl; `etc` is the directory of the system's configuration."""
    given = os.environ.get("SASL_CONF_PATH")
    places = [Path(place) for place in given.split(":")] if given else [etc / "sasl2"]
    for place in places:
        if (place / "libvirt.conf").exists():
            return place / "libvirt.conf"
    return places[0] / "libvirt.conf"


def load(etc: Path, key: str, allowed: list[str] | None, min_ssf: int) -> SaslConfig:
    """For the listeners that want SASL; `key` is the setting of libvirtd.conf that says so, for the error.

    Raises VirtError CONFIG_UNSUPPORTED when none of the mechanisms asked for can be had.
    """
    path = settings_path(etc)
    settings = read_settings(path)
    wanted = settings.get("mech_list", " ".join(PREFERENCE)).upper().replace(",", " ").split()
    here = [name for name in PREFERENCE if name in wanted and (name != "GSSAPI" or gssapi.available())]
    if not here:
        text = f"{key}: none of the SASL mechanisms of '{path}' ({' '.join(wanted)}) is available in this daemon"
        raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, text, ErrorDomain.CONF)
    missing = [name for name in wanted if name not in here]
    if missing:
        log.warning("%s: SASL mechanisms that are not available: %s", path, " ".join(missing))
    if key == "auth_tcp" and not usable(here, True):
        text = f"auth_tcp: none of the SASL mechanisms {' '.join(here)} protects a TCP connection; GSSAPI does, and TLS"
        raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, text, ErrorDomain.CONF)
    users = UserFile(Path(settings.get("sasldb_path", str(etc / "sasldb2"))), socket.gethostname())
    if here != ["GSSAPI"]:
        users.check()
    return SaslConfig(here, users, settings.get("keytab"), allowed, max(56, min_ssf))
