"""The driver configuration (qemu.conf) as far as definitions and command lines depend on it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True, frozen=True)
class HugePageMount:
    """A mounted hugetlbfs."""

    mount: str
    size_kib: int
    default: bool = False


@dataclass(slots=True)
class QemuSettings:
    """Values of qemu.conf keys, with the system instance's defaults; directories as the daemon uses them."""

    lib_dir: str = "/var/lib/libvirt/qemu"
    channel_target_dir: str = "/var/lib/libvirt/qemu/channel/target"
    nvram_dir: str = "/var/lib/libvirt/qemu/nvram"
    memory_backing_dir: str = "/var/lib/libvirt/qemu/ram"
    state_dir: str = "/run/libvirt/qemu"
    dbus_state_dir: str = "/run/libvirt/qemu/dbus"
    passt_state_dir: str = "/run/libvirt/qemu/passt"
    swtpm_state_dir: str = "/run/libvirt/qemu/swtpm"
    hugetlbfs: list[HugePageMount] = field(default_factory=list)
    default_tls_x509_cert_dir: str | None = "/etc/pki/qemu"
    vnc_listen: str = "127.0.0.1"
    vnc_tls: bool = False
    vnc_tls_x509_cert_dir: str | None = None
    vnc_tls_x509_verify: bool = False
    vnc_tls_x509_secret_uuid: str | None = None
    vnc_sasl: bool = False
    vnc_sasl_dir: str | None = None
    vnc_password: str | None = None
    vnc_auto_unix_socket: bool = False
    vnc_allow_host_audio: bool = False
    nographics_allow_host_audio: bool = False
    spice_listen: str = "127.0.0.1"
    spice_tls: bool = False
    spice_tls_x509_cert_dir: str | None = None
    spice_password: str | None = None
    spice_sasl: bool = False
    spice_sasl_dir: str | None = None
    spice_auto_unix_socket: bool = False
    chardev_tls: bool = False
    chardev_tls_x509_cert_dir: str | None = None
    chardev_tls_x509_verify: bool = True
    chardev_tls_x509_secret_uuid: str | None = None
    nbd_tls: bool = False
    nbd_tls_x509_cert_dir: str | None = None
    nbd_tls_x509_secret_uuid: str | None = None
    vxhs_tls: bool = False
    vxhs_tls_x509_cert_dir: str | None = None
    vxhs_tls_x509_secret_uuid: str | None = None
    dump_guest_core: bool | None = None
    seccomp_sandbox: int = -1
    gluster_debug_level: int = 4
    stdio_logd: bool = True
    log_timestamp: bool = True
    deprecation_behavior: str = "none"
    security_default_confined: bool = True
    set_process_name: bool = False
    privileged: bool = True
    bridge_helper: str = "/usr/lib/qemu/qemu-bridge-helper"
    pr_helper: str = "/usr/bin/qemu-pr-helper"
    firmwares: list[tuple[str, str]] = field(default_factory=list)
