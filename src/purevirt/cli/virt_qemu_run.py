"""virt-qemu-run: run one guest of a document without a daemon, and end with it.

Options, messages and exit codes are those of libvirt 9.0's program: 0 after the guest has shut down, 1 otherwise. A signal
ends the guest at once.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import TypeVar
from urllib.parse import quote

import purevirt
from purevirt.client.blocking.of_connection import Connection
from purevirt.client.records import Event
from purevirt.errors import VirtError
from purevirt.types import constants as C

T = TypeVar("T")

NAME = "virt-qemu-run"
HELP = f"""Usage:
  {NAME} [OPTION?] GUEST-XML-FILE - run a standalone QEMU process

Help Options:
  -h, --help                                         Show help options

Application Options:
  -s, --secret=SECRET-XML-FILE,SECRET-VALUE-FILE     Load secret file
  -r, --root=DIR                                     Root directory
  -d, --debug                                        Debug output
  -v, --verbose                                      Verbose output

"""
_VALUES = {"-s": "secret", "--secret": "secret", "-r": "root", "--root": "root"}
_FLAGS = {"-d": "debug", "--debug": "debug", "-v": "verbose", "--verbose": "verbose"}
_POLL_S = 0.5


class Refused(Exception):
    """Ends the program with a message and 1."""


class Options:
    """The command line."""

    def __init__(self) -> None:
        self.secrets: list[str] = []
        self.root: str | None = None
        self.debug = False
        self.verbose = False
        self.files: list[str] = []


def parse_options(words: list[str]) -> Options:
    """Raises Refused as GLib's option parser words it."""
    options, waiting = Options(), list(words)
    while waiting:
        word = waiting.pop(0)
        if word == "--":
            options.files += waiting
            break
        name, equals, value = word.partition("=") if word.startswith("--") else (word[:2], "", word[2:])
        if word.startswith("-") and word != "-" and name in _VALUES:
            if not equals and not value:
                if not waiting:
                    raise Refused(f"option parsing failed: Missing argument for {word}")
                value = waiting.pop(0)
            if _VALUES[name] == "secret":
                options.secrets.append(value)
            else:
                options.root = value
        elif word in _FLAGS:
            setattr(options, _FLAGS[word], True)
        elif word.startswith("-") and word != "-":
            raise Refused(f"option parsing failed: Unknown option {word}")
        else:
            options.files.append(word)
    return options


def _read(path: str, what: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise Refused(f"cannot read {what}: Failed to open file “{path}”: {error.strerror}") from None


def _tried(doing: str, call: Callable[..., T], *args: object) -> T:
    try:
        return call(*args)
    except VirtError as error:
        raise Refused(f"{doing}: {error.message}") from None


class Run:
    """One run."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._begun = time.monotonic()
        self.signalled = False

    def say(self, text: str) -> None:
        if self._options.verbose:
            sys.stderr.write(f"{NAME}: {int((time.monotonic() - self._begun) * 1_000_000)}: {text}\n")

    def stop(self, _number: int, _frame: FrameType | None) -> None:
        self.signalled = True

    def run(self) -> None:
        """Raises Refused."""
        self.say(f"initializing libvirt {os.getpid()}")
        with ExitStack() as stack:
            self.say("initializing signal handlers")
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
                stack.callback(signal.signal, number, signal.signal(number, self.stop))
            root = self._options.root
            if root is None:
                root = stack.enter_context(tempfile.TemporaryDirectory(prefix="virt-qemu-run-", ignore_cleanup_errors=True))
                os.chmod(root, 0o755)  # the emulator's user must get to its sockets
            stack.callback(self.say, "cleaned up, exiting")
            query = f"embed?root={quote(root, safe='')}"
            self._load_secrets(f"secret:///{query}", stack)
            uri = f"qemu:///{query}"
            self.say(f"opening {uri}")
            conn = stack.enter_context(_tried(f"cannot open {uri}", purevirt.open, uri))
            self._guest(conn)

    def _load_secrets(self, uri: str, stack: ExitStack) -> None:
        if not self._options.secrets:
            return
        self.say(f"opening {uri}")
        conn = stack.enter_context(_tried(f"cannot open {uri}", purevirt.open, uri))
        for pair in self._options.secrets:
            document, comma, value = pair.partition(",")
            if not comma or "," in value:
                raise Refused("expected a pair of filenames for --secret argument")
            self.say(f"loading secret {document} and {value}")
            text = _read(document, f"secret XML {document}").decode("utf-8", "replace")
            data = _read(value, f"secret value {value}")
            secret = _tried(f"cannot define secret {document}", conn.secret_define_xml, text)
            _tried(f"cannot set value for secret {document}", secret.set_value, data)

    def _guest(self, conn: Connection) -> None:
        path = self._options.files[0]
        self.say(f"fetching guest config {path}")
        text = _read(path, path).decode("utf-8", "replace")
        stopped: list[Event] = []

        def note(event: Event) -> None:
            if event.args[:1] == (C.VIR_DOMAIN_EVENT_STOPPED,):
                stopped.append(event)

        conn.domain_event_register_any(None, C.VIR_DOMAIN_EVENT_ID_LIFECYCLE, note)
        self.say(f"starting guest {path}")
        guest = _tried("cannot start VM", conn.domain_create_xml, text, C.VIR_DOMAIN_START_AUTODESTROY)
        self.say("guest running, Ctrl-C to stop now")
        while not stopped and not self.signalled:
            conn.process_events(_POLL_S)
        if self.signalled and not stopped:
            self.say("destroying guest")
            _tried("cannot stop VM", guest.destroy)


def main(arguments: list[str] | None = None) -> int:
    """Exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    if "--help" in words or "-h" in words:
        sys.stdout.write(HELP)
        return 0
    try:
        options = parse_options(words)
        if len(options.files) != 1:
            sys.stderr.write(HELP)
            return 1
        Run(options).run()
    except Refused as refused:
        sys.stderr.write(f"{NAME}: {refused}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
