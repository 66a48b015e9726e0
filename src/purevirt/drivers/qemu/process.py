"""A guest's process: start it, know its end, find it again after a restart of the daemon.

Order of a start: the guest gets its id and its status document (with the job "start") before anything is visible;
files get their owner; QEMU is spawned with its monitor as a listening descriptor and a locked pid file; the status is
saved with the pid; the monitor is asked for what only the running QEMU knows; then the guest runs. Everything pushes
its inverse on an undo stack. A daemon that dies in between finds the job in the status and takes the start back.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from logging import getLogger
from pathlib import Path
from typing import TYPE_CHECKING, Any

from purevirt.core.undo import Undo, undo
from purevirt.drivers.qemu import documents, errors, labels, status, tpm
from purevirt.drivers.qemu.command.graphics import graphics_passwords
from purevirt.drivers.qemu.guest_log import GuestLog, note
from purevirt.drivers.qemu.launch import Launch, Plan, make_plan
from purevirt.drivers.qemu.live_cpu import settle_live_cpu
from purevirt.drivers.qemu.live_document import settle_ports
from purevirt.drivers.qemu.memory import settle_balloon
from purevirt.drivers.qemu.messages import taints_of
from purevirt.drivers.qemu.monitor import connection, queries
from purevirt.drivers.qemu.monitor_events import MonitorEvents
from purevirt.drivers.qemu.placement import place_all
from purevirt.drivers.qemu.throttle import throttle_commands
from purevirt.drivers.qemu.vcpu_hotplug import plug_at_start
from purevirt.drivers.qemu.vm import Runtime, Vm
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.host import files, process
from purevirt.host.unix_socket import ShortPath, listen
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState
    from purevirt.model.domain.document import Domain

log = getLogger("purevirt.qemu.process")

TERM_S = 10.0
"""How long SIGTERM may take before SIGKILL follows, or before a graceful destroy gives up."""
STOPPED_S = 0.1
"""When to look again whether a process that does not go has been stopped."""
MONITOR_S = 30.0


async def start(state: QemuState, vm: Vm, document: Domain, launch: Launch) -> None:
    """Bring the guest up; the caller holds the async job START. On failure it is as it was, the error says why."""
    emulator = document.devices.emulator if document.devices else None
    if emulator is None:
        raise errors.internal("missing emulator")
    caps = await state.capabilities.get(emulator)
    if vm.is_active:
        raise errors.invalid("domain is already running")
    await documents.check_start(document, state, caps)
    async with undo() as u:
        number = state.allocate_id()
        run = Runtime(caps, state.paths.own(number, vm.name), state.paths.channels(number, vm.name))
        run.autodestroy = launch.autodestroy
        run.taints = taints_of(document, privileged=state.settings.privileged and state.config.credentials is None)
        vm.run, vm.live = run, document
        state.vms.set_id(vm, number)
        document.id = number
        vm.set_state(C.VIR_DOMAIN_PAUSED, C.VIR_DOMAIN_PAUSED_STARTING_UP, state.clock)
        vm.changed()
        u.push("guest", lambda: _abandon(state, vm))
        await _bring_up(state, vm, run, launch, u)
        u.commit()


def _abandon(state: QemuState, vm: Vm) -> None:
    """A start failed: back to what it was before, without an end event."""
    run = vm.run
    if run is None:
        return
    _release(state, vm, run)
    note(state.paths.log(vm.name), state.clock, "shutting down, reason=failed")
    vm.set_state(C.VIR_DOMAIN_SHUTOFF, C.VIR_DOMAIN_SHUTOFF_FAILED, state.clock)


async def _bring_up(state: QemuState, vm: Vm, run: Runtime, launch: Launch, u: Undo) -> None:
    gid_uid = state.config.credentials
    uid, gid = (gid_uid.uid, gid_uid.gid) if gid_uid else (-1, -1)
    files.make_directory(run.own_dir, 0o750, uid, gid)
    u.push("own directory", lambda: files.remove_tree(run.own_dir))
    run.pid_file = process.PidFile(state.paths.pid_file(vm.name))
    u.push("pid file", run.pid_file.remove)
    status.save(state.status, vm)
    u.push("status", lambda: state.status.remove(vm.name))
    guest_log = GuestLog(state.paths.log(vm.name))
    listener = _listen(run.own_dir / "monitor.sock")
    try:
        plan = await make_plan(state, vm, run, launch, listener.fileno(), u)
        guest_log.header(state.clock, state.version_line(run.caps), plan.env, plan.argv)
        labels.give_all(state, vm, run, plan.files)
        u.push("labels", lambda: labels.take_back_all(state, vm, run))
        _spawn(state, run, plan, guest_log, u)
        status.save(state.status, vm)
        await _talk(state, vm, run, launch, guest_log)
        await _protect_displays(state, vm)
        for command, arguments in throttle_commands(vm.require_live()):
            await vm.require_monitor().execute(command, arguments)
    finally:
        listener.close()
        guest_log.close()
    run.starting = False
    vm.tasks.spawn(_watch(state, vm, run), "watch")
    await _set_off(state, vm, run, launch)


def _listen(path: Path) -> socket.socket:
    """The monitor's socket, listening before QEMU is there; QEMU inherits it, so that we can come back later."""
    try:
        return listen(path)
    except OSError as error:
        raise VirtError(
            ErrorCode.SYSTEM_ERROR, f"Failed to create socket '{path}': {error.strerror}", ErrorDomain.QEMU
        ) from error


