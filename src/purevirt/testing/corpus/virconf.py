"""Corpus suite virconf: configuration files read and written, and typed access to settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from purevirt.errors import VirtError
from purevirt.model.virconf import Conf, type_of


class ConfSuite:
    """Both relations of the suite."""

    def check(self, case: dict[str, Any], directory: Path) -> str | None:
        if "input" in case:
            conf = Conf.parse((directory / case["input"]).read_text(encoding="utf-8"))
            expected = (directory / case["expected"]).read_text(encoding="utf-8")
            produced = conf.to_text()
            return None if produced.rstrip("\n") == expected.rstrip("\n") else f"wrong text:\n{produced}"
        conf = Conf.parse(case["input_text"])
        value = conf.get(case["key"])
        if value is None or type_of(value) != case["type"]:
            return f"{value!r} is not {case['type']}"
        getter: Callable[[str], Any] = getattr(conf, "get_" + case["getter"].replace(" ", "_"))
        try:
            found = getter(case["key"])
        except VirtError as error:
            return None if case["expected_value"] is None else f"error: {error.message}"
        return None if found == case["expected_value"] and found is not None else f"got {found!r}"


SUITES = {"virconf": ConfSuite()}
