"""The rows a command line program is made of: options, commands, groups, and the index that finds them.

A row says all that the engine needs: parser, help, completion, man page and JSON output are derived from it. Table
modules import only this module, so that looking a command up costs one small import; a handler module is imported when
its command runs. A row in `table/NAME.py` is handled by the function `cmd_ROW` (dashes as underscores) of
`handlers/NAME.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from purevirt.cli.engine.args import Args
    from purevirt.cli.engine.shell import Shell

    Handler = Callable[[Shell, Args], "bool | None"]

Kind = Literal["flag", "number", "text", "data", "many", "alias"]


@dataclass(frozen=True, slots=True)
class Option:
    """One option. `positional`: a bare word may fill it, in the order of declaration."""

    name: str
    kind: Kind
    help: str = ""
    required: bool = False
    positional: bool = True
    empty_ok: bool = False
    complete: str = ""
    """Name of a completer, with its filter words after a space ("domains active")."""
    target: str = ""
    """For an alias: the option it stands for, "name" or "name=value"."""


def flag(name: str, help: str = "") -> Option:
    """--name"""
    return Option(name, "flag", help, positional=False)


def text(name: str, help: str = "", *, complete: str = "", named: bool = False, empty: bool = False) -> Option:
    """--name <string>, not required; `named`: only in that spelling."""
    return Option(name, "text", help, False, not named, empty, complete)


def number(name: str, help: str = "", *, complete: str = "", named: bool = False, required: bool = False) -> Option:
    """--name <number>."""
    return Option(name, "number", help, required, not named, False, complete)


def data(name: str, help: str = "", *, complete: str = "", empty: bool = False) -> Option:
    """A required word, [--name] <string>."""
    return Option(name, "data", help, True, True, empty, complete)


def many(name: str, help: str = "", *, complete: str = "", required: bool = False, empty: bool = False) -> Option:
    """All remaining words; may be given several times."""
    return Option(name, "many", help, required, True, empty, complete)


def alias(name: str, target: str) -> Option:
    """Another, older spelling; shown nowhere."""
    return Option(name, "alias", positional=False, target=target)


@dataclass(frozen=True, slots=True)
class Command:
    """One command."""

    name: str
    summary: str
    description: str
    options: tuple[Option, ...] = ()
    exclusive: tuple[tuple[str, str], ...] = ()
    requires: tuple[tuple[str, str], ...] = ()
    one_of: tuple[str, ...] = ()
    connect: bool = True
    """Whether a connection is opened before the handler runs."""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A help group. `members` lists "command:module" in the order of the help page."""

    title: str
    keyword: str
    members: tuple[str, ...]


@dataclass(slots=True)
class Table:
    """All commands of one program, found by name without importing more than the module that has the row."""

    package: str
    groups: tuple[Group, ...]
    aliases: dict[str, str] = field(default_factory=dict)
    _modules: dict[str, str] = field(default_factory=dict)

    def _index(self) -> dict[str, str]:
        if not self._modules:
            for group in self.groups:
                self._modules.update((name, module) for name, _, module in (member.partition(":") for member in group.members))
        return self._modules

    def names(self) -> Iterator[str]:
        """Every command, in help order, hidden ones and aliases last in their group."""
        yield from self._index()

    def find(self, name: str) -> Command | None:
        """The row of a command or of the command an alias stands for."""
        name = self.aliases.get(name, name)
        module = self._index().get(name)
        if module is None:
            return None
        rows: tuple[Command, ...] = import_module(f"{self.package}.table.{module}").ROWS
        return next(row for row in rows if row.name == name)

    def group(self, keyword: str) -> Group | None:
        return next((g for g in self.groups if g.keyword == keyword), None)

    def rows(self, group: Group) -> list[Command]:
        """The group's rows in help order."""
        return [row for member in group.members if (row := self.find(member.partition(":")[0]))]

    def handler(self, name: str) -> Handler | None:
        """The function of a command, None where none is written yet; imports its module."""
        path = f"{self.package}.handlers.{self._index()[name]}"
        try:
            module: ModuleType = import_module(path)
        except ModuleNotFoundError as error:
            if error.name != path:
                raise
            return None
        handler: Handler | None = getattr(module, "cmd_" + name.replace("-", "_"), None)
        return handler
