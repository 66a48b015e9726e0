"""Who may look at a guest's display: passwords and TLS of VNC and SPICE as qemu.conf and the definition say."""

from __future__ import annotations

from pathlib import Path

import pytest

from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.command.context import CommandContext
from purevirt.drivers.qemu.command.graphics import add_graphics, graphics_passwords
from purevirt.drivers.qemu.command.line import Command
from purevirt.drivers.qemu.command.settings import QemuSettings
from purevirt.drivers.qemu.config import command_settings
from purevirt.errors import VirtError
from purevirt.model._engine import ParseContext
from purevirt.model.domain.document import Domain


def guest(graphics: str) -> Domain:
    return Domain.from_xml(
        "<domain type='qemu'><name>g</name><memory>65536</memory><os><type>hvm</type></os>"
        f"<devices>{graphics}</devices></domain>",
        ParseContext(inactive=True),
    )


def arguments(graphics: str, settings: QemuSettings) -> list[str]:
    command = Command()
    add_graphics(command, guest(graphics), CommandContext(QemuCaps(emulator=""), None, settings))  # type: ignore[arg-type]
    return command.argv


SPICE = "<graphics type='spice' port='5905'/>"


def test_spice_asks_for_a_password_exactly_when_there_is_one() -> None:
    assert "disable-ticketing=on" in arguments(SPICE, QemuSettings())[1]
    assert "ticketing" not in arguments(SPICE, QemuSettings(spice_password="x"))[1]
    assert "ticketing" not in arguments("<graphics type='spice' port='5905' passwd='x'/>", QemuSettings())[1]


def test_vnc_password_is_never_on_the_command_line() -> None:
    line = arguments("<graphics type='vnc' port='5901' passwd='geheim'/>", QemuSettings())[1]
    assert line == "127.0.0.1:1,password=on"


def test_passwords_are_set_through_the_monitor() -> None:
    document = guest("<graphics type='vnc' port='5901' passwd='a' passwdValidTo='2030-01-02T03:04:05' connected='keep'/>" + SPICE)
    assert graphics_passwords(document, QemuSettings(spice_password="b")) == [
        ("set_password", {"protocol": "vnc", "password": "a", "connected": "keep"}),
        ("expire_password", {"protocol": "vnc", "time": "1893553445"}),
        ("set_password", {"protocol": "spice", "password": "b"}),
        ("expire_password", {"protocol": "spice", "time": "never"}),
    ]


def test_tls_port_needs_tls() -> None:
    with pytest.raises(VirtError, match=r"TLS is disabled in qemu\.conf"):
        arguments("<graphics type='spice' tlsPort='5906'/>", QemuSettings())


def test_configuration_reaches_the_command_line() -> None:
    chosen = command_settings({"vnc_tls": 1, "default_tls_x509_cert_dir": "/certificates", "vnc_sasl": 1, "vnc_password": "p"})
    line = arguments("<graphics type='vnc' port='5901'/>", QemuSettings(**chosen))
    assert line[1] == "tls-creds-x509,id=vnc-tls-creds0,dir=/certificates,endpoint=server,verify-peer=off"
    assert line[3] == "127.0.0.1:1,password=on,tls-creds=vnc-tls-creds0,sasl=on"


def test_qemu_conf_is_read(tmp_path: Path) -> None:
    from purevirt.drivers.qemu.config import load
    from purevirt.host.roots import embedded_roots

    (tmp_path / "qemu.conf").write_text('# comment\nspice_password = "XYZ"\nvnc_tls = 1\nnamespaces = [ "mount" ]\n')
    config = load(tmp_path / "qemu.conf", embedded_roots(tmp_path))
    assert command_settings(config.values)["spice_password"] == "XYZ"
    assert config.values["namespaces"] == ["mount"]
