"""Consoles, displays, screenshots and keys."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh import lookup
from purevirt.cli.virsh.documents import attribute, domain_tree
from purevirt.cli.virsh.flags import collect
from purevirt.cli.virsh.keycodes import CODESETS, key_number
from purevirt.cli.virsh.lookup import complaining
from purevirt.types import constants as c

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from purevirt.client import Domain

MAX_KEYS = 16


def cmd_console(sh: Shell, a: Args) -> bool:
    flags = collect(a, {"force": c.VIR_DOMAIN_CONSOLE_FORCE, "safe": c.VIR_DOMAIN_CONSOLE_SAFE})
    dom = lookup.domain(sh, a)
    return run_console(sh, dom, a.text("devname"), flags)


def run_console(sh: Shell, dom: Domain, device: str | None, flags: int) -> bool:
    """Connect the terminal to a guest console until the escape character."""
    from purevirt.cli.virsh.console import Console, escape_byte

    with complaining("Unable to get domain status"):
        state = dom.get_state().state
    if state == c.VIR_DOMAIN_SHUTOFF:
        raise Failed("The domain is not running")
    if not sys.stdin.isatty():
        raise Failed("Cannot run interactive console without a controlling TTY")
    shown = sh.settings.escape
    sh.extra(f"Connected to domain '{dom.get_name()}'\n")
    sh.extra(f"Escape character is {shown}")
    if shown[0] == "^":
        sh.extra(f" (Ctrl + {shown[1]})")
    sh.extra("\n")
    sh.out.flush()
    Console(sh.conn, dom, device, flags, escape_byte(shown)).run()
    return True


def cmd_ttyconsole(sh: Shell, a: Args) -> bool:
    console = domain_tree(lookup.domain(sh, a)).find("./devices/console")
    if console is None or not console.get("tty"):
        return False
    sh.write(f"{console.get('tty')}\n")
    return True


def cmd_vncdisplay(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    if not dom.is_active():
        raise Failed("Domain is not running")
    graphics = domain_tree(dom).find("./devices/graphics[@type='vnc']")
    port = _port(graphics, "port")
    if graphics is None or port is None:
        raise Failed("Failed to get VNC port. Is this domain using VNC?")
    listen = graphics.get("listen", "")
    shown = "" if listen in ("", "0.0.0.0") else listen
    sh.write(f"{shown}:{port - 5900}\n")


def _port(graphics: Element | None, name: str) -> int | None:
    text = graphics.get(name, "") if graphics is not None else ""
    return int(text) if text.isdigit() else None


def cmd_domdisplay(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    if not dom.is_active():
        raise Failed("Domain is not running")
    wanted, everything = a.text("type"), a.flag("all")
    flags = c.VIR_DOMAIN_XML_SECURE if a.flag("include-password") else 0
    from purevirt.cli.virsh.documents import parse

    tree = parse(dom.get_xml_desc(flags))
    shown = 0
    for kind in ("vnc", "spice", "rdp", "dbus"):
        if wanted is not None and wanted != kind:
            continue
        for graphics in tree.iterfind(f"./devices/graphics[@type='{kind}']"):
            uri = _display_uri(sh, kind, graphics, secure=bool(flags))
            if uri is None:
                continue
            sh.write(uri)
            shown += 1
            if not everything:
                return
            sh.write("\n")
    if not shown:
        raise Failed(f"No graphical display with type '{wanted}' found" if wanted else "No graphical display found")


def _display_uri(sh: Shell, kind: str, graphics: Element, *, secure: bool) -> str | None:
    """Where a display can be reached; None when it listens nowhere."""
    if kind == "dbus":
        address = graphics.get("address", "")
        if not address.startswith("unix:path="):
            return None
        return "dbus+unix:///" + address.removeprefix("unix:path=").lstrip("/")
    port, tls_port = _port(graphics, "port"), _port(graphics, "tlsPort")
    socket = graphics.get("socket") or attribute(graphics, "listen[@type='socket']", "socket")
    password = graphics.get("passwd", "") if secure else ""
    if not port and not tls_port:
        return f"{kind}+unix://{':' + password + '@' if password and kind == 'vnc' else ''}{socket}" if socket else None
    host = graphics.get("listen") or attribute(graphics, "listen[@type='address']", "address")
    if host in ("", "0.0.0.0", "::", "[::]"):
        host = urlsplit(sh.conn.get_uri()).hostname or "localhost"
    if ":" in host:
        host = f"[{host}]"
    login = f":{password}@" if password and kind == "vnc" else ""
    out = f"{kind}://{login}{host}"
    if port:
        out += f":{port - 5900 if kind == 'vnc' else port}"
    extras = [f"tls-port={tls_port}"] if tls_port else []
    if password and kind == "spice":
        extras.append(f"password={password}")
    return out + ("?" + "&".join(extras) if extras else "")


def cmd_screenshot(sh: Shell, a: Args) -> None:
    path = a.text("file")
    screen = a.unsigned("screen") or 0
    dom = lookup.domain(sh, a)
    stream = sh.conn.stream_new()
    with complaining(f"could not take a screenshot of {dom.get_name()}"):
        mime = dom.screenshot(stream, screen)
    if path is None:
        endings = {"image/x-portable-pixmap": ".ppm", "image/png": ".png"}
        moment = time.strftime("%Y-%m-%d-%H:%M:%S")
        path = f"{dom.get_name()}-{moment}{endings.get(mime or '', '')}"
    created = not os.path.exists(path)
    try:
        file = open(path, "wb")  # noqa: SIM115  # opening and receiving fail with different texts
    except OSError:
        stream.abort()
        raise Failed(f"cannot create file {path}") from None
    try:
        with file, complaining(f"could not receive data from domain '{dom.get_name()}'"):
            while data := stream.recv(65536):
                file.write(data)
        with complaining(f"cannot close stream on domain '{dom.get_name()}'"):
            stream.finish()
    except Failed:
        if created:
            os.unlink(path)
        raise
    sh.extra(f"Screenshot saved to {path}, with type of {mime}")


def cmd_send_key(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    wanted = a.text("codeset") or "linux"
    hold = a.unsigned("holdtime") or 0
    wanted = "qnum" if wanted == "rfb" else wanted
    if wanted not in CODESETS:
        raise Failed(f"unknown codeset: '{wanted}'")
    codeset = CODESETS.index(wanted)
    keys: list[int] = []
    for word in a.words("keycode"):
        if len(keys) == MAX_KEYS:
            raise Failed("too many keycodes")
        number = key_number(codeset, word)
        if number is None:
            raise Failed(f"invalid keycode: '{word}'")
        keys.append(number)
    dom.send_key(codeset, hold, keys)
