"""Which fact about a QEMU binary sets which capability flag: tables only, one row per fact.

A fact is a QMP command or event, a QOM type, a property of a type, a path through the QAPI schema, a command line
option, a migration capability or a TPM model. Paths are written as libvirt's documentation writes them:
`command/arg-type/member/...` with `*` before an optional member, `+` before a variant, `^` before an enum value and
`$` before a feature.
"""

from __future__ import annotations

COMMANDS = {
    "query-hotpluggable-cpus": "query-hotpluggable-cpus",
    "query-cpu-definitions": "query-cpu-definitions",
    "query-cpu-model-expansion": "query-cpu-model-expansion",
    "query-cpu-model-baseline": "query-cpu-model-baseline",
    "query-cpu-model-comparison": "query-cpu-model-comparison",
    "rtc-reset-reinjection": "rtc-reset-reinjection",
    "blockdev-reopen": "blockdev-reopen",
    "block-export-add": "block-export-add",
    "set-action": "set-action",
    "query-dirty-rate": "query-dirty-rate",
    "sev-inject-launch-secret": "sev-inject-launch-secret",
    "calc-dirty-rate": "calc-dirty-rate",
    "query-stats": "query-stats",
    "query-stats-schemas": "query-stats-schemas",
}

# fmt: off
_SAME_NAME = (
    "hda-duplex", "piix3-usb-uhci", "piix4-usb-uhci", "usb-ehci", "ich9-usb-ehci1", "vt82c686b-usb-uhci",
    "pci-ohci", "usb-redir", "usb-hub", "ich9-ahci", "scsi-block", "hda-micro", "nec-usb-xhci",
    "virtio-scsi-pci", "qxl", "VGA", "cirrus-vga", "vmware-svga", "usb-serial", "rng-random", "rng-egd",
    "megasas", "pci-bridge", "vfio-pci", "usb-storage", "virtio-mmio", "ich9-intel-hda", "pvpanic", "usb-kbd",
    "usb-audio", "iothread", "pc-dimm", "pci-serial", "gpex-pcihost", "ioh3420", "x3130-upstream",
    "xio3130-downstream", "rtl8139", "e1000", "mptsas1068", "pxb", "pxb-pcie", "intel-iommu", "virtio-vga",
    "ivshmem-plain", "ivshmem-doorbell", "vhost-scsi", "nvdimm", "pcie-root-port", "qemu-xhci",
    "spapr-pci-host-bridge", "vmcoreinfo", "spapr-vty", "sclplmconsole", "isa-serial", "pl011",
    "virtio-gpu-ccw", "virtio-keyboard-ccw", "virtio-mouse-ccw", "virtio-tablet-ccw", "pcie-pci-bridge",
    "pr-manager-helper", "vfio-ccw", "hda-output", "vmgenid", "mch", "sev-guest", "vfio-ap", "zpci",
    "memory-backend-memfd", "bochs-display", "dbus-vmstate", "vhost-user-gpu", "vhost-user-vga", "ramfb",
    "i8042", "rng-builtin", "pvscsi", "spapr-tpm-proxy", "dc390", "am53c974", "virtio-pmem-pci",
    "vhost-user-blk", "input-linux", "virtio-gpu-gl-pci", "virtio-vga-gl", "s390-pv-guest", "virtio-mem-pci",
    "virtio-iommu-pci", "thread-context", "sgx-epc",
)
# fmt: on

