"""VIR_*_VALIDATE: the document is checked against its schema; code, text and place of what is wrong. Without it, it is not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import purevirt
from purevirt.api.context import CallContext
from purevirt.drivers.qemu.define import DefineFacet
from purevirt.drivers.qemu.lifecycle import LifecycleFacet
from purevirt.drivers.qemu.state import QemuState
from purevirt.drivers.secret.driver import SecretState
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.host.roots import system_roots
from purevirt.model._engine import ParseContext
from purevirt.model.backup import DomainBackup
from purevirt.model.checkpoint import DomainCheckpoint
from purevirt.model.domain.document import Domain
from purevirt.model.network import Network
from purevirt.types import constants as C

BODY = "<name>n</name><memory>1024</memory><os><type>hvm</type></os>"
GUEST = f"<domain type='test'>{BODY}<colour/></domain>"
FILES = "Unable to validate doc against /usr/share/libvirt/schemas/"


def unknown(kind: str, root: str) -> str:
    return f"XML document failed to validate against schema: {FILES}{kind}.rng\nElement {root} has extra content: colour\n"


def snapshot(conn: Any, xml: str, flags: int) -> Any:
    return conn.domain_lookup_by_name("test").snapshot_create_xml(xml, flags)


def volume(conn: Any, xml: str, flags: int) -> Any:
    return conn.storage_pool_lookup_by_name("default-pool").storage_vol_create_xml(xml, flags)


@pytest.mark.parametrize(
    ("call", "flag", "kind", "xml"),
    [
        (lambda c, x, f: c.domain_define_xml_flags(x, f), C.VIR_DOMAIN_DEFINE_VALIDATE, "domain", GUEST),
        (lambda c, x, f: c.domain_create_xml(x, f), C.VIR_DOMAIN_START_VALIDATE, "domain", GUEST),
        (lambda c, x, f: c.network_define_xml_flags(x, f), C.VIR_NETWORK_DEFINE_VALIDATE, "network",
         "<network><name>n</name><colour/></network>"),
        (lambda c, x, f: c.network_create_xml_flags(x, f), C.VIR_NETWORK_CREATE_VALIDATE, "network",
         "<network><name>n</name><colour/></network>"),
        (lambda c, x, f: c.storage_pool_define_xml(x, f), C.VIR_STORAGE_POOL_DEFINE_VALIDATE, "storagepool",
         "<pool type='dir'><name>n</name><target><path>/n</path></target><colour/></pool>"),
        (lambda c, x, f: c.interface_define_xml(x, f), C.VIR_INTERFACE_DEFINE_VALIDATE, "interface",
         "<interface type='ethernet' name='e9'><start mode='none'/><colour/></interface>"),
        (snapshot, C.VIR_DOMAIN_SNAPSHOT_CREATE_VALIDATE, "domainsnapshot",
         "<domainsnapshot><name>s</name><colour/></domainsnapshot>"),
        (volume, C.VIR_STORAGE_VOL_CREATE_VALIDATE, "storagevol",
         "<volume><name>v</name><capacity>1</capacity><target/><colour/></volume>"),
    ],
)  # fmt: skip
def test_test_driver(call: Callable[..., Any], flag: int, kind: str, xml: str) -> None:
    root = xml[1:].split(">")[0].split()[0]
    with purevirt.open("test:///default") as conn:
        with pytest.raises(VirtError) as caught:
            call(conn, xml, flag)
        assert str(caught.value) == unknown(kind, root)
        assert (caught.value.code, caught.value.domain) == (ErrorCode.XML_INVALID_SCHEMA, ErrorDomain.XML)
        call(conn, xml.replace("<colour/>", ""), flag)
    with purevirt.open("test:///default") as conn:
        call(conn, xml, 0)


def test_qemu_driver(tmp_path: Path) -> None:
    state = QemuState(system_roots(tmp_path))
    guest = GUEST.replace("'test'", "'qemu'")
    for call, flag in (
        (DefineFacet(state).domain_define_xml_flags, C.VIR_DOMAIN_DEFINE_VALIDATE),
        (LifecycleFacet(state).domain_create_xml, C.VIR_DOMAIN_START_VALIDATE),
    ):
        with pytest.raises(VirtError) as caught:
            asyncio.run(call(guest, flag))
        assert str(caught.value) == unknown("domain", "domain")


def test_secret_driver(tmp_path: Path) -> None:
    state = SecretState(tmp_path, CallContext(privileged=True))
    driver = state.driver_for(CallContext(connection_id=1))
    with pytest.raises(VirtError) as caught:
        asyncio.run(driver.call("secret_define_xml", "<secret><colour/></secret>", 1))
    assert str(caught.value) == unknown("secret", "secret")
    asyncio.run(driver.call("secret_define_xml", "<secret><colour/></secret>", 0))


@pytest.mark.parametrize(
    ("xml", "report", "where", "hint"),
    [
        (f"<domain type='no'>{BODY}</domain>", "Element domain failed to validate content", "/domain",
         "attribute 'type' of <domain> may not be 'no' here"),
        (f"<domain>{BODY}</domain>", "Element domain failed to validate content", "/domain", "<domain> lacks attributes"),
        (f"<domain type='kvm' colour='red'>{BODY}</domain>", "Invalid attribute colour for element domain", "/domain",
         "<domain> has no attribute 'colour'"),
        (f"<domain type='kvm' id='x'>{BODY}</domain>", "Invalid attribute id for element domain", "/domain",
         "attribute 'id' of <domain> may not be 'x' here"),
        (f"<domain type='kvm'>{BODY}words</domain>", "Element domain has extra content: text", "/domain",
         "'words' may not stand in <domain>"),
        (f"<domain type='kvm'>{BODY}<a/><b/></domain>", "Element domain has extra content: a", "/domain/a",
         "<a> may not stand here: it is not known here"),
        (f"<domain type='kvm'>{BODY}<devices><disk><target dev='sda' bus='b'/></disk></devices></domain>",
         "Extra element devices in interleave\nElement domain failed to validate content", "/domain/devices/disk/target",
         "attribute 'bus' of <target> may not be 'b' here"),
    ],
)  # fmt: skip
def test_what_is_told(xml: str, report: str, where: str, hint: str) -> None:
    """The reports are those of libvirt 9.0, but for "Invalid sequence in interleave" where its schema is nested."""
    with pytest.raises(VirtError) as caught:
        Domain.from_xml(xml, ParseContext(validate=True))
    assert caught.value.detail == f"{FILES}domain.rng\n{report}\n"
    assert (caught.value.where, caught.value.hint) == (f"{where}, line 1", hint)


@pytest.mark.parametrize("prefix", ["qemu", "q"])
def test_any_prefix_of_a_namespace(prefix: str) -> None:
    uri = "http://libvirt.org/schemas/domain/qemu/1.0"
    command = f"<{prefix}:commandline><{prefix}:arg value='x'/></{prefix}:commandline>"
    xml = f"<domain type='kvm' xmlns:{prefix}='{uri}'>{BODY}{command}</domain>"
    assert Domain.from_xml(xml, ParseContext(validate=True)).qemu_commandline is not None
    with pytest.raises(VirtError, match="has extra content"):
        Domain.from_xml(xml.replace(uri, "http://elsewhere/"), ParseContext(validate=True))


def test_root_comes_first() -> None:
    with pytest.raises(VirtError, match="expecting root element of 'network', not 'net'"):
        Network.from_xml("<net/>", ParseContext(validate=True))


def test_some_are_always_checked() -> None:
    with pytest.raises(VirtError) as caught:
        DomainCheckpoint.from_xml("<domaincheckpoint><name>../up</name></domaincheckpoint>")
    report = "Extra element name in interleave\nElement domaincheckpoint failed to validate content\n"
    assert caught.value.detail == f"{FILES}domaincheckpoint.rng\n{report}"
    with pytest.raises(VirtError):
        DomainBackup.from_xml("<domainbackup id='1'/>")
    assert DomainBackup.from_xml("<domainbackup id='1'/>", ParseContext(internal=True)).id == 1
