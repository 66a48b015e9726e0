"""The remaining devices: network, input, sound, graphics, video, and small ones."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu.command.aliases import alias_of
from purevirt.drivers.qemu.command.context import CommandContext
from purevirt.drivers.qemu.command.device_address import add_address, add_virtio_options, virtio_driver
from purevirt.drivers.qemu.command.line import Command
from purevirt.drivers.qemu.command.properties import escape_comma
from purevirt.errors import ErrorCode, VirtError
from purevirt.model.domain.addresses_devices import devices_of

_VIRTIO = ("virtio", "virtio-transitional", "virtio-non-transitional")


def add_interfaces(command: Command, domain: Any, context: CommandContext, indexes: dict[int, int]) -> None:
    """-netdev and the card."""
    for interface in domain.devices.interfaces:
        name = alias_of(interface)
        if interface.type == "user":
            command.netdev({"type": "user", "id": f"host{name}"})
        elif interface.type in ("bridge", "network", "ethernet", "direct"):
            tap = context.resources.tap(interface)
            for fd in (*tap.fds, *tap.vhost_fds):
                command.pass_fd(fd)
            many = len(tap.fds) > 1
            value: dict[str, Any] = {"type": "tap", "fds" if many else "fd": ":".join(map(str, tap.fds))}
            if tap.vhost_fds:
                value |= {"vhost": True, "vhostfds" if many else "vhostfd": ":".join(map(str, tap.vhost_fds))}
            command.netdev(value | {"id": f"host{name}"})
        elif interface.type in ("server", "client", "mcast"):
            source = interface.source
            key = {"server": "listen", "client": "connect", "mcast": "mcast"}[interface.type]
            command.netdev({"type": "socket", key: f"{source.address or ''}:{source.port}", "id": f"host{name}"})
        else:
            raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, f"interface type '{interface.type}' is not supported yet")
        model = interface.model.type if interface.model is not None else "rtl8139"
        device: dict[str, Any] = {"driver": model}
        if model in _VIRTIO:
            device["driver"] = virtio_driver("virtio-net", interface, model)
            driver = interface.driver
            if driver is not None and driver.queues and driver.queues > 1:
                device |= {"mq": True, "vectors": 2 * driver.queues + 2}
            add_virtio_options(device, driver)
        device |= {"netdev": f"host{name}", "id": name, "mac": interface.mac.address}
        if id(interface) in indexes:
            device["bootindex"] = indexes[id(interface)]
        add_address(device, domain, interface)
        command.device(device)


def add_filesystems(command: Command, domain: Any, context: CommandContext) -> None:
    """9p exports"""
    for fs in domain.devices.filesystems:
        name = alias_of(fs)
        if fs.driver is not None and fs.driver.type == "virtiofs":
            raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, "virtiofs is not supported yet")
        model = {"passthrough": "passthrough", "mapped": "mapped", "squash": "none"}[fs.accessmode or "passthrough"]
        text = f"local,security_model={model}"
        if fs.fmode:
            text += f",fmode={fs.fmode:04o}"
        if fs.dmode:
            text += f",dmode={fs.dmode:04o}"
        if fs.driver is not None and fs.driver.wrpolicy == "immediate":
            text += ",writeout=immediate"
        text += f",id=fsdev-{name},path={escape_comma(fs.source.dir)}" + (",readonly=on" if fs.readonly else "")
        command.add("-fsdev", text)
        device: dict[str, Any] = {"driver": virtio_driver("virtio-9p", fs, fs.model)}
        add_virtio_options(device, fs.driver)
        device |= {"id": name, "fsdev": f"fsdev-{name}", "mount_tag": fs.target.dir}
        add_address(device, domain, fs)
        command.device(device)


def add_inputs(command: Command, domain: Any) -> None:
    """USB and virtio input devices; PS/2 ones are the board's"""
    for item in domain.devices.inputs:
        if item.bus == "usb":
            device: dict[str, Any] = {"driver": {"mouse": "usb-mouse", "tablet": "usb-tablet", "keyboard": "usb-kbd"}[item.type]}
        elif item.bus == "virtio":
            base = "virtio-input-host" if item.type == "passthrough" else f"virtio-{item.type}"
            device = {"driver": virtio_driver(base, item, item.model)}
            add_virtio_options(device, item.driver)
        else:
            continue
        device["id"] = alias_of(item)
        if item.type == "passthrough":
            device["evdev"] = item.source.evdev
        add_address(device, domain, item)
        command.device(device)


_VIDEO = {"vga": "VGA", "cirrus": "cirrus-vga", "vmvga": "vmware-svga", "qxl": "qxl-vga", "virtio": "virtio-vga",
          "bochs": "bochs-display", "ramfb": "ramfb"}  # fmt: skip


