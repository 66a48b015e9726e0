"""The declaration engine on small documents of its own: reading, writing, places of errors, schema, diff, ABI."""

from __future__ import annotations

from typing import Literal

import pytest

from purevirt.errors import ErrorCode, VirtError
from purevirt.model._engine import (
    LIVE,
    ON_OFF,
    STATUS,
    UINT,
    YES_NO,
    Element,
    FormatContext,
    Hex,
    ParseContext,
    RawTree,
    Size,
    XmlError,
    attr,
    child,
    children,
    choice,
    flag,
    leaf,
    raw,
    text,
)
from purevirt.model._engine.abi import check_abi_stability
from purevirt.model._engine.diff import diff
from purevirt.model._engine.rng import relax_ng
from purevirt.model._engine.unknown import unknown_nodes

Bus = Literal["ide", "scsi", "virtio"]


class Target(Element, tag="target"):
    dev: str = attr(required=True)
    bus: Bus | None = attr(Bus, abi="Target disk bus %s does not match source %s")
    queues: int | None = attr(UINT, nonzero=True)
    removable: bool | None = attr(ON_OFF, omit=False)


class PciAddress(Element, tag="address"):
    slot: int | None = attr(Hex(2))


class DriveAddress(Element, tag="address"):
    unit: int | None = attr(UINT)


class Device(Element, tail=True):
    address: PciAddress | DriveAddress | None = choice(
        "@type",
        {"pci": PciAddress, "drive": DriveAddress},
        tag="address",
        error=(ErrorCode.CONFIG_UNSUPPORTED, "no address '%s'"),
    )


class FileSource(Element, tag="source"):
    file: str | None = attr()


class BlockSource(Element, tag="source"):
    dev: str | None = attr()


class Disk(Device, tag="disk"):
    type: str = attr(Literal["file", "block"], default="file")
    source: FileSource | BlockSource | None = choice("type", {"file": FileSource, "block": BlockSource}, tag="source")
    target: Target | None = child(Target)
    readonly: bool = flag()
    serial: str | None = leaf()
    password: str | None = leaf(secret=True, live="now")


class Note(Element, tag="note"):
    lang: str | None = attr()
    words: str | None = text()


class Rule(Element, tag="rule"):
    id: str | None = attr()


class Reference(Element, tag="ref", empty=True):
    id: str | None = attr()


class Machine(Element, tag="machine"):
    type: str | None = attr()
    name: str = leaf(required=True)
    memory: int | None = leaf(Size("KiB"))
    metadata: RawTree | None = raw()
    pid: int | None = leaf(UINT, only=STATUS)
    alias: str | None = leaf(only=LIVE)
    rules: list[Rule | Reference] = children({"rule": Rule, "ref": Reference})
    notes: list[Note] = children(Note, inside="notes")
    enabled: bool | None = leaf(YES_NO, inside="notes")
    disks: list[Disk] = children(Disk)


FULL = """<machine type='x'>
  <name>a&lt;b</name>
  <memory unit='KiB'>2097152</memory>
  <metadata>
    <m:a xmlns:m="http://m/" q="1&quot;">t<b/> <!-- c --></m:a>
  </metadata>
  <alias>n</alias>
  <rule id='1'/>
  <ref/>
  <rule id='2'/>
  <notes>
    <note lang='en'>hello</note>
    <note/>
    <enabled>yes</enabled>
  </notes>
  <disk type='file'>
    <source file='/a'/>
    <target dev='vda' bus='virtio' queues='4'/>
    <readonly/>
    <serial>S</serial>
    <password>pw</password>
    <address type='pci' slot='0x0a'/>
  </disk>
  <disk type='block'>
    <source dev='/dev/b'/>
    <address type='drive' unit='3'/>
  </disk>
</machine>
"""
SECURE = FormatContext(secure=True)


def test_a_document_is_written_as_it_was_read() -> None:
    assert Machine.from_xml(FULL).to_xml(SECURE) == FULL


def test_child_order_in_the_input_is_free() -> None:
    shuffled = "<machine><disk><target bus='ide' dev='a'/><source file='f'/></disk><name>n</name></machine>"
    document = Machine.from_xml(shuffled)
    assert document == Machine(name="n", disks=[Disk(source=FileSource(file="f"), target=Target(dev="a", bus="ide"))])


def test_secrets_are_written_only_when_asked() -> None:
    document = Machine.from_xml(FULL)
    assert "pw" not in document.to_xml()
    assert "pw" not in repr(document)


@pytest.mark.parametrize(("ctx", "kept"), [(ParseContext(inactive=True), None), (ParseContext(), "n")])
def test_live_fields_are_read_from_live_documents_only(ctx: ParseContext, kept: str | None) -> None:
    assert Machine.from_xml(FULL, ctx).alias == kept


def test_status_fields_need_the_status_flag() -> None:
    source = "<machine><name>n</name><pid>7</pid></machine>"
    assert Machine.from_xml(source).pid is None
    document = Machine.from_xml(source, ParseContext(status=True))
    assert document.pid == 7
    assert "pid" not in document.to_xml()
    assert "<pid>7</pid>" in document.to_xml(FormatContext(status=True))


