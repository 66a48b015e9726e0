"""What a running guest's document says beyond its definition: block node numbers, listening addresses, labels, port states."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from purevirt.drivers.qemu.agent import PORT
from purevirt.drivers.qemu.command.disks import chains_of, is_empty
from purevirt.drivers.qemu.monitor import decode
from purevirt.drivers.qemu.vm import Vm
from purevirt.model._engine.context import FormatContext
from purevirt.model.domain.chardev import VirtioTarget
from purevirt.model.domain.disk import BackingStore
from purevirt.model.domain.seclabel import Seclabel
from purevirt.types import constants as C
from purevirt.types.override import override

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState
    from purevirt.model.domain.document import Domain


class OwnLabel(Seclabel):
    """The label that every guest gets where the definition names none: no part of the definition."""

    @override
    def shown(self, ctx: FormatContext) -> bool:
        return not ctx.inactive


def settle(state: QemuState, document: Domain) -> None:
    """Before the processors run, once the command line is made."""
    if document.devices is None:
        return
    _number_images(document)
    _name_addresses(state, document)
    if not document.seclabels:
        document.seclabels = [*_own_labels(state)]


def settle_again(state: QemuState, document: Domain) -> None:
    """Of a guest that an earlier daemon started: what it was given is known for what it is."""
    own = {str(label.label): label for label in _own_labels(state)}
    document.seclabels = [own.get(str(s.label), s) if s.type == "dynamic" and s.model == "dac" else s for s in document.seclabels]


def _own_labels(state: QemuState) -> Iterator[OwnLabel]:
    credentials = state.config.credentials
    if credentials is not None:
        label = f"+{credentials.uid}:+{credentials.gid}"
        yield OwnLabel(type="dynamic", model="dac", relabel=True, label=label, imagelabel=label)


def _number_images(document: Domain) -> None:
    assert document.devices is not None
    for disk, images in zip(document.devices.disks, chains_of(document), strict=True):
        if not images:
            if is_empty(disk) and disk.driver is not None:
                disk.driver.type = None
            continue
        if disk.source is not None:
            disk.source.index = int(images[0].number)
        layer: Any = disk
        for image in images[1:]:
            layer = layer.backing_store
            layer.index = int(image.number)
        if layer.backing_store is None and images[-1].format == "raw":
            layer.backing_store = BackingStore()


def _name_addresses(state: QemuState, document: Domain) -> None:
    """A server that listens where the configuration says shows the address."""
    assert document.devices is not None
    usual = {"vnc": state.settings.vnc_listen, "spice": state.settings.spice_listen}
    for display in document.devices.graphics:
        address = usual.get(display.type)
        for listen in getattr(display, "listens", [])[:1]:
            if address and listen.type == "address" and not listen.address:
                listen.address, listen.from_config = address, 1


async def settle_ports(state: QemuState, vm: Vm, *, booted: bool = True) -> None:
    """Which ports somebody in the guest has open, and with them the agent.

    Who watches it is told at a start that it is not there yet, after a restart of the daemon only what is new.
    """
    channels = [(c, c.target) for c in vm.devices().channels if isinstance(c.target, VirtioTarget)]
    if not channels:
        return
    reply = await vm.require_monitor().execute("query-chardev")
    vm.require_active()
    is_open = {decode.string_or(i, "label"): decode.flag_or(i, "frontend-open") for i in decode.objects(reply, "query-chardev")}
    for channel, target in channels:
        label = f"char{channel.alias.name if channel.alias is not None else ''}"
        before, target.state = target.state, "connected" if is_open.get(label) else "disconnected"
        if target.name == PORT:
            connected = target.state == "connected"
            if connected:
                state.agent_port(vm, True)
            if not booted and target.state == before:
                continue
            state.events.agent_lifecycle(
                vm,
                C.VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_STATE_CONNECTED
                if connected
                else C.VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_STATE_DISCONNECTED,
                C.VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_REASON_DOMAIN_STARTED
                if booted
                else C.VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_REASON_UNKNOWN,
            )
    vm.changed()
