"""Running a program in front of the user: an editor, a pager. It inherits the terminal and we wait for it."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence


def run_in_foreground(argv: Sequence[str]) -> int:
    """The exit status. Raises OSError when the program cannot be started."""
    return subprocess.run(argv, check=False).returncode