def add_videos(command: Command, domain: Any) -> None:
    """Graphics cards"""
    for video in domain.devices.videos:
        model = video.model
        if model.type == "none":
            continue
        driver = _VIDEO[model.type]
        if not model.primary and driver in ("qxl-vga", "virtio-vga"):
            driver = {"qxl-vga": "qxl", "virtio-vga": "virtio-gpu-pci"}[driver]
        device: dict[str, Any] = {"driver": driver, "id": alias_of(video)}
        if model.type in ("qxl", "virtio") and model.heads:
            device["max_outputs"] = model.heads
        if model.type == "qxl":
            device |= {"ram_size": model.ram * 1024, "vram_size": model.vram * 1024,
                       "vram64_size_mb": (model.vram64 or 0) // 1024, "vgamem_mb": model.vgamem // 1024}  # fmt: skip
        elif model.type in ("vga", "vmvga") and model.vram:
            device["vgamem_mb"] = model.vram // 1024
        elif model.type == "bochs" and model.vram:
            device["vgamem"] = model.vram * 1024
        add_address(device, domain, video)
        command.device(device)


def add_sounds(command: Command, domain: Any) -> None:
    """Sound cards"""
    names = {
        "es1370": "ES1370", "ac97": "AC97", "ich6": "intel-hda", "ich9": "ich9-intel-hda", "usb": "usb-audio", "sb16": "sb16"
    }  # fmt: skip
    for sound in domain.devices.sounds:
        audio = f"audio{sound.audio.id if sound.audio is not None else 1}"
        device: dict[str, Any] = {"driver": names[sound.model], "id": alias_of(sound)}
        if sound.model not in ("ich6", "ich9"):
            device["audiodev"] = audio
        add_address(device, domain, sound)
        command.device(device)
        if sound.model in ("ich6", "ich9"):
            kinds = [codec.type or "duplex" for codec in sound.codecs] or ["duplex"]
            for number, kind in enumerate(kinds):
                command.device({"driver": f"hda-{kind}", "id": f"{alias_of(sound)}-codec{number}",
                                "bus": f"{alias_of(sound)}.0", "cad": number, "audiodev": audio})  # fmt: skip


def add_small(command: Command, domain: Any, context: CommandContext) -> None:
    """Watchdog, balloon, random numbers, panic, vsock"""
    for dog in devices_of(domain, "watchdogs"):
        device: dict[str, Any] = {"driver": dog.model, "id": alias_of(dog)}
        add_address(device, domain, dog)
        command.device(device)
        command.add("-watchdog-action", {"dump": "pause"}.get(dog.action, dog.action))
    for balloon in devices_of(domain, "memballoons"):
        if balloon.model in _VIRTIO:
            device = {"driver": virtio_driver("virtio-balloon", balloon, balloon.model)}
            add_virtio_options(device, balloon.driver)
            device["id"] = alias_of(balloon)
            if balloon.autodeflate is not None:
                device["deflate-on-oom"] = balloon.autodeflate
            if balloon.free_page_reporting is not None:
                device["free-page-reporting"] = balloon.free_page_reporting
            add_address(device, domain, balloon)
            command.device(device)
    for rng in domain.devices.rngs:
        name = alias_of(rng)
        filename = getattr(rng.backend, "value", None) or "/dev/urandom"
        command.object({"qom-type": "rng-random", "id": f"obj{name}", "filename": filename})
        device = {"driver": virtio_driver("virtio-rng", rng, rng.model), "rng": f"obj{name}", "id": name}
        if rng.rate is not None and rng.rate.bytes:
            device |= {"max-bytes": rng.rate.bytes, "period": rng.rate.period or 1000}
        add_address(device, domain, rng)
        command.device(device)


def add_panics(command: Command, domain: Any) -> None:
    """pvpanic"""
    for panic in domain.devices.panics:
        if panic.model == "isa":
            command.device({"driver": "pvpanic"} | ({"ioport": panic.address.iobase} if panic.address is not None else {}))


def add_vsocks(command: Command, domain: Any, context: CommandContext) -> None:
    """vhost-vsock"""
    for vsock in devices_of(domain, "vsocks"):
        fd, cid = context.resources.vsock(vsock)
        command.pass_fd(fd)
        device: dict[str, Any] = {"driver": virtio_driver("vhost-vsock", vsock, vsock.model), "id": alias_of(vsock),
                                  "guest-cid": cid, "vhostfd": str(fd)}  # fmt: skip
        add_address(device, domain, vsock)
        command.device(device)
