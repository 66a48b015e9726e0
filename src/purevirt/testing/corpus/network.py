"""Corpus suites of network documents: networks, their updates, ports, filters and bindings, host interfaces."""

from __future__ import annotations

from pathlib import Path

from purevirt.model._engine import Element, FormatContext, ParseContext
from purevirt.model.host_interface import HostInterface
from purevirt.model.network import Network
from purevirt.model.network_context import without_dnsmasq
from purevirt.model.network_port import NetworkPort
from purevirt.model.network_update import update_network
from purevirt.model.nwfilter import NwFilter
from purevirt.model.nwfilter_binding import NwFilterBinding
from purevirt.testing.corpus.runner import Case, Run


def run_network(case: Case, directory: Path) -> str:
    """Parse, format with the case's flags."""
    text = (directory / case["input"]).read_text(encoding="utf-8")
    return Network.from_xml(text, ParseContext()).to_xml(FormatContext(inactive="INACTIVE" in case["flags"]))


def run_network_update(case: Case, directory: Path) -> str:
    """Parse the network, apply the update, format."""
    network = Network.from_xml((directory / case["input"]).read_text(encoding="utf-8"), without_dnsmasq())
    update = (directory / case["update"]).read_text(encoding="utf-8")
    update_network(network, case["command"], case["section"], case["parent_index"], update)
    return network.to_xml(FormatContext(inactive="INACTIVE" in case["format_flags"]))


def _same(document: type[Element]) -> Run:
    def run(case: Case, directory: Path) -> str:
        return document.from_xml((directory / case["input"]).read_text(encoding="utf-8")).to_xml()

    return run


SUITES: dict[str, Run] = {
    "networkxml2xml": run_network,
    "networkxml2xmlupdate": run_network_update,
    "networkport": _same(NetworkPort),
    "nwfilterxml2xml": _same(NwFilter),
    "nwfilterbinding": _same(NwFilterBinding),
    "interfacexml2xml": _same(HostInterface),
}
