"""What a command says: text as the original's, or the same facts collected for JSON.

Handlers call `write`, `fields` and `table`; only the sink knows which form is wanted.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import IO, Any

from purevirt.types.override import override


class LogFile:
    """The file of --log: complaints with time, program and process."""

    def __init__(self, path: str, program: str) -> None:
        self._path = path
        self._program = program

    def write(self, text: str) -> None:
        import os
        import time

        stamp = time.strftime("%Y.%m.%d %H:%M:%S")
        with open(self._path, "a", encoding="utf-8") as file:
            file.write(f"[{stamp} {self._program} {os.getpid()}] ERROR {text}\n")


class Output:
    """Text to stdout and stderr, at once, in order."""

    def __init__(self, quiet: bool = False, out: IO[str] | None = None, err: IO[str] | None = None) -> None:
        self.quiet = quiet
        self.out = out if out is not None else sys.stdout
        self.err = err if err is not None else sys.stderr
        self.log: LogFile | None = None

    def write(self, text: str) -> None:
        """As it is, no newline added."""
        self.out.write(text)

    def extra(self, text: str) -> None:
        """What --quiet leaves out."""
        if not self.quiet:
            self.write(text)

    def error(self, text: str) -> None:
        """One complaint."""
        self.out.flush()
        self.err.write(f"error: {text}\n")
        self.err.flush()
        if self.log is not None:
            self.log.write(text)

    def note(self, text: str) -> None:
        """To stderr, without prefix."""
        self.out.flush()
        self.err.write(text)
        self.err.flush()

    def fields(self, rows: Iterable[tuple[str, object]], width: int = 15) -> None:
        """Lines "label value", labels padded to `width`."""
        for label, value in rows:
            self.write(f"{label:<{width}} {value}\n")

    def fields_raw(self, rows: Iterable[tuple[str, str]]) -> None:
        """Lines "  key=value"."""
        for key, value in rows:
            self.write(f"  {key}={value}\n")

    def table(self, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A table; the head and its rule are left out when quiet."""
        self.write(format_table(header, list(rows), with_head=not self.quiet))

    def begin(self, command: str) -> None:
        """A command starts."""

    def end(self, ok: bool) -> None:
        """A command has ended."""

    def flush(self) -> None:
        self.out.flush()


class JsonOutput(Output):
    """One JSON object per command: {"command", "ok", "result", "errors"}.

    `result` is a list of objects for a table, an object for labelled fields, else {"text": …}; a command that printed
    several of these gets a list of them under "parts".
    """

    def __init__(self, quiet: bool = False, out: IO[str] | None = None, err: IO[str] | None = None) -> None:
        super().__init__(quiet, out, err)
        self._parts: list[Any] = []
        self._text: list[str] = []
        self._errors: list[str] = []
        self._command: str | None = None

    @override
    def write(self, text: str) -> None:
        if self._command is None:
            super().write(text)
        else:
            self._text.append(text)

    @override
    def extra(self, text: str) -> None:
        if text.strip():
            self.write(text)

    @override
    def error(self, text: str) -> None:
        if self._command is None:
            self.out.flush()
            print_json({"command": None, "ok": False, "result": None, "errors": [text]}, self.out)
        else:
            self._errors.append(text)

    @override
    def note(self, text: str) -> None:
        self._text.append(text)

    @override
    def fields(self, rows: Iterable[tuple[str, object]], width: int = 15) -> None:
        self._flush_text()
        target = self._parts[-1] if self._parts and isinstance(self._parts[-1], dict) else None
        if target is None:
            target = {}
            self._parts.append(target)
        for label, value in rows:
            target[label.strip().rstrip(":").strip()] = value if isinstance(value, (int, float, bool)) else str(value)

    @override
    def fields_raw(self, rows: Iterable[tuple[str, str]]) -> None:
        heading = "".join(self._text).strip()
        self._text.clear()
        self._parts.append({"heading": heading, "values": dict(rows)} if heading else dict(rows))

    @override
    def table(self, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        self._flush_text()
        self._parts.append([dict(zip(header, row, strict=False)) for row in rows])

    def _flush_text(self) -> None:
        text = "".join(self._text)
        self._text.clear()
        if text.strip():
            self._parts.append({"text": text.rstrip("\n")})

    @override
    def begin(self, command: str) -> None:
        self._command = command
        self._parts, self._text, self._errors = [], [], []

    @override
    def end(self, ok: bool) -> None:
        if self._command is None:
            return
        self._flush_text()
        result = None if not self._parts else self._parts[0] if len(self._parts) == 1 else {"parts": self._parts}
        print_json({"command": self._command, "ok": ok, "result": result, "errors": self._errors}, self.out)
        self._command = None


def print_json(value: object, out: IO[str]) -> None:
    import json  # costs 4 ms; only this output needs it

    out.write(json.dumps(value) + "\n")


def format_table(header: Sequence[str], rows: Sequence[Sequence[str]], *, with_head: bool = True) -> str:
    """Columns as wide as their widest cell (the head counts even when it is not shown), the last one not padded."""
    lines = [[_printable(cell) for cell in row] for row in (header, *rows)]
    widths = [[_width(cell) for cell in row] for row in lines]
    columns = [max(column) for column in zip(*widths, strict=True)]
    out: list[str] = []
    for row, row_widths in zip(lines[0 if with_head else 1 :], widths[0 if with_head else 1 :], strict=True):
        cells = [" " + cell + " " * (columns[i] - row_widths[i] + 2) for i, cell in enumerate(row[:-1])]
        out.append("".join(cells) + " " + row[-1] + "\n")
    if with_head:
        out.insert(1, "-" * sum(width + 3 for width in columns) + "\n")
    return "".join(out)


def _printable(cell: str) -> str:
    if cell.isascii() and cell.isprintable():
        return cell
    encoding = (sys.stdout.encoding or "ascii").lower()
    return "".join(c if c.isprintable() and _encodes(c, encoding) else _escape(c) for c in cell)


def _encodes(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _escape(char: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogateescape"))


def _width(cell: str) -> int:
    if cell.isascii():
        return len(cell)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in cell)
