"""Log filters and outputs in libvirt's syntax, changeable while running.

    filters  "1:qemu 4:rpc"                         first match wins; the name is part of the message's source
    outputs  "3:syslog:purevirtd 1:file:/tmp/log"    level:kind[:where]

Levels: 1 debug, 2 info, 3 warning, 4 error. A source is the logger's name without "purevirt.".
"""

from __future__ import annotations

import logging
import logging.handlers
import os
import socket
import struct
import sys
import time
from dataclasses import dataclass
from errno import EIO
from pathlib import Path

from purevirt.errors import ErrorCode, ErrorDomain, VirtError, system_error
from purevirt.types.override import override

LEVELS = {1: logging.DEBUG, 2: logging.INFO, 3: logging.WARNING, 4: logging.ERROR}
_NAMES = {logging.DEBUG: "debug", logging.INFO: "info", logging.WARNING: "warning", logging.ERROR: "error"}
_SYSLOG = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3}
JOURNAL = Path("/run/systemd/journal/socket")


@dataclass(frozen=True, slots=True)
class Filter:
    level: int
    match: str

    @override
    def __str__(self) -> str:
        return f"{self.level}:*{self.match}*"


@dataclass(frozen=True, slots=True)
class Output:
    level: int
    kind: str
    where: str = ""

    @override
    def __str__(self) -> str:
        return f"{self.level}:{self.kind}:{self.where}" if self.where else f"{self.level}:{self.kind}"


def _invalid(text: str) -> VirtError:
    return VirtError(ErrorCode.INVALID_ARG, text)


def parse_filters(text: str) -> list[Filter]:
    """Filters as configured. What follows a second colon is ignored. Raises VirtError INVALID_ARG for what is malformed."""
    out: list[Filter] = []
    for item in filter(None, text.split(" ")):
        level, *rest = item.split(":")
        if not rest:
            raise _invalid(f"Malformed format for filter '{item}'")
        if level not in ("1", "2", "3", "4"):
            raise _invalid(f"Invalid priority '{level}' for filter '{item}'")
        match = rest[0].removeprefix("+")
        if not match:
            raise _invalid(f"Invalid match string '{rest[0]}'")
        out.append(Filter(int(level), match))
    return out


def parse_outputs(text: str) -> list[Output]:
    """Outputs as configured; of two with the same destination the later counts. Raises VirtError INVALID_ARG for what is
    malformed."""
    out: dict[tuple[str, str], Output] = {}
    for item in filter(None, text.split(" ")):
        level, colon, rest = item.partition(":")
        if not colon:
            raise _invalid(f"Malformed format for log output '{item}'")
        if level not in ("1", "2", "3", "4"):
            raise _invalid(f"Invalid log priority '{level}' for log output '{item}'")
        kind, colon, where = rest.partition(":")
        if kind not in ("stderr", "file", "syslog", "journald"):
            raise _invalid(f"Invalid log destination '{kind}' for log output '{item}'")
        if bool(where) != (kind in ("file", "syslog")) or (colon and not where):
            text = f"Log output '{item}' does not meet the format requirements for destination type '{kind}'"
            raise _invalid(text)
        if kind == "file":
            where = os.path.abspath(where)
        out.pop((kind, where), None)
        out[kind, where] = Output(int(level), kind, where)
    return list(out.values())


class _LibvirtFormat(logging.Formatter):
    """"2022-11-25 05:01:52.123+0000: 4711: warning : source:line : text"."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(record.created))
        head = f"{stamp}.{int(record.msecs):03d}+0000: {record.process}: {_NAMES.get(record.levelno, 'error')} : "
        text = record.getMessage()
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return f"{head}{source_of(record.name)}:{record.lineno} : {text}"


class _Journal(logging.Handler):
    """systemd's journal, in its native protocol."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self._path = str(path)

    @override
    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.exc_info:
            text += "\n" + logging.Formatter().formatException(record.exc_info)
        fields = {
            "MESSAGE": text,
            "PRIORITY": str(_SYSLOG.get(record.levelno, 3)),
            "LIBVIRT_SOURCE": source_of(record.name),
            "CODE_FILE": record.pathname,
            "CODE_LINE": str(record.lineno),
            "CODE_FUNC": record.funcName,
            "SYSLOG_IDENTIFIER": "purevirtd",
        }
        packet = b""
        for name, value in fields.items():
            raw = value.encode("utf-8", "replace")
            packet += name.encode() + b"\n" + struct.pack("<Q", len(raw)) + raw + b"\n"
        try:
            self._sock.sendto(packet, self._path)
        except OSError:
            self.handleError(record)

    @override
    def close(self) -> None:
        self._sock.close()
        super().close()


