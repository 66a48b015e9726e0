"""libvirt's configuration file syntax: `name = value` with numbers, quoted strings and lists, and `#` comments.

Three flavours exist: libvirt's own files, VMware's .vmx (every value quoted, case does not matter in names), and LXC's
(values are the rest of the line). Reading keeps comments and order, so writing gives a tidied file back.
Syntax errors are CONF_SYNTAX with "FILE:LINE: reason"; a value of the wrong type is INTERNAL_ERROR, as in libvirt.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NoReturn

from purevirt.errors import ErrorCode, ErrorDomain, VirtError

ConfValue = int | str | list["ConfValue"]
Flavour = Literal["libvirt", "vmx", "lxc"]
ValueType = Literal["LLONG", "ULLONG", "STRING", "LIST"]

_UINT_MAX = 2**32 - 1
_INT = (-(2**31), 2**31 - 1)
_SSIZE = (-(2**63), 2**63 - 1)
_SIZE_MAX = 2**64 - 1
_BLANK = " \t"
_SPACE = " \t\r\n"


@dataclass(slots=True)
class ConfEntry:
    """A setting, a comment of its own line (no name), or both on one line."""

    name: str | None = None
    value: ConfValue | None = None
    comment: str | None = None


def type_of(value: ConfValue) -> ValueType:
    """The word libvirt uses for the value's type."""
    if isinstance(value, list):
        return "LIST"
    if isinstance(value, str):
        return "STRING"
    return "LLONG" if value < 0 else "ULLONG"


@dataclass(slots=True)
class Conf:
    """A configuration file."""

    entries: list[ConfEntry] = field(default_factory=list)
    filename: str | None = None
    flavour: Flavour = "libvirt"

    @classmethod
    def parse(cls, text: str, filename: str | None = None, flavour: Flavour = "libvirt") -> Conf:
        """Read a whole file. Raises CONF_SYNTAX."""
        return cls(_Reader(text, filename, flavour).entries(), filename, flavour)

    def to_text(self) -> str:
        """The file in its usual form, one line an entry."""
        return "".join(_entry_text(entry, self.flavour) for entry in self.entries)

    def get(self, name: str) -> ConfValue | None:
        """The first setting of that name."""
        for entry in self.entries:
            if entry.name is not None and self._same(entry.name, name):
                return entry.value
        return None

    def set(self, name: str, value: ConfValue | None) -> None:
        """Replace the first setting of that name or add one; None removes it."""
        for entry in self.entries:
            if entry.name is not None and self._same(entry.name, name):
                if value is None:
                    self.entries.remove(entry)
                else:
                    entry.value = value
                return
        if value is not None:
            self.entries.append(ConfEntry(name, value))

    def _same(self, a: str, b: str) -> bool:
        return a.lower() == b.lower() if self.flavour == "vmx" else a == b

    # -- typed access: None when absent, INTERNAL_ERROR when of another type or out of range ---------------------------

    def get_string(self, name: str) -> str | None:
        value = self.get(name)
        if value is not None and not isinstance(value, str):
            self._wrong(f"expected a string for '{name}' parameter")
        return value

    def get_string_list(self, name: str, *, string_too: bool = False) -> list[str] | None:
        """A list of strings; with `string_too` a single string counts as a list of one."""
        value = self.get(name)
        if value is None:
            return None
        if isinstance(value, list):
            strings = [item for item in value if isinstance(item, str)]
            if len(strings) != len(value):
                self._wrong(f"expected a string list for '{name}' parameter")
            return strings
        if not string_too or not isinstance(value, str):
            what = "a string or string list" if string_too else "a string list"
            self._wrong(f"expected {what} for '{name}' parameter")
        return [value]

    def get_bool(self, name: str) -> bool | None:
        value = self.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or value < 0:
            self._wrong(f"expected a bool for '{name}' parameter")
        if value > 1:
            self._wrong(f"value for parameter '{name}' must be 0 or 1")
        return bool(value)

    def get_int(self, name: str) -> int | None:
        return self._signed(name, *_INT)

    def get_uint(self, name: str) -> int | None:
        return self._unsigned(name, _UINT_MAX)

    def get_size_t(self, name: str) -> int | None:
        return self._unsigned(name, _SIZE_MAX)

    def get_ssize_t(self, name: str) -> int | None:
        return self._signed(name, *_SSIZE)

    def get_llong(self, name: str) -> int | None:
        return self._signed(name, *_SSIZE)

    def get_ullong(self, name: str) -> int | None:
        return self._unsigned(name, _SIZE_MAX)

    def _signed(self, name: str, low: int, high: int) -> int | None:
        value = self.get(name)
        if value is None:
            return None
        if not isinstance(value, int):
            self._wrong(f"expected a signed integer for '{name}' parameter")
        if not low <= value <= high:
            self._wrong(f"value for parameter '{name}' must be in range {low}:{high}")
        return value

    def _unsigned(self, name: str, high: int) -> int | None:
        value = self.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or value < 0:
            self._wrong(f"expected an unsigned integer for '{name}' parameter")
        if value > high:
            self._wrong(f"value for parameter '{name}' must be in range 0:{high}")
        return value

    def _wrong(self, text: str) -> NoReturn:
        detail = f"{self.filename or '(null)'}: {text}"
        raise VirtError(ErrorCode.INTERNAL_ERROR, detail, ErrorDomain.CONF)


