"""`<crypto>`: a virtio crypto accelerator (formatdomain.html, "Crypto")."""

from __future__ import annotations

from typing import Literal

from purevirt.model._engine import UINT, Element, attr, child
from purevirt.model.domain.device import Device
from purevirt.model.domain.virtio import VirtioDriver

CryptoModel = Literal["virtio"]
CryptoType = Literal["qemu"]
CryptoBackendModel = Literal["builtin", "lkcf"]


class CryptoBackend(Element, tag="backend"):
    """Where the host does the work."""

    model: CryptoBackendModel = attr(CryptoBackendModel, required=True, abi=True)
    queues: int | None = attr(UINT, omit=0)


class Crypto(Device, tag="crypto"):
    """One accelerator."""

    model: CryptoModel = attr(CryptoModel, required=True, abi=True)
    type: CryptoType = attr(CryptoType, required=True, abi=True)
    backend: CryptoBackend | None = child(CryptoBackend)
    driver: VirtioDriver | None = child(VirtioDriver)
