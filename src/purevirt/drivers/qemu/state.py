"""The driver's long-lived part: known guests, their documents on disk, capabilities, events."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Callable
from logging import getLogger
from pathlib import Path
from typing import Any

from purevirt.api.context import CallContext
from purevirt.api.driver import Driver, FacetDriver
from purevirt.api.events import EventHub
from purevirt.core.clock import Clock, SystemClock
from purevirt.core.jobs import current_api
from purevirt.core.registry import Registry
from purevirt.core.state import StateDirectory
from purevirt.core.tasks import TaskOwner
from purevirt.drivers.qemu import config as qemu_config
from purevirt.drivers.qemu import documents, errors, process, status
from purevirt.drivers.qemu.agent import Agent, channel_of
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.caps_cache import CapsCache
from purevirt.drivers.qemu.command.settings import QemuSettings
from purevirt.drivers.qemu.definition import HEADER, Definition, ParsedMemory, read_index
from purevirt.drivers.qemu.events import DomainEvents
from purevirt.drivers.qemu.paths import QemuPaths
from purevirt.drivers.qemu.ports import PortAllocator
from purevirt.drivers.qemu.rename import finish_rename
from purevirt.drivers.qemu.vm import Runtime, Vm
from purevirt.errors import VirtError
from purevirt.host import files
from purevirt.host.async_fd import connect_unix
from purevirt.host.roots import Roots
from purevirt.protocol.remote import NonnullDomain
from purevirt.types.override import override
from purevirt.types.uuid import parse_uuid

log = getLogger("purevirt.qemu")


def _build_command(document: Any, caps: QemuCaps, context: Any) -> Any:
    """Addresses that the definition leaves open, then the command line."""
    from purevirt.drivers.qemu.addresses.assign import assign_addresses
    from purevirt.drivers.qemu.command.build import build_command

    assign_addresses(document, caps, new_domain=True)
    return build_command(document, context)


class QemuDriver(FacetDriver):
    """The facets; every call knows its own name, which a job takes as its holder's."""

    @override
    async def call(self, procedure: str, *args: Any, program: str = "remote") -> Any:
        current_api.set(procedure if program == "remote" else f"{program}_{procedure}")
        return await super().call(procedure, *args, program=program)


