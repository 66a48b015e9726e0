"""What is measured and the bar that each ratio (ours / libvirtd) must keep. Lower is better unless said otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Bar:
    """`worst` is the largest (or, where higher is better, the smallest) ratio that passes; None: for information.

    `most` bounds our own value too, in the metric's unit.
    """

    metric: str
    unit: Literal["s", "1/s", "MiB/s", "KiB/s", "KiB"]
    worst: float | None
    what: str
    higher: bool = False
    most: float | None = None

    def passes(self, ours: float, ratio: float | None) -> bool:
        if self.most is not None and ours > self.most:
            return False
        if self.worst is None or ratio is None:
            return True
        return ratio >= self.worst if self.higher else ratio <= self.worst


CLIENTS = {"client"}
"""Sections that compare our client with the C library's, both against libvirtd."""

SECTIONS: dict[str, tuple[Bar, ...]] = {
    "documents": (
        Bar("parse_60", "s", None, "reading a guest of 60 devices in process; beside it libvirtd's define of it", most=0.002),
        Bar("format_60", "s", None, "writing it in process; beside it libvirtd's dumpxml of it", most=0.001),
        Bar("import", "s", None, "importing the domain document", most=0.060),
    ),
    "calls": (
        Bar("connect_close", "s", 1.0, "open and close a connection"),
        Bar("small_call", "s", 1.0, "getLibVersion, one client"),
        Bar("lookup", "s", 1.0, "lookupByName, one client"),
        Bar("calls_8_clients", "1/s", 1.0, "getLibVersion from 8 client processes", higher=True),
    ),
    "define": (
        Bar("define_small", "s", 1.0, "define a small guest"),
        Bar("dumpxml_small", "s", 1.0, "dumpxml of it"),
        Bar("define_60", "s", 1.0, "define a guest of 60 devices"),
        Bar("dumpxml_60", "s", 1.0, "dumpxml of it"),
    ),
    "thousand": (
        Bar("define_rate", "1/s", 1.0, "defining 1,000 guests, one client", higher=True),
        Bar("list_1000", "s", 1.0, "list of 1,000 defined guests"),
        Bar("stats_1000", "s", 0.5, "all statistics of 1,000 defined guests"),
        Bar("memory_1000", "KiB", 1.3, "resident memory of the daemon with 1,000 defined guests"),
        Bar("restart_1000", "s", 1.0, "daemon restart to the first full list"),
    ),
    "guest": (
        Bar("start", "s", 0.35, "start a TCG guest"),
        Bar("destroy", "s", 0.15, "destroy it"),
        Bar("event", "s", 1.0, "suspend until its life-cycle event reaches a second connection"),
    ),
    "sixteen": (
        Bar("start_16", "s", 0.6, "16 guests started from 8 clients"),
        Bar("stats_16", "s", 0.4, "all statistics with 16 running"),
        Bar("info_16", "s", 1.0, "info of one of 16 running"),
    ),
    "stuck": (
        Bar("stuck_list", "s", None, "one of 8 guests' QEMU stopped, slowest of 10: list", most=0.2),
        Bar("stuck_info", "s", None, "info of the stopped one", most=0.2),
        Bar("stuck_xml", "s", None, "dumpxml of it", most=0.2),
        Bar("stuck_stats_one", "s", None, "all statistics of it", most=0.2),
        Bar("stuck_stats", "s", None, "all statistics of all", most=0.2),
        Bar("stuck_others", "s", None, "info and dumpxml of the seven others, in sum", most=0.2),
        Bar("stuck_destroy", "s", None, "destroy of the stopped one", most=0.2),
    ),
    "client": (
        Bar("client_connect", "s", 1.5, "our client: open and close a connection"),
        Bar("client_small_call", "s", 2.0, "our sync client: getLibVersion"),
        Bar("client_list_1000", "s", 2.0, "our sync client: list of 1,000 guests"),
        Bar("client_async_64", "1/s", 1.0, "our async client, 64 calls in flight, against calls of the C client", higher=True),
        Bar("client_upload", "MiB/s", 0.7, "our client: upload of 256 MiB", higher=True),
        Bar("client_download", "MiB/s", 0.7, "our client: download of 256 MiB", higher=True),
        Bar("client_tls_connect", "s", 1.5, "our client: open and close a TLS connection"),
        Bar("client_tls_call", "s", 2.0, "our client: getLibVersion over TLS"),
        Bar("client_ssh_connect", "s", 1.5, "our client: open and close a connection through ssh"),
        Bar("client_ssh_call", "s", 2.0, "our client: getLibVersion through ssh"),
        Bar("client_open_cpu", "s", None, "CPU of import and open in a fresh process", most=0.060),
    ),
    "streams": (
        Bar("stream_upload", "MiB/s", 0.7, "C client, upload of 256 MiB through the daemon", higher=True),
        Bar("stream_download", "MiB/s", 0.7, "C client, download of 256 MiB through the daemon", higher=True),
    ),
    "console": (Bar("console", "KiB/s", 1.0, "bytes echoed by a guest's serial console, whose UART is the bound", higher=True),),
}
