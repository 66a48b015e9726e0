"""From argv to exit code: the program's own options, one-shot or interactive."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from purevirt.cli.engine import getopt, help
from purevirt.cli.engine.getopt import Given, Global
from purevirt.cli.engine.lexer import SyntaxProblem, split_argv, split_string
from purevirt.cli.engine.output import JsonOutput, LogFile, Output
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Connector, Settings, Shell
from purevirt.cli.engine.table import Table
from purevirt.errors import VirtError


class Leave(Exception):
    """Stop now, with this exit status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class Program:
    """What makes a program of the engine virsh or virt-admin."""

    name: str
    table: Table
    options: tuple[Global, ...]
    usage: str
    """The "options:" part of --help."""
    version: Callable[[bool], str]
    """The version text; long form when True."""
    banner: str
    prompt: Callable[[Shell], str]
    connector: Connector
    environment: str
    """Prefix of the environment variables ("VIRSH")."""
    uri_variable: str


JSON = Global("j", "json")


def main(program: Program, argv: Sequence[str]) -> int:
    """Run the program; the exit status."""
    _lenient_streams()
    out = Output()
    try:
        given, words = getopt.read((*program.options, JSON), argv)
        shell = _configured(program, given, out)
    except SyntaxProblem as problem:
        out.error(problem.args[0])
        return 1
    except Leave as leave:
        return leave.status
    try:
        return 0 if _run(program, shell, words) else 1
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 nobody reads on; keep exit silent
        return 1
    except Exception as error:  # noqa: BLE001 the program's edge: one line for the user
        shell.report_unexpected(error)
        return 1
    finally:
        shell.disconnect()


def _lenient_streams() -> None:
    """Text that is no valid unicode passes through as it came."""
    for stream in (sys.stdout, sys.stderr, sys.stdin):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="surrogateescape")


def _run(program: Program, shell: Shell, words: list[str]) -> bool:
    if shell.settings.uri is not None:
        try:
            shell.connect()
        except Failed as failure:
            for line in failure.lines:
                shell.error(line)
            if isinstance(failure.__cause__, VirtError):
                shell.error(failure.__cause__.message)
            return False
    if not words:
        from purevirt.cli.engine import interactive

        return interactive.run(shell, program.banner, lambda: program.prompt(shell), f"{program.environment}_HISTSIZE")
    if len(words) == 1:
        ok = bool(words[0]) and shell.run_words(split_string(words[0]))
    else:
        ok = shell.run_words(split_argv(words))
    shell.out.flush()
    return ok


def _configured(program: Program, given: list[Given], out: Output) -> Shell:
    settings = Settings(uri=os.environ.get(program.uri_variable) or None)
    shell = Shell(program.name, program.table, out, settings, program.connector)
    log = os.environ.get(f"{program.environment}_LOG_FILE")
    for item in given:
        key = item.option.long or item.option.short
        if key == "log":
            log = item.value
        else:
            _apply(program, shell, key, item.value or "")
    if log:
        shell.out.log = LogFile(log, program.name)
    return shell


def _apply(program: Program, shell: Shell, key: str, value: str) -> None:
    settings = shell.settings
    if key == "connect":
        settings.uri = value
    elif key == "debug":
        settings.debug = _debug_level(shell, value)
    elif key == "escape":
        if not (len(value) == 1 or (len(value) == 2 and value[0] == "^")):
            raise SyntaxProblem(f"Invalid string '{value}' for escape sequence")
        settings.escape = value
    elif key == "help":
        shell.write(help.usage(program.table, program.name, program.usage))
        raise Leave(0)
    elif key == "keepalive-interval":
        settings.keepalive_interval = _positive("k", value)
    elif key == "keepalive-count":
        settings.keepalive_count = _positive("K", value)
    elif key == "quiet":
        shell.out.quiet = True
    elif key == "readonly":
        settings.readonly = True
    elif key == "timing":
        settings.timing = True
    elif key == "json":
        shell.out = JsonOutput(quiet=shell.out.quiet)
    else:
        shell.write(program.version(key == "V" or (key == "version" and value == "long")))
        raise Leave(0)


def _debug_level(shell: Shell, value: str) -> int:
    if not value.lstrip("+-").isdigit():
        raise SyntaxProblem("option -d takes a numeric argument")
    level = int(value)
    if not 0 <= level <= 4:
        shell.error(f"ignoring debug level {level} out of range [0-4]")
        return 4
    return level


def _positive(letter: str, value: str) -> int:
    if not value.lstrip("+-").isdigit():
        raise SyntaxProblem(f"Invalid value for option -{letter}")
    if int(value) < 0:
        raise SyntaxProblem(f"option -{letter} requires a positive integer argument")
    return int(value)
