"""What a parse or a format is for: the flags that decide which fields are read, kept and written.

Plain classes: `dataclasses` would take longer to import than all documents' declarations of a kind.
"""

from __future__ import annotations

from typing import Any, Self

from purevirt.types.override import override


class _Flags:
    """Values compared and shown by their names."""

    __slots__: tuple[str, ...] = ()

    def replace(self, **changes: Any) -> Self:
        """The same with some flags changed. TypeError for a name that is none."""
        given = {name: getattr(self, name) for name in type(self).__slots__}
        return type(self)(**{**given, **changes})

    @override
    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in type(self).__slots__)

    __hash__ = None  # type: ignore[assignment]

    @override
    def __repr__(self) -> str:
        said = (f"{name}={value!r}" for name in type(self).__slots__ if (value := getattr(self, name)))
        return f"{type(self).__name__}({', '.join(said)})"


class ParseContext(_Flags):
    """Flags as libvirt's VIR_DOMAIN_DEF_PARSE_* mean them, for every document kind.

    `inactive`: a persistent definition is read: live-only fields are ignored. `status`: a status file is read.
    `validate`: the document is checked against its schema first (VIR_*_VALIDATE).
    `hooks` is whatever the stage after parsing needs (driver capabilities, a configuration); the engine does not look.
    """

    __slots__ = ("actual_net", "extra", "hooks", "inactive", "internal", "redefine", "skip_validate", "status", "validate")

    def __init__(
        self,
        *,
        inactive: bool = False,
        status: bool = False,
        actual_net: bool = False,
        redefine: bool = False,
        internal: bool = False,
        skip_validate: bool = False,
        validate: bool = False,
        extra: dict[str, Any] | None = None,
        hooks: Any = None,
    ) -> None:
        self.inactive = inactive
        self.status = status
        self.actual_net = actual_net
        self.redefine = redefine
        self.internal = internal
        self.skip_validate = skip_validate
        self.validate = validate
        self.extra: dict[str, Any] = {} if extra is None else extra
        self.hooks = hooks


class FormatContext(_Flags):
    """Flags as VIR_DOMAIN_DEF_FORMAT_* mean them.

    `secure`: secrets are written. `inactive`: live-only fields are left out. `status`: a status file is written.
    """

    __slots__ = ("actual_net", "extra", "inactive", "internal", "migratable", "secure", "status")

    def __init__(
        self,
        *,
        secure: bool = False,
        inactive: bool = False,
        status: bool = False,
        migratable: bool = False,
        actual_net: bool = False,
        internal: bool = False,
        extra: dict[str, Any] | None = None,
    ) -> None:
        self.secure = secure
        self.inactive = inactive
        self.status = status
        self.migratable = migratable
        self.actual_net = actual_net
        self.internal = internal
        self.extra: dict[str, Any] = {} if extra is None else extra
