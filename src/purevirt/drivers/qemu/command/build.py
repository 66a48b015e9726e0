"""`build_command`: the whole command line in libvirt's order."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from purevirt.drivers.qemu import firmware as descriptors
from purevirt.drivers.qemu.command import audio, devices, disks, firmware, general, graphics, memory, ports, storage
from purevirt.drivers.qemu.command.aliases import assign_aliases
from purevirt.drivers.qemu.command.context import CommandContext
from purevirt.drivers.qemu.command.controllers import add_card_readers, add_controllers
from purevirt.drivers.qemu.command.cpu import add_cpu
from purevirt.drivers.qemu.command.device_address import add_address
from purevirt.drivers.qemu.command.guest_cpu import settle_cpu
from purevirt.drivers.qemu.command.hostdevs import NodeNumbers, add_hostdevs
from purevirt.drivers.qemu.command.interfaces import add_interfaces
from purevirt.drivers.qemu.command.line import Command
from purevirt.drivers.qemu.command.properties import Props, escape_comma
from purevirt.drivers.qemu.command.security import add_launch_security
from purevirt.drivers.qemu.command.shmem import add_shmems
from purevirt.drivers.qemu.command.sysinfo import add_generation_id, add_sysinfo
from purevirt.drivers.qemu.command.tpm import add_tpms
from purevirt.drivers.qemu.command.video import add_videos

_SANDBOX = "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"


def _add_monitor(command: Command, context: CommandContext) -> None:
    if context.monitor_fd is not None:
        command.pass_fd(context.monitor_fd)
        where = f"fd={context.monitor_fd}"
    else:
        where = f"path={escape_comma(context.monitor_path)}"
    command.add("-chardev", f"socket,id=charmonitor,{where},server=on,wait=off")
    command.add("-mon", "chardev=charmonitor,id=monitor,mode=control")


def _random_uuid(context: CommandContext) -> str:
    return str(UUID(bytes=context.random_bytes(16), version=4))


def prepare(domain: Any, context: CommandContext) -> None:
    """Settle in the live definition what a start decides: firmware, names, sizes, sockets, volumes."""
    settle_cpu(domain, context)
    descriptors.fill(domain, context.caps, context.firmware, context.settings)
    if domain.genid == "":
        domain.genid = _random_uuid(context)
    for disk in domain.devices.disks:
        if disk.shareable and not disk.readonly and disk.driver is not None and disk.driver.cache in (None, "default"):
            # Several guests write: nothing may stay in the host's memory.
            disk.driver.cache = "none"
        if disk.type == "volume" and disk.source is not None:
            disk.source, disk.type = context.resources.volume_source(disk)
    assign_aliases(domain, context.caps)
    memory.align(domain, keep=context.incoming is not None)
    ports.prepare_channels(domain, context)


def _add_hubs(command: Command, domain: Any) -> None:
    for hub in domain.devices.hubs:
        value: Props = {"driver": "usb-hub", "id": hub.alias.name}
        add_address(value, domain, hub)
        command.device(value, hub)


def _new_command(domain: Any, context: CommandContext) -> Command:
    command = Command.for_caps(context.caps)
    command.argv.append(domain.devices.emulator)
    if domain.qemu_override is not None:
        for device in domain.qemu_override.devices:
            if device.frontend is not None:
                command.overrides[device.alias] = device.frontend.properties
    return command


def _add_machine(command: Command, domain: Any, context: CommandContext) -> None:
    general.add_environment(command, context)
    general.add_name(command, domain, context)
    general.add_compatibility(command, domain, context)
    command.add("-S")
    general.add_master_key(command, context)
    storage.add_managed_reservations(command, domain, context)
    flash = firmware.add_flash(command, domain, context)
    general.add_machine(command, domain, context, pflash=flash, memory_id=memory.default_ram_id(domain, context))
    general.add_accel(command, domain, context)
    add_cpu(command, domain, context)
    firmware.add_loader(command, domain)
    memory.add_memory(command, domain, context)
    general.add_smp(command, domain, context)
    general.add_iothreads(command, domain, context)
    memory.add_numa(command, domain, context)
    general.add_uuid(command, domain)
    add_sysinfo(command, domain, context)
    add_generation_id(command, domain)
    if not domain.devices.graphics:
        command.add("-display", "none")
    command.add("-no-user-config", "-nodefaults")
    _add_monitor(command, context)
    general.add_clock(command, domain, context)
    general.add_power(command, domain, context)
    general.add_boot(command, domain, context)


def _add_devices(command: Command, domain: Any, context: CommandContext) -> None:
    indexes = general.boot_indexes(domain)
    devices.add_iommus(command, domain)
    general.add_board_properties(command, domain)
    add_controllers(command, domain, context)
    memory.add_modules(command, domain, context)
    _add_hubs(command, domain)
    add_card_readers(command, domain, context)
    numbers = NodeNumbers(disks.add_disks(command, domain, context, indexes))
    devices.add_filesystems(command, domain, context, indexes)
    add_interfaces(command, domain, context, indexes)
    devices.add_smartcards(command, domain, context)
    ports.add_ports(command, domain, context)
    add_tpms(command, domain, context)
    devices.add_inputs(command, domain)
    audio.add_audios(command, domain)
    graphics.add_graphics(command, domain, context)
    add_videos(command, domain, context)
    devices.add_sounds(command, domain)
    devices.add_watchdogs(command, domain)
    devices.add_redirdevs(command, domain, context, indexes)
    add_hostdevs(command, domain, context, indexes, numbers)


def build_command(domain: Any, context: CommandContext) -> Command:
    """The command that starts the (complete, live) definition, after `prepare` has changed it for this start."""
    caps = context.caps
    prepare(domain, context)
    command = _new_command(domain, context)
    _add_machine(command, domain, context)
    _add_devices(command, domain, context)
    if context.incoming is not None:
        command.add("-incoming", context.incoming)
    devices.add_balloons(command, domain)
    devices.add_rngs(command, domain, context)
    devices.add_nvram_device(command, domain)
    devices.add_vmcoreinfo(command, domain)
    add_launch_security(command, domain, context)
    if context.load_snapshot is not None:
        command.add("-loadvm", context.load_snapshot)
    if domain.qemu_commandline is not None:
        command.add(*(arg.value for arg in domain.qemu_commandline.args))
        command.env.extend((item.name, item.value or "") for item in domain.qemu_commandline.envs)
    if context.seccomp and caps.has("seccomp-sandbox"):
        command.add("-sandbox", _SANDBOX)
    devices.add_panics(command, domain)
    add_shmems(command, domain, context)
    devices.add_vsocks(command, domain, context)
    if context.settings.log_timestamp:
        command.add("-msg", "timestamp=on")
    return command