def _spawn(state: QemuState, run: Runtime, plan: Plan, guest_log: GuestLog, u: Undo) -> None:
    assert run.pid_file is not None
    try:
        run.process = process.spawn(
            plan.argv,
            env=plan.env,
            pass_fds=[*plan.pass_fds, run.pid_file.fd],
            output=guest_log.fd,
            credentials=state.config.credentials,
        )
    except OSError as error:
        raise errors.internal(f"cannot execute {plan.argv[0]}: {error.strerror}") from error
    finally:
        plan.close_fds()
    run.pid_file.write(run.process.pid)
    spawned = run.process

    async def end() -> None:
        spawned.signal(9)
        await asyncio.shield(spawned.exited)

    u.push("process", end)


async def _talk(state: QemuState, vm: Vm, run: Runtime, launch: Launch, guest_log: GuestLog) -> None:
    """Connect the monitor and learn what only the running QEMU knows."""
    assert run.process is not None
    attach_monitor(state, vm, run)
    assert run.monitor is not None
    ready = vm.tasks.spawn(_negotiate(run), "negotiate")
    ended: set[asyncio.Future[Any]] = {ready, run.process.exited}
    await asyncio.wait(ended, return_when=asyncio.FIRST_COMPLETED)
    try:
        if run.process.exited.done():
            raise connection.MonitorClosed
        if (error := await ready) is not None:
            raise error
        await queries.learn(vm, run)
        await settle_live_cpu(vm, run)
        await plug_at_start(vm)
        await settle_ports(state, vm)
        if launch.incoming is None:
            await settle_balloon(vm)
        place_all(vm)
    except connection.MonitorClosed as error:
        with suppress(TimeoutError):
            async with asyncio.timeout(2):
                await asyncio.shield(run.process.exited)
        text = guest_log.failure()
        raise errors.internal(
            f"process exited while connecting to monitor: {text}" if text else "qemu unexpectedly closed the monitor"
        ) from error


async def _protect_displays(state: QemuState, vm: Vm) -> None:
    """Passwords of VNC and SPICE servers; until QEMU has them nobody gets in."""
    for command, arguments in graphics_passwords(vm.require_live(), state.settings):
        await vm.require_monitor().execute(command, arguments)


async def _negotiate(run: Runtime) -> VirtError | None:
    """The greeting; an error is a result, because nobody may be waiting for it any more."""
    assert run.monitor is not None
    try:
        await run.monitor.negotiate(MONITOR_S)
    except VirtError as error:
        return error
    return None


def attach_monitor(state: QemuState, vm: Vm, run: Runtime) -> None:
    """Connect to the monitor socket and route its events."""
    handler = MonitorEvents(state, vm)
    path = run.own_dir / "monitor.sock"
    try:
        with ShortPath(path.parent) as short:
            run.monitor = connection.connect(str(short / path.name), handler.handle, state.clock, vm.name)
    except OSError as error:
        raise errors.failed(f"failed to connect to monitor socket: {error.strerror}") from error


