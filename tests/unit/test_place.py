"""The place of a mistake that a stage after parsing finds."""

from __future__ import annotations

import pytest

from purevirt.drivers.test.documents import parse_domain
from purevirt.errors import ErrorCode, VirtError
from purevirt.model._engine import Element
from purevirt.model._engine.place import blamed, placed
from purevirt.model.domain.controller import Controller
from purevirt.model.domain.document import Domain

TEXT = """<domain type='test'><name>a</name>
<iothreadids>
 <iothread id='1'/>
 <iothread id='2'/>
</iothreadids>
<os><type>hvm</type></os>
<devices>
 <disk type='file'><source file='/a'/>
  <target dev='vda'/></disk>
 <disk type='file'><source file='/b'/>
  <target dev='vdb'/></disk>
 <controller type='scsi' index='0'/>
</devices></domain>"""


def raised(domain: Domain, element: Element | None = None, where: str | None = None) -> str | None:
    with pytest.raises(VirtError) as caught, placed(TEXT, domain):
        fail(domain, element, where)
    return caught.value.where


def fail(domain: Domain, element: Element | None, where: str | None) -> None:
    error = VirtError(ErrorCode.XML_ERROR, "wrong", where=where)
    if element is None:
        raise error
    with blamed(domain), blamed(element):
        raise error


def test_an_element_is_found_in_the_text() -> None:
    domain = Domain.from_xml(TEXT)
    assert domain.devices is not None
    assert domain.iothreadids is not None
    first, second = domain.devices.disks
    assert raised(domain, second) == "/domain/devices/disk[2], line 10"
    assert raised(domain, first.target) == "/domain/devices/disk[1]/target, line 9"
    assert raised(domain, domain.iothreadids[1]) == "/domain/iothreadids/iothread[2], line 4"
    assert raised(domain, domain) == "/domain, line 1"


def test_where_a_stage_added_some_the_place_is_around_them() -> None:
    domain = Domain.from_xml(TEXT)
    assert domain.devices is not None
    domain.devices.controllers.insert(0, Controller(type="usb"))
    assert raised(domain, domain.devices.controllers[1]) == "/domain/devices, line 7"
    assert raised(domain, domain.devices.disks[0]) == "/domain/devices/disk[1], line 8"


def test_a_path_gets_its_line() -> None:
    domain = Domain.from_xml(TEXT)
    assert raised(domain, where="/domain/devices/disk[2]/target") == "/domain/devices/disk[2]/target, line 11"
    assert raised(domain, where="/domain/os/loader") == "/domain/os, line 6"
    assert raised(domain, where="/domain/name, line 1") == "/domain/name, line 1"
    assert raised(domain) == "/domain, line 1"


def test_the_test_driver_tells_the_place() -> None:
    head = "<domain type='test'><name>a</name><memory>1</memory><os><type>hvm</type></os>"
    text = f"{head}\n<devices>\n <disk/>\n</devices></domain>"
    with pytest.raises(VirtError) as caught:
        parse_domain(text)
    assert caught.value.where == "/domain/devices/disk, line 3"
