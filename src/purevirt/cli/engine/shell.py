"""Running command lines: the state of one session, from connection to exit code."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.lexer import End, SyntaxProblem
from purevirt.cli.engine.output import Output
from purevirt.cli.engine.parser import Invocation, parse
from purevirt.cli.engine.problems import Failed
from purevirt.errors import VirtError

if TYPE_CHECKING:
    from purevirt.cli.engine.table import Table


class Connector(Protocol):
    """How a program gets its connection."""

    def __call__(self, shell: Shell) -> Any:
        """Connect as the shell's options say. Raises Failed."""
        ...


@dataclass(slots=True, eq=False)
class Settings:
    """What the program's options decided."""

    uri: str | None = None
    readonly: bool = False
    timing: bool = False
    keepalive_interval: int = -1
    keepalive_count: int = -1
    escape: str = "^]"
    interactive: bool = False
    debug: int = 4


class Shell:
    """One session. Handlers get it first: `sh.conn` connects when needed, `sh.out` is where output goes."""

    def __init__(self, program: str, table: Table, out: Output, settings: Settings, connector: Connector) -> None:
        self.program = program
        self.table = table
        self.out = out
        self.settings = settings
        self._connector = connector
        self._connection: Any = None
        self.done = False
        """Set by quit: no further command runs."""

    # -- output, in the short forms handlers use

    def write(self, text: str) -> None:
        self.out.write(text)

    def extra(self, text: str) -> None:
        """Text that --quiet suppresses."""
        self.out.extra(text)

    def error(self, text: str) -> None:
        self.out.error(text)

    @property
    def quiet(self) -> bool:
        return self.out.quiet

    # -- the connection

    @property
    def conn(self) -> Any:
        """The connection, opened on first use. Raises Failed when it cannot be had."""
        if self._connection is None or not self._alive():
            self.connect()
        return self._connection

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    def _alive(self) -> bool:
        return bool(self._connection.is_alive())

    def connect(self) -> None:
        """Open a new connection; the old one is closed once the new one stands. Raises Failed."""
        connection = self._connector(self)
        self.disconnect()
        self._connection = connection

    def disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(VirtError, OSError):  # the other end may be gone already; we are leaving
                connection.close()

    # -- running

    def run_words(self, words: Iterable[str | End]) -> bool:
        """Parse and run; True when the last command that ran succeeded."""
        try:
            invocations = parse(self.table, words)
        except SyntaxProblem as problem:
            for line in problem.args:
                self.error(line)
            return False
        return self.run(invocations)

    def run(self, invocations: list[Invocation]) -> bool:
        ok = True
        for invocation in invocations:
            self.out.begin(invocation.command.name)
            began = time.perf_counter()
            ok = self._guarded(invocation)
            if self.done:
                self.out.end(ok)
                break
            if self.settings.timing:
                self.write(f"\n(Time: {(time.perf_counter() - began) * 1000:.3f} ms)\n\n")
            else:
                self.extra("\n")
            self.out.end(ok)
        return ok

    def _guarded(self, invocation: Invocation) -> bool:
        """One command, its failure reported."""
        try:
            return self._call(invocation)
        except Failed as failure:
            for line in failure.lines:
                self.error(line)
            cause = failure.__cause__
            if isinstance(cause, VirtError):
                self.error(cause.message)
        except VirtError as error:
            self.error(error.message)
        except KeyboardInterrupt:
            self.write("\n")
        except BrokenPipeError:
            raise  # nobody reads what we say: the program ends
        except Exception as error:  # noqa: BLE001 the edge of a session: what is wrong with one command must not end it
            self.report_unexpected(error)
        return False

    def report_unexpected(self, error: Exception) -> None:
        """Something that no command foresaw, in one line; with debug level 0 also where it happened."""
        if isinstance(error, OSError) and error.strerror:
            where = f" '{error.filename}'" if error.filename is not None else ""
            self.error(f"{error.strerror}{where}")
        else:
            self.error(f"internal error: {type(error).__name__}: {error}")
        if self.settings.debug == 0:
            import traceback

            self.out.note("".join(traceback.format_exception(error)))

    def _call(self, invocation: Invocation) -> bool:
        row = invocation.command
        if row.connect:
            _ = self.conn
        args = Args(invocation)
        args.check_rules()
        handler = self.table.handler(row.name)
        if handler is None:
            raise Failed(f"command '{row.name}' is not available in this release of {self.program}")
        return handler(self, args) is not False
