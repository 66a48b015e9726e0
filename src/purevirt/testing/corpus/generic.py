"""Corpus suites genericxml2xml, lxcxml2xml and bhyvexml2xml: a definition through post-parse and back to text.

The worlds are those that the manifests' environments state.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from purevirt.drivers.bhyve.postparse import BhyveHooks
from purevirt.drivers.lxc.postparse import LxcHooks
from purevirt.model._engine import FormatContext, ParseContext
from purevirt.model.domain.defaults import settle_arch, settle_boot, settle_mac
from purevirt.model.domain.document import Domain
from purevirt.model.domain.postparse import PostParseHooks, post_parse
from purevirt.model.domain.validate_general import validate_general
from purevirt.types.override import override

_ARCH = "x86_64"


def _mac() -> str:
    return "52:54:00:00:00:00"


class GenericHooks(PostParseHooks):
    """Nothing but what every hypervisor does; wide SCSI is accepted."""

    @override
    def basic(self, domain: Any) -> None:
        settle_arch(domain, _ARCH)
        settle_boot(domain)

    @override
    def device(self, domain: Any, kind: str, device: Any) -> None:
        if kind == "interfaces":
            settle_mac(device, _mac)


def _through(case: dict[str, Any], directory: Path, hooks: PostParseHooks, *, inactive: bool) -> str:
    text = (directory / case["input"]).read_text(encoding="utf-8")
    domain = Domain.from_xml(text, ParseContext(inactive=inactive))
    post_parse(domain, hooks)
    validate_general(domain)
    return domain.to_xml(FormatContext(secure=True, inactive=inactive))


def run_generic(case: dict[str, Any], directory: Path) -> str:
    """Hypervisor-neutral."""
    return _through(case, directory, GenericHooks(), inactive=case.get("mode", "inactive") == "inactive")


def run_lxc(case: dict[str, Any], directory: Path) -> str:
    """With the LXC driver's additions."""
    hooks = LxcHooks(_ARCH, "/usr/libexec/libvirt_lxc", lambda: "00:16:3e:00:00:00")
    return _through(case, directory, hooks, inactive=case.get("mode", "inactive") == "inactive")


def run_bhyve(case: dict[str, Any], directory: Path) -> str:
    """With the bhyve driver's additions; always the inactive definition."""
    wide = "AHCI32SLOT" in (case.get("bhyve_caps") or ())
    return _through(case, directory, BhyveHooks(_ARCH, _mac, wide_ahci=wide), inactive=True)


SUITES = {"genericxml2xml": run_generic, "lxcxml2xml": run_lxc, "bhyvexml2xml": run_bhyve}
