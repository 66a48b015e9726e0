"""The smaller devices: input, sound, file systems, watchdogs, balloon, entropy, panic notifiers, sockets, IOMMU, …"""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu.command.aliases import alias_of
from purevirt.drivers.qemu.command.chardev import add_chardev
from purevirt.drivers.qemu.command.context import CommandContext
from purevirt.drivers.qemu.command.device_address import add_address, add_virtio_options, virtio_driver
from purevirt.drivers.qemu.command.line import Command
from purevirt.drivers.qemu.command.properties import Props, escape_comma
from purevirt.errors import ErrorCode, VirtError
from purevirt.model.domain.addresses_devices import devices_of

_VIRTIO = ("virtio", "virtio-transitional", "virtio-non-transitional")


# -- file systems ----------------------------------------------------------------------------------------------------
def add_filesystems(command: Command, domain: Any, context: CommandContext, indexes: dict[int, int]) -> None:
    """9p exports and virtiofs."""
    for fs in domain.devices.filesystems:
        name = alias_of(fs)
        if fs.driver is not None and fs.driver.type == "virtiofs":
            path = fs.source.socket or context.resources.virtiofs_socket(fs)
            command.add("-chardev", f"socket,id=chr-vu-{name},path={escape_comma(path)}")
            device: Props = {"driver": virtio_driver("vhost-user-fs", fs, fs.model)}
            add_virtio_options(device, fs.driver)
            device |= {"id": name, "chardev": f"chr-vu-{name}"}
            if fs.driver.queue:
                device["queue-size"] = fs.driver.queue
            device["tag"] = fs.target.dir
            if id(fs) in indexes:
                device["bootindex"] = indexes[id(fs)]
        else:
            command.add("-fsdev", _fsdev(fs))
            device = {"driver": virtio_driver("virtio-9p", fs, fs.model)}
            add_virtio_options(device, fs.driver)
            device |= {"id": name, "fsdev": f"fsdev-{name}", "mount_tag": fs.target.dir}
        add_address(device, domain, fs)
        command.device(device, fs)


_ACCESS = {"passthrough": "passthrough", "mapped": "mapped", "squash": "none"}


def _fsdev(fs: Any) -> str:
    kind = (fs.driver.type if fs.driver is not None else None) or "path"
    if kind == "handle":
        text = "handle"
    elif kind == "path":
        text = f"local,security_model={_ACCESS[fs.accessmode or 'passthrough']}"
    else:
        raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, "Filesystem driver type not supported")
    if fs.multidevs not in (None, "default"):
        text += f",multidevs={fs.multidevs}"
    if fs.fmode:
        text += f",fmode={fs.fmode:04o}"
    if fs.dmode:
        text += f",dmode={fs.dmode:04o}"
    if fs.driver is not None and fs.driver.wrpolicy not in (None, "default"):
        text += f",writeout={fs.driver.wrpolicy}"
    text += f",id=fsdev-{alias_of(fs)},path={escape_comma(fs.source.dir)}"
    return text + (",readonly" if fs.readonly else "")


# -- input and sound -------------------------------------------------------------------------------------------------
_USB_INPUT = {"mouse": "usb-mouse", "tablet": "usb-tablet", "keyboard": "usb-kbd"}


def _evdev(item: Any) -> Props:
    source = item.source
    value: Props = {"qom-type": "input-linux", "id": alias_of(item), "evdev": source.dev}
    if source.repeat is not None:
        value["repeat"] = source.repeat
    if source.grab == "all":
        value["grab_all"] = True
    if source.grab_toggle is not None:
        value["grab-toggle"] = source.grab_toggle
    return value


def add_inputs(command: Command, domain: Any) -> None:
    """USB and virtio input devices, devices of the host; PS/2 ones are the board's."""
    for item in domain.devices.inputs:
        if item.type == "evdev":
            command.object(_evdev(item))
            continue
        if item.bus == "usb":
            device: Props = {"driver": _USB_INPUT[item.type]}
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
        command.device(device, item)


_SOUND = {"es1370": "ES1370", "ac97": "AC97", "ich6": "intel-hda", "ich9": "ich9-intel-hda", "usb": "usb-audio", "sb16": "sb16"}


