"""The options of one invocation as handlers read them, with the texts of bad values."""

from __future__ import annotations

from purevirt.cli.engine import numbers
from purevirt.cli.engine.numbers import ULLONG_MAX
from purevirt.cli.engine.parser import Invocation
from purevirt.cli.engine.problems import Failed
from purevirt.errors import VirtError


class Args:
    """Typed access; absent options are None, or False for flags."""

    def __init__(self, invocation: Invocation) -> None:
        self.command = invocation.command
        self._values = invocation.values

    def given(self, name: str) -> bool:
        """Whether the option was given at all (what a flag is)."""
        return name in self._values

    flag = given

    def raw(self, name: str) -> str | None:
        """The value as given, unchecked."""
        value = self._values.get(name)
        assert value is None or isinstance(value, str)
        return value

    def text(self, name: str) -> str | None:
        """The value; an empty one is an error unless the row allows it."""
        value = self.raw(name)
        if value == "" and not self._empty_ok(name):
            raise Failed(f"Failed to get option '{name}': Option argument is empty")
        return value

    def need(self, name: str) -> str:
        """The value of a required option."""
        value = self.text(name)
        if value is None:
            raise Failed(f"Failed to get option '{name}': Mandatory option not present")
        return value

    def words(self, name: str) -> list[str]:
        """All values of a `many` option; empty words are dropped unless the row allows them."""
        values = self._values.get(name, [])
        assert isinstance(values, list)
        return values

    def _empty_ok(self, name: str) -> bool:
        return any(o.name == name and o.empty_ok for o in self.command.options)

    def integer(self, name: str, bits: int = 32) -> int | None:
        """A signed number."""
        return self._number(name, lambda value: numbers.signed(value, bits))

    def unsigned(self, name: str, bits: int = 32, *, wrap: bool = False) -> int | None:
        """A number without sign; `wrap` lets negative ones mean the greatest."""
        return self._number(name, lambda value: numbers.unsigned(value, bits, wrap=wrap))

    def _number(self, name: str, read: numbers.Reader) -> int | None:
        text = self.raw(name)
        if text is None:
            return None
        value = read(text)
        if value is None:
            raise Failed(f"Numeric value '{text}' for <{name}> option is malformed or out of range")
        return value

    def scaled(self, name: str, default_scale: int, maximum: int = ULLONG_MAX) -> int | None:
        """A size with a unit, in bytes."""
        text = self.raw(name)
        if text is None:
            return None
        complaint = f"Scaled numeric value '{text}' for <{name}> option is malformed or out of range"
        try:
            value = numbers.scaled(text, default_scale, maximum)
        except VirtError as error:
            raise Failed(complaint) from error
        if value is None:
            raise Failed(complaint)
        return value

    def exclude(self, one: str, other: str) -> None:
        """Fail when both were given."""
        if self.given(one) and self.given(other):
            raise Failed(f"Options --{one} and --{other} are mutually exclusive")

    def check_rules(self) -> None:
        """The row's rules between options."""
        for one, other in self.command.exclusive:
            self.exclude(one, other)
        for one, other in self.command.requires:
            if self.given(one) and not self.given(other):
                raise Failed(f"Option --{other} is required by option --{one}")
        if self.command.one_of and not any(self.given(name) for name in self.command.one_of):
            raise Failed("Either " + " or ".join(f"--{name}" for name in self.command.one_of) + " must be provided")
