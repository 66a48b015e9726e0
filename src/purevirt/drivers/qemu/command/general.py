"""The options that describe the machine as a whole: name, machine, accelerator, vCPUs, clock, power, boot, firmware tables."""

from __future__ import annotations

import time
from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.command.context import CommandContext
from purevirt.drivers.qemu.command.hmat import has_hmat
from purevirt.drivers.qemu.command.line import Command
from purevirt.drivers.qemu.command.properties import escape_comma, to_json
from purevirt.drivers.qemu.postparse_firmware import has_boot_order
from purevirt.errors import ErrorCode, VirtError
from purevirt.model.domain.addresses_devices import devices_of


def onoff(value: bool) -> str:
    """on or off."""
    return "on" if value else "off"


def feature(domain: Any, name: str) -> Any:
    """A feature element or flag, None when absent."""
    return getattr(domain.features, name, None) if domain.features is not None else None


def state(domain: Any, name: str) -> bool | None:
    """The on/off state of a feature, None when absent."""
    value = feature(domain, name)
    if value is None or isinstance(value, bool):
        return True if value else None
    result: bool | None = getattr(value, "state", True)
    return result


def add_environment(command: Command, context: CommandContext) -> None:
    """A small, fixed environment; home and XDG directories inside the guest's own."""
    command.env.append(("LC_ALL", "C"))
    for name in ("LD_PRELOAD", "LD_LIBRARY_PATH", "PATH"):
        if name in context.environment:
            command.env.append((name, context.environment[name]))
    command.env.append(("HOME", context.lib_dir))
    for name in ("USER", "LOGNAME", "TMPDIR"):
        if name in context.environment:
            command.env.append((name, context.environment[name]))
    for name, tail in (("DATA", "/.local/share"), ("CACHE", "/.cache"), ("CONFIG", "/.config")):
        command.env.append((f"XDG_{name}_HOME", context.lib_dir + tail))


def add_name(command: Command, domain: Any, context: CommandContext) -> None:
    """-name"""
    text = f"guest={escape_comma(domain.name)}"
    if context.settings.set_process_name:
        text += f",process=qemu:{escape_comma(domain.name)}"
    command.add("-name", text + ",debug-threads=on")


def add_compatibility(command: Command, domain: Any, context: CommandContext) -> None:
    """-compat: what QEMU does when something deprecated is used."""
    element = domain.qemu_deprecation
    behavior = (element.behavior if element is not None else None) or context.settings.deprecation_behavior
    if behavior == "none" or not context.caps.has("compat-deprecated"):
        return
    options = {
        "omit": {"deprecated-output": "hide"},
        "reject": {"deprecated-output": "hide", "deprecated-input": "reject"},
        "crash": {"deprecated-output": "hide", "deprecated-input": "crash"},
    }
    if behavior not in options:
        raise VirtError(
            ErrorCode.CONFIG_UNSUPPORTED, f"Unsupported deprecation behavior '{behavior}' for QEMU"
        )
    command.add("-compat", to_json(options[behavior]))


def add_board_properties(command: Command, domain: Any) -> None:
    """The 64-bit window for PCI memory, and hotplug on the root bus: properties of the board's own devices."""
    arch, machine = mt.of(domain)
    for controller in domain.devices.controllers:
        hotplug = controller.target.hotplug if controller.type == "pci" and controller.target is not None else None
        if controller.model == "pci-root" and hotplug is not None and mt.is_i440fx(arch, machine):
            command.add("-global", f"PIIX4_PM.acpi-root-pci-hotplug={onoff(hotplug)}")
        if controller.type != "pci" or controller.pcihole64 is None:
            continue
        if controller.model == "pci-root" and mt.is_i440fx(arch, machine):
            bridge = "i440FX-pcihost"
        elif controller.model == "pcie-root" and mt.is_q35(arch, machine):
            bridge = "q35-pcihost"
        else:
            raise VirtError(
                ErrorCode.CONFIG_UNSUPPORTED, f"Setting the 64-bit PCI hole size is not supported for machine '{machine}'"
            )
        command.add("-global", f"{bridge}.pci-hole64-size={controller.pcihole64}K")


def add_master_key(command: Command, context: CommandContext) -> None:
    """The key that encrypts all other secrets on this command line."""
    command.object(
        {"qom-type": "secret", "id": "masterKey0", "format": "raw", "file": f"{context.lib_dir}/master-key.aes"}
    )


