"""`build_command`: the whole command line in libvirt's order."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu.command import audio, chardev, devices, general, graphics, memory
from purevirt.drivers.qemu.command.aliases import assign_aliases
from purevirt.drivers.qemu.command.context import CommandContext
from purevirt.drivers.qemu.command.controllers import add_controllers
from purevirt.drivers.qemu.command.device_address import add_address
from purevirt.drivers.qemu.command.disks import add_disks
from purevirt.drivers.qemu.command.line import Command
from purevirt.drivers.qemu.command.properties import escape_comma


def _add_cpu(command: Command, domain: Any, context: CommandContext) -> None:
    cpu = domain.cpu
    if cpu is None or (cpu.mode in (None, "custom") and cpu.model_name is None):
        return
    mode = cpu.mode or "custom"
    text = {"host-passthrough": "host", "maximum": "max", "host-model": "host"}.get(mode) or cpu.model_name
    if mode in ("host-passthrough", "maximum") and cpu.migratable is not None and context.caps.has("cpu.migratable"):
        text += f",migratable={general.onoff(cpu.migratable)}"
    for feature in cpu.features:
        name = feature.name.replace("_", "-")
        if feature.policy in ("force", "require"):
            text += f",{name}=on"
        elif feature.policy in ("disable", "forbid"):
            text += f",{name}=off"
    command.add("-cpu", text)


def _add_monitor(command: Command, context: CommandContext) -> None:
    if context.monitor_fd is not None:
        command.pass_fd(context.monitor_fd)
        where = f"fd={context.monitor_fd}"
    else:
        where = f"path={escape_comma(context.monitor_path)}"
    command.add("-chardev", f"socket,id=charmonitor,{where},server=on,wait=off")
    command.add("-mon", "chardev=charmonitor,id=monitor,mode=control")


def build_command(domain: Any, context: CommandContext) -> Command:
    """The command that starts the (complete, live) definition. Names devices and aligns memory in `domain` itself."""
    caps = context.caps
    assign_aliases(domain, caps)
    memory.align(domain)
    indexes = general.boot_indexes(domain)
    command = Command.for_caps(caps)
    command.argv.append(domain.devices.emulator)
    general.add_environment(command, context)
    general.add_name(command, domain, context)
    command.add("-S")
    general.add_master_key(command, context)
    general.add_machine(command, domain, context, pflash=[], memory_id=memory.default_ram_id(domain, context))
    general.add_accel(command, domain, context)
    _add_cpu(command, domain, context)
    loader = domain.os.loader
    if loader is not None and loader.path and loader.type == "rom":
        command.add("-bios", loader.path)
    memory.add_memory(command, domain, context)
    general.add_smp(command, domain, context)
    general.add_iothreads(command, domain)
    memory.add_numa(command, domain, context)
    general.add_uuid(command, domain)
    if not domain.devices.graphics:
        command.add("-display", "none")
    command.add("-no-user-config", "-nodefaults")
    _add_monitor(command, context)
    general.add_clock(command, domain, context)
    general.add_power(command, domain, context)
    general.add_boot(command, domain, context)
    add_controllers(command, domain, context)
    memory.add_modules(command, domain, context)
    for hub in domain.devices.hubs:
        value: dict[str, Any] = {"driver": "usb-hub", "id": hub.alias.name}
        add_address(value, domain, hub)
        command.device(value)
    add_disks(command, domain, context, indexes)
    devices.add_filesystems(command, domain, context)
    devices.add_interfaces(command, domain, context, indexes)
    chardev.add_chardevs(command, domain, context)
    devices.add_inputs(command, domain)
    audio.add_audios(command, domain)
    graphics.add_graphics(command, domain, context)
    devices.add_videos(command, domain)
    devices.add_sounds(command, domain)
    if context.incoming is not None:
        command.add("-incoming", context.incoming)
    devices.add_small(command, domain, context)
    if context.seccomp and caps.has("seccomp-sandbox"):
        command.add("-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny")
    devices.add_panics(command, domain)
    devices.add_vsocks(command, domain, context)
    if domain.qemu_commandline is not None:
        command.add(*(arg.value for arg in domain.qemu_commandline.args))
        command.env.extend((item.name, item.value or "") for item in domain.qemu_commandline.envs)
    if context.settings.log_timestamp:
        command.add("-msg", "timestamp=on")
    return command