TYPES = dict(zip(_SAME_NAME, _SAME_NAME, strict=True)) | {
    "ccid-card-emulated": "ccid-emulated",
    "ccid-card-passthru": "ccid-passthru",
    "lsi53c895a": "lsi",
    "virtio-rng-pci": "virtio-rng",
    "virtio-rng-ccw": "virtio-rng",
    "virtio-rng-device": "virtio-rng",
    "virtio-blk-ccw": "virtio-ccw",
    "sclpconsole": "s390-sclp",
    "spapr-nvram": "nvram",
    "i82801b11-bridge": "dmi-to-pci-bridge",
    "virtio-net-pci": "virtio-net",
    "virtio-net-ccw": "virtio-net",
    "virtio-net-device": "virtio-net",
    "virtio-gpu-pci": "virtio-gpu",
    "virtio-gpu-device": "virtio-gpu",
    "virtio-keyboard-pci": "virtio-keyboard",
    "virtio-keyboard-device": "virtio-keyboard",
    "virtio-mouse-pci": "virtio-mouse",
    "virtio-mouse-device": "virtio-mouse",
    "virtio-tablet-pci": "virtio-tablet",
    "virtio-tablet-device": "virtio-tablet",
    "virtio-input-host-pci": "virtio-input-host",
    "virtio-input-host-device": "virtio-input-host",
    "vhost-vsock-device": "vhost-vsock",
    "virtio-blk-pci-non-transitional": "virtio-pci-non-transitional",
    "vhost-user-fs-device": "vhost-user-fs",
    "max-x86_64-cpu": "x86-max-cpu",
    "max-arm-cpu": "arm-max-cpu",
    "chardev-qemu-vdagent": "chardev.qemu-vdagent",
    "dbus-display": "display-dbus",
    "tcg-accel": "tcg",
}
ARCH = {
    "i686": ("no-acpi", "no-hpet", "machine-vmport-opt"),
    "x86_64": ("no-acpi", "no-hpet", "machine-vmport-opt"),
    "aarch64": ("no-acpi", "aarch64-off", "gic-version"),
    "s390": ("aes-key-wrap", "dea-key-wrap", "loadparm"),
    "s390x": ("aes-key-wrap", "dea-key-wrap", "loadparm"),
}
"""What an architecture has without asking."""

_VIRTIO_BLK = {"scsi": "virtio-blk-pci.scsi", "queue-size": "virtio-blk.queue-size"}
_VIRTIO_NET = {"rss": "virtio-net.rss", "acpi-index": "acpi-index"}
_BALLOON = {
    "deflate-on-oom": "virtio-balloon-pci.deflate-on-oom",
    "free-page-reporting": "virtio-balloon.free-page-reporting",
}
_GPU = {"virgl": "virtio-gpu.virgl"}
_IOMMU_VIRTIO = {"boot-bypass": "virtio-iommu.boot-bypass"}

