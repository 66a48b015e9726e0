"""attach-disk: builds the disk's document from options."""

from __future__ import annotations

import re

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh import lookup
from purevirt.cli.virsh.documents import escape
from purevirt.cli.virsh.flags import affect
from purevirt.cli.virsh.lookup import complaining
from purevirt.types import constants as c

_PARTS = {"pci": 4, "scsi": 3, "ide": 3, "ccw": 3, "usb": 2, "sata": 3}


def _address(text: str) -> tuple[str, list[int]]:
    """Kind and numbers of "pci:0000.00.01.0", "usb:1:2" … Raises Failed."""
    kind, _, rest = text.partition(":")
    fields = re.split(r"[.:]", rest)
    base = 10 if kind in ("scsi", "ide", "sata", "usb") else 16
    digits = r"\d+\Z" if base == 10 else r"[0-9a-fA-F]+\Z"
    if len(fields) != _PARTS.get(kind) or not all(re.match(digits, field) for field in fields):
        raise Failed("Invalid address.")
    return kind, [int(field, base) for field in fields]


def _address_xml(text: str, target: str, multifunction: bool) -> str:
    """The <address>; its kind must suit the target's prefix."""
    kind, n = _address(text)
    if target.startswith("vd"):
        if kind == "pci":
            multi = " multifunction='on'" if multifunction else ""
            return (
                f"  <address type='pci' domain='0x{n[0]:04x}' bus='0x{n[1]:02x}'"
                f" slot='0x{n[2]:02x}' function='0x{n[3]:0x}'{multi}/>\n"
            )
        if kind == "ccw":
            return f"  <address type='ccw' cssid='0x{n[0]:02x}' ssid='0x{n[1]:01x}' devno='0x{n[2]:04x}'/>\n"
        raise Failed("expecting a pci:0000.00.00.00 or ccw:00.0.0000 address.")
    if target.startswith("sd"):
        if kind in ("scsi", "sata"):
            return f"  <address type='drive' controller='{n[0]}' bus='{n[1]}' unit='{n[2]}'/>\n"
        if kind == "usb":
            return f"  <address type='usb' bus='{n[0]}' port='{n[1]}'/>\n"
        raise Failed("expecting a scsi:00.00.00 or usb:00.00 or sata:00.00.00 address.")
    if target.startswith("hd"):
        if kind == "ide":
            return f"  <address type='drive' controller='{n[0]}' bus='{n[1]}' unit='{n[2]}'/>\n"
        raise Failed("expecting an ide:00.00.00 address.")
    return ""


def _attributes(pairs: list[tuple[str, str | None]]) -> str:
    return "".join(f" {name}='{escape(value)}'" for name, value in pairs if value)


def _source_type(a: Args, source: str | None) -> str:
    """file, block or network: as said, else a block device if the path is one."""
    said = a.text("sourcetype")
    if said is None:
        import os
        import stat

        try:
            return "block" if source and stat.S_ISBLK(os.stat(source).st_mode) else "file"
        except OSError:
            return "file"
    if said not in ("file", "block", "network"):
        raise Failed(f"Unknown source type: '{said}'")
    return said


def _source_xml(a: Args, kind: str, source: str | None) -> str:
    if kind != "network":
        return f"  <source {'dev' if kind == 'block' else 'file'}='{escape(source)}'/>\n" if source else ""
    head = _attributes([("protocol", a.text("source-protocol")), ("name", source)])
    name = a.text("source-host-name")
    transport, socket = a.text("source-host-transport"), a.text("source-host-socket")
    if not name and not transport and not socket:
        return f"  <source{head}/>\n"
    host, port = name, None
    if name and ":" in name:
        host, _, port = name.rpartition(":")
    port_text = f" port='{escape(port)}'" if port is not None else ""
    inner = _attributes([("transport", transport), ("socket", socket), ("name", host)]) + port_text
    return f"  <source{head}>\n    <host{inner}/>\n  </source>\n"


def build(a: Args) -> str:
    """The <disk> document. Raises Failed."""
    source, target = a.text("source") or None, a.need("target")
    kind = _source_type(a, source)
    mode, device = a.text("mode"), a.text("type")
    if a.text("source-protocol") is not None and kind != "network":
        raise Failed("--source-protocol option requires --sourcetype network")
    if kind == "network" and a.text("source-protocol") is None:
        raise Failed("--source-protocol option requires --sourcetype network")
    if mode is not None and mode not in ("readonly", "shareable"):
        raise Failed(f"No support for {mode} in command 'attach-disk'")
    out = [f"<disk type='{kind}'", _attributes([("device", device)]), " rawio='yes'" if a.flag("rawio") else "", ">\n"]
    driver = _attributes(
        [
            ("name", a.text("driver")),
            ("type", a.text("subdriver")),
            ("iothread", a.text("iothread")),
            ("cache", a.text("cache")),
            ("io", a.text("io")),
        ]
    )
    out.append(f"  <driver{driver}/>\n" if driver else "")
    out.append(_source_xml(a, kind, source))
    out.append(f"  <target dev='{escape(target)}'{_attributes([('bus', a.text('targetbus'))])}/>\n")
    if mode is not None:
        out.append(f"  <{mode}/>\n")
    wwn = a.text("wwn")
    if wwn is not None:
        lookup.check_wwn(wwn)
    for name in ("serial", "wwn"):
        value = a.text(name)
        if value is not None:
            out.append(f"  <{name}>{escape(value)}</{name}>\n")
    if a.text("alias") is not None:
        out.append(f"  <alias name='{escape(a.need('alias'))}'/>\n")
    address = a.text("address")
    if address is not None:
        out.append(_address_xml(address, target, a.flag("multifunction")))
    return "".join(out) + "</disk>\n"


def cmd_attach_disk(sh: Shell, a: Args) -> None:
    flags = affect(a)
    if a.flag("config") or a.flag("persistent"):
        flags |= c.VIR_DOMAIN_AFFECT_CONFIG
    xml = build(a)
    if a.flag("print-xml"):
        sh.write(xml)
        return
    dom = lookup.domain(sh, a)
    if a.flag("persistent") and dom.is_active():
        flags |= c.VIR_DOMAIN_AFFECT_LIVE
    with complaining("Failed to attach disk"):
        if flags or a.flag("current"):
            dom.attach_device_flags(xml, flags)
        else:
            dom.attach_device(xml)
    sh.extra("Disk attached successfully\n")
