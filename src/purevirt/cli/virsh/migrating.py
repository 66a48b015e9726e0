"""Watching a migration: progress, the timeout's action, the switch to post-copy, Ctrl-C."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.interrupts import interruptible
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh.watch import POLL_S, progress
from purevirt.errors import VirtError

if TYPE_CHECKING:
    from purevirt.client import Domain


class Migration:
    """One running migration, driven by a thread of its own; this thread looks after it."""

    def __init__(self, sh: Shell, a: Args, dom: Domain, timeout_s: int | None) -> None:
        self._sh, self._dom = sh, dom
        self._verbose = a.flag("verbose")
        self._end = None if timeout_s is None else time.monotonic() + timeout_s
        self._to_postcopy = a.flag("timeout-postcopy")
        self._postcopy_after_precopy = a.flag("postcopy-after-precopy")
        self._switched = False

    def run(self, work: Callable[[], None]) -> None:
        """Raises the VirtError the migration ends with."""
        if not self._verbose and self._end is None and not self._postcopy_after_precopy and not sys.stdin.isatty():
            work()
            return
        problems: list[VirtError] = []

        def drive() -> None:
            try:
                work()
            except VirtError as error:
                problems.append(error)

        thread = threading.Thread(target=drive, daemon=True)
        thread.start()
        with interruptible():
            while thread.is_alive():
                try:
                    thread.join(POLL_S)
                    if thread.is_alive():
                        self._look()
                except KeyboardInterrupt:
                    self._try(self._dom.abort_job)
        if problems:
            raise problems[0]
        if self._verbose:
            progress("Migration", 0, 1)

    def _look(self) -> None:
        if self._verbose or self._postcopy_after_precopy:
            try:
                stats = self._dom.get_job_stats().params
            except VirtError:
                return  # not begun, or just over
            if self._verbose:
                progress("Migration", int(stats.get("data_remaining", 0)), int(stats.get("data_total", 0)))
            iteration = int(stats.get("memory_iteration", 0))
            if self._postcopy_after_precopy and not self._switched and iteration > 1:
                self._switched = True
                self._try(self._dom.migrate_start_post_copy)
        if self._end is not None and time.monotonic() > self._end:
            self._end = None
            self._try(self._dom.migrate_start_post_copy if self._to_postcopy else self._dom.suspend)

    def _try(self, action: Callable[[], None]) -> None:
        """The migration may be over before the action comes; that is no failure of it."""
        try:
            action()
        except VirtError as error:
            self._sh.error(error.message)
