"""The host's figures, from a tree that stands for /sys and /proc."""

from __future__ import annotations

from pathlib import Path

from purevirt.host import node
from purevirt.host.netdev import net_counters


def _cell(sys: Path, number: int, total: int, free: int) -> None:
    home = sys / f"node/node{number}"
    pool = home / "hugepages/hugepages-2048kB"
    pool.mkdir(parents=True)
    (pool / "nr_hugepages").write_text("3\n")
    (pool / "free_hugepages").write_text("1\n")
    (home / "meminfo").write_text(f"Node {number} MemTotal: {total} kB\nNode {number} MemFree: {free} kB\n")


def test_memory_of_two_nodes(tmp_path: Path) -> None:
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu/online").write_text("0-3\n")
    _cell(tmp_path, 0, 1_000_000, 400_000)
    _cell(tmp_path, 1, 2_000_000, 800_000)
    (tmp_path / "node/online").write_text("0-1\n")
    assert node.node_info(tmp_path).memory_kib == 3_000_000
    assert node.cell_memory_kib(1, tmp_path)["MemFree"] == 800_000
    small, huge = node.cell_pages(0, tmp_path)
    assert (small.total, small.free) == ((1_000_000 - 3 * 2048) // node.PAGE_KIB, 400_000 // node.PAGE_KIB)
    assert (huge.size_kib, huge.total, huge.free) == (2048, 3, 1)
    assert node.cell_memory_kib(7, tmp_path) == {}


def test_page_merging_leaves_out_what_the_kernel_lacks(tmp_path: Path) -> None:
    (tmp_path / "pages_to_scan").write_text("100\n")
    (tmp_path / "full_scans").write_text("7\n")
    assert node.shared_memory(tmp_path) == {"pages_to_scan": 100, "full_scans": 7}


def test_network_counters(tmp_path: Path) -> None:
    table = tmp_path / "dev"
    head = ["Inter-|   Receive", " face |bytes"]
    rows = ["  tap0: 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0", "br:1: 9 9 9 9 0 0 0 0 1 1 1 1 0 0 0 0"]
    table.write_text("\n".join(head + rows))
    found = net_counters(table)
    assert set(found) == {"tap0", "br:1"}
    seen = found["tap0"].swapped()
    assert (seen.rx_bytes, seen.rx_packets, seen.rx_errors, seen.rx_drops) == (5, 6, 7, 8)
    assert (seen.tx_bytes, seen.tx_packets, seen.tx_errors, seen.tx_drops) == (1, 2, 3, 4)
    assert net_counters(tmp_path / "absent") == {}
