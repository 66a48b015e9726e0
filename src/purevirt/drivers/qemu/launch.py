"""What one start shall do, and the plan made of it: command line, environment, descriptors, files."""

from __future__ import annotations

import os
import time
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from glob import glob
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from purevirt.core.tasks import offload
from purevirt.core.undo import Undo
from purevirt.drivers.qemu import errors
from purevirt.drivers.qemu.command.graphics import wanted_ports
from purevirt.drivers.qemu.vm import Runtime, Vm
from purevirt.drivers.qemu.vsock import open_vsock
from purevirt.host import files, node
from purevirt.host.unix_socket import listen
from purevirt.types import constants as C
from purevirt.types.aes import encrypt_cbc

if TYPE_CHECKING:
    from purevirt.drivers.qemu.command.context import Tap
    from purevirt.drivers.qemu.state import QemuState

Incoming = Callable[[Vm, Runtime], Awaitable[None]]


@dataclass(slots=True)
class Launch:
    """How the guest is brought up. `incoming` loads its memory before the processors run."""

    paused: bool = False
    running_reason: int = C.VIR_DOMAIN_RUNNING_BOOTED
    paused_reason: int = C.VIR_DOMAIN_PAUSED_USER
    autodestroy: int | None = None
    incoming: Incoming | None = None
    client_fds: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """Everything that a spawn needs. `pass_fds` go to QEMU under their numbers; the owned ones are closed after."""

    argv: list[str]
    env: dict[str, str]
    pass_fds: list[int]
    owned_fds: list[int] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    def close_fds(self) -> None:
        while self.owned_fds:
            os.close(self.owned_fds.pop())


class HostResources:
    """Host things the command line refers to. What this driver cannot give yet raises CONFIG_UNSUPPORTED."""

    def __init__(self, master_key: bytes, fd_groups: Mapping[str, list[int]] = MappingProxyType({})) -> None:
        self._fd_groups = fd_groups
        self.owned: list[int] = []
        self.swtpm: Path | None = None
        """Where the emulator of the guest's TPM listens, once it runs."""
        self._master_key = master_key

    def listen_socket(self, path: str) -> int | None:
        try:
            fd = listen(Path(path)).detach()
        except OSError as error:
            raise errors.internal(f"unable to listen at '{path}': {error.strerror}") from error
        self.owned.append(fd)
        return fd

    def open_output(self, path: str, *, append: bool | None, log: bool) -> int | None:
        """Opened here, because the guests' user may not make files where the definition wants them."""
        return self._open(path, os.O_WRONLY | os.O_CREAT | (os.O_APPEND if append else os.O_TRUNC))

    def tap(self, interface: Any) -> Tap:
        raise errors.unsupported(f"interface type '{interface.type}' is not supported by this driver yet")

    def passt_socket(self, interface: Any) -> str:
        raise errors.unsupported("passt is not supported by this driver yet")

    def slirp_fd(self, interface: Any) -> int | None:
        return None

    def vdpa_fd(self, path: str) -> int:
        return self._open(path)

    def vhost_scsi_fd(self, hostdev: Any) -> int:
        return self._open("/dev/vhost-scsi")

    def vsock(self, vsock: Any) -> tuple[int, int]:
        fd, cid = open_vsock(vsock)
        self.owned.append(fd)
        return fd, cid

    def tpm_fds(self, path: str) -> tuple[int, int] | None:
        return None

    def tpm_socket(self, tpm: Any) -> str:
        assert self.swtpm is not None, "the emulator is started before the command line is built"
        return str(self.swtpm)

    def virtiofs_socket(self, filesystem: Any) -> str:
        raise errors.unsupported("virtiofs is not supported by this driver yet")

    def volume_source(self, disk: Any) -> tuple[Any, str]:
        raise errors.unsupported("volumes of storage pools are not supported by this driver yet")

    def vhost_user_fd(self, device: Any) -> int:
        raise errors.unsupported("vhost-user devices are not supported by this driver yet")

    def secret(self, *, uuid: str | None, usage: str | None, kind: str) -> bytes:
        raise errors.unsupported("secrets are not available to this driver yet")

    def encrypt(self, value: bytes) -> tuple[str, str]:
        iv = os.urandom(16)
        return b64encode(encrypt_cbc(self._master_key, iv, value)).decode(), b64encode(iv).decode()

    def scsi_device(self, hostdev: Any) -> str:
        raise errors.unsupported("SCSI host devices are not supported by this driver yet")

    def require_nodes(self, nodes: list[int]) -> None:
        known = node.numa_nodes()
        for number in nodes:
            if number not in known:
                raise errors.unsupported(f"NUMA node {number} is unavailable")

    def is_host_cdrom(self, path: str) -> bool:
        return os.path.realpath(path).startswith("/dev/sr")

    def fd_group(self, name: str) -> list[int]:
        found = self._fd_groups.get(name)
        if found is None:
            raise errors.bad_argument(f"file descriptor group '{name}' was not associated with the domain")
        return found

    def nwfilter_binding(self, ifname: str) -> bool:
        return False

    def _open(self, path: str, flags: int = os.O_RDWR) -> int:
        try:
            fd = os.open(path, flags | os.O_CLOEXEC | os.O_NOCTTY, 0o600)
        except OSError as error:
            raise errors.internal(f"Unable to open '{path}': {error.strerror}") from error
        self.owned.append(fd)
        return fd