def add_sounds(command: Command, domain: Any) -> None:
    """Sound cards; HDA ones with their codecs."""
    for sound in domain.devices.sounds:
        if sound.model == "pcspk":
            command.add("-soundhw", "pcspk")
            continue
        if sound.model not in _SOUND:
            raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, f"sound card model '{sound.model}' is not supported by qemu")
        audio = f"audio{sound.audio.id if sound.audio is not None else 1}"
        device: Props = {"driver": _SOUND[sound.model], "id": alias_of(sound)}
        hda = sound.model in ("ich6", "ich9")
        if not hda:
            device["audiodev"] = audio
        add_address(device, domain, sound)
        command.device(device, sound)
        for number, kind in enumerate([codec.type or "duplex" for codec in sound.codecs] or ["duplex"] if hda else []):
            command.device({"driver": f"hda-{kind}", "id": f"{alias_of(sound)}-codec{number}",
                            "bus": f"{alias_of(sound)}.0", "cad": number, "audiodev": audio})  # fmt: skip


# -- smart cards and redirected USB devices --------------------------------------------------------------------------
_CARD_DATABASE = "/etc/pki/nssdb"


def add_smartcards(command: Command, domain: Any, context: CommandContext) -> None:
    """Cards of the host, of certificates, or at the end of a character device."""
    for card in domain.devices.smartcards:
        name = alias_of(card)
        if card.mode == "host":
            device: Props = {"driver": "ccid-card-emulated", "backend": "nss-emulated"}
        elif card.mode == "host-certificates":
            device = {"driver": "ccid-card-emulated", "backend": "certificates"}
            device |= {f"cert{number}": path for number, path in enumerate(card.certificates, 1)}
            device["db"] = card.database or _CARD_DATABASE
        else:
            chardev = add_chardev(command, card, name, context, spice_name="smartcard")
            device = {"driver": "ccid-card-passthru", "chardev": chardev}
        device["id"] = name
        owner = next(
            c for c in domain.devices.controllers if c.type == "ccid" and c.index == card.address.controller
        )
        command.device(device | {"bus": f"{alias_of(owner)}.0"}, card)


def add_redirdevs(command: Command, domain: Any, context: CommandContext, indexes: dict[int, int]) -> None:
    """USB devices of clients, and which of them may come."""
    rules = domain.devices.redirfilter.usbdevs if domain.devices.redirfilter is not None else []
    for redirdev in domain.devices.redirdevs:
        chardev = add_chardev(command, redirdev, alias_of(redirdev), context, spice_name="usbredir")
        device: Props = {"driver": "usb-redir", "chardev": chardev, "id": alias_of(redirdev)}
        if rules:
            device["filter"] = "|".join(map(_filter_rule, rules))
        if id(redirdev) in indexes:
            device["bootindex"] = indexes[id(redirdev)]
        add_address(device, domain, redirdev)
        command.device(device, redirdev)


def _filter_rule(rule: Any) -> str:
    version = "-1"
    if rule.version is not None:
        # Binary coded decimal: 1.09 is 0x0109.
        major, _, minor = rule.version.partition(".")
        version = f"0x{int(major):02d}{minor:0>2}"
    parts = [
        "-1" if rule.class_ is None else f"0x{rule.class_:02X}",
        "-1" if rule.vendor is None else f"0x{rule.vendor:04X}",
        "-1" if rule.product is None else f"0x{rule.product:04X}",
        version,
        str(int(rule.allow)),
    ]
    return ":".join(parts)


# -- watchdog, balloon, entropy --------------------------------------------------------------------------------------
def add_watchdogs(command: Command, domain: Any) -> None:
    """Watchdogs and what happens when one fires. A dump is made by us, of a paused guest."""
    for dog in devices_of(domain, "watchdogs"):
        device: Props = {"driver": dog.model, "id": alias_of(dog)}
        add_address(device, domain, dog)
        command.device(device, dog)
        command.add("-watchdog-action", {"dump": "pause"}.get(dog.action, dog.action))


