"""Rows: consoles, displays, keys."""

from __future__ import annotations

from purevirt.cli.engine.table import Command, data, flag, many, number, text

ROWS = (
    Command(
        "console",
        "connect to the guest console",
        "Connect the virtual serial console for the guest",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            text("devname", "character device name", complete="domain-console"),
            flag("force", "force console connection (disconnect already connected sessions)"),
            flag("safe", "only connect if safe console handling is supported"),
        ),
    ),
    Command(
        "domdisplay",
        "domain display connection URI",
        "Output the IP address and port number for the graphical display.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            flag("include-password", "includes the password into the connection URI if available"),
            text("type", 'select particular graphical display (e.g. "vnc", "spice", "rdp", "dbus")'),
            flag("all", "show all possible graphical displays"),
        ),
        exclusive=(("all", "type"),),
    ),
    Command(
        "send-key",
        "Send keycodes to the guest",
        "Send keycodes (integers or symbolic names) to the guest",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            text("codeset", "the codeset of keycodes, default:linux", complete="codeset-name", named=True),
            number("holdtime", "the time (in milliseconds) how long the keys will be held", named=True),
            many("keycode", "the key code", complete="keycode-name", required=True),
        ),
    ),
    Command(
        "screenshot",
        "take a screenshot of a current domain console and store it into a file",
        "screenshot of a current domain console",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            text("file", "where to store the screenshot", complete="complete-path-local-existing"),
            number("screen", "ID of a screen to take screenshot of"),
        ),
    ),
    Command(
        "ttyconsole",
        "tty console",
        "Output the device for the TTY console.",
        (data("domain", "domain name, id or uuid", complete="domain-name active"),),
    ),
    Command(
        "vncdisplay",
        "vnc display",
        "Output the IP address and port number for the VNC display.",
        (data("domain", "domain name, id or uuid", complete="domain-name active"),),
    ),
)