def level_named(text: str) -> int | None:
    """The level that LIBVIRT_DEBUG names, by number or by word; None for anything else."""
    words = {"1": 1, "debug": 1, "2": 2, "info": 2, "3": 3, "warning": 3, "4": 4, "error": 4}
    return words.get(text.strip().lower())


def source_of(name: str) -> str:
    return name.removeprefix("purevirt.")


class LogConfig:
    """The daemon's logging: one level, filters and outputs, applied to everything below the logger "purevirt"."""

    def __init__(self, journal: Path = JOURNAL, syslog: str = "/dev/log") -> None:
        self._journal = journal
        self._syslog = syslog
        self._root = logging.getLogger("purevirt")
        self._root.propagate = False
        self.level = 3
        self.filters: list[Filter] = []
        self.outputs: list[Output] = []
        self._handlers: list[logging.Handler] = []
        logging.raiseExceptions = False

    def set_level(self, level: int) -> None:
        if level not in LEVELS:
            raise VirtError(ErrorCode.INVALID_ARG, f"Failed to set priority level {level}", ErrorDomain.CONF)
        self.level = level
        self._apply()

    def set_filters(self, text: str) -> None:
        """Replace all filters; on an error nothing changes."""
        self.filters = parse_filters(text)
        self._apply()

    def set_outputs(self, text: str) -> None:
        """Replace all outputs; on an error (also one that cannot be opened) nothing changes. Empty = the default."""
        outputs = parse_outputs(text)
        handlers: list[logging.Handler] = []
        try:
            for output in outputs:
                handlers.append(self._open(output))
        except OSError as e:
            for handler in handlers:
                handler.close()
            raise system_error(e.errno or EIO, f"failed to open {output.where or output.kind}") from e
        for handler in self._handlers:
            self._root.removeHandler(handler)
            handler.close()
        self.outputs, self._handlers = outputs, handlers
        for handler in handlers:
            self._root.addHandler(handler)
        self._apply()

    def _open(self, output: Output) -> logging.Handler:
        handler: logging.Handler
        if output.kind == "stderr":
            handler = logging.StreamHandler(sys.stderr)
        elif output.kind == "file":
            fd = os.open(output.where, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            handler = logging.StreamHandler(os.fdopen(fd, "w"))
        elif output.kind == "syslog":
            handler = logging.handlers.SysLogHandler(self._syslog)
            handler.ident = f"{output.where}: "
        else:
            handler = _Journal(self._journal)
        if output.kind in ("stderr", "file"):
            handler.setFormatter(_LibvirtFormat())
        handler.setLevel(LEVELS[output.level])
        handler.addFilter(self._passes)
        return handler

    def _passes(self, record: logging.LogRecord) -> bool:
        source = source_of(record.name)
        for one in self.filters:
            if one.match in source:
                return record.levelno >= LEVELS[one.level]
        return record.levelno >= LEVELS[self.level]

    def _apply(self) -> None:
        """Loggers drop early what no filter could let pass."""
        self._root.setLevel(min([LEVELS[self.level], *(LEVELS[f.level] for f in self.filters)]))

    def default_outputs(self, daemonized: bool, log_file: Path) -> str:
        """Where messages go when nothing is configured: `paths.json`, default_log_output."""
        if self._journal.exists() and (daemonized or not sys.stdin or not sys.stdin.isatty()):
            return f"{self.level}:journald"
        return f"{self.level}:file:{log_file}" if daemonized else f"{self.level}:stderr"

    def text_of_filters(self) -> str:
        """As libvirt shows them: the match with its implied wildcards, a space behind each."""
        return "".join(f"{f} " for f in self.filters)

    def text_of_outputs(self) -> str:
        return " ".join(map(str, self.outputs))

    def close(self) -> None:
        for handler in self._handlers:
            self._root.removeHandler(handler)
            handler.close()
        self._handlers, self.outputs = [], []