# -- machine ---------------------------------------------------------------------------------------------------------
def _machine_features(domain: Any, context: CommandContext) -> list[str]:
    out = []
    vmport = state(domain, "vmport")
    if vmport is not None:
        out.append(f"vmport={onoff(vmport)}")
    smm = state(domain, "smm")
    if smm is not None:
        out.append(f"smm={onoff(smm)}")
    ioapic = feature(domain, "ioapic")
    iommus = devices_of(domain, "iommus")
    if ioapic is not None and ioapic.driver is not None:
        out.append(f"kernel_irqchip={'on' if ioapic.driver == 'kvm' else 'split'}")
    gic = feature(domain, "gic")
    # Before there was an option, version 2 was all there was.
    if gic is not None and gic.version is not None and (gic.version != "2" or context.caps.has("gic-version")):
        out.append(f"gic-version={gic.version}")
    for iommu in iommus:
        if iommu.model == "smmuv3":
            out.append("iommu=smmuv3")
    return out


def _pseries_features(domain: Any) -> list[str]:
    out = []
    hpt = feature(domain, "hpt")
    if hpt is not None:
        if hpt.resizing is not None:
            out.append(f"resize-hpt={hpt.resizing}")
        if hpt.maxpagesize:
            out.append(f"cap-hpt-max-page-size={hpt.maxpagesize}k")
    for name, option in (("htm", "cap-htm"), ("nested_hv", "cap-nested-hv"), ("ccf_assist", "cap-ccf-assist")):
        value = state(domain, name)
        if value is not None:
            out.append(f"{option}={onoff(value)}")
    for name in ("cfpc", "sbbc", "ibs"):
        value = feature(domain, name)
        if value is not None and value.value is not None:
            out.append(f"cap-{name}={value.value}")
    return out


def _key_wrap(domain: Any, context: CommandContext) -> list[str]:
    out = []
    keywrap = getattr(domain, "keywrap", None)
    ciphers = {cipher.name: cipher.state for cipher in keywrap.ciphers} if keywrap is not None else {}
    for name in ("aes", "dea"):
        if context.caps.has(f"{name}-key-wrap") and name in ciphers:
            out.append(f"{name}-key-wrap={onoff(_on(ciphers[name]))}")
    return out


def _on(value: Any) -> bool:
    return value is True or value == "on"


def loadparm_of(domain: Any) -> str | None:
    """The s390 boot menu entry of the device that boots first."""
    best: tuple[int, str] | None = None
    for device in [*domain.devices.disks, *domain.devices.interfaces, *domain.devices.hostdevs]:
        boot = device.boot
        if boot is not None and boot.order and boot.loadparm and (best is None or boot.order < best[0]):
            best = (boot.order, boot.loadparm)
    return best[1] if best else None


def add_machine(command: Command, domain: Any, context: CommandContext, *, pflash: list[str], memory_id: str | None) -> None:
    """-machine"""
    caps, settings = context.caps, context.settings
    arch, machine = mt.of(domain)
    out = [machine]
    out.append("usb=off")
    out += _machine_features(domain, context)
    out += _key_wrap(domain, context)
    dump = domain.memory.dump_core if domain.memory is not None else None
    if dump is not None:
        out.append(f"dump-guest-core={onoff(dump)}")
    else:
        out.append(f"dump-guest-core={onoff(bool(settings.dump_guest_core))}")
    backing = domain.memory_backing
    if backing is not None and backing.nosharepages:
        out.append("mem-merge=off")
    loadparm = loadparm_of(domain)
    if loadparm is not None and mt.is_s390(arch):
        out.append(f"loadparm={loadparm.upper()}")
    if any(module.model == "nvdimm" for module in devices_of(domain, "memories")):
        out.append("nvdimm=on")
    if any(module.model == "sgx-epc" for module in devices_of(domain, "memories")):
        for index, module in enumerate(m for m in devices_of(domain, "memories") if m.model == "sgx-epc"):
            out.append(f"sgx-epc.{index}.memdev=memepc{index}")
            if module.target.node is not None:
                out.append(f"sgx-epc.{index}.node={module.target.node}")
    out += _pseries_features(domain)
    if domain.cpu is not None and has_hmat(domain.cpu.numa):
        out.append("hmat=on")
    if memory_id is not None:
        out.append(f"memory-backend={memory_id}")
    out += [f"pflash{index}={name}" for index, name in enumerate(pflash)]
    if domain.launch_security is not None:
        modern = caps.has("confidential-guest-support")
        out.append(f"{'confidential-guest-support' if modern else 'memory-encryption'}=lsec0")
    cpu = domain.cpu
    if cpu is not None and cpu.mode == "host-model" and cpu.model_name and mt.is_pseries(arch, machine):
        # The oldest processor that the guest may see.
        out.append(f"max-cpu-compat={cpu.model_name}")
    if caps.has("machine-hpet") and (timer := timer_of(domain, "hpet")) is not None and timer.present is not None:
        out.append(f"hpet={onoff(timer.present)}")
    if domain.os.bios is not None and domain.os.bios.useserial:
        # Firmware talks to the first serial port when there is no display.
        out.append("graphics=off")
    command.add("-machine", ",".join(out))


