"""The guest agent: JSON lines over the virtio port that the guest has opened, one command at a time.

Before each command the two ends agree where they are (`guest-sync`): what an earlier, unanswered command still brings is
thrown away. A guest that says nothing costs its caller the time it asked for, never the daemon.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
from collections.abc import Mapping
from typing import Any

from purevirt.core.tasks import TaskOwner
from purevirt.drivers.qemu import errors
from purevirt.drivers.qemu.monitor import decode
from purevirt.drivers.qemu.vm import Runtime, Vm
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.host.async_fd import AsyncFd
from purevirt.types import constants as C

PORT = "org.qemu.guest_agent.0"
SYNC_S = 5.0
"""How long a guest may take to answer that it is there."""
BLOCK_S = 3600.0
"""The longest that a command may take whose caller would wait for ever."""
SHUTDOWN_S = 60.0
_CHUNK = 65536
_LONGEST = 10 << 20


def channel_of(vm: Vm) -> Any:
    """The channel that the running guest's agent listens at; None when it has none."""
    channels: list[Any] = vm.devices().channels
    return next((c for c in channels if c.target is not None and c.target.name == PORT), None)


def unresponsive(detail: str) -> VirtError:
    return VirtError(ErrorCode.AGENT_UNRESPONSIVE, detail, ErrorDomain.QEMU)


def require_agent(vm: Vm) -> Agent:
    """The connection to the agent; says why there is none."""
    run = vm.require_active()
    if vm.state != C.VIR_DOMAIN_RUNNING:
        raise errors.invalid("domain is not running")
    if run.agent_error:
        raise unresponsive("QEMU guest agent is not available due to an error")
    if run.agent is None:
        if channel_of(vm) is not None:
            raise unresponsive("QEMU guest agent is not connected")
        raise VirtError(ErrorCode.ARGUMENT_UNSUPPORTED, "QEMU guest agent is not configured", ErrorDomain.QEMU)
    return run.agent


class AgentGone(VirtError):
    """The port was closed while somebody waited for an answer."""

    def __init__(self) -> None:
        text = "Guest agent disappeared while executing command"
        super().__init__(ErrorCode.AGENT_UNRESPONSIVE, text, ErrorDomain.QEMU)


