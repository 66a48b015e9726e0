"""Block jobs and block device sizes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.interrupts import interruptible
from purevirt.cli.engine.numbers import ULLONG_MAX, pretty
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh import lookup, names
from purevirt.cli.virsh.documents import escape
from purevirt.cli.virsh.files import read_text
from purevirt.cli.virsh.flags import collect
from purevirt.cli.virsh.lookup import complaining
from purevirt.cli.virsh.watch import progress
from purevirt.errors import VirtError
from purevirt.types import constants as c

if TYPE_CHECKING:
    from purevirt.client import Domain
    from purevirt.types.typed_params import Value

POLL_S = 0.5
"""How often a job that somebody waits for is looked at; events wake us earlier."""


def _bandwidth(a: Args) -> tuple[int, bool]:
    """The limit, and whether it is in bytes/s (MiB/s otherwise)."""
    text = a.raw("bandwidth")
    if text is None:
        return 0, False
    if a.flag("bytes") or not text.strip().lstrip("+-").isdigit():
        value = a.scaled("bandwidth", 1 if a.flag("bytes") else 1024 * 1024, ULLONG_MAX)
        assert value is not None
        return value, True
    return a.unsigned("bandwidth", 64) or 0, False


class _Wait:
    """Waiting for a block job: its name on stderr, a timeout, what happens at the end."""

    def __init__(self, sh: Shell, a: Args, dom: Domain, disk: str, title: str) -> None:
        self._dom, self._disk, self._title = dom, disk, title
        self._verbose = a.flag("verbose")
        timeout = a.unsigned("timeout")
        if timeout == 0:
            raise Failed("timeout must be positive")
        self._end = None if timeout is None else time.monotonic() + timeout
        self._abort = c.VIR_DOMAIN_BLOCK_JOB_ABORT_ASYNC if a.flag("async") else 0
        self._conn = sh.conn
        self._status: int | None = None

    def register(self) -> int | None:
        """Listen for the end; None where the host has no events (then polling tells)."""
        try:
            number: int = self._conn.domain_event_register_any(
                self._dom, c.VIR_DOMAIN_EVENT_ID_BLOCK_JOB, lambda event: self._note(event.args)
            )
        except VirtError:
            return None
        return number

    def _note(self, args: tuple[object, ...]) -> None:
        status = args[2]
        assert isinstance(status, int)
        self._status = status

    def run(self) -> int:
        """The job's last VIR_DOMAIN_BLOCK_JOB_* status; CANCELED after Ctrl-C or timeout. Raises Failed."""
        number = self.register()
        try:
            with interruptible():
                return self._loop()
        finally:
            if number is not None and self._conn.is_alive():
                self._conn.domain_event_deregister_any(number)

    def _loop(self) -> int:
        while True:
            try:
                if self._status is not None:
                    return self._finished(self._status)
                with complaining(f"failed to query job for disk {self._disk}"):
                    info = self._dom.get_block_job_info(self._disk)
                if info is None:
                    self._conn.process_events(0.0)
                    return self._finished(self._status if self._status is not None else 0)
                if self._verbose:
                    progress(self._title, info.end - info.cur, info.end)
                if info.cur == info.end != 0 and info.type in (
                    c.VIR_DOMAIN_BLOCK_JOB_TYPE_COPY,
                    c.VIR_DOMAIN_BLOCK_JOB_TYPE_ACTIVE_COMMIT,
                ):
                    return self._finished(c.VIR_DOMAIN_BLOCK_JOB_READY)
                if self._end is not None and time.monotonic() > self._end:
                    return self._give_up()
                self._conn.process_events(POLL_S)
            except KeyboardInterrupt:
                return self._give_up()

    def _finished(self, status: int) -> int:
        if self._verbose and status in (c.VIR_DOMAIN_BLOCK_JOB_COMPLETED, c.VIR_DOMAIN_BLOCK_JOB_READY):
            progress(self._title, 0, 1)
        return status

    def _give_up(self) -> int:
        with complaining(f"failed to abort job for disk '{self._disk}'"):
            self._dom.block_job_abort(self._disk, self._abort)
        return c.VIR_DOMAIN_BLOCK_JOB_CANCELED


def _check_waiting(a: Args, waiters: tuple[str, ...]) -> bool:
    """Whether to wait; --verbose and --async make sense only then. Raises Failed."""
    blocking = any(a.given(name) for name in waiters)
    if not blocking:
        joint = ", ".join(f"--{name}" for name in waiters[:-1]) + f", or --{waiters[-1]}"
        for name in ("verbose", "async"):
            if a.flag(name):
                raise Failed(f"--{name} requires at least one of {joint}")
    return blocking