async def _set_off(state: QemuState, vm: Vm, run: Runtime, launch: Launch) -> None:
    """The last step of a start: let the processors run unless it shall stay paused."""
    assert run.monitor is not None
    if launch.incoming is not None:
        await launch.incoming(vm, run)
    if launch.paused:
        vm.set_state(C.VIR_DOMAIN_PAUSED, launch.paused_reason, state.clock)
    else:
        run.running_reason = launch.running_reason
        await run.monitor.execute("cont")
        vm.require_active()
        if vm.state != C.VIR_DOMAIN_RUNNING:
            vm.set_state(C.VIR_DOMAIN_RUNNING, launch.running_reason, state.clock)


# --- the end ---------------------------------------------------------------------------------------------------


async def _watch(state: QemuState, vm: Vm, run: Runtime) -> None:
    """Wait for the end of the process, or of its monitor, and do what follows from it."""
    assert run.process is not None
    assert run.monitor is not None
    while True:
        ends: set[asyncio.Future[Any]] = {run.process.exited, run.monitor.closed}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if vm.run is not run:
            return
        if run.process.exited.done():
            finish(state, vm, run)
            return
        with suppress(TimeoutError):  # QEMU closes its monitor a moment before it is gone
            async with asyncio.timeout(1):
                await asyncio.shield(run.process.exited)
                continue
        log.error("%s: monitor closed while the process goes on; ending it", vm.name)
        state.events.control_error(vm)
        run.process.signal(9)
        await asyncio.shield(run.process.exited)


def finish(state: QemuState, vm: Vm, run: Runtime) -> None:
    """The process is gone: take everything back, set the state, tell about it. Does not wait for anybody."""
    if vm.run is not run:
        return
    if run.monitor is not None:
        run.monitor.drain()
    if vm.run is not run:
        return
    reason, detail = end_of(vm, run)
    ref, document = vm.ref, vm.live
    log_reason = status.REASONS[C.VIR_DOMAIN_SHUTOFF][reason]
    labels.take_back_all(state, vm, run)
    _release(state, vm, run)
    note(state.paths.log(vm.name), state.clock, f"shutting down, reason={log_reason}")
    vm.set_state(C.VIR_DOMAIN_SHUTOFF, reason, state.clock)
    state.events.lifecycle(vm, C.VIR_DOMAIN_EVENT_STOPPED, detail, ref)
    if not vm.is_persistent:
        tpm.settle_state(state.paths, document)
        state.forget(vm)


def end_of(vm: Vm, run: Runtime) -> tuple[int, int]:
    """Shut-off reason and event detail of a guest whose process has ended."""
    if run.ending is not None:
        return run.ending
    if vm.state == C.VIR_DOMAIN_CRASHED:
        return C.VIR_DOMAIN_SHUTOFF_CRASHED, C.VIR_DOMAIN_EVENT_STOPPED_CRASHED
    if run.shutdown_seen:
        return C.VIR_DOMAIN_SHUTOFF_SHUTDOWN, C.VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN
    return C.VIR_DOMAIN_SHUTOFF_CRASHED, C.VIR_DOMAIN_EVENT_STOPPED_FAILED


def _release(state: QemuState, vm: Vm, run: Runtime) -> None:
    """Everything a running guest had of the host, except its process and file owners."""
    if run.monitor is not None:
        run.monitor.close()
    if run.agent is not None:
        run.agent.close()
    for helper in run.helpers:
        helper.signal(15)
    tpm.forget_run(state.paths, run.short_name)
    for end in list(run.consoles.values()):
        end()
    if run.cgroup is not None:
        run.cgroup.remove()
    state.ports.release(run.own_dir)
    with suppress(OSError):
        files.remove_tree(run.own_dir)
    with suppress(OSError):
        files.remove_tree(run.channel_dir)
    if run.pid_file is not None:
        run.pid_file.remove()
    else:
        state.paths.pid_file(vm.name).unlink(missing_ok=True)
    state.status.remove(vm.name)
    vm.run, vm.live = None, None
    vm.changed()
    state.vms.set_id(vm, -1)