class Agent:
    """One open port. Callers hold the agent job, so that there is one command at a time."""

    def __init__(self, device: AsyncFd, run: Runtime, tasks: TaskOwner) -> None:
        self._device = device
        self._run = run
        self._tasks = tasks
        self._reading: asyncio.Task[bytes] | None = None
        self._buffer = bytearray()
        self._numbers = itertools.count(1)
        self._closed = False
        self.timeout_s: float | None = None
        """What a client has chosen for all commands; None waits as long as it takes."""

    def close(self) -> None:
        """The guest closed its end, or is gone: who waits learns it at once."""
        if self._closed:
            return
        self._closed = True
        if self._reading is not None:
            self._reading.cancel()
        asyncio.get_running_loop().call_soon(self._device.close)  # after the reader has let go of it

    # --- talking -----------------------------------------------------------------------------------------------

    async def command(self, name: str, arguments: Mapping[str, Any] | None = None, timeout_s: float | None = None) -> Any:
        """The value of "return". AGENT_UNRESPONSIVE when the guest does not answer, INTERNAL_ERROR when it refuses."""
        reply = await self.raw({"execute": name, **({"arguments": arguments} if arguments else {})}, timeout_s)
        if "error" in reply:
            error = decode.child(reply, "error")
            text = decode.string_or(error, "desc") or decode.string_or(error, "class") or "unknown error"
            raise errors.internal(f"unable to execute QEMU agent command '{name}': {text}")
        return reply.get("return")

    async def raw(self, message: Mapping[str, Any], timeout_s: float | None = None) -> dict[str, Any]:
        """Any command as it is, and its reply as it is."""
        wait_s = timeout_s if timeout_s is not None else self.timeout_s
        await self._sync(min(SYNC_S, wait_s) if wait_s is not None and wait_s > 0 else SYNC_S)
        await self._send(message)
        wait_s = BLOCK_S if wait_s is None else wait_s
        try:
            async with asyncio.timeout(wait_s):
                return await self._line()
        except TimeoutError:
            name = message.get("execute")
            raise unresponsive(f"guest agent didn't respond to '{name}' within '{int(wait_s)}' seconds") from None

    async def _sync(self, wait_s: float) -> None:
        number = next(self._numbers)
        await self._send({"execute": "guest-sync", "arguments": {"id": number}})
        try:
            async with asyncio.timeout(wait_s):
                while (await self._line()).get("return") != number:
                    pass
        except TimeoutError:
            text = f"guest agent didn't respond to synchronization within '{int(wait_s)}' seconds"
            raise unresponsive(text) from None

    async def _send(self, message: Mapping[str, Any]) -> None:
        try:
            await self._device.write(json.dumps(message, separators=(",", ":")).encode() + b"\n")
        except OSError:
            raise AgentGone from None

    async def _line(self) -> dict[str, Any]:
        """The next message; what is none is thrown away, as the guest may send anything."""
        while True:
            while (end := self._buffer.find(b"\n")) < 0:
                data = await self._read()
                if not data or len(self._buffer) > _LONGEST:
                    self._buffer.clear()
                    raise AgentGone
                self._buffer += data
            line = bytes(self._buffer[:end]).lstrip(b"\xff").strip()
            del self._buffer[: end + 1]
            try:
                return decode.parse_line(line)
            except decode.BadReply:
                continue

    async def _read(self) -> bytes:
        """b"" when the port is closed."""
        if self._closed:
            return b""
        self._reading = self._tasks.spawn(self._device.read(_CHUNK), "agent read")
        try:
            await asyncio.wait({self._reading})
            return b"" if self._reading.cancelled() else self._reading.result()
        finally:
            self._reading.cancel()
            self._reading = None

    # --- what several calls need -------------------------------------------------------------------------------

    async def shutdown(self, mode: str) -> None:
        """Ask for "powerdown" or "reboot". There is no reply when the guest does it: QEMU's event is the answer."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def happened(_data: object) -> bool:
            if not done.done():
                done.set_result(None)
            return True

        waiters = [("SHUTDOWN", happened), ("RESET", happened)]
        self._run.waiters += waiters
        answer = self._tasks.spawn(self._attempt("guest-shutdown", {"mode": mode}), "agent shutdown")
        try:
            ends: set[asyncio.Future[Any]] = {answer, done}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if not done.done() and (error := answer.result()) is not None:
                if isinstance(error, AgentGone):  # it does what it was asked for, or dies
                    await asyncio.wait({done}, timeout=SHUTDOWN_S)
                if not done.done():
                    raise error
        finally:
            answer.cancel()
            self._run.waiters = [waiter for waiter in self._run.waiters if waiter not in waiters]

    async def _attempt(self, name: str, arguments: Mapping[str, Any]) -> VirtError | None:
        """The error as a result, for nobody may be waiting for it any more."""
        try:
            await self.command(name, arguments, SHUTDOWN_S)
        except VirtError as error:
            return error
        return None

    async def suspend(self, command: str) -> None:
        await self.command(command, timeout_s=SHUTDOWN_S)

    async def vcpus(self) -> list[tuple[int, bool, bool]]:
        """Number, whether it is online, whether it can be taken offline."""
        reply = decode.objects(await self.command("guest-get-vcpus"), "guest-get-vcpus")
        return [
            (
                decode.integer(cpu, "logical-id", "guest-get-vcpus"),
                decode.flag_or(cpu, "online"),
                decode.flag_or(cpu, "can-offline"),
            )
            for cpu in reply
        ]

    async def vcpu_count(self, *, most: bool) -> int:
        found = await self.vcpus()
        return len(found) if most else sum(online for _, online, _ in found)

    async def set_vcpus(self, wanted: Mapping[int, bool]) -> None:
        """Number → online."""
        cpus = [{"logical-id": number, "online": online} for number, online in sorted(wanted.items())]
        done = await self.command("guest-set-vcpus", {"vcpus": cpus})
        if not isinstance(done, int) or done < len(cpus):
            raise errors.internal("failed to set state of cpu via guest agent")

    async def set_vcpu_count(self, count: int) -> None:
        """Take the highest ones offline, or bring the lowest ones back."""
        found = await self.vcpus()
        now = sum(online for _, online, _ in found)
        if count > len(found):
            raise errors.bad_argument("requested vcpu count is greater than the count of enabled vcpus in the domain: ")
        wanted: dict[int, bool] = {}
        for number, online, _ in found:
            if now < count and not online:
                wanted[number], now = True, now + 1
        for number, online, can in reversed(found):
            if now > count and online and can:
                wanted[number], now = False, now - 1
        if now != count:
            raise errors.internal("failed to set vcpu count via guest agent: not enough vcpus can be switched")
        if wanted:
            await self.set_vcpus(wanted)

    async def set_password(self, user: str, password: str, *, encrypted: bool) -> None:
        secret = base64.b64encode(password.encode()).decode()
        await self.command("guest-set-user-password", {"username": user, "password": secret, "crypted": encrypted})