def add_accel(command: Command, domain: Any, context: CommandContext) -> None:
    """-accel"""
    if domain.type == "qemu":
        text = "tcg"
        tcg = feature(domain, "tcg")
        if tcg is not None and tcg.tb_cache:
            text += f",tb-size={tcg.tb_cache >> 10}"
    elif domain.type == "kvm":
        text = "kvm"
        kvm = feature(domain, "kvm")
        ring = kvm.dirty_ring if kvm is not None else None
        if ring is not None and ring.state:
            text += f",dirty-ring-size={ring.size}"
    elif domain.type == "hvf":
        text = "hvf"
    else:
        raise VirtError(ErrorCode.INTERNAL_ERROR, f"the QEMU binary does not support {domain.type}")
    command.add("-accel", text)
    smm = feature(domain, "smm")
    if smm is not None and smm.tseg is not None and smm.tseg.value:
        command.add("-global", f"mch.extended-tseg-mbytes={smm.tseg.value >> 20}")


def vcpus_online(domain: Any) -> int:
    """vCPUs at boot."""
    if domain.vcpus:
        return sum(1 for entry in domain.vcpus if entry.enabled)
    vcpu = domain.vcpu
    return vcpu.current or vcpu.value if vcpu is not None else 1


def add_smp(command: Command, domain: Any, context: CommandContext) -> None:
    """-smp. vCPUs that can be unplugged are added later by hotplug."""
    maximum = domain.vcpu.value if domain.vcpu is not None else 1
    if domain.vcpus:
        online = sum(1 for entry in domain.vcpus if entry.enabled and not entry.hotpluggable)
    else:
        online = vcpus_online(domain)
    text = str(online)
    if online != maximum:
        text += f",maxcpus={maximum}"
    topology = domain.cpu.topology if domain.cpu is not None else None
    dies = context.caps.has("smp-dies")
    if topology is not None:
        if topology.dies != 1 and not dies:
            raise VirtError(
                ErrorCode.CONFIG_UNSUPPORTED, "Only 1 die per socket is supported"
            )
        text += f",sockets={topology.sockets}"
        if dies:
            text += f",dies={topology.dies}"
        text += f",cores={topology.cores},threads={topology.threads}"
    else:
        text += f",sockets={maximum}"
        text += ",cores=1,threads=1"
    command.add("-smp", text)


def add_iothreads(command: Command, domain: Any, context: CommandContext) -> None:
    """-object iothread, and the main loop's pool."""
    iothreads = iothreads_of(domain)
    if iothreads and not context.caps.has("iothread"):
        raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, "IOThreads not supported for this QEMU")
    for iothread in iothreads:
        value: dict[str, Any] = {"qom-type": "iothread", "id": f"iothread{iothread.id}"}
        _pool(value, iothread)
        command.object(value)
    default = domain.defaultiothread
    if default is not None and (default.thread_pool_min is not None or default.thread_pool_max is not None):
        value = {"qom-type": "main-loop", "id": "main-loop"}
        _pool(value, default)
        command.object(value)


def _pool(value: dict[str, Any], source: Any) -> None:
    if source.thread_pool_min is not None and source.thread_pool_min >= 0:
        value["thread-pool-min"] = source.thread_pool_min
    if source.thread_pool_max is not None and source.thread_pool_max >= 0:
        value["thread-pool-max"] = source.thread_pool_max


def iothreads_of(domain: Any) -> list[Any]:
    """All IOThreads by id, with those that only `<iothreads>` counts."""
    from purevirt.model.domain.iothreads import Iothread

    found = list(domain.iothreadids or [])
    count = domain.iothreads or 0
    used = {iothread.id for iothread in found}
    number = 1
    while len(found) < count:
        if number not in used:
            found.append(Iothread(id=number))
            used.add(number)
        number += 1
    return found


# -- SMBIOS ----------------------------------------------------------------------------------------------------------
def add_uuid(command: Command, domain: Any) -> None:
    """-uuid"""
    command.add("-uuid", str(domain.uuid))


# -- clock -----------------------------------------------------------------------------------------------------------
def timer_of(domain: Any, name: str) -> Any:
    """A timer of the clock, None when it is not mentioned."""
    if domain.clock is None:
        return None
    return next((timer for timer in domain.clock.timers if timer.name == name), None)


def _rtc_base(domain: Any, context: CommandContext) -> str:
    clock = domain.clock
    offset = clock.offset if clock is not None else "utc"
    if offset == "utc":
        return "utc"
    if offset in ("localtime", "timezone"):
        return "localtime"
    if offset == "absolute":
        when = int(clock.start or 0)
    else:
        adjustment = int(clock.adjustment or 0) if isinstance(clock.adjustment, int) else 0
        when = context.now + adjustment
        if clock.basis == "localtime":
            when += context.local_offset_s
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(when))


