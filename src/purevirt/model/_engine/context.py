"""What a parse or a format is for: the flags that decide which fields are read, kept and written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class ParseContext:
    """Flags as libvirt's VIR_DOMAIN_DEF_PARSE_* mean them, for every document kind.

    `inactive`: a persistent definition is read: live-only fields are ignored. `status`: a status file is read.
    `validate`: the document is checked against its schema first (VIR_*_VALIDATE).
    `hooks` is whatever the stage after parsing needs (driver capabilities, a configuration); the engine does not look.
    """

    inactive: bool = False
    status: bool = False
    actual_net: bool = False
    redefine: bool = False
    internal: bool = False
    skip_validate: bool = False
    allow_boot: bool = True
    validate: bool = False
    extra: dict[str, Any] = field(default_factory=dict)
    hooks: Any = None


@dataclass(slots=True)
class FormatContext:
    """Flags as VIR_DOMAIN_DEF_FORMAT_* mean them.

    `secure`: secrets are written. `inactive`: live-only fields are left out. `status`: a status file is written.
    """

    secure: bool = False
    inactive: bool = False
    status: bool = False
    migratable: bool = False
    actual_net: bool = False
    internal: bool = False
    extra: dict[str, Any] = field(default_factory=dict)
