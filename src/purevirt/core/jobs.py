"""The job model: who may change a domain while somebody else waits for its hypervisor.

Three slots per object. The *normal* slot is for one short operation; the *agent* slot for one talk with the guest
agent; the *async* slot for one long operation (start, save, dump, migration), which carries a mask of the normal jobs
that may run beside it. A waiter gives up after `WAIT_S` seconds with OPERATION_TIMEOUT naming the API that holds the
slot. Waiters are served in the order they came. After waiting, the object may be dead: look again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum, auto

from purevirt.core.clock import Clock, SystemClock, wait_within
from purevirt.errors import ErrorCode, ErrorDomain, Timeout, VirtError

WAIT_S = 30.0
"""How long a caller waits for a slot, as libvirt's VIR_JOB_WAIT_TIME."""

current_api: ContextVar[str] = ContextVar("purevirt_api", default="internal")
"""The procedure that runs; a job takes it as its holder's name."""


class Job(Enum):
    """Kinds of normal jobs (virDomainJob)."""

    QUERY = auto()
    DESTROY = auto()
    SUSPEND = auto()
    MODIFY = auto()
    ABORT = auto()
    MIGRATION_OP = auto()


class AgentJob(Enum):
    """Kinds of agent jobs (virDomainAgentJob)."""

    QUERY = auto()
    MODIFY = auto()


class AsyncJob(Enum):
    """Kinds of long jobs (virDomainAsyncJob)."""

    MIGRATION_OUT = auto()
    MIGRATION_IN = auto()
    SAVE = auto()
    DUMP = auto()
    SNAPSHOT = auto()
    START = auto()
    BACKUP = auto()


BESIDE_ASYNC = frozenset({Job.QUERY, Job.DESTROY, Job.ABORT})
"""Normal jobs allowed beside an async job unless it says otherwise."""


def holder_name(procedure: str) -> str:
    """The name libvirt's messages use for a procedure's thread: "domain_suspend" → "remoteDispatchDomainSuspend"."""
    program, rest = "remote", procedure
    for prefix in ("qemu", "lxc", "admin"):
        if procedure.startswith(prefix + "_"):
            program, rest = prefix, procedure[len(prefix) + 1 :]
    words = "".join(_WORDS.get(word, word.capitalize()) for word in rest.split("_"))
    return f"{program}Dispatch{words}"


_WORDS = {"xml": "XML", "uuid": "UUID", "id": "ID", "cpu": "CPU", "nmi": "NMI", "os": "OS", "pm": "PM", "io": "IO"}


@dataclass(slots=True, eq=False)
class Held:
    """Who holds a slot since when (monotonic seconds)."""

    kind: Job | AgentJob | AsyncJob
    api: str
    since: float


@dataclass(slots=True, eq=False)
class _Waiter:
    job: Job | None
    agent: AgentJob | None
    long: AsyncJob | None
    nested: bool
    gate: asyncio.Future[None]