def _end(sh: Shell, status: int, word: str) -> bool:
    """True when the job got where it should; the two bad ends are told."""
    if status == c.VIR_DOMAIN_BLOCK_JOB_CANCELED:
        sh.extra(f"\n{word} aborted")
        return False
    if status == c.VIR_DOMAIN_BLOCK_JOB_FAILED:
        sh.extra(f"\n{word} failed")
        return False
    return True


def cmd_blockcommit(sh: Shell, a: Args) -> bool:
    active = a.flag("active") or a.flag("pivot") or a.flag("keep-overlay")
    blocking = _check_waiting(a, ("timeout", "wait", "pivot", "keep-overlay"))
    a.exclude("pivot", "keep-overlay")
    bandwidth, in_bytes = _bandwidth(a)
    flags = collect(
        a,
        {
            "shallow": c.VIR_DOMAIN_BLOCK_COMMIT_SHALLOW,
            "delete": c.VIR_DOMAIN_BLOCK_COMMIT_DELETE,
            "keep-relative": c.VIR_DOMAIN_BLOCK_COMMIT_RELATIVE,
        },
    )
    flags |= c.VIR_DOMAIN_BLOCK_COMMIT_ACTIVE if active else 0
    flags |= c.VIR_DOMAIN_BLOCK_COMMIT_BANDWIDTH_BYTES if in_bytes else 0
    dom = lookup.domain(sh, a)
    disk = a.need("path")
    wait = _Wait(sh, a, dom, disk, "Block commit")
    dom.block_commit(disk, a.text("base"), a.text("top"), bandwidth, flags)
    if not blocking:
        sh.extra("Active Block Commit started" if active else "Block Commit started")
        return True
    if not _end(sh, wait.run(), "Commit"):
        return False
    _conclude(sh, a, dom, disk, ready=active, word="Commit")
    return True


def _conclude(sh: Shell, a: Args, dom: Domain, disk: str, *, ready: bool, word: str) -> None:
    """Pivot, finish, or say where it stands."""
    if a.flag("pivot"):
        with complaining(f"failed to pivot job for disk {disk}"):
            dom.block_job_abort(disk, c.VIR_DOMAIN_BLOCK_JOB_ABORT_PIVOT)
        sh.extra("\nSuccessfully pivoted")
    elif a.flag("finish") or a.flag("keep-overlay"):
        with complaining(f"failed to finish job for disk {disk}"):
            dom.block_job_abort(disk)
        sh.extra("\nSuccessfully copied" if word == "Copy" else "\nCommit complete, overlay image kept")
    elif word == "Copy":
        sh.extra("\nNow in mirroring phase")
    else:
        sh.extra("\nNow in synchronized phase" if ready else "\nCommit complete")


def _copy_xml(a: Args) -> str:
    """The destination's document."""
    path, xml_path = a.text("dest"), a.text("xml")
    if path is None and xml_path is None:
        raise Failed("need either --dest or --xml")
    if xml_path is not None:
        return read_text(xml_path)
    assert path is not None
    block = a.flag("blockdev")
    kind, attribute = ("block", "dev") if block else ("file", "file")
    form = a.text("format")
    driver = f"  <driver type='{escape(form)}'/>\n" if form is not None else ""
    return f"<disk type='{kind}'>\n  <source {attribute}='{escape(path)}'/>\n{driver}</disk>\n"


def cmd_blockcopy(sh: Shell, a: Args) -> bool:
    blocking = _check_waiting(a, ("timeout", "wait", "pivot", "finish"))
    a.exclude("dest", "xml")
    a.exclude("format", "xml")
    a.exclude("blockdev", "xml")
    a.exclude("pivot", "finish")
    bandwidth, in_bytes = _bandwidth(a)
    granularity = a.unsigned("granularity") or 0
    buffer = a.unsigned("buf-size", 64) or 0
    flags = collect(
        a,
        {
            "shallow": c.VIR_DOMAIN_BLOCK_COPY_SHALLOW,
            "reuse-external": c.VIR_DOMAIN_BLOCK_COPY_REUSE_EXT,
            "transient-job": c.VIR_DOMAIN_BLOCK_COPY_TRANSIENT_JOB,
            "synchronous-writes": c.VIR_DOMAIN_BLOCK_COPY_SYNCHRONOUS_WRITES,
        },
    )
    dom = lookup.domain(sh, a)
    disk = a.need("path")
    xml = _copy_xml(a)
    if a.flag("print-xml"):
        sh.write(xml)
        return True
    params: dict[str, Value] = {}
    if bandwidth:
        if not in_bytes and bandwidth > ULLONG_MAX >> 20:
            raise Failed(f"overflow in converting {bandwidth} MiB/s to bytes\n")
        params["bandwidth"] = bandwidth if in_bytes else bandwidth << 20
    if granularity:
        params["granularity"] = granularity
    if buffer:
        params["buf-size"] = buffer
    wait = _Wait(sh, a, dom, disk, "Block Copy")
    dom.block_copy(disk, xml, params, flags)
    if not blocking:
        sh.extra("Block Copy started")
        return True
    if not _end(sh, wait.run(), "Copy"):
        return False
    _conclude(sh, a, dom, disk, ready=True, word="Copy")
    return True


