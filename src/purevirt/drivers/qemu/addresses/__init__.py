"""Device addresses of a QEMU guest: PCI, USB, CCW, spapr-vio, virtio-serial, drives, memory slots."""