class QemuState:
    """One per daemon or embedded root."""

    def __init__(self, roots: Roots, clock: Clock | None = None) -> None:
        self.clock = clock or SystemClock()
        self.paths = QemuPaths(roots, roots.driver("qemu"))
        self.config = qemu_config.load(self.paths.conf, roots)
        self.hub = EventHub()
        self.events = DomainEvents(self.hub)
        self.tasks = TaskOwner("qemu")
        self.vms: Registry[Vm] = Registry()
        self.ports = PortAllocator()
        dirs = self.paths.dirs
        self.definitions = StateDirectory(dirs.config)
        self.status = StateDirectory(dirs.state, durable=False)
        scratch = dirs.cache / "probe"
        self.capabilities = CapsCache(self.paths.capabilities, scratch, self.config.credentials, self.tasks)
        self.memory = ParsedMemory()
        self.settings = QemuSettings(
            lib_dir=str(dirs.lib),
            channel_target_dir=str(self.paths.channel_target),
            nvram_dir=str(self.paths.nvram),
            memory_backing_dir=str(dirs.lib / "ram"),
            state_dir=str(dirs.state),
            privileged=roots.privileged,
            stdio_logd=False,
            **qemu_config.command_settings(self.config.values),
        )
        self.build_command: Callable[[Any, QemuCaps, Any], Any] = _build_command
        """Definition, capabilities and context to a command line; tests start other programs."""
        self._ids = itertools.count(1)
        self._driver: QemuDriver | None = None

    # --- contract with the registry ----------------------------------------------------------------------------

    def driver_for(self, context: CallContext) -> Driver:
        if self._driver is None:
            from purevirt.drivers.qemu.facets import facets

            self._driver = QemuDriver("qemu", facets(self), self.hub)
        return self._driver

    def is_needed(self) -> bool:
        """Guests that run are watched."""
        return any(vm.is_active for vm in self.vms)

    async def stop(self) -> None:
        """Let go of the guests; they run on."""
        for vm in self.vms:
            await vm.tasks.close()
            if vm.run is not None:
                if vm.run.monitor is not None:
                    vm.run.monitor.close()
                if vm.run.process is not None:
                    vm.run.process.forget()
                for helper in vm.run.helpers:
                    helper.forget()
                if vm.run.pid_file is not None:
                    vm.run.pid_file.close()
        await self.tasks.close()

    # --- starting up -------------------------------------------------------------------------------------------

    async def load(self) -> None:
        """Directories, the index of definitions, running guests; reattaching goes on in tasks."""
        credentials = self.config.credentials
        for path, mode, guests in self.paths.own_directories():
            uid, gid = (credentials.uid, credentials.gid) if guests and credentials else (-1, -1)
            files.make_directory(path, mode, uid, gid)
        autostart = {entry.name[:-4] for entry in os.scandir(self.paths.dirs.autostart) if entry.name.endswith(".xml")}
        saved = {entry.name[:-5] for entry in os.scandir(self.paths.save) if entry.name.endswith(".save")}
        self.definitions.clean()
        self.status.clean()
        for name in self.definitions.names():
            self._load_definition(self.definitions.path(name), autostart, saved)
        for name in self.status.names():
            self._load_running(name)
        await asyncio.sleep(0)  # each reattach takes its guest's job before anybody else can ask for it

    def _load_definition(self, path: Path, autostart: set[str], saved: set[str]) -> None:
        try:
            name, uuid = read_index(path)
        except (OSError, ValueError) as error:
            log.error("Failed to load config for domain '%s': %s", path.stem, error)
            return
        other = self.vms.by_uuid(uuid)
        if name == path.stem and other is not None and finish_rename(self, other, path, autostart):
            return
        if name != path.stem or other is not None:
            log.error("Failed to load config for domain '%s': name or UUID is not its own", path.stem)
            return
        vm = self.new_vm(name, uuid)
        vm.config = Definition(self.memory, self.parse_stored, None, path)
        vm.autostart, vm.managed_save = name in autostart, name in saved
        self.vms.add(vm)

    def _load_running(self, name: str) -> None:
        from purevirt.drivers.qemu.live_document import settle_again

        try:
            saved = status.parse_document(self.status.load(name))
            document = documents.parse_status(saved.domain_xml)
            uuid = parse_uuid(document.uuid or "")
        except (OSError, VirtError, ValueError) as error:
            log.error("Failed to load status of domain '%s': %s", name, error)
            return
        vm = self.vms.by_uuid(uuid)
        if vm is None:
            vm = self.new_vm(document.name or name, uuid)
            self.vms.add(vm)
        emulator = document.devices.emulator if document.devices else None
        caps = (self.capabilities.known(emulator) if emulator else None) or QemuCaps(emulator or "")
        vm.run = Runtime(caps, saved.own_dir, saved.channel_dir, fake_reboot=saved.fake_reboot)
        vm.run.vcpu_threads = saved.vcpu_threads
        if saved.asked_cpu is not None:
            from purevirt.model.cpu import Cpu

            vm.run.asked_cpu = Cpu.from_xml(saved.asked_cpu)
        vm.live = document
        settle_again(self, document)
        self.vms.set_id(vm, document.id if document.id is not None else self.allocate_id())
        vm.set_state(saved.state, saved.reason, self.clock)
        self._ids = itertools.count(max(next(self._ids), vm.id + 1))
        vm.tasks.spawn(self._reattach(vm, saved), "reattach")

    async def _reattach(self, vm: Vm, saved: status.SavedStatus) -> None:
        async with vm.jobs.job():
            await process.reattach(self, vm, saved)

    def first_since_boot(self) -> bool:
        """Whether no daemon has started guests since the host did: one that was shut down stays so after a restart of ours."""
        marker = self.paths.dirs.state / "autostarted"
        try:
            os.close(os.open(marker, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        except FileExistsError:
            return False
        except OSError as error:
            log.error("Failed to create file '%s': %s", marker, error.strerror)
        return True

    async def autostart_all(self) -> None:
        """Start what shall run whenever the host does."""
        from purevirt.drivers.qemu.lifecycle import start_vm

        for vm in self.vms:
            if vm.autostart and not vm.is_active:
                try:
                    await start_vm(self, vm, 0)
                except VirtError as error:
                    log.error("Failed to autostart VM '%s': %s", vm.name, error)

    # --- guests ------------------------------------------------------------------------------------------------

    def allocate_id(self) -> int:
        return next(self._ids)

    def new_vm(self, name: str, uuid: bytes) -> Vm:
        return Vm(name, uuid, self.clock, max_queued=self.config.max_queued)

    def find(self, ref: NonnullDomain) -> Vm:
        """The guest that a client means; NO_DOMAIN when it is gone."""
        vm = self.vms.by_uuid(ref.uuid)
        if vm is None:
            raise errors.no_domain(ref.uuid, ref.name)
        return vm

    def forget(self, vm: Vm) -> None:
        """Neither defined nor running any more."""
        self.vms.remove(vm)
        self.tasks.spawn(vm.tasks.close(), f"forget {vm.name}")

    def store(self, vm: Vm) -> None:
        """Write the persistent definition."""
        text = HEADER.format(name=vm.name) + vm.require_config().text
        try:
            self.definitions.save(vm.name, text)
        except OSError as error:
            raise errors.internal(f"cannot write config file '{self.definitions.path(vm.name)}': {error.strerror}") from error

    def parse_stored(self, text: str) -> Any:
        return documents.complete(documents.parse_inactive(text), self, new=False)

    def version_line(self, caps: QemuCaps) -> str:
        v = caps.version
        number = f"{v // 1_000_000}.{v // 1000 % 1000}.{v % 1000}{caps.package or ''}"
        return (
            f"libvirt version: 9.0.0, package: purevirt, qemu version: {number}, "
            f"kernel: {os.uname().release}, hostname: {os.uname().nodename}"
        )

    def device_removed(self, vm: Vm, alias: str) -> bool:
        """The guest let go of a device: it leaves the live document. False when there was no such device."""
        devices = vm.devices()
        groups: list[list[Any]] = [v for n in dir(devices) if isinstance(v := getattr(devices, n), list)]
        for group in groups:
            for device in list(group):
                if getattr(device, "alias", None) is not None and device.alias.name == alias:
                    group.remove(device)
                    vm.changed()
                    return True
        return False

    def agent_port(self, vm: Vm, connected: bool) -> None:
        """The guest opened or closed its agent's port."""
        run = vm.run
        if run is None:
            return
        if run.agent is not None:
            run.agent.close()
            run.agent = None
        if not connected:
            return
        channel = channel_of(vm)
        path = channel.source.path if channel is not None and channel.source is not None else None
        try:
            run.agent, run.agent_error = Agent(connect_unix(path or ""), run, vm.tasks), False
            run.agent.timeout_s = run.agent_timeout_s
        except OSError as error:
            log.warning("%s: cannot reach its agent at '%s': %s", vm.name, path, error.strerror)
            run.agent_error = True
