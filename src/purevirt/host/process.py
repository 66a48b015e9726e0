"""Programs: start them with passed descriptors and another user, know their end at once, find them again.

A process is known by pid *and* start time, so that a recycled pid is never taken for it. The end is seen through a
pidfd, never by polling. Nothing of Python runs between fork and exec.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Whom a program runs as; None of it changes for None."""

    uid: int
    gid: int
    groups: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ProcessStat:
    """Fields of /proc/PID/stat that we use. Times in clock ticks, rss in pages, processor the last one it ran on."""

    state: str
    ppid: int
    utime: int
    stime: int
    start_time: int
    vsize: int
    rss_pages: int
    processor: int
    delay_ticks: int


TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def read_stat(pid: int, tid: int | None = None, proc: Path = PROC) -> ProcessStat | None:
    """What the kernel says about the process or one of its threads; None when there is none."""
    path = f"{proc}/{pid}/stat" if tid is None else f"{proc}/{pid}/task/{tid}/stat"
    try:
        with open(path, "rb", buffering=0) as file:
            data = file.read(4096)
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None
    fields = data[data.rindex(b")") + 2 :].split()
    return ProcessStat(
        state=fields[0].decode(),
        ppid=int(fields[1]),
        utime=int(fields[11]),
        stime=int(fields[12]),
        start_time=int(fields[19]),
        vsize=int(fields[20]),
        rss_pages=int(fields[21]),
        processor=int(fields[36]),
        delay_ticks=int(fields[39]),
    )


def run_delay_ns(pid: int, tid: int, proc: Path = PROC) -> int:
    """How long the thread waited for a processor, in nanoseconds (schedstat); 0 when unknown."""
    try:
        with open(f"{proc}/{pid}/task/{tid}/schedstat", "rb", buffering=0) as file:
            return int(file.read(128).split()[1])
    except (OSError, IndexError, ValueError):
        return 0


def threads(pid: int, proc: Path = PROC) -> list[int]:
    """Thread ids of the process; empty when it is gone."""
    try:
        return sorted(int(name) for name in os.listdir(f"{proc}/{pid}/task"))
    except FileNotFoundError:
        return []


def owner(pid: int, proc: Path = PROC) -> tuple[int, int] | None:
    """User and group that the process runs as; None when there is none."""
    try:
        found = os.stat(proc / str(pid))
    except OSError:
        return None
    return found.st_uid, found.st_gid


def affinity(tid: int) -> frozenset[int]:
    """Processors that the thread may run on. OSError when there is no such thread."""
    return frozenset(os.sched_getaffinity(tid))


def set_affinity(tid: int, cpus: frozenset[int]) -> None:
    """Bind one thread to processors. OSError as sched_setaffinity(2) gives it."""
    os.sched_setaffinity(tid, cpus)


_SCHEDULERS = {"batch": os.SCHED_BATCH, "idle": os.SCHED_IDLE, "fifo": os.SCHED_FIFO, "rr": os.SCHED_RR}


def set_scheduler(tid: int, name: str, priority: int) -> None:
    """Give one thread a scheduler of sched(7) by its short name. OSError as the kernel gives it."""
    os.sched_setscheduler(tid, _SCHEDULERS[name], os.sched_param(priority))


class Process:
    """A running program, ours or one found again. `exited` becomes done when it ends, with its exit status or None.

    The status is the wait status as `os.waitstatus_to_exitcode` gives it (negative: signal), None for a process that
    is not our child.
    """

    def __init__(self, pid: int, start_time: int, pidfd: int, *, child: bool) -> None:
        self.pid = pid
        self.start_time = start_time
        self._pidfd = pidfd
        self._child = child
        loop = asyncio.get_running_loop()
        self.exited: asyncio.Future[int | None] = loop.create_future()
        loop.add_reader(pidfd, self._ended)

    def _ended(self) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._pidfd)
        status: int | None = None
        if self._child:
            with suppress(ChildProcessError):
                info = os.waitid(os.P_PIDFD, self._pidfd, os.WEXITED | os.WNOHANG)
                if info is not None:
                    status = info.si_status if info.si_code == os.CLD_EXITED else -info.si_status
        os.close(self._pidfd)
        self._pidfd = -1
        if not self.exited.done():
            self.exited.set_result(status)

    @property
    def alive(self) -> bool:
        return not self.exited.done()

    def signal(self, number: int) -> None:
        """Send a signal; a process that has ended is no error."""
        if self._pidfd >= 0:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, number)

    def is_stopped(self) -> bool:
        """Whether somebody stopped it with SIGSTOP or a debugger: it will not act on SIGTERM."""
        status = read_stat(self.pid)
        return status is not None and status.state in "Tt"

    def forget(self) -> None:
        """Stop watching; the program goes on (daemon shutdown)."""
        if self._pidfd >= 0:
            asyncio.get_running_loop().remove_reader(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = -1


def spawn(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    pass_fds: Sequence[int] = (),
    output: int = subprocess.DEVNULL,
    cwd: str = "/",
    credentials: Credentials | None = None,
) -> Process:
    """Start a program in a session of its own; stdin is /dev/null, stdout and stderr go to `output`.

    `pass_fds` keep their numbers. Raises OSError when it cannot be executed. Returns once exec has succeeded.
    """
    popen = subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        env=dict(env),
        cwd=cwd,
        pass_fds=tuple(pass_fds),
        start_new_session=True,
        user=credentials.uid if credentials else None,
        group=credentials.gid if credentials else None,
        extra_groups=list(credentials.groups) if credentials else None,
        umask=0o002 if credentials else -1,
    )
    popen.returncode = 0  # the pidfd reaps it; Popen must neither wait nor warn
    pidfd = os.pidfd_open(popen.pid)
    status = read_stat(popen.pid)
    return Process(popen.pid, status.start_time if status else 0, pidfd, child=True)


