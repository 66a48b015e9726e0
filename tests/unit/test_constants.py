"""The constants module equals the frozen facts."""

from __future__ import annotations

from purevirt.types import constants
from wire import facts


def test_every_member_and_macro() -> None:
    checked = 0
    for library in facts.load("constants.json")["libraries"].values():
        groups = [e["members"] for e in library["enums"].values()]
        groups += [e.get("sentinels", {}) for e in library["enums"].values()]
        groups += [library["macros_int"], library["macros_string"]]
        for group in groups:
            for name, value in group.items():
                assert getattr(constants, name) == value
                checked += 1
    assert checked > 1300