class JobSlots:
    """The three slots of one object."""

    def __init__(self, name: str = "", clock: Clock | None = None, domain: int = ErrorDomain.QEMU, max_queued: int = 0) -> None:
        self.name = name
        self._clock = clock or SystemClock()
        self._domain = domain
        self._max_queued = max_queued
        self._waiters: deque[_Waiter] = deque()
        self.normal: Held | None = None
        self.agent: Held | None = None
        self.long: Held | None = None
        self._mask: frozenset[Job] = frozenset()

    def _free_for(self, job: Job | None, agent: AgentJob | None, long: AsyncJob | None, nested: bool) -> bool:
        if long is not None and (self.long is not None or self.normal is not None):
            return False
        if job is not None:
            if self.normal is not None:
                return False
            if self.long is not None and not nested and job not in self._mask:
                return False
        return not (agent is not None and self.agent is not None)

    def _take(self, job: Job | None, agent: AgentJob | None, long: AsyncJob | None) -> None:
        api, now = holder_name(current_api.get()), self._clock.monotonic()
        if job is not None:
            self.normal = Held(job, api, now)
        if agent is not None:
            self.agent = Held(agent, api, now)
        if long is not None:
            self.long = Held(long, api, now)

    def _wake(self) -> None:
        for waiter in list(self._waiters):
            if self._free_for(waiter.job, waiter.agent, waiter.long, waiter.nested) and not waiter.gate.done():
                self._waiters.remove(waiter)
                waiter.gate.set_result(None)
                return

    def timeout_error(self) -> Timeout:
        """The error a waiter gets, naming who holds what."""
        blocker = self.long or self.normal
        if self.normal is not None:
            blocker = self.normal
        if blocker and self.agent:
            held = f" (held by monitor={blocker.api} agent={self.agent.api})"
        elif blocker:
            held = f" (held by monitor={blocker.api})"
        elif self.agent:
            held = f" (held by agent={self.agent.api})"
        else:
            held = ""
        return Timeout(f"cannot acquire state change lock{held}", self._domain)

    async def _acquire(
        self, job: Job | None, agent: AgentJob | None, long: AsyncJob | None, nested: bool, wait_s: float | None
    ) -> None:
        if not self._waiters and self._free_for(job, agent, long, nested):
            self._take(job, agent, long)
            return
        if wait_s == 0:
            raise self.timeout_error()
        if self._max_queued and len(self._waiters) >= self._max_queued:
            raise VirtError(ErrorCode.OPERATION_FAILED, "cannot acquire state change lock due to max_queued limit", self._domain)
        deadline = self._clock.monotonic() + (WAIT_S if wait_s is None else wait_s)
        while True:
            waiter = _Waiter(job, agent, long, nested, asyncio.get_running_loop().create_future())
            self._waiters.append(waiter)
            self._wake()
            try:
                done = await wait_within(self._clock, max(0.0, deadline - self._clock.monotonic()), waiter.gate)
            except asyncio.CancelledError:
                if waiter.gate.done():
                    self._wake()  # it was our turn and we will not come
                raise
            finally:
                if waiter in self._waiters:
                    self._waiters.remove(waiter)
            if self._free_for(job, agent, long, nested):
                self._take(job, agent, long)
                self._wake()
                return
            if not done:
                raise self.timeout_error()

    @asynccontextmanager
    async def job(self, kind: Job = Job.MODIFY, *, nested: bool = False, wait_s: float | None = None) -> AsyncIterator[None]:
        """Hold the normal slot. `nested`: the caller owns the async job. `wait_s` 0 never waits."""
        await self._acquire(kind, None, None, nested, wait_s)
        held = self.normal
        try:
            yield
        finally:
            if self.normal is held:
                self.normal = None
            self._wake()

    @asynccontextmanager
    async def agent_job(self, kind: AgentJob = AgentJob.MODIFY, *, wait_s: float | None = None) -> AsyncIterator[None]:
        """Hold the agent slot alone; never take the normal slot while waiting for the agent."""
        await self._acquire(None, kind, None, False, wait_s)
        held = self.agent
        try:
            yield
        finally:
            if self.agent is held:
                self.agent = None
            self._wake()

    @asynccontextmanager
    async def async_job(
        self, kind: AsyncJob, *, beside: frozenset[Job] = BESIDE_ASYNC, wait_s: float | None = None
    ) -> AsyncIterator[None]:
        """Hold the long slot; `beside` are the normal jobs that may run meanwhile."""
        await self._acquire(None, None, kind, False, wait_s)
        held, self._mask = self.long, beside
        self._wake()
        try:
            yield
        finally:
            if self.long is held:
                self.long = None
                self._mask = frozenset()
            self._wake()

    def allow_beside(self, beside: frozenset[Job]) -> None:
        """Change what may run beside the async job that is held."""
        self._mask = beside
        self._wake()

    @property
    def busy(self) -> bool:
        return self.normal is not None or self.long is not None