async def kill(state: QemuState, vm: Vm, *, graceful: bool = False) -> None:
    """End the process and wait until it is gone. `graceful` never uses SIGKILL: RESOURCE_BUSY when it does not go."""
    run = vm.require_active()
    target = run.process
    if target is None:
        return
    if target.is_stopped() and not graceful:
        target.signal(9)
    else:
        target.signal(15)
        gone = await _gone(state, target, STOPPED_S)
        if not gone and not graceful and target.is_stopped():
            target.signal(9)  # it was stopped in the very moment: SIGTERM waits for a SIGCONT that nobody sends
        if not gone and not await _gone(state, target, TERM_S):
            if graceful:
                raise VirtError(
                    ErrorCode.SYSTEM_ERROR,
                    f"Failed to terminate process {target.pid} with SIGTERM: Device or resource busy",
                    ErrorDomain.QEMU,
                    int1=16,
                )
            target.signal(9)
    if not await _gone(state, target, TERM_S * 3):
        raise VirtError(
            ErrorCode.SYSTEM_ERROR,
            f"Failed to terminate process {target.pid} with SIGKILL: Device or resource busy",
            ErrorDomain.QEMU,
            int1=16,
        )
    finish(state, vm, run)


async def _gone(state: QemuState, target: process.Process, wait_s: float) -> bool:
    from purevirt.core.clock import wait_within

    return await wait_within(state.clock, wait_s, target.exited)


# --- after a restart of the daemon -----------------------------------------------------------------------------


async def reattach(state: QemuState, vm: Vm, saved: status.SavedStatus) -> None:
    """Take a running guest back: its process, its monitor, its state. One that is gone gets its end."""
    run = vm.run
    assert run is not None
    marker = vm.uuid_text
    if saved.async_job == "start" or saved.pid <= 0:
        await _clear_orphans(state, vm, saved)
        _abandon(state, vm)
        return
    found = process.find(saved.pid, marker=marker)
    if found is None:
        run.ending = (C.VIR_DOMAIN_SHUTOFF_CRASHED, C.VIR_DOMAIN_EVENT_STOPPED_FAILED)
        finish(state, vm, run)
        return
    run.process = found
    try:
        attach_monitor(state, vm, run)
        assert run.monitor is not None
        await run.monitor.negotiate(MONITOR_S)
        await queries.learn(vm, run)
        await settle_ports(state, vm, booted=False)
        await _true_state(state, vm, run)
    except VirtError as error:
        log.warning("%s: cannot reach its monitor again: %s", vm.name, error)
        if run.process.exited.done() or isinstance(error, connection.MonitorClosed):
            run.process.signal(9)
            await asyncio.shield(run.process.exited)
            run.ending = (C.VIR_DOMAIN_SHUTOFF_CRASHED, C.VIR_DOMAIN_EVENT_STOPPED_FAILED)
            finish(state, vm, run)
            return
    run.starting = False
    vm.tasks.spawn(_watch(state, vm, run), "watch")
    status.save(state.status, vm)


async def _clear_orphans(state: QemuState, vm: Vm, saved: status.SavedStatus) -> None:
    """A start was cut off: whoever still holds the pid file is the guest that nobody waits for."""
    for pid in {*process.holders(state.paths.pid_file(vm.name)), saved.pid} - {0, -1}:
        orphan = process.find(pid, marker=vm.uuid_text if pid == saved.pid else None)
        if orphan is not None:
            orphan.signal(9)
            await orphan.exited
    run = vm.require_active()
    labels.take_back_all(state, vm, run)


async def _true_state(state: QemuState, vm: Vm, run: Runtime) -> None:
    """Whether it runs, as QEMU says; the reason stays what was saved when it fits."""
    running, word = await queries.run_state(vm.require_monitor())
    vm.require_active()
    if running and vm.state != C.VIR_DOMAIN_RUNNING:
        vm.set_state(C.VIR_DOMAIN_RUNNING, C.VIR_DOMAIN_RUNNING_UNPAUSED, state.clock)
    elif not running and vm.state == C.VIR_DOMAIN_RUNNING:
        vm.set_state(C.VIR_DOMAIN_PAUSED, queries.paused_reason(word), state.clock)
    if word == "shutdown":
        run.shutdown_seen = True
        assert run.process is not None
        run.process.signal(15)