def cmd_blockpull(sh: Shell, a: Args) -> bool:
    bandwidth, in_bytes = _bandwidth(a)
    dom = lookup.domain(sh, a)
    disk, base = a.need("path"), a.text("base")
    wait = _Wait(sh, a, dom, disk, "Block Pull")
    relative = a.flag("keep-relative")
    if base is not None or relative:
        flags = c.VIR_DOMAIN_BLOCK_REBASE_RELATIVE if relative else 0
        flags |= c.VIR_DOMAIN_BLOCK_REBASE_BANDWIDTH_BYTES if in_bytes else 0
        dom.block_rebase(disk, base, bandwidth, flags)
    else:
        dom.block_pull(disk, bandwidth, c.VIR_DOMAIN_BLOCK_PULL_BANDWIDTH_BYTES if in_bytes else 0)
    if not a.flag("wait"):
        sh.extra("Block Pull started")
        return True
    if not _end(sh, wait.run(), "Pull"):
        return False
    sh.extra("\nPull complete")
    return True


def cmd_blockjob(sh: Shell, a: Args) -> bool:
    raw, in_bytes = a.flag("raw"), a.flag("bytes")
    abort = a.flag("abort") or a.flag("async") or a.flag("pivot")
    info = a.flag("info") or a.flag("raw") or (a.flag("bytes") and not a.given("bandwidth"))
    if abort and (info or a.given("bandwidth")):
        a.exclude("abort", "info")
        a.exclude("abort", "bandwidth")
    a.exclude("info", "bandwidth")
    dom = lookup.domain(sh, a)
    disk = a.need("path")
    if a.given("bandwidth"):
        value, as_bytes = _bandwidth(a)
        dom.block_job_set_speed(disk, value, c.VIR_DOMAIN_BLOCK_JOB_SPEED_BANDWIDTH_BYTES if as_bytes else 0)
        return True
    if abort:
        flags = collect(
            a,
            {"async": c.VIR_DOMAIN_BLOCK_JOB_ABORT_ASYNC, "pivot": c.VIR_DOMAIN_BLOCK_JOB_ABORT_PIVOT},
        )
        dom.block_job_abort(disk, flags)
        return True
    return _job_info(sh, dom, disk, raw=raw, in_bytes=in_bytes)


def _job_info(sh: Shell, dom: Domain, disk: str, *, raw: bool, in_bytes: bool) -> bool:
    job = dom.get_block_job_info(disk, c.VIR_DOMAIN_BLOCK_JOB_INFO_BANDWIDTH_BYTES)
    if job is None:
        if not raw:
            sh.write(f"No current block job for {disk}")
        return True
    if raw:
        sh.write(
            f" type={names.word(names.DOMAIN_BLOCK_JOB, job.type)}\n bandwidth={job.bandwidth}\n"
            f" cur={job.cur}\n end={job.end}\n"
        )
        return True
    progress(names.word(names.DOMAIN_BLOCK_JOB, job.type), job.end - job.cur, job.end)
    if job.bandwidth:
        amount, unit = pretty(job.bandwidth)
        sh.write(f"    Bandwidth limit: {job.bandwidth} bytes/s ({amount:.3f} {unit}/s)")
    sh.write("\n")
    return True


def cmd_blockresize(sh: Shell, a: Args) -> None:
    disk = a.need("path")
    size = a.scaled("size", 1024, ULLONG_MAX)
    assert size is not None
    text = a.raw("size") or ""
    flags = 0
    if size % 1024 or text.rstrip()[-1:] in "bB":
        flags = c.VIR_DOMAIN_BLOCK_RESIZE_BYTES
    else:
        size //= 1024
    dom = lookup.domain(sh, a)
    with complaining(f"Failed to resize block device '{disk}'"):
        dom.block_resize(disk, size, flags)
    sh.extra(f"Block device '{disk}' is resized")


def cmd_domblkthreshold(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    device = a.need("dev")
    threshold = a.scaled("threshold", 1, ULLONG_MAX)
    assert threshold is not None
    dom.set_block_threshold(device, threshold)
