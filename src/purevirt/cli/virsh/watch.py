"""Long jobs: progress on stderr, and Ctrl-C that aborts the job instead of leaving it behind."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from purevirt.cli.engine.interrupts import interruptible
from purevirt.cli.engine.shell import Shell
from purevirt.errors import VirtError

if TYPE_CHECKING:
    from purevirt.client import Domain

POLL_S = 0.5
"""How often progress is looked up."""


def progress(label: str, remaining: int, total: int) -> None:
    """Show percent done; nothing before the job knows its size, 100 only when all is done."""
    if total == 0:
        return
    percent = 100 if remaining == 0 else min(99, 100 - remaining * 100 // total)
    sys.stderr.write(f"\r{label}: [{percent:3d} %]")
    sys.stderr.flush()


def watched(sh: Shell, dom: Domain, work: Callable[[], None], *, label: str, verbose: bool) -> None:
    """Run `work`, a blocking call that is a job of `dom`. Raises the VirtError it ends with.

    It runs in a thread of its own where somebody watches (--verbose, or a terminal whose Ctrl-C is to abort the job):
    one connection serves several threads.
    """
    if not verbose and not sys.stdin.isatty():
        work()
        return
    problems: list[VirtError] = []

    def run() -> None:
        try:
            work()
        except VirtError as error:
            problems.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    with interruptible():
        while thread.is_alive():
            try:
                thread.join(POLL_S)
                if verbose and thread.is_alive():
                    _show(dom, label)
            except KeyboardInterrupt:
                _abort(dom)
    if problems:
        raise problems[0]
    if verbose:
        progress(label, 0, 1)


def _show(dom: Domain, label: str) -> None:
    try:
        info = dom.get_job_info()
    except VirtError:
        return  # between jobs
    progress(label, info.data_remaining, info.data_total)


def _abort(dom: Domain) -> None:
    try:
        dom.abort_job()
    except VirtError:
        return  # it was just over
