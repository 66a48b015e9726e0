"""The remote client as a driver: procedures become rows, rows travel over a transport, replies come back as values.

It answers `call` like any driver (api/driver.py) and offers `client/` the fuller `invoke`: deadlines, descriptors,
streams, event registration. The transport is rpc/blocking.py's or rpc/aio.py's; their methods have the same names, so
nothing here knows which it is. No asyncio, no sockets here.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from purevirt.drivers.remote.channel import RemoteChannel
from purevirt.drivers.remote.event_rows import EVENT_ROWS, REGISTER
from purevirt.errors import ErrorCode, NoSupport, VirtError
from purevirt.protocol.rows import Program, Row

Deliver = Callable[[Any], None]


class _Plan:
    """A row ready to call: how to make its arguments and what its answer is."""

    __slots__ = ("args", "field", "row")

    def __init__(self, row: Row) -> None:
        self.row = row
        self.args = row.args
        slots = row.ret.__slots__ if row.ret is not None else ()
        self.field = slots[0] if len(slots) == 1 else None


_names: dict[tuple[str, ...], dict[Row, tuple[str, str]]] = {}


def _event_names(programs: Mapping[str, Program]) -> dict[Row, tuple[str, str]]:
    """Event row → (program, scope), made once for a set of programs."""
    key = tuple(programs)
    found = _names.get(key)
    if found is None:
        found = _names[key] = {
            programs[program].by_name[name]: (program, scope)
            for (program, name), (scope, _) in EVENT_ROWS.items()
            if program in programs
        }
    return found


class Shared:
    """One registration at the server and everybody here who gets its events (a server takes each kind once a client)."""

    __slots__ = ("callback_id", "delivers", "key", "program")

    def __init__(self, key: tuple[Any, ...], program: str) -> None:
        self.key = key
        self.program = program
        self.callback_id = -1
        self.delivers: list[Deliver] = []

    def __call__(self, message: Any) -> None:
        for deliver in list(self.delivers):
            deliver(message)


class Token:
    """What `subscribe` answers: who listens to which registration."""

    __slots__ = ("deliver", "shared")

    def __init__(self, shared: Shared, deliver: Deliver) -> None:
        self.shared = shared
        self.deliver = deliver


class RemoteDriver:
    """Procedures over one transport. `deadline`: seconds for calls that name none; None waits for ever.

    Errors of the peer are raised as the peer made them. After the connection has ended every call raises.
    """

    events = None
    """Events come through `subscribe`, one registration at the server each."""
    reports_close = True
    unknown_callback = "event callback id {} not registered"

    def __init__(self, transport: Any, programs: Mapping[str, Program], *, encrypted: bool, secure: bool) -> None:
        self.transport = transport
        self.encrypted = encrypted
        self.secure = secure
        self.deadline: float | None = None
        self.on_close: Callable[[int], None] | None = None
        self._programs = programs
        self._plans: dict[tuple[str, str], _Plan] = {}
        self._callbacks: dict[tuple[str, int], Deliver] = {}
        self._shared: dict[tuple[Any, ...], Shared] = {}
        self._orphans: list[tuple[tuple[str, int], Any]] = []
        self._registering = 0
        self.watched: list[RemoteChannel] = []
        """Streams with a callback, where no event loop watches them."""
        self._event_names = _event_names(programs)
        transport.on_notice = self._notice
        transport.on_close = self._closed

    # -- calls ----------------------------------------------------------------------------------------------------------

    def _plan(self, program: str, procedure: str) -> _Plan:
        plan = self._plans.get((program, procedure))
        if plan is None:
            rows = self._programs.get(program)
            row = rows.by_name.get(procedure) if rows is not None else None
            if row is None:
                raise NoSupport(procedure)
            plan = self._plans[program, procedure] = _Plan(row)
        return plan

    def _until(self, deadline: float | None) -> float | None:
        """The moment a call must be done by."""
        if deadline is None:
            deadline = self.deadline
        return None if deadline is None else time.monotonic() + deadline

    async def invoke(
        self, procedure: str, args: tuple[Any, ...], deadline: float | None = None, program: str = "remote"
    ) -> Any:
        """Run one procedure; see api/driver.py for the shape of the result."""
        plan = self._plans.get((program, procedure)) or self._plan(program, procedure)
        if deadline is not None or self.deadline is not None:
            deadline = self._until(deadline)
        value = await self.transport.call(
            plan.row, plan.args(*args) if plan.args is not None else None, deadline=deadline
        )
        return value if plan.field is None else getattr(value, plan.field)

    async def call(self, procedure: str, *args: Any, program: str = "remote") -> Any:
        return await self.invoke(procedure, args, None, program)

    async def invoke_fds(
        self,
        procedure: str,
        args: tuple[Any, ...],
        fds: Sequence[int],
        deadline: float | None = None,
        program: str = "remote",
    ) -> tuple[Any, list[int]]:
        """As `invoke`, with descriptors; those that come back are the caller's to close."""
        if not self.transport.can_pass_fds:
            raise VirtError(ErrorCode.OPERATION_UNSUPPORTED, "descriptors cannot be passed over this transport")
        plan = self._plan(program, procedure)
        struct = plan.args(*args) if plan.args is not None else None
        value, received = await self.transport.call_with_fds(
            plan.row, struct, fds=fds, deadline=self._until(deadline)
        )
        return (value if plan.field is None else getattr(value, plan.field)), received

    async def open_channel(
        self, procedure: str, args: tuple[Any, ...], deadline: float | None = None, *, sparse: bool = False
    ) -> tuple[Any, RemoteChannel]:
        """Run a procedure that has a stream: its result, and our end. Holes come as they are sent, `sparse` or not."""
        plan = self._plan("remote", procedure)
        struct = plan.args(*args) if plan.args is not None else None
        value, stream = await self.transport.open_stream(plan.row, struct, deadline=self._until(deadline))
        return (value if plan.field is None else getattr(value, plan.field)), RemoteChannel(
            self.transport, stream, self.watched
        )

    def supports(self, procedure: str) -> bool:
        """Whether the protocol has it; what the peer's driver has, only a call tells."""
        return any(procedure in program.by_name for program in self._programs.values())

    # -- events -----------------------------------------------------------------------------------------------------------

    async def subscribe(
        self,
        scope: str,
        event_id: int,
        ref: Any,
        deliver: Deliver,
        extra: tuple[Any, ...] = (),
        deadline: float | None = None,
    ) -> Token:
        """Hear of events: registers at the server where nobody here does it yet. `deliver` gets the wire messages."""
        key = (scope, event_id, None if ref is None else getattr(ref, "uuid", None) or ref.name, extra)
        async with self.transport.registering:
            shared = self._shared.get(key)
            if shared is None:
                shared = await self._register(Shared(key, REGISTER[scope][0]), ref, deliver, deadline)
            else:
                shared.delivers.append(deliver)
        return Token(shared, deliver)

    async def _register(self, shared: Shared, ref: Any, deliver: Deliver, deadline: float | None) -> Shared:
        scope, event_id, _, extra = shared.key
        program, register, _ = REGISTER[scope]
        args = (ref, *extra) if scope == "qemu_monitor" else (event_id, ref)
        self._registering += 1
        try:
            shared.callback_id = await self.invoke(register, args, deadline, program)
        finally:
            self._registering -= 1
        shared.delivers.append(deliver)
        self._shared[shared.key] = self._callbacks[program, shared.callback_id] = shared
        self._adopt()
        return shared

    async def unsubscribe(self, token: Token, deadline: float | None = None) -> None:
        """Hear no more; the last one to leave deregisters at the server."""
        shared = token.shared
        async with self.transport.registering:
            shared.delivers = [d for d in shared.delivers if d is not token.deliver]
            if shared.delivers or self._shared.pop(shared.key, None) is None:
                return
            self._callbacks.pop((shared.program, shared.callback_id), None)
            await self.invoke(REGISTER[shared.key[0]][2], (shared.callback_id,), deadline, shared.program)

    def _notice(self, row: Row, message: Any) -> None:
        """An event from the peer; one that overtook the reply to its registration waits for that."""
        found = self._event_names.get(row)
        if found is None:
            if row.name == "connect_event_connection_closed":
                self._closed(message.reason)
            return
        key = (found[0], message.callbackID)
        deliver = self._callbacks.get(key)
        if deliver is not None:
            deliver(message)
        elif self._registering:
            self._orphans.append((key, message))

    def _adopt(self) -> None:
        orphans, self._orphans = self._orphans, []
        for key, message in orphans:
            deliver = self._callbacks.get(key)
            if deliver is not None:
                deliver(message)
            elif self._registering:
                self._orphans.append((key, message))

    # -- life -------------------------------------------------------------------------------------------------------------

    @property
    def alive(self) -> bool:
        alive: bool = self.transport.is_open
        return alive

    def _closed(self, reason: int) -> None:
        callback, self.on_close = self.on_close, None
        if callback is not None:
            callback(reason)

    def fileno(self) -> int:
        """Readable when the peer has sent something; -1 when closed (blocking transport)."""
        fd: int = self.transport.fileno()
        return fd

    def pump(self, timeout: float) -> bool:
        """Take in what the peer sent on its own, waiting up to `timeout` seconds (blocking transport)."""
        took: bool = self.transport.pump(timeout)
        return took

    def set_keepalive(self, interval_s: int, count: int) -> None:
        """Ping the peer when it is silent; 0 stops it."""
        self.transport.set_keepalive(interval_s, count)

    async def close(self) -> None:
        """Say goodbye (the peer ends streams and guests bound to us) and close. Never raises for a dead peer."""
        if self.transport.is_open:
            with contextlib.suppress(VirtError):
                await self.invoke("connect_close", (), self.deadline if self.deadline is not None else 10.0,
                                  "remote" if "remote" in self._programs else "admin")
        closing = self.transport.close()
        if closing is not None:
            await closing
