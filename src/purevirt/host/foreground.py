"""Running a program in front of the user: an editor, a shell in a container. It inherits the terminal; we wait."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence


def run_in_foreground(argv: Sequence[str], keep: Sequence[int] = ()) -> int:
    """The exit status; `keep` are descriptors the program inherits. Raises OSError when it cannot be started."""
    return subprocess.run(argv, check=False, pass_fds=keep).returncode