async def make_plan(state: QemuState, vm: Vm, run: Runtime, launch: Launch, monitor_fd: int, u: Undo) -> Plan:
    """Prepare what the command line refers to, then build it."""
    from purevirt.drivers.qemu.command.context import CommandContext
    from purevirt.drivers.qemu.firmware import load_descriptors
    from purevirt.drivers.qemu.images import prepare_images
    from purevirt.drivers.qemu.live_document import settle
    from purevirt.drivers.qemu.nvram import create_nvram
    from purevirt.drivers.qemu.paths import short_name
    from purevirt.drivers.qemu.processor import processor

    key, master_key = run.own_dir / "master-key.aes", os.urandom(32)
    files.write_atomic(key, master_key, mode=0o600, durable=False)
    if state.config.credentials is not None:
        os.chown(key, state.config.credentials.uid, state.config.credentials.gid)
    document = vm.require_live()
    await prepare_images(state, vm, document, cold=launch.incoming is None)
    vm.require_active()
    _assign_ports(state, run, document)
    _make_channel_directory(run, document)
    resources = HostResources(master_key, vm.fd_groups)
    await _start_tpm(state, vm, run, launch, resources)
    context = CommandContext(
        caps=run.caps,
        resources=resources,
        settings=state.settings,
        domain_id=vm.id,
        short_name=short_name(vm.id, vm.name),
        lib_dir=str(run.own_dir),
        channel_target_dir=str(run.channel_dir),
        environment={"PATH": os.environ.get("PATH", "/usr/bin:/bin")},
        monitor_path=str(run.own_dir / "monitor.sock"),
        monitor_fd=monitor_fd,
        incoming="defer" if launch.incoming is not None else None,
        now=state.clock.wall_ms() // 1000,
        local_offset_s=time.localtime().tm_gmtoff,
        host_arch=os.uname().machine,
        host_cpu=await offload(processor) if document.type == "kvm" else None,
        page_size=os.sysconf("SC_PAGE_SIZE"),
        render_node=next(iter(sorted(glob("/dev/dri/renderD*"))), None),
        firmware=load_descriptors(),
    )
    command = state.build_command(document, run.caps, context)
    create_nvram(document)
    settle(state, document)
    vm.changed()
    owned = resources.owned
    given = [fd for fds in vm.fd_groups.values() for fd in fds]
    return Plan(list(command.argv), dict(command.env), [monitor_fd, *owned, *given], owned)


async def _start_tpm(state: QemuState, vm: Vm, run: Runtime, launch: Launch, resources: HostResources) -> None:
    """The emulator of the guest's TPM, when it has one; it is a helper of this run from then on."""
    from purevirt.drivers.qemu import tpm

    document = vm.require_live()
    device = tpm.emulated(document)
    if device is None:
        return
    assert run.pid_file is not None
    emulator = tpm.TpmEmulator(document, device, run.short_name, state.paths, state.config, state.clock)
    program = await emulator.start(resources, run.pid_file.fd, incoming=launch.incoming is not None)
    run.helpers.append(program)
    vm.require_active()
    resources.swtpm = emulator.socket


def _assign_ports(state: QemuState, run: Runtime, document: Any) -> None:
    """The ports of every display: chosen where the definition leaves it to us, else kept from being chosen."""

    def settle(wanted: bool, port: int | None, what: str) -> int | None:
        if wanted:
            return state.ports.acquire(run.own_dir, low, high, what)
        if port is not None and port > 0:
            state.ports.claim(run.own_dir, port)
        return port

    low, high = state.config.remote_display_port_min, state.config.remote_display_port_max
    for display in document.devices.graphics:
        if display.type not in ("vnc", "spice") or display.socket:
            continue
        plain, secure = wanted_ports(display, state.settings)
        display.port = settle(plain, display.port, display.type)
        if display.type == "spice":
            display.tls_port = settle(secure, display.tls_port, display.type)


def _make_channel_directory(run: Runtime, document: Any) -> None:
    """The directory of the sockets that unix channels without a path get; they belong to this run alone."""
    if any(channel.type == "unix" and not (channel.source and channel.source.path) for channel in document.devices.channels):
        files.make_directory(run.channel_dir, 0o750)
