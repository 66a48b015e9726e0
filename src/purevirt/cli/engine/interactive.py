"""The interactive terminal: banner, prompt, history, completion by tab."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from purevirt.cli.engine.complete import candidates_for_line
from purevirt.cli.engine.lexer import split_string
from purevirt.cli.engine.shell import Shell


def run(shell: Shell, banner: str, prompt: Callable[[], str], history_variable: str) -> bool:
    """Read lines until quit or end of input; True when the last line succeeded."""
    shell.settings.interactive = True
    shell.extra(banner)
    terminal = sys.stdin.isatty()
    history = _History(shell, history_variable) if terminal else None
    ok = True
    while not shell.done:
        shell.out.flush()
        try:
            line = _read(prompt(), terminal, shell)
        except EOFError:
            break
        except KeyboardInterrupt:
            shell.write("\n")
            continue
        if line.strip():
            ok = shell.run_words(split_string(line))
    shell.write("\n")
    if history is not None:
        history.save()
    return ok


def _read(prompt: str, terminal: bool, shell: Shell) -> str:
    if terminal:
        return input(prompt)
    shell.write(prompt)  # what GNU readline shows when its input is no terminal: the prompt and the line
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    shell.write(line if line.endswith("\n") else line + "\n")
    return line


class _History:
    """GNU readline with a history file, where Python has it."""

    def __init__(self, shell: Shell, variable: str) -> None:
        self._path: Path | None = None
        try:
            import readline
        except ImportError:
            return
        cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        self._path = Path(cache) / "libvirt" / shell.program / "history"
        size = os.environ.get(variable, "")
        readline.set_history_length(min(int(size), 10000) if size.isdigit() else 500)
        if self._path.exists():
            readline.read_history_file(self._path)
        matches: list[str] = []

        def complete(text: str, state: int) -> str | None:
            if state == 0:
                matches[:] = candidates_for_line(shell, readline.get_line_buffer()[: readline.get_endidx()], text)
                if len(matches) == 1 and not matches[0].endswith("/"):
                    matches[0] += " "  # as GNU readline does by itself in a C program
            return matches[state] if state < len(matches) else None

        readline.set_completer(complete)
        readline.set_completer_delims(" \t\n\\`@$><=;|&{(")
        readline.parse_and_bind("tab: complete")

    def save(self) -> None:
        if self._path is None:
            return
        import readline

        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
            readline.write_history_file(self._path)
        except OSError:
            pass  # a history that cannot be kept is not worth a message on every exit
