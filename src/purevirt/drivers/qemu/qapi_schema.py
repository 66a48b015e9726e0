"""The QAPI schema as QEMU reports it, and the question whether a path through it exists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from purevirt.drivers.qemu.monitor import decode

_PREFIX = {"*": "member", "+": "variant", "^": "value", "$": "feature", "!": "builtin"}


class QapiSchema:
    """Types by name. A malformed entry is as good as absent."""

    def __init__(self, entries: list[Any]) -> None:
        self._types: dict[str, Mapping[str, Any]] = {
            name: entry for entry in entries if isinstance(entry, dict) and isinstance(name := entry.get("name"), str)
        }

    def has(self, path: str) -> bool:
        """Whether e.g. `blockdev-add/arg-type/+nbd/*tls-hostname` exists; `*` demands an optional member."""
        name, *steps = path.split("/")
        entry = self._types.get(name)
        if entry is None:
            return False
        if steps and steps[0] in ("arg-type", "ret-type"):
            entry = self._type(entry.get(steps.pop(0)))
        return self._follow(entry, steps)

    def _type(self, name: Any) -> Mapping[str, Any] | None:
        while isinstance(name, str):
            entry = self._types.get(name)
            if entry is None:
                return None
            if entry.get("meta-type") != "array":
                return entry
            name = entry.get("element-type")
        return None

    def _follow(self, entry: Mapping[str, Any] | None, steps: list[str]) -> bool:
        if entry is None:
            return False
        if not steps:
            return True
        step, rest = steps[0], steps[1:]
        if entry.get("meta-type") == "alternate":
            return any(
                self._follow(self._type(member.get("type")), steps)
                for member in decode.objects(entry.get("members", []), "schema")
            )
        kind = _PREFIX.get(step[0], "member")
        label = step[1:] if step[0] in _PREFIX else step
        if kind == "feature":
            return label in entry.get("features", ())
        if kind == "value":
            return label in entry.get("values", ())
        if kind == "builtin":
            return entry.get("json-type") == label
        if kind == "variant":
            for variant in decode.objects(entry.get("variants", []), "schema"):
                if variant.get("case") == label:
                    return self._follow(self._type(variant.get("type")), rest)
            return False
        return self._member(entry, label, optional=step[0] == "*", rest=rest)

    def _member(self, entry: Mapping[str, Any], label: str, *, optional: bool, rest: list[str]) -> bool:
        for member in decode.objects(entry.get("members", []), "schema"):
            if member.get("name") == label and ("default" in member) == optional:
                if rest and rest[0].startswith("$"):
                    return rest[0][1:] in member.get("features", ())
                return self._follow(self._type(member.get("type")), rest)
        return False
