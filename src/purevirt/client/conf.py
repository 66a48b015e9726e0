"""What libvirt.conf says about names of connections: `uri_default = "…"` and `uri_aliases = ["name=uri", …]`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from purevirt.errors import ErrorCode, ErrorDomain, VirtError

if TYPE_CHECKING:
    from purevirt.model.virconf import Conf

_IN_ALIASES: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def path() -> str:
    """Root has the system's file, everybody else an own one."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return "/etc/libvirt/libvirt.conf"
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return f"{home}/libvirt/libvirt.conf"


def read() -> Conf | None:
    """The file, None where there is none or only comments (as it is installed). Raises CONF_SYNTAX."""
    name = path()
    try:
        with open(name, encoding="utf-8") as file:
            text = file.read()
    except OSError:
        return None
    if not any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines()):
        return None
    from purevirt.model.virconf import Conf

    return Conf.parse(text, name)


def follow_alias(conf: Conf, name: str) -> str:
    """The URI that `name` is an alias of, else `name`. Raises CONF_SYNTAX for an entry that is none."""
    for entry in conf.get_string_list("uri_aliases") or ():
        alias, equals, target = entry.partition("=")
        if not equals:
            raise _malformed(entry, "expected 'alias=uri://host/path'")
        if not _IN_ALIASES.issuperset(alias):
            raise _malformed(entry, "aliases may only contain 'a-Z, 0-9, _, -'")
        if alias == name:
            return target
    return name


def _malformed(entry: str, why: str) -> VirtError:
    text = f"Malformed 'uri_aliases' config entry '{entry}', {why}"
    return VirtError(ErrorCode.CONF_SYNTAX, text, ErrorDomain.URI)
