"""The two settings of libvirt.conf: `uri_default = "…"` and `uri_aliases = ["name=uri", …]`."""

from __future__ import annotations

import re
from typing import Any

from purevirt.errors import ErrorCode, ErrorDomain, VirtError

_SETTING = re.compile(r'\s*([A-Za-z_]\w*)\s*=\s*("[^"]*"|\'[^\']*\'|\[[^\]]*\]|-?\d+)[ \t]*(?:#[^\n]*)?(?:\n|$)')
_ITEM = re.compile(r'"([^"]*)"|\'([^\']*)\'')


def parse_settings(text: str) -> dict[str, Any]:
    """Names to strings, lists of strings, or numbers. Raises CONF_SYNTAX for anything else."""
    settings: dict[str, Any] = {}
    at = 0
    while text[at:].strip():
        match = _SETTING.match(text, at)
        if match is None:
            raise VirtError(ErrorCode.CONF_SYNTAX, f"libvirt.conf: cannot read {text[at : at + 40]!r}", ErrorDomain.CONF)
        name, value = match.groups()
        if value[0] == "[":
            settings[name] = [a or b for a, b in _ITEM.findall(value)]
        elif value[0] in "\"'":
            settings[name] = value[1:-1]
        else:
            settings[name] = int(value)
        at = match.end()
    return settings
