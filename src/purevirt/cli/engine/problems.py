"""How a handler says that it failed."""

from __future__ import annotations


class Failed(Exception):
    """A command failed: the lines are printed behind "error: ", then the library error that caused it, if any.

    Raise it `from` the VirtError. With no line only the library error is shown.
    """

    def __init__(self, *lines: str) -> None:
        super().__init__(*lines)
        self.lines = lines