def add_balloons(command: Command, domain: Any) -> None:
    """The memory balloon."""
    for balloon in devices_of(domain, "memballoons"):
        if balloon.model not in _VIRTIO:
            continue
        device: Props = {"driver": virtio_driver("virtio-balloon", balloon, balloon.model)}
        add_virtio_options(device, balloon.driver)
        device["id"] = alias_of(balloon)
        if balloon.autodeflate is not None:
            device["deflate-on-oom"] = balloon.autodeflate
        if balloon.free_page_reporting is not None:
            device["free-page-reporting"] = balloon.free_page_reporting
        add_address(device, domain, balloon)
        command.device(device, balloon)


def _rng_backend(command: Command, rng: Any, context: CommandContext) -> Props:
    name, backend = alias_of(rng), rng.backend
    if backend.MODEL == "egd":
        chardev = add_chardev(command, backend, name, context)
        return {"qom-type": "rng-egd", "id": f"obj{name}", "chardev": chardev}
    if backend.MODEL == "builtin":
        return {"qom-type": "rng-builtin", "id": f"obj{name}"}
    return {"qom-type": "rng-random", "id": f"obj{name}", "filename": backend.path or "/dev/urandom"}


def add_rngs(command: Command, domain: Any, context: CommandContext) -> None:
    """Generators: the source of entropy, then the device."""
    for rng in domain.devices.rngs:
        name = alias_of(rng)
        command.object(_rng_backend(command, rng, context))
        device: Props = {"driver": virtio_driver("virtio-rng", rng, rng.model)}
        add_virtio_options(device, rng.driver)
        device |= {"rng": f"obj{name}", "id": name}
        if rng.rate is not None and rng.rate.bytes:
            device |= {"max-bytes": rng.rate.bytes, "period": rng.rate.period or 1000}
        add_address(device, domain, rng)
        command.device(device, rng)


# -- the rest --------------------------------------------------------------------------------------------------------
def add_nvram_device(command: Command, domain: Any) -> None:
    """Where the non-volatile memory of a pSeries guest is."""
    for nvram in devices_of(domain, "nvrams"):
        if nvram.address is not None and nvram.address.reg is not None:
            command.add("-global", f"spapr-nvram.reg=0x{nvram.address.reg:x}")


def add_vmcoreinfo(command: Command, domain: Any) -> None:
    """The device by which a guest tells where its crash notes are."""
    feature = domain.features.vmcoreinfo if domain.features is not None else None
    if feature is not None and feature.state:
        command.device({"driver": "vmcoreinfo"})


def add_panics(command: Command, domain: Any) -> None:
    """pvpanic; the other models need no device."""
    for panic in domain.devices.panics:
        if panic.model == "isa":
            port = {"ioport": panic.address.iobase} if panic.address is not None else {}
            command.device({"driver": "pvpanic"} | port)


def add_iommus(command: Command, domain: Any) -> None:
    """The guest's IOMMU; that of ARM boards is an option of the machine."""
    for iommu in devices_of(domain, "iommus"):
        driver = iommu.driver
        if iommu.model == "virtio":
            device: Props = {"driver": "virtio-iommu", "id": alias_of(iommu)}
            add_address(device, domain, iommu)
            command.device(device, iommu)
        elif iommu.model == "intel":
            device = {"driver": "intel-iommu", "id": alias_of(iommu)}
            if driver is not None:
                for field, option in (("intremap", "intremap"), ("caching_mode", "caching-mode"), ("eim", "eim"),
                                      ("iotlb", "device-iotlb"), ("aw_bits", "aw-bits")):  # fmt: skip
                    value = getattr(driver, field)
                    if (value is not None and value != 0) or value is False:
                        # Two of them are on/off/auto, which JSON spells as text.
                        device[option] = ("on" if value else "off") if field in ("intremap", "eim") else value
            command.device(device, iommu)


def add_vsocks(command: Command, domain: Any, context: CommandContext) -> None:
    """vhost-vsock"""
    for vsock in devices_of(domain, "vsocks"):
        fd, cid = context.resources.vsock(vsock)
        command.pass_fd(fd)
        device: Props = {"driver": virtio_driver("vhost-vsock", vsock, vsock.model)}
        add_virtio_options(device, vsock.driver)
        device |= {"id": alias_of(vsock), "guest-cid": cid, "vhostfd": str(fd)}
        add_address(device, domain, vsock)
        command.device(device, vsock)
