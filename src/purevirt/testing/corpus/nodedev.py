"""Corpus suite of node device documents."""

from __future__ import annotations

from pathlib import Path

from purevirt.model.node_device import NodeDevice
from purevirt.model.node_device_storage import StorageCapability
from purevirt.testing.corpus.runner import Case, Run

_CD_BLOCK = 2048
_DISK_BLOCK = 512


def _discover_blocks(storage: StorageCapability) -> None:
    """The block sizes that the suite's host has."""
    media = storage.removable
    if media is None:
        storage.logical_block_size = _DISK_BLOCK
        storage.num_blocks = (storage.size or 0) // _DISK_BLOCK
    elif media.media_available:
        media.logical_block_size = _CD_BLOCK
        media.num_blocks = (media.media_size or 0) // _CD_BLOCK


def run_node_device(case: Case, directory: Path) -> str:
    """Parse, let the host's facts be found, format."""
    device = NodeDevice.from_xml((directory / case["input"]).read_text(encoding="utf-8"))
    for capability in device.capabilities:
        if isinstance(capability, StorageCapability):
            _discover_blocks(capability)
    return device.to_xml()


SUITES: dict[str, Run] = {"nodedevxml2xml": run_node_device}
