"""What building a command line needs from the host, besides the definition and the capabilities.

Everything that is opened, allocated or looked up (tap devices, listening sockets, secrets) is prepared by the caller and
asked for through `Resources`, by name; building itself touches nothing and can be repeated.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from purevirt.cpu.description import Description
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.command.settings import QemuSettings
from purevirt.drivers.qemu.firmware_document import Firmware


@dataclass(slots=True, frozen=True)
class Tap:
    """A tap device: its queues' descriptors and those of vhost-net (empty = vhost off)."""

    ifname: str
    fds: tuple[int, ...]
    vhost_fds: tuple[int, ...] = ()


class Resources(Protocol):
    """Host resources by name. Each method raises VirtError when there is no such thing."""

    def listen_socket(self, path: str) -> int | None:
        """Descriptor of a unix socket listening at `path`; None = let QEMU listen itself."""

    def open_output(self, path: str, *, append: bool | None, log: bool) -> int | None:
        """Descriptor of a file (or log pipe) that a character device writes; None = let QEMU open it."""

    def tap(self, interface: Any) -> Tap:
        """The tap device of an interface."""

    def passt_socket(self, interface: Any) -> str:
        """Socket of the passt process behind an interface."""

    def slirp_fd(self, interface: Any) -> int | None:
        """Descriptor of a user network helper, None = QEMU's own user network."""

    def vdpa_fd(self, path: str) -> int:
        """A vhost-vdpa device."""

    def vhost_scsi_fd(self, hostdev: Any) -> int:
        """A vhost-scsi device."""

    def vsock(self, vsock: Any) -> tuple[int, int]:
        """(descriptor, guest CID)."""

    def tpm_fds(self, path: str) -> tuple[int, int] | None:
        """(device, cancel) descriptors of a passed-through TPM; None = by path."""

    def tpm_socket(self, tpm: Any) -> str:
        """Socket of the process that emulates a TPM."""

    def virtiofs_socket(self, filesystem: Any) -> str:
        """Socket of the process that serves a file system."""

    def volume_source(self, disk: Any) -> tuple[Any, str]:
        """What a volume of a storage pool really is: a storage source and its type."""

    def vhost_user_fd(self, device: Any) -> int:
        """Socket of the process behind a vhost-user GPU."""

    def secret(self, *, uuid: str | None, usage: str | None, kind: str) -> bytes:
        """Value of a libvirt secret."""

    def encrypt(self, value: bytes) -> tuple[str, str]:
        """(base64 data, base64 iv) of a value encrypted with the guest's master key."""

    def scsi_device(self, hostdev: Any) -> str:
        """/dev/sgN of a host SCSI device."""

    def require_nodes(self, nodes: list[int]) -> None:
        """Raises when the host lacks one of the NUMA nodes."""

    def is_host_cdrom(self, path: str) -> bool:
        """Is the block device a CD-ROM drive."""

    def fd_group(self, name: str) -> list[int]:
        """Descriptors a client associated with the guest."""

    def nwfilter_binding(self, ifname: str) -> bool:
        """Is there already a filter binding for the port."""


@dataclass(slots=True)
class CommandContext:
    """One start of one guest."""

    caps: QemuCaps
    resources: Resources
    settings: QemuSettings = field(default_factory=QemuSettings)
    domain_id: int = -1
    short_name: str = ""
    lib_dir: str = ""
    channel_target_dir: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    host_arch: str = "x86_64"
    host_cpu: Description | None = None
    """The host's processor by its CPUID; None when it is not known."""
    page_size: int = 4096
    auto_nodeset: frozenset[int] | None = None
    start_paused: bool = True
    monitor_path: str = ""
    monitor_fd: int | None = None
    incoming: str | None = None
    incoming_fd: int | None = None
    load_snapshot: str | None = None
    now: int = 0
    local_offset_s: int = 0
    render_node: str | None = "/dev/dri/renderD128"
    dbus_socket: str = ""
    fips: bool = False
    firmware: list[Firmware] = field(default_factory=list)
    host_sysinfo: Any = None
    random_bytes: Callable[[int], bytes] = secrets.token_bytes
    seccomp: bool = True
