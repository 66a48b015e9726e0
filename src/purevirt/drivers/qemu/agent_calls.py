"""What clients ask the guest agent for: time, host name, file systems, passwords, processors, and raw commands."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from purevirt.core.jobs import AgentJob, Job
from purevirt.drivers.qemu import errors
from purevirt.drivers.qemu.agent import Agent, require_agent
from purevirt.drivers.qemu.monitor import decode
from purevirt.drivers.qemu.vm import Vm
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain.cpuset import CPUSET, format_bitmap
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.typed_params import ParamList, TypedParam

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState

_LEAST, _DEFAULT_S = C.VIR_DOMAIN_QEMU_AGENT_COMMAND_MIN, 5.0
_INFO = {
    C.VIR_DOMAIN_GUEST_INFO_USERS,
    C.VIR_DOMAIN_GUEST_INFO_OS,
    C.VIR_DOMAIN_GUEST_INFO_TIMEZONE,
    C.VIR_DOMAIN_GUEST_INFO_HOSTNAME,
    C.VIR_DOMAIN_GUEST_INFO_FILESYSTEM,
    C.VIR_DOMAIN_GUEST_INFO_DISKS,
    C.VIR_DOMAIN_GUEST_INFO_INTERFACES,
}
_NS = 1_000_000_000


@asynccontextmanager
async def asking(vm: Vm, kind: AgentJob = AgentJob.QUERY) -> AsyncIterator[Agent]:
    """The agent, under its job."""
    async with vm.jobs.agent_job(kind):
        yield require_agent(vm)


def _seconds(timeout: int) -> float | None:
    """A client's number as a deadline; None waits as long as it takes."""
    if timeout < _LEAST:
        raise errors.bad_argument(f"guest agent timeout '{timeout}' is less than the minimum '{_LEAST}'")
    return None if timeout == C.VIR_DOMAIN_QEMU_AGENT_COMMAND_BLOCK else _DEFAULT_S if timeout < 0 else float(timeout)