class _Reader:
    """One pass over the text."""

    def __init__(self, text: str, filename: str | None, flavour: Flavour) -> None:
        self.text = text
        self.filename = filename
        self.flavour = flavour
        self.at = 0

    def entries(self) -> list[ConfEntry]:
        found: list[ConfEntry] = []
        while True:
            self._skip(_SPACE)
            if self.at >= len(self.text):
                return found
            found.append(ConfEntry(comment=self._comment()) if self._peek() == "#" else self._setting())

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _skip(self, these: str) -> None:
        while self.at < len(self.text) and self.text[self.at] in these:
            self.at += 1

    def _fail(self, reason: str) -> NoReturn:
        line = self.text.count("\n", 0, self.at) + 1
        where = f"{self.filename or 'memory conf'}:{line}: {reason}"
        raise VirtError(ErrorCode.CONF_SYNTAX, where, ErrorDomain.CONF)

    def _rest_of_line(self) -> str:
        start = self.at
        end = self.text.find("\n", start)
        self.at = len(self.text) if end < 0 else end
        return self.text[start : self.at].rstrip("\r")

    def _comment(self) -> str:
        self.at += 1
        return self._rest_of_line()

    def _setting(self) -> ConfEntry:
        name = self._name()
        self._skip(_BLANK)
        if self._peek() != "=":
            self._fail("expecting an assignment")
        self.at += 1
        self._skip(_BLANK)
        entry = ConfEntry(name, self._rest_of_line().strip() if self.flavour == "lxc" else self._value())
        self._skip(_BLANK)
        if self._peek() == "#":
            entry.comment = self._comment()
        elif self._peek() not in ("", "\n", "\r"):
            self._fail("expecting a separator")
        return entry

    def _name(self) -> str:
        first = self._peek()
        allowed = {"libvirt": "_", "vmx": "_.:-", "lxc": "_.-"}[self.flavour]
        if not (first.isascii() and first.isalpha()) and not (self.flavour == "vmx" and first == "."):
            self._fail("expecting a name")
        start = self.at
        while (c := self._peek()) and ((c.isascii() and c.isalnum()) or c in allowed):
            self.at += 1
        return self.text[start : self.at]

    def _value(self) -> ConfValue:
        c = self._peek()
        if c and c in "'\"":
            return self._string(c)
        if c == "[":
            if self.flavour == "vmx":
                self._fail("lists not allowed in VMX format")
            return self._list()
        if c.isdigit() or c == "-":
            if self.flavour == "vmx":
                self._fail("numbers not allowed in VMX format")
            return self._number()
        return self._fail("expecting a value")

    def _string(self, quote: str) -> str:
        if quote == '"' and self.text.startswith('"""', self.at):
            end = self.text.find('"""', self.at + 3)
            if end < 0:
                self._fail("unterminated string")
            value = self.text[self.at + 3 : end]
            self.at = end + 3
            return value
        end = self.text.find(quote, self.at + 1)
        if end < 0 or "\n" in self.text[self.at : end]:
            self._fail("unterminated string")
        value = self.text[self.at + 1 : end]
        self.at = end + 1
        return value

    def _number(self) -> int:
        start = self.at
        if self._peek() == "-":
            self.at += 1
        while self._peek().isdigit():
            self.at += 1
        digits = self.text[start : self.at]
        if digits == "-":
            self._fail("unterminated number")
        value = int(digits[:40])
        if not -(2**63) <= value < 2**64:
            self._fail("numeric overflow")
        return value

    def _list(self) -> list[ConfValue]:
        values: list[ConfValue] = []
        self.at += 1
        self._skip(_SPACE)
        while self._peek() not in ("", "]"):
            if values:
                if self._peek() != ",":
                    self._fail("expecting a separator in list")
                self.at += 1
                self._skip(_SPACE)
                if self._peek() == "]":
                    break
            values.append(self._value())
            self._skip(_SPACE)
        if self._peek() != "]":
            self._fail("list is not closed with ]")
        self.at += 1
        return values


def _value_text(value: ConfValue) -> str:
    if isinstance(value, list):
        return "[ " + ", ".join(_value_text(item) for item in value) + " ]" if value else "[  ]"
    if isinstance(value, int):
        return str(value)
    if "\n" in value:
        return f'"""{value}"""'
    return f"'{value}'" if '"' in value and "'" not in value else f'"{value}"'


def _entry_text(entry: ConfEntry, flavour: Flavour) -> str:
    parts: list[str] = []
    if entry.name is not None:
        value = entry.value if entry.value is not None else ""
        text = str(value) if flavour == "lxc" else _value_text(value)
        parts.append(f"{entry.name} = {text}")
    if entry.comment is not None:
        parts.append(f"#{entry.comment}")
    return " ".join(parts) + "\n"
