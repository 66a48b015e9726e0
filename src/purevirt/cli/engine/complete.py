"""Completion of a partial command line, for bash (the hidden command `complete`) and for the interactive mode."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from purevirt.cli.engine.lexer import End, SyntaxProblem, split_string
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.table import Command, Option
from purevirt.errors import VirtError

if TYPE_CHECKING:
    from purevirt.cli.engine.shell import Shell

Completer = Callable[["Shell", "dict[str, str]", "list[str]"], "list[str]"]
"""(shell, options given so far, filter words) -> values. Found by name in the program's module `completers`.

The word in work is among the options given, under its option's name and under "".
"""


def candidates(shell: Shell, words: Sequence[str]) -> list[str]:
    """What may stand in place of the last word."""
    if not words:
        return []
    partial = words[-1]
    if len(words) == 1:
        return [name for name in (*shell.table.names(), *shell.table.aliases) if _offers(shell, name, partial)]
    row = shell.table.find(words[0])
    if row is None:
        return []
    position = _Position(row)
    for word in words[1:-1]:
        if not position.take(word):
            return []
    found: list[str] = []
    option = position.waiting or (None if partial.startswith("-") else position.next_bare())
    if option is not None:
        given = {**position.given, option.name: partial, "": partial}
        found += [v for v in values(shell, option, given) if v.startswith(partial)]
    if position.waiting is None and not position.bare_only:
        names = [f"--{o.name}" for o in row.options if o.kind != "alias" and _still_open(o, position)]
        found += [name for name in names if name.startswith(partial)]
    return found


def candidates_for_line(shell: Shell, line: str, text: str) -> list[str]:
    """The same for a line with the cursor at its end; `text` is the word readline is completing."""
    try:
        words = list(split_string(line))
    except SyntaxProblem:
        return []
    current: list[str] = []
    for word in words[:-1]:
        current = [] if isinstance(word, End) else [*current, word]
    if not text or line[-1:] in " \t;\n":
        current.append("")
    return [c.partition("=")[2] if "=" in current[-1] and c.startswith("--") else c for c in candidates(shell, current)]


def _offers(shell: Shell, name: str, partial: str) -> bool:
    if not name.startswith(partial):
        return False
    row = shell.table.find(name)
    return row is not None and not row.hidden


def _still_open(option: Option, position: _Position) -> bool:
    return option.kind == "many" or option.name not in position.given


class _Position:
    """Where in a command the partial word stands. Lenient: what cannot be read ends completion, not the session."""

    def __init__(self, row: Command) -> None:
        self.row = row
        self.given: dict[str, str] = {}
        self.waiting: Option | None = None
        self.bare_only = False

    def next_bare(self) -> Option | None:
        return next((o for o in self.row.options if o.positional and _still_open(o, self)), None)

    def take(self, word: str) -> bool:
        if self.waiting is not None:
            self.given[self.waiting.name] = word
            self.waiting = None
        elif word == "--" and not self.bare_only:
            self.bare_only = True
        elif word.startswith("--") and not self.bare_only:
            name, equals, value = word[2:].partition("=")
            option = next((o for o in self.row.options if o.name == name), None)
            if option is None:
                return False
            if option.kind == "flag" or equals:
                self.given[name] = value
            else:
                self.waiting = option
        else:
            bare = self.next_bare()
            if bare is None:
                return False
            self.given[bare.name] = word
        return True


def values(shell: Shell, option: Option, given: dict[str, str]) -> list[str]:
    """What the option's completer offers; nothing when it has none or the other end does not answer."""
    name, *filters = option.complete.split() if option.complete else [""]
    if not name:
        return []
    completers: dict[str, Completer] = import_module(f"{shell.table.package}.completers").COMPLETERS
    completer = completers.get(name)
    if completer is None:
        return []
    try:
        return completer(shell, given, filters)
    except (VirtError, Failed, OSError):
        return []
