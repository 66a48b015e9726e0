"""From words to invocations: options by name, bare words filled in by position, aliases, and the exact complaints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from purevirt.cli.engine.lexer import END, End, SyntaxProblem
from purevirt.cli.engine.table import Command, Option, Table


@dataclass(slots=True)
class Invocation:
    """One command with its options, as they were given."""

    command: Command
    values: dict[str, str | bool | list[str]] = field(default_factory=dict)


def parse(table: Table, words: Iterable[str | End]) -> list[Invocation]:
    """All commands of a line, checked for required options. Raises SyntaxProblem; then none of them is to be run."""
    result: list[Invocation] = []
    current: _Reader | None = None
    for word in words:
        if isinstance(word, End):
            if current is not None:
                result.append(current.finish(table))
            current = None
        elif current is None:
            command = table.find(word)
            if command is None:
                raise SyntaxProblem(f"unknown command: '{word}'")
            current = _Reader(command)
        else:
            current.feed(word)
    return result


class _Reader:
    """Collects the words of one command."""

    def __init__(self, command: Command) -> None:
        self.command = command
        self.values: dict[str, str | bool | list[str]] = {}
        self._open = [o for o in command.options if o.positional]
        """Options that bare words may still fill."""
        self._bare_only = False
        self._waiting: Option | None = None
        self._wants_help = False
        self._lenient = command.name == "help"

    def feed(self, word: str) -> None:
        if self._waiting is not None:
            option, self._waiting = self._waiting, None
            self._store(option, word)
        elif not self._bare_only and word == "--":
            self._bare_only = True
        elif (
            not self._bare_only and len(word) > 2 and word.startswith("--") and word[2].isascii() and word[2].isalnum()
        ):
            self._named(word[2:])
        elif self._open:
            self._store(self._open[0], word)
        elif not self._lenient:
            raise SyntaxProblem(f"unexpected data '{word}'")

    def _named(self, spelled: str) -> None:
        name, equals, value = spelled.partition("=")
        given = value if equals else None
        if name == "help":
            if given is not None:
                raise SyntaxProblem(f"invalid '=' after option --{name}")
            self._wants_help = True
            return
        option = next((o for o in self.command.options if o.name == name), None)
        if option is not None and option.kind == "alias":
            target, has_value, fixed = option.target.partition("=")
            if has_value:
                if given is not None:
                    raise SyntaxProblem(f"invalid '=' after option --{name}")
                given = fixed
            name = target
            option = next(o for o in self.command.options if o.name == name)
        if option is None:
            if self._lenient:
                return
            raise SyntaxProblem(f"command '{self.command.name}' doesn't support option --{name}")
        if name in self.values and option.kind != "many":
            raise SyntaxProblem(f"option --{name} already seen")
        if option.kind == "flag":
            if given is not None:
                raise SyntaxProblem(f"invalid '=' after option --{name}")
            self.values[name] = True
        elif given is not None:
            self._store(option, given)
        else:
            self._waiting = option

    def _store(self, option: Option, value: str) -> None:
        if option.kind == "many":
            stored = self.values.setdefault(option.name, [])
            assert isinstance(stored, list)
            stored.append(value)
            return
        self.values[option.name] = value
        if option in self._open:
            self._open.remove(option)

    def finish(self, table: Table) -> Invocation:
        if self._waiting is not None:
            kind = "number" if self._waiting.kind == "number" else "string"
            raise SyntaxProblem(f"expected syntax: --{self._waiting.name} <{kind}>")
        if self._wants_help:
            help_row = table.find("help")
            assert help_row is not None
            return Invocation(help_row, {"command": self.command.name})
        missing = [o for o in self.command.options if o.required and o.name not in self.values]
        if missing:
            raise SyntaxProblem(*(self._complaint(o) for o in missing))
        return Invocation(self.command, self.values)

    def _complaint(self, option: Option) -> str:
        shown = f"<{option.name}>" if option.kind in ("data", "many") else f"--{option.name}"
        return f"command '{self.command.name}' requires {shown} option"


__all__ = ["END", "Invocation", "SyntaxProblem", "parse"]