DEVICE_PROPERTIES: list[tuple[str, str | None, dict[str, str]]] = [
    ("virtio-blk-pci", None, _VIRTIO_BLK),
    ("virtio-net-pci", "virtio-net", _VIRTIO_NET),
    ("virtio-scsi-pci", "virtio-scsi-pci", {}),
    ("virtio-blk-ccw", "virtio-ccw", {"queue-size": "virtio-blk.queue-size"}),
    ("virtio-net-ccw", "virtio-net", {"rss": "virtio-net.rss"}),
    ("virtio-scsi-ccw", "virtio-scsi-pci", {}),
    ("vfio-pci", "vfio-pci", {"display": "vfio-pci.display"}),
    ("scsi-hd", None, {"channel": "scsi-disk.channel", "wwn": "scsi-disk.wwn", "rotation_rate": "rotation-rate"}),
    ("ide-hd", None, {"wwn": "ide-drive.wwn"}),
    (
        "PIIX4_PM",
        None,
        {
            "disable_s3": "disable-s3",
            "disable_s4": "disable-s4",
            "acpi-root-pci-hotplug": "piix4.acpi-root-pci-hotplug",
        },
    ),
    ("usb-redir", "usb-redir", {"filter": "usb-redir.filter"}),
    ("usb-storage", "usb-storage", {"removable": "usb-storage.removable"}),
    ("kvm-pit", None, {"lost_tick_policy": "kvm-pit-lost-tick-policy"}),
    ("VGA", "VGA", {"vgamem_mb": "VGA.vgamem_mb"}),
    ("vmware-svga", "vmware-svga", {"vgamem_mb": "vmware-svga.vgamem_mb"}),
    ("qxl", "qxl", {"vgamem_mb": "qxl.vgamem_mb", "vram64_size_mb": "qxl.vram64_size_mb"}),
    ("virtio-gpu-pci", "virtio-gpu", _GPU),
    ("virtio-gpu-device", "virtio-gpu", _GPU),
    ("ICH9-LPC", None, {"disable_s3": "ich9-disable-s3", "disable_s4": "ich9-disable-s4"}),
    ("virtio-balloon-pci", None, _BALLOON),
    ("virtio-balloon-ccw", None, _BALLOON),
    ("virtio-balloon-device", None, _BALLOON),
    ("virtio-gpu-ccw", "virtio-gpu-ccw", {}),
    (
        "intel-iommu",
        "intel-iommu",
        {
            "intremap": "intel-iommu.intremap",
            "caching-mode": "intel-iommu.caching-mode",
            "eim": "intel-iommu.eim",
            "device-iotlb": "intel-iommu.device-iotlb",
            "aw-bits": "intel-iommu.aw-bits",
        },
    ),
    ("spapr-pci-host-bridge", "spapr-pci-host-bridge", {"numa_node": "spapr-pci-host-bridge.numa_node"}),
    ("mch", "mch", {"extended-tseg-mbytes": "mch.extended-tseg-mbytes"}),
    ("nvdimm", "nvdimm", {"unarmed": "nvdimm.unarmed"}),
    ("pcie-root-port", "pcie-root-port", {"hotplug": "pcie-root-port.hotplug"}),
    ("usb-host", None, {"hostdevice": "usb-host.hostdevice", "guest-resets-all": "usb-host.guest-resets-all"}),
    ("vhost-user-fs-device", "vhost-user-fs", {"bootindex": "vhost-user-fs.bootindex"}),
    ("virtio-mem-pci", "virtio-mem-pci", {"prealloc": "virtio-mem-pci.prealloc"}),
    ("virtio-iommu-pci", "virtio-iommu-pci", _IOMMU_VIRTIO),
]
"""Devices to ask for their properties, in libvirt's order; the second item is the flag that must be there first."""

_MAX_CPU = {
    "unavailable-features": "cpu-unavailable-features",
    "kvm-no-adjvtime": "cpu.kvm-no-adjvtime",
    "migratable": "cpu.migratable",
    "l3-cache": "cpu-cache",
}

OBJECT_PROPERTIES: list[tuple[str, str | None, dict[str, str]]] = [
    (
        "memory-backend-file",
        None,
        {
            "pmem": "memory-backend-file.pmem",
            "x-use-canonical-path-for-ramblock-id": "memory-backend-file.x-use-canonical-path-for-ramblock-id",
            "reserve": "memory-backend-file.reserve",
            "prealloc-threads": "memory-backend-file.prealloc-threads",
        },
    ),
    ("memory-backend-memfd", "memory-backend-memfd", {"hugetlb": "memory-backend-memfd.hugetlb"}),
    ("max-x86_64-cpu", "x86-max-cpu", _MAX_CPU),
    ("max-arm-cpu", "arm-max-cpu", _MAX_CPU),
]
"""Objects to ask for their properties before the machines are known."""

MACHINE_PROPERTIES: list[tuple[str, dict[str, str]]] = [
    (
        "pseries",
        {
            "cap-hpt-max-page-size": "machine.pseries.cap-hpt-max-page-size",
            "cap-htm": "machine.pseries.cap-htm",
            "cap-nested-hv": "machine.pseries.cap-nested-hv",
            "cap-ccf-assist": "machine.pseries.cap-ccf-assist",
            "cap-cfpc": "machine.pseries.cap-cfpc",
            "cap-sbbc": "machine.pseries.cap-sbbc",
            "cap-ibs": "machine.pseries.cap-ibs",
        },
    ),
    ("virt", {"iommu": "machine.virt.iommu"}),
    (
        "none",
        {
            "confidential-guest-support": "confidential-guest-support",
        },
    ),
]
"""Machines to ask for their properties, by canonical name; "none" stands for what every machine has."""