BAD = [
    ("unknown word", "<machine><name>n</name>\n<disk><target dev='a' bus='q'/></disk></machine>", ErrorCode.XML_ERROR,
     "XML error: Invalid value for attribute 'bus' in element 'target': 'q'.", "/machine/disk/target, line 2"),
    ("missing attribute", "<machine><name>n</name><disk/>\n\n<disk><target/></disk></machine>", ErrorCode.XML_ERROR,
     "XML error: Missing required attribute 'dev' in element 'target'", "/machine/disk[2]/target, line 3"),
    ("zero", "<machine><name>n</name><disk><target dev='a' queues='0'/></disk></machine>", ErrorCode.XML_ERROR,
     "XML error: Invalid value for attribute 'queues' in element 'target': Zero is not permitted",
     "/machine/disk/target, line 1"),
    ("not a number", "<machine><name>n</name><disk><target dev='a' queues='x'/></disk></machine>", ErrorCode.XML_ERROR,
     "XML error: Invalid value for attribute 'queues' in element 'target': 'x'. Expected non-negative integer value",
     "/machine/disk/target, line 1"),
    ("own error", "<machine><name>n</name><disk><address type='usb'/></disk></machine>", ErrorCode.CONFIG_UNSUPPORTED,
     "unsupported configuration: no address 'usb'", "/machine/disk/address, line 1"),
    ("missing leaf", "<machine/>", ErrorCode.XML_ERROR, "XML error: missing element or attribute './name'", "/machine, line 1"),
    ("unknown suffix", "<machine><name>n</name><memory unit='q'>1</memory></machine>", ErrorCode.INVALID_ARG,
     "invalid argument: unknown suffix 'q'", "/machine/memory, line 1"),
    ("overflow", "<machine><name>n</name><memory unit='EiB'>99</memory></machine>", ErrorCode.OVERFLOW,
     "numerical overflow: value too large: 99EiB", "/machine/memory, line 1"),
    ("other root", "<network/>", ErrorCode.XML_ERROR, "XML error: expecting root element of 'machine', not 'network'",
     "/network, line 1"),
]  # fmt: skip


@pytest.mark.parametrize(("xml", "code", "message", "where"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_errors_say_code_text_and_place(xml: str, code: int, message: str, where: str) -> None:
    with pytest.raises(VirtError) as caught:
        Machine.from_xml(xml)
    assert (caught.value.code, caught.value.message, caught.value.where) == (code, message, where)


SYNTAX = [
    ("<domain", ":1: Couldn't find end of Start Tag domain line 1\n<domain\n-------^"),
    ("abc", ":1: Start tag expected, '<' not found\nabc\n^"),
    ("", ":1: Document is empty\n(null)\n^"),
    ("<domain><name>x</nam></domain>",
     ":1: Opening and ending tag mismatch: name line 1 and nam\n<domain><name>x</nam></domain>\n---------------------^"),
    ("<domain>", ":1: Premature end of data in tag domain line 1\n<domain>\n--------^"),
    ("<domain>&foo;</domain>", ":1: Entity 'foo' not defined\n<domain>&foo;</domain>\n-------------^"),
    ("<a/><b/>", ":1: Extra content at the end of the document\n<a/><b/>\n----^"),
]  # fmt: skip


@pytest.mark.parametrize(("xml", "message"), SYNTAX)
def test_syntax_errors_read_as_libvirts(xml: str, message: str) -> None:
    with pytest.raises(XmlError) as caught:
        Machine.from_xml(xml)
    assert caught.value.code == ErrorCode.XML_DETAIL
    assert caught.value.message == "(machine_definition)" + message


def test_hostile_documents_are_refused() -> None:
    deep = "<machine>" + "<a>" * 10_000 + "</a>" * 10_000 + "</machine>"
    for hostile in (deep, "<!DOCTYPE m [<!ENTITY a 'b'>]><machine/>", "<machine>" + "x" * 11_000_000 + "</machine>"):
        with pytest.raises(XmlError):
            Machine.from_xml(hostile)


def test_schema_accepts_what_we_write_and_refuses_the_rest() -> None:
    etree = pytest.importorskip("lxml.etree")
    schema = etree.RelaxNG(etree.fromstring(relax_ng(Machine).encode()))
    assert schema.validate(etree.fromstring(FULL)), schema.error_log
    for wrong in (
        "<machine/>",
        "<machine><name>n</name><colour/></machine>",
        "<machine colour='red'><name>n</name></machine>",
        "<machine><name>n</name><disk type='block'><source file='x'/></disk></machine>",
        "<machine><name>n</name><disk><address type='pci' unit='1'/></disk></machine>",
    ):
        assert not schema.validate(etree.fromstring(wrong)), wrong


def test_diff_says_what_and_when() -> None:
    old = Machine.from_xml(FULL)
    new = old.copy()
    new.disks[0].password = "other"
    new.disks[0].target = Target(dev="vda", bus="scsi", queues=4)
    assert old.disks[0].target is not None
    assert old.disks[0].target.bus == "virtio"
    changes = [(c.path, c.old, c.new, c.when) for c in diff(old, new)]
    assert changes == [
        ("/machine/disk[1]/target/@bus", "virtio", "scsi", "next"),
        ("/machine/disk[1]/password", "…", "…", "now"),
    ]
    check_abi_stability(old, old.copy())
    with pytest.raises(VirtError, match="Target disk bus scsi does not match source virtio"):
        check_abi_stability(old, new)


def test_unknown_nodes_are_listed() -> None:
    from purevirt.model._engine.tree import parse_tree

    root = parse_tree("<machine colour='red'><name>n</name><x/><disk><target dev='a' y='1'/></disk></machine>")
    assert list(unknown_nodes(Machine, root)) == ["/machine/@colour", "/machine/x", "/machine/disk/target/@y"]


def test_constructor_refuses_unknown_fields() -> None:
    with pytest.raises(TypeError, match="no field colour"):
        Machine(name="n", colour="red")  # type: ignore[call-arg]
