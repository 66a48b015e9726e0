"""What schemas say of texts in many documents: names, paths, numbers in a range. RELAX NG patterns for `rng=`."""

from __future__ import annotations

from typing import Final


def escape(text: str) -> str:
    """Text in XML. (saxutils' would bring urllib and ssl along.)"""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def matching(expression: str) -> str:
    """Text that an XML Schema regular expression matches as a whole."""
    return f'<data type="string"><param name="pattern">{escape(expression)}</param></data>'


def one_of(*words: str) -> str:
    """One of some words."""
    return "<choice>" + "".join(f"<value>{escape(word)}</value>" for word in words) + "</choice>"


def up_to(maximum: int, minimum: int = 0) -> str:
    """A decimal number of a range."""
    return (
        f'<data type="integer"><param name="minInclusive">{minimum}</param><param name="maxInclusive">{maximum}</param></data>'
    )


def hexadecimal(expression: str, maximum: int) -> str:
    """A number written in hexadecimal (`expression` for what follows an optional 0x) or decimal."""
    return f"<choice>{matching(f'(0x)?({expression})')}{up_to(maximum)}</choice>"


ABSOLUTE_PATH: Final = matching(r"(/|[a-zA-Z]:\\).+")
DATASTORE_PATH: Final = matching(r"\[[^\]]+\].+")
"""A file of VMware: `[datastore] directory/file`."""
UNSIGNED_SHORT: Final = up_to(65535)
CSSID: Final = hexadecimal("[0-9a-eA-E][0-9a-fA-F]?|[fF][0-9a-eA-E]?", 0xFE)
SSID: Final = hexadecimal("[0-3]", 3)
DEVNO: Final = hexadecimal("[0-9a-fA-F]{1,4}", 0xFFFF)
MOMENT_NAME: Final = matching(r"[a-zA-Z0-9_\-][a-zA-Z0-9_\-.]*")
"""A checkpoint's name: good as a file's name."""
DISK_NAME: Final = matching("(ioemu:)?(fd|hd|sd|vd|xvd|ubd)[a-zA-Z0-9_]+")
"""The target name of a disk."""
DISK_NAME_OR_PATH: Final = f"<choice>{DISK_NAME}{ABSOLUTE_PATH}</choice>"
