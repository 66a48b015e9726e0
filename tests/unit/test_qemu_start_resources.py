"""What a start takes of the host: vsock addresses, disk limits, NUMA nodes."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from purevirt.drivers.qemu.launch import HostResources
from purevirt.drivers.qemu.throttle import throttle_arguments
from purevirt.drivers.qemu.vsock import choose_cid
from purevirt.errors import ErrorCode, VirtError
from purevirt.host import node
from purevirt.model.domain.disk import IoTune


def kernel(taken: set[int], error: int = errno.EADDRINUSE) -> tuple[list[int], object]:
    """A stand-in for the ioctl: it refuses the addresses that are taken."""
    asked: list[int] = []

    def set_cid(fd: int, cid: int) -> None:
        asked.append(cid)
        if cid in taken:
            raise OSError(error, os.strerror(error))

    return asked, set_cid


def test_the_first_free_address_is_chosen() -> None:
    asked, set_cid = kernel({3, 4})
    assert choose_cid(0, None, set_cid) == 5  # type: ignore[arg-type]
    assert asked == [3, 4, 5]


@pytest.mark.parametrize(
    ("wanted", "error", "text"),
    [
        (7, errno.EADDRINUSE, "Failed to set guest cid: Address already in use"),
        (None, errno.EPERM, "Failed to acquire guest cid: Operation not permitted"),
    ],
)
def test_an_address_that_cannot_be_had(wanted: int | None, error: int, text: str) -> None:
    _, set_cid = kernel({3, 7}, error)
    with pytest.raises(VirtError) as caught:
        choose_cid(0, wanted, set_cid)  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.message) == (ErrorCode.SYSTEM_ERROR, text)


def test_limits_in_the_names_of_qemu() -> None:
    tune = IoTune(
        total_bytes_sec=10, read_iops_sec=5, read_iops_sec_max=9, read_iops_sec_max_length=2, size_iops_sec=4096, group_name="g"
    )
    assert throttle_arguments(tune) == {
        "bps": 10,
        "bps_rd": 0,
        "bps_wr": 0,
        "iops": 0,
        "iops_rd": 5,
        "iops_wr": 0,
        "iops_rd_max": 9,
        "iops_rd_max_length": 2,
        "iops_size": 4096,
        "group": "g",
    }
    assert throttle_arguments(IoTune(group_name="g")) is None


def test_a_node_that_the_host_lacks() -> None:
    resources = HostResources(bytes(32))
    known = node.numa_nodes()
    resources.require_nodes(known)
    missing = max(known, default=-1) + 1
    with pytest.raises(VirtError) as caught:
        resources.require_nodes([missing])
    assert caught.value.code == ErrorCode.CONFIG_UNSUPPORTED
    assert caught.value.message.endswith(f"NUMA node {missing} is unavailable")


def test_a_file_of_a_character_device_is_made_or_cut_or_continued(tmp_path: Path) -> None:
    resources = HostResources(bytes(32))
    path = f"{tmp_path}/serial.log"
    for append, left in ((None, b"b"), (True, b"bb"), (False, b"b")):
        fd = resources.open_output(path, append=append, log=False)
        assert fd is not None
        os.write(fd, b"b")
        with open(path, "rb") as file:
            assert file.read() == left
    assert len(resources.owned) == 3
    for fd in resources.owned:
        os.close(fd)