def add_clock(command: Command, domain: Any, context: CommandContext) -> None:
    """-rtc and the timers"""
    caps = context.caps
    clock = domain.clock
    if clock is not None and clock.offset == "timezone" and clock.timezone:
        command.env.append(("TZ", clock.timezone))
    text = f"base={_rtc_base(domain, context)}"
    rtc = timer_of(domain, "rtc")
    if rtc is not None:
        if rtc.track is not None:
            text += {"guest": ",clock=vm", "wall": ",clock=host", "realtime": ",clock=rt"}.get(rtc.track, "")
        if rtc.tickpolicy == "catchup":
            text += ",driftfix=slew"
    command.add("-rtc", text)
    pit = timer_of(domain, "pit")
    if pit is not None and pit.tickpolicy in ("delay", "discard") and caps.has("kvm-pit-lost-tick-policy"):
        command.add("-global", f"kvm-pit.lost_tick_policy={pit.tickpolicy}")
    hpet = timer_of(domain, "hpet")
    if hpet is not None and hpet.present is False and caps.has("no-hpet") and not caps.has("machine-hpet"):
        command.add("-no-hpet")


# -- power management ------------------------------------------------------------------------------------------------
def allow_reboot(domain: Any) -> bool:
    """May QEMU reset by itself: not when every lifecycle event destroys the guest."""
    return (domain.on_reboot or "restart") != "destroy" if not _all_destroy(domain) else False


def _all_destroy(domain: Any) -> bool:
    return (
        domain.on_reboot == "destroy"
        and (domain.on_poweroff or "destroy") == "destroy"
        and domain.on_crash in (None, "destroy", "coredump-destroy")
    )


def add_power(command: Command, domain: Any, context: CommandContext) -> None:
    """-no-reboot, -no-shutdown, -no-acpi and the sleep states"""
    caps = context.caps
    arch, machine = mt.of(domain)
    if _all_destroy(domain) and not caps.has("set-action"):
        command.add("-no-reboot")
    else:
        command.add("-no-shutdown")
    if caps.has("no-acpi") and not feature(domain, "acpi") and not (
        mt.is_arm(arch) and not mt.is_arm_virt(arch, machine)
    ):
        command.add("-no-acpi")
    bridge = "ICH9-LPC" if mt.is_q35(arch, machine) and caps.has("ich9-disable-s3") else "PIIX4_PM"
    pm = domain.pm
    for name, element in (("s3", pm.suspend_to_mem if pm else None), ("s4", pm.suspend_to_disk if pm else None)):
        if element is not None and element.enabled is not None:
            command.add("-global", f"{bridge}.disable_{name}={0 if element.enabled else 1}")


# -- boot ------------------------------------------------------------------------------------------------------------
def add_boot(command: Command, domain: Any, context: CommandContext) -> None:
    """-boot, -kernel and friends"""
    os = domain.os
    parts = []
    if os.bootmenu is not None and os.bootmenu.enable is not None:
        parts.append(f"menu={onoff(os.bootmenu.enable)}")
    if os.bios is not None and os.bios.reboot_timeout is not None:
        parts.append(f"reboot-timeout={os.bios.reboot_timeout}")
    if os.bootmenu is not None and os.bootmenu.enable and os.bootmenu.timeout is not None:
        parts.append(f"splash-time={os.bootmenu.timeout}")
    parts.append("strict=on")
    command.add("-boot", ",".join(parts))
    for option, value in (("-kernel", os.kernel), ("-initrd", os.initrd), ("-append", os.cmdline), ("-dtb", os.dtb)):
        if value:
            command.add(option, value)
    if os.acpi is not None:
        for table in os.acpi.tables:
            if table.path:
                command.add("-acpitable", f"sig=SLIC,file={escape_comma(table.path)}")


def boot_indexes(domain: Any) -> dict[int, int]:
    """bootindex per device (by id()) from `<boot dev=…>` of <os>; per-device orders are taken as they are."""
    indexes: dict[int, int] = {}
    devices = domain.devices
    if has_boot_order(domain):
        for kind in (devices.disks, devices.interfaces, devices.hostdevs, devices.redirdevs, devices.filesystems):
            for device in kind:
                if device.boot is not None and device.boot.order:
                    indexes[id(device)] = device.boot.order
        return indexes
    groups = {
        "fd": [disk for disk in devices.disks if disk.device == "floppy"],
        "cdrom": [disk for disk in devices.disks if disk.device == "cdrom"],
        "hd": [disk for disk in devices.disks if disk.device in ("disk", "lun")],
        "network": list(devices.interfaces),
    }
    for number, boot in enumerate(domain.os.boots, 1):
        # The first device of a kind stands for all of them.
        if groups[boot.dev]:
            indexes[id(groups[boot.dev][0])] = number
    return indexes