@cache
def tied() -> tuple[str, ...]:
    """Words before a command that make the kernel end it with us, also when we are killed; none where that cannot be said."""
    program = shutil.which("setpriv")
    return (program, "--pdeathsig", "KILL", "--") if program is not None else ()


def find(pid: int, start_time: int | None = None, *, marker: str | None = None) -> Process | None:
    """Take hold of a program that an earlier daemon started; None when it is gone or another one has its pid.

    `marker` must stand among its arguments when the start time is not known.
    """
    try:
        pidfd = os.pidfd_open(pid)
    except (ProcessLookupError, OSError):
        return None
    status = read_stat(pid)
    same = status is not None and status.state not in "ZX"
    if same and status is not None and start_time is not None:
        same = status.start_time == start_time
    if same and marker is not None:
        same = marker.encode() in arguments(pid)
    if not same or status is None:
        os.close(pidfd)
        return None
    return Process(pid, status.start_time, pidfd, child=False)


def arguments(pid: int, proc: Path = PROC) -> list[bytes]:
    """The program's argument vector; empty when it cannot be read."""
    try:
        return (proc / str(pid) / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return []


async def run(
    argv: Sequence[str],
    *,
    input_data: bytes | None = None,
    deadline_s: float = 30.0,
    env: Mapping[str, str] | None = None,
) -> tuple[int, bytes, bytes]:
    """Run a short program to its end: exit code, stdout, stderr. TimeoutError (it is killed) after `deadline_s`."""
    process = await asyncio.create_subprocess_exec(
        *argv,
        stdin=subprocess.DEVNULL if input_data is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=None if env is None else dict(env),
    )
    try:
        async with asyncio.timeout(deadline_s):
            out, err = await process.communicate(input_data)
    except (TimeoutError, asyncio.CancelledError):
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        raise
    return process.returncode or 0, out, err


class PidFile:
    """A pid file whose open description the program inherits: while anybody holds it, the program lives.

    The descriptor is made and locked before the fork, so even a daemon killed between fork and the first note of the
    pid leaves a trace: `holders()` names the processes that have the file open.
    """

    def __init__(self, path: Path, mode: int = 0o644) -> None:
        self.path = path
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
        os.fchmod(self.fd, mode)
        try:
            fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self.fd)
            raise
        os.ftruncate(self.fd, 0)

    def write(self, pid: int) -> None:
        os.pwrite(self.fd, f"{pid}\n".encode(), 0)

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)
        self.close()


def pid_from_file(path: Path) -> int | None:
    """The pid that the file names, None when there is none."""
    try:
        return int(path.read_text().strip() or 0) or None
    except (OSError, ValueError):
        return None


def holders(path: Path, proc: Path = PROC) -> list[int]:
    """Processes other than ours that have the file open; used once per guest caught in the middle of a start."""
    try:
        wanted = os.stat(path)
    except FileNotFoundError:
        return []
    found = []
    for entry in os.listdir(proc):
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        with suppress(OSError):
            for fd in os.listdir(f"{proc}/{entry}/fd"):
                with suppress(OSError):
                    status = os.stat(f"{proc}/{entry}/fd/{fd}")
                    if (status.st_dev, status.st_ino) == (wanted.st_dev, wanted.st_ino):
                        found.append(int(entry))
                        break
    return found