class AgentFacet:
    """virDomain{QemuAgentCommand,Get/SetTime,GetHostname,FS*,SetUserPassword,*GuestVcpus,GetGuestInfo,AuthorizedSSHKeys*}."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def qemu_domain_agent_command(self, dom: p.NonnullDomain, cmd: str, timeout: int, flags: int) -> str:
        errors.check_flags(flags, 0, "qemuDomainQemuAgentCommand")
        vm = self._state.find(dom)
        async with asking(vm, AgentJob.MODIFY) as agent:
            wait_s = _seconds(timeout)
            vm.require_active().taints.add("custom-ga-command")
            try:
                message = json.loads(cmd)
            except (ValueError, RecursionError) as error:
                text = f"cannot parse json {cmd[:80]}: {error}"
                raise VirtError(ErrorCode.INTERNAL_ERROR, text, ErrorDomain.NONE) from error
            if not isinstance(message, dict):
                raise errors.internal("QEMU guest agent commands are JSON objects")
            return json.dumps(await agent.raw(message, wait_s), separators=(",", ":"), ensure_ascii=False)

    async def domain_agent_set_response_timeout(self, dom: p.NonnullDomain, timeout: int, flags: int) -> int:
        errors.check_flags(flags, 0, "qemuDomainAgentSetResponseTimeout")
        wait_s = _seconds(timeout)
        run = self._state.find(dom).require_active()
        run.agent_timeout_s = wait_s
        if run.agent is not None:
            run.agent.timeout_s = wait_s
        return 0

    # --- time and names ----------------------------------------------------------------------------------------

    async def domain_get_time(self, dom: p.NonnullDomain, flags: int) -> p.DomainGetTimeRet:
        errors.check_flags(flags, 0, "qemuDomainGetTime")
        async with asking(self._state.find(dom)) as agent:
            now = await agent.command("guest-get-time")
        if not isinstance(now, int):
            raise errors.internal("malformed return value")
        return p.DomainGetTimeRet(now // _NS, now % _NS)

    async def domain_set_time(self, dom: p.NonnullDomain, seconds: int, nseconds: int, flags: int) -> None:
        """With SYNC the guest takes its hardware clock's time."""
        errors.check_flags(flags, C.VIR_DOMAIN_TIME_SYNC, "qemuDomainSetTime")
        vm = self._state.find(dom)
        if vm.run is None or not vm.run.caps.has("rtc-reset-reinjection"):
            raise errors.not_supported("cannot set time: qemu doesn't support rtc-reset-reinjection command")
        async with asking(vm, AgentJob.MODIFY) as agent:
            time = {} if flags & C.VIR_DOMAIN_TIME_SYNC else {"time": seconds * _NS + nseconds}
            await agent.command("guest-set-time", time)
        async with vm.jobs.job(Job.MODIFY):
            await vm.require_monitor().execute("rtc-reset-reinjection")
            vm.require_active()

    async def domain_get_hostname(self, dom: p.NonnullDomain, flags: int) -> str:
        lease, agent_flag = C.VIR_DOMAIN_GET_HOSTNAME_LEASE, C.VIR_DOMAIN_GET_HOSTNAME_AGENT
        errors.check_flags(flags, lease | agent_flag, "qemuDomainGetHostname")
        vm = self._state.find(dom)
        vm.require_active()
        name = None
        if not flags & lease:
            async with asking(vm) as agent:
                reply = decode.mapping(await agent.command("guest-get-host-name"), "guest-get-host-name")
                name = decode.string(reply, "host-name", "guest-get-host-name")
        if name is None:
            text = f"no hostname found for domain {vm.name}"
            raise VirtError(ErrorCode.NO_HOSTNAME, text, ErrorDomain.QEMU)
        return name

    # --- file systems ------------------------------------------------------------------------------------------

    async def domain_get_fsinfo(self, dom: p.NonnullDomain, flags: int) -> p.DomainGetFsinfoRet:
        errors.check_flags(flags, 0, "qemuDomainGetFSInfo")
        vm = self._state.find(dom)
        async with asking(vm) as agent:
            reply = await agent.command("guest-get-fsinfo")
        found = []
        for item in decode.objects(reply, "guest-get-fsinfo"):
            where, name, kind = (decode.string(item, key, "guest-get-fsinfo") for key in ("mountpoint", "name", "type"))
            found.append(p.DomainFsinfo(where, name, kind, _targets(vm, item)))
        found.sort(key=lambda one: one.mountpoint, reverse=True)
        return p.DomainGetFsinfoRet(found, len(found))

    async def domain_fsfreeze(self, dom: p.NonnullDomain, mountpoints: list[str], flags: int) -> int:
        errors.check_flags(flags, 0, "qemuDomainFSFreeze")
        async with asking(self._state.find(dom), AgentJob.MODIFY) as agent:
            if mountpoints:
                return _count(await agent.command("guest-fsfreeze-freeze-list", {"mountpoints": mountpoints}))
            return _count(await agent.command("guest-fsfreeze-freeze"))

    async def domain_fsthaw(self, dom: p.NonnullDomain, mountpoints: list[str], flags: int) -> int:
        errors.check_flags(flags, 0, "qemuDomainFSThaw")
        if mountpoints:
            text = "specifying mountpoints is not supported"
            raise VirtError(ErrorCode.ARGUMENT_UNSUPPORTED, text, ErrorDomain.QEMU)
        async with asking(self._state.find(dom), AgentJob.MODIFY) as agent:
            return _count(await agent.command("guest-fsfreeze-thaw"))

    async def domain_fstrim(self, dom: p.NonnullDomain, mount_point: str | None, minimum: int, flags: int) -> None:
        errors.check_flags(flags, 0, "qemuDomainFSTrim")
        if mount_point is not None:
            text = "Specifying mount point is not supported for now"
            raise VirtError(ErrorCode.ARGUMENT_UNSUPPORTED, text, ErrorDomain.QEMU)
        async with asking(self._state.find(dom), AgentJob.MODIFY) as agent:
            await agent.command("guest-fstrim", {"minimum": minimum})

    # --- users and processors ----------------------------------------------------------------------------------

    async def domain_set_user_password(
        self, dom: p.NonnullDomain, user: str | None, password: str | None, flags: int
    ) -> None:
        encrypted = C.VIR_DOMAIN_PASSWORD_ENCRYPTED
        errors.check_flags(flags, encrypted, "qemuDomainSetUserPassword")
        async with asking(self._state.find(dom), AgentJob.MODIFY) as agent:
            await agent.set_password(user or "", password or "", encrypted=bool(flags & encrypted))

    async def domain_authorized_ssh_keys_get(self, dom: p.NonnullDomain, user: str, flags: int) -> list[str]:
        errors.check_flags(flags, 0, "qemuDomainAuthorizedSSHKeysGet")
        async with asking(self._state.find(dom)) as agent:
            reply = await agent.command("guest-ssh-get-authorized-keys", {"username": user})
        keys = decode.mapping(reply, "guest-ssh-get-authorized-keys").get("keys")
        return [str(key) for key in decode.sequence(keys, "guest-ssh-get-authorized-keys")]

    async def domain_authorized_ssh_keys_set(self, dom: p.NonnullDomain, user: str, keys: list[str], flags: int) -> None:
        append, remove = C.VIR_DOMAIN_AUTHORIZED_SSH_KEYS_SET_APPEND, C.VIR_DOMAIN_AUTHORIZED_SSH_KEYS_SET_REMOVE
        errors.check_flags(flags, append | remove, "qemuDomainAuthorizedSSHKeysSet")
        arguments: dict[str, Any] = {"username": user, "keys": keys}
        async with asking(self._state.find(dom)) as agent:
            if flags & remove:
                await agent.command("guest-ssh-remove-authorized-keys", arguments)
            else:
                await agent.command("guest-ssh-add-authorized-keys", arguments | {"reset": not flags & append})

    async def domain_get_guest_vcpus(self, dom: p.NonnullDomain, flags: int) -> list[TypedParam]:
        errors.check_flags(flags, 0, "qemuDomainGetGuestVcpus")
        async with asking(self._state.find(dom)) as agent:
            found = await agent.vcpus()
        out = ParamList().string("vcpus", format_bitmap(frozenset(number for number, _, _ in found)))
        out.string("online", format_bitmap(frozenset(number for number, online, _ in found if online)))
        return out.string("offlinable", format_bitmap(frozenset(number for number, _, can in found if can)))

    async def domain_set_guest_vcpus(self, dom: p.NonnullDomain, cpumap: str, state: int, flags: int) -> None:
        errors.check_flags(flags, 0, "qemuDomainSetGuestVcpus")
        if state not in (0, 1):
            raise errors.bad_argument("unsupported state value")
        wanted = CPUSET.parse(cpumap)
        async with asking(self._state.find(dom), AgentJob.MODIFY) as agent:
            there = {number for number, _, _ in await agent.vcpus()}
            for number in sorted(wanted):
                if number not in there:
                    raise errors.bad_argument(f"guest is missing vCPU '{number}'")
            await agent.set_vcpus(dict.fromkeys(wanted, bool(state)))

    # --- everything at once ------------------------------------------------------------------------------------

    async def domain_get_guest_info(self, dom: p.NonnullDomain, types: int, flags: int) -> list[TypedParam]:
        """`types` 0 is all that the agent can tell; a kind that was named must be told."""
        from purevirt.drivers.qemu.agent_info import GROUPS

        errors.check_flags(flags, 0, "qemuDomainGetGuestInfo")
        if types & ~sum(_INFO):
            text = f"unsupported guest information types '0x{types & ~sum(_INFO):x}'"
            raise VirtError(ErrorCode.INVALID_ARG, text, ErrorDomain.QEMU)
        vm = self._state.find(dom)
        out = ParamList()
        async with asking(vm) as agent:
            for bit, (command, add) in GROUPS.items():
                if types and not types & bit:
                    continue
                try:
                    add(out, await agent.command(command))
                except VirtError as error:
                    if types or error.code == ErrorCode.AGENT_UNRESPONSIVE:
                        raise
        return out


def _count(value: Any) -> int:
    if not isinstance(value, int):
        raise errors.internal("malformed return value")
    return value


def _targets(vm: Vm, item: Any) -> list[str]:
    """The disks under a file system, by target: those whose PCI address or unit the agent names."""
    found = []
    for place in decode.objects(item.get("disk") or [], "guest-get-fsinfo disk"):
        unit, bus, target = (decode.integer_or(place, key, -1) for key in ("unit", "bus", "target"))
        for disk in vm.devices().disks:
            address: Any = disk.address
            if address is None or disk.target is None:
                continue
            if getattr(address, "type", "") == "drive" and (address.unit, address.bus, address.target) == (unit, bus, target):
                found.append(disk.target.dev or "")
            elif getattr(address, "type", "") == "pci":
                pci = decode.child(place, "pci-controller")
                wanted = tuple(decode.integer_or(pci, key, -1) for key in ("domain", "bus", "slot", "function"))
                if wanted == (address.domain or 0, address.bus, address.slot, address.function):
                    found.append(disk.target.dev or "")
    return found