DEFAULTS = {("virtio-blk-pci", "scsi", False): "virtio-blk-pci.scsi.default.disabled"}
"""A property's default value that matters: device, property, default."""

SCHEMA = {
    "query-display-options/ret-type/+sdl": "sdl",
    "query-display-options/ret-type/+egl-headless": "egl-headless",
    "query-display-options/ret-type/+egl-headless/*rendernode": "egl-headless.rendernode",
    "migrate-set-capabilities/arg-type/capabilities/capability/^rdma-pin-all": "migrate-rdma",
    "blockdev-add/arg-type/+vxhs": "vxhs",
    "nbd-server-start/arg-type/*tls-creds": "nbd-tls",
    "screendump/arg-type/*device": "screendump_device",
    "query-iothreads/ret-type/poll-max-ns": "iothread.poll-max-ns",
    "nbd-server-add/arg-type/*bitmap": "nbd-bitmap",
    "blockdev-add/arg-type/+file/*drop-cache": "migration-file-drop-cache",
    "blockdev-add/arg-type/+nvme": "drive-nvme",
    "query-named-block-nodes/arg-type/*flat": "query-named-block-nodes.flat",
    "blockdev-snapshot/$allow-write-only-overlay": "blockdev-snapshot.allow-write-only-overlay",
    "blockdev-add/arg-type/+file/*aio/^io_uring": "aio.io_uring",
    "set-numa-node/arg-type/+hmat-lb": "numa.hmat",
    "netdev_add/arg-type/+vhost-vdpa": "netdev.vhost-vdpa",
    "migrate-set-parameters/arg-type/*block-bitmap-mapping/bitmaps/*transform": "migration-param.block-bitmap-mapping",
    "object-add/arg-type/+secret": "object.qapified",
    "query-display-options/ret-type/+dbus": "display-dbus",
    "netdev_add/arg-type/+dgram": "netdev.json",
    "netdev_add/arg-type/+stream": "netdev.stream",
    "blockdev-add/arg-type/+rbd/*encrypt/format/^luks2": "rbd-encryption",
    "object-add/arg-type/+sev-guest/*kernel-hashes": "sev-guest-kernel-hashes",
    "device_add/$json-cli-hotplug": "device.json+hotplug",
    "calc-dirty-rate/arg-type/*mode": "dirtyrate-param.mode",
    "blockdev-add/arg-type/+nbd/*tls-hostname": "blockdev.nbd.tls-hostname",
    "object-add/arg-type/+iothread/*thread-pool-max": "iothread.thread-pool-max",
    "query-migrate/ret-type/*blocked-reasons": "migration.blocked-reasons",
    "screendump/arg-type/*format/^png": "screenshot-format-png",
    "chardev-add/arg-type/backend/+socket/data/*reconnect": "chardev-reconnect",
}

OPTIONS = {
    ("vnc", None): "vnc",
    ("spice", None): "spice",
    ("spice", "gl"): "spice-gl",
    ("spice", "rendernode"): "spice-rendernode",
    ("sandbox", None): "seccomp-sandbox",
    ("smp-opts", "dies"): "smp-dies",
    ("fsdev", "multidevs"): "fsdev.multidevs",
    ("vnc", "power-control"): "vnc-power-control",
    ("machine", "hpet"): "machine-hpet",
}

TPM_MODELS = {"tpm-tis": "tpm-tis", "tpm-crb": "tpm-crb", "tpm-spapr": "tpm-spapr"}
TPM_TYPES = {"passthrough": "tpm-passthrough", "emulator": "tpm-emulator"}

SINCE = {6000000: ("compat-deprecated",)}
"""Flags that no query tells; the version does."""
UNTIL = {5002000: ("enable-fips",)}
