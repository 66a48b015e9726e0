"""Waiting for events: event, net-event, pool-event, nodedev-event, secret-event, qemu-monitor-event."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.interrupts import interruptible
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh.names import word

if TYPE_CHECKING:
    from purevirt.client.records import Event

SLICE_S = 3600.0
"""How long one wait may take where no timeout was asked for."""


def stamp() -> str:
    """Now, as --timestamp shows it."""
    now = time.time()
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(now)) + f".{int(now % 1 * 1000):03}+0000"


class Listener:
    """Prints events and counts them; ends after the first one unless --loop was given."""

    def __init__(self, sh: Shell, a: Args) -> None:
        self._sh = sh
        self._loop = a.flag("loop")
        self._stamped = a.given("timestamp")
        timeout = a.unsigned("timeout")
        if timeout == 0:
            raise Failed("timeout must be positive")
        self._timeout = timeout
        self._numbers: list[tuple[Callable[[int], object], int]] = []
        self.count = 0

    def show(self, text: str) -> None:
        """One event; nothing once a one-shot listener has had its event."""
        if not self._loop and self.count:
            return
        self._sh.write(f"{stamp()}: {text}" if self._stamped else text)
        self._sh.out.flush()
        self.count += 1

    def registered(self, number: int, deregister: Callable[[int], object]) -> None:
        self._numbers.append((deregister, number))

    def run(self) -> bool:
        """Until enough came, the time is over, or Ctrl-C."""
        conn = self._sh.conn
        end = None if self._timeout is None else time.monotonic() + self._timeout
        try:
            with interruptible():
                while self._loop or not self.count:
                    left = SLICE_S if end is None else end - time.monotonic()
                    if left <= 0:
                        self._sh.write("event loop timed out\n")
                        break
                    conn.process_events(min(left, SLICE_S))
                    if not conn.is_alive():
                        break
        except KeyboardInterrupt:
            self._sh.write("event loop interrupted\n")
        finally:
            self._deregister()
        self._sh.write(f"events received: {self.count}\n")
        return self.count > 0

    def _deregister(self) -> None:
        if self._sh.conn.is_alive():
            for deregister, number in self._numbers:
                deregister(number)


def simple_events(
    sh: Shell,
    a: Args,
    noun: str,
    events: Sequence[str],
    lifecycle: Sequence[str],
    find: Callable[[], Any] | None,
    register: str,
) -> bool:
    """The commands of the smaller kinds of objects: --list, or one event of one object or of all."""
    if a.flag("list"):
        sh.write("".join(f"{name}\n" for name in events))
        return True
    name = a.text("event")
    if name is None:
        raise Failed("either --list or --event <type> is required")
    if name not in events:
        raise Failed(f"unknown event type {name}")
    listener = Listener(sh, a)
    which = find() if find is not None else None

    def show(event: Event) -> None:
        label = event.object.get_uuid_string() if noun == "secret" else event.object.get_name()
        detail = f": {word(lifecycle, event.args[0])}" if name == "lifecycle" else ""
        listener.show(f"event '{name}' for {noun} {label}{detail}\n")

    number = getattr(sh.conn, f"{register}_event_register_any")(which, list(events).index(name), show)
    listener.registered(number, getattr(sh.conn, f"{register}_event_deregister_any"))
    return listener.run()
