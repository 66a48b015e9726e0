"""What schemas say of texts in many documents: names, paths, numbers in a range. RELAX NG patterns for `rng=`."""

from __future__ import annotations

from typing import Any, Final, get_args


def escape(text: str) -> str:
    """Text in XML. (saxutils' would bring urllib and ssl along.)"""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def matching(expression: str) -> str:
    """Text that an XML Schema regular expression matches as a whole."""
    return f'<data type="string"><param name="pattern">{escape(expression)}</param></data>'


def one_of(*words: str) -> str:
    """One of some words."""
    return "<choice>" + "".join(f"<value>{escape(word)}</value>" for word in words) + "</choice>"


def words(alias: Any, *but: str) -> str:
    """The words of a Literal, without some that only the parser knows."""
    return one_of(*(word for word in get_args(alias) if word not in but))


def up_to(maximum: int, minimum: int = 0) -> str:
    """A decimal number of a range."""
    return (
        f'<data type="integer"><param name="minInclusive">{minimum}</param><param name="maxInclusive">{maximum}</param></data>'
    )


def hexadecimal(expression: str, maximum: int, *, prefix: str = "(0x)?") -> str:
    """A number written in hexadecimal (`expression` for what follows the prefix) or decimal."""
    return f"<choice>{matching(f'{prefix}({expression})')}{up_to(maximum)}</choice>"


def either(*patterns: str) -> str:
    """What one of some patterns takes."""
    return f"<choice>{''.join(patterns)}</choice>"


ABSOLUTE_PATH: Final = matching(r"(/|[a-zA-Z]:\\).+")
ABSOLUTE_DIRECTORY: Final = matching("/.*")
ANY_PATH: Final = matching(".+")
DATASTORE_PATH: Final = matching(r"\[[^\]]+\].+")
"""A file of VMware: `[datastore] directory/file`."""
POSITIVE: Final = '<data type="positiveInteger"><param name="pattern">[0-9]+</param></data>'
UNSIGNED: Final = '<data type="unsignedInt"><param name="pattern">[0-9]+</param></data>'
UNSIGNED_SHORT: Final = up_to(65535)
UINT8: Final = hexadecimal("[0-9a-fA-F]{1,2}", 0xFF, prefix="0x")
UINT16: Final = hexadecimal("[0-9a-fA-F]{1,4}", 0xFFFF)
UINT24: Final = hexadecimal("[0-9a-fA-F]{1,6}", 0xFFFFFF, prefix="0x")
UINT32: Final = hexadecimal("[0-9a-fA-F]{1,8}", 0xFFFFFFFF)
LOWER_HEX: Final = matching("(0x)?[0-9a-f]+")
PORT: Final = up_to(65535, -1)
PCI_SLOT: Final = hexadecimal("[0-1]?[0-9a-fA-F]", 0x1F)
PCI_FUNCTION: Final = hexadecimal("[0-7]", 7)
USB_NUMBER: Final = matching("(0x)?[0-9a-fA-F]{1,3}")
NOTHING: Final = "<notAllowed/>"
"""What only the parser knows."""
CSSID: Final = hexadecimal("[0-9a-eA-E][0-9a-fA-F]?|[fF][0-9a-eA-E]?", 0xFE, prefix="0x")
SSID: Final = matching("(0x)?[0-3]")
DEVNO: Final = hexadecimal("[0-9a-fA-F]{1,4}", 0xFFFF, prefix="0x")
UNIT: Final = matching("([bB]([yY][tT][eE][sS]?)?)|([kKmMgGtTpPeE]([iI]?[bB])?)")
"""A unit of sizes: bytes, KiB, GB, …"""
UNICAST_MAC: Final = matching("[a-fA-F0-9][02468aAcCeE](:[a-fA-F0-9]{2}){5}")
WWN: Final = matching("(0x)?[0-9a-fA-F]{16}")
OBJECT_NAME: Final = matching(r"[^/\n]+")
OBJECT_NAME_OR_PATH: Final = matching(r"[^\n]+")
GENERIC_NAME: Final = matching(r"[a-zA-Z0-9_\+\-]+")
ALIAS_NAME: Final = matching(r"[a-zA-Z0-9_\-.]+")
DNS_NAME: Final = matching(r"[a-zA-Z0-9\.\-]+")
DEVICE_NAME: Final = matching(r"[a-zA-Z0-9_\.\-\\:/]+")
"""A network device, a bridge, a sound device."""
NC_NAME: Final = matching("[a-zA-Z_\u00c0-\ufffd][a-zA-Z0-9_.\u00b7-\ufffd\\-]*")
"""An XML name without a colon."""
VOLUME_NAME: Final = matching(r"[^/.][^/]*|\.[^/.][^/]*|\.\.[^/]+")
"""A file name: anything but . and .. that has no slash."""
MOMENT_NAME: Final = matching(r"[a-zA-Z0-9_\-][a-zA-Z0-9_\-.]*")
"""A checkpoint's name: good as a file's name."""
DISK_NAME: Final = matching("(ioemu:)?(fd|hd|sd|vd|xvd|ubd)[a-zA-Z0-9_]+")
"""The target name of a disk."""
DISK_NAME_OR_PATH: Final = either(DISK_NAME, ABSOLUTE_PATH)
DUID: Final = either(
    matching("[0]{1,2}:[0]{0,1}[1]:[0]{1,2}:[0]{0,1}[a-fA-F1-9](:[a-fA-F0-9]{1,2}){4}(:[a-fA-F0-9]{1,2}){6,8}"),
    matching("[0]{1,2}:[0]{0,1}[2](:[a-fA-F0-9]{1,2}){4}(:[a-fA-F0-9]{1,2}){1,124}"),
    matching("[0]{1,2}:[0]{0,1}[3]:[0]{1,2}:[0]{0,1}[a-fA-F1-9](:[a-fA-F0-9]{1,2}){6,8}"),
    matching("[0]{1,2}:[0]{0,1}[4](:[a-fA-F0-9]{1,2}){16}"),
)
"""A DHCPv6 identifier of one of the four types (RFC 3315, RFC 6355)."""
DATE_TIME: Final = matching(
    r"-?[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+\-][0-9]{2}:[0-9]{2})?"
)

_BYTE = "((25[0-5])|(2[0-4][0-9])|(1[0-9]{2})|([1-9][0-9])|([0-9]))"
_V4 = rf"({_BYTE}\.){{3}}{_BYTE}"
_WORD = "[0-9A-Fa-f]{1,4}"
IPV4: Final = matching(_V4)
IPV6: Final = matching(
    f"(({_WORD}:){{7}}{_WORD})|(({_WORD}:){{6}}:{_WORD})|(({_WORD}:){{5}}:({_WORD}:)?{_WORD})"
    f"|(({_WORD}:){{4}}:({_WORD}:){{0,2}}{_WORD})|(({_WORD}:){{3}}:({_WORD}:){{0,3}}{_WORD})"
    f"|(({_WORD}:){{2}}:({_WORD}:){{0,4}}{_WORD})|(({_WORD}:){{6}}{_V4})|(({_WORD}:){{0,5}}:{_V4})"
    f"|(::({_WORD}:){{0,5}}{_V4})|({_WORD}::({_WORD}:){{0,5}}{_WORD})|(::({_WORD}:){{0,6}}{_WORD})|(({_WORD}:){{1,7}}:)|(::)"
)
IP_ADDRESS: Final = either(IPV4, IPV6)
IP_OR_DNS_NAME: Final = either(IPV4, IPV6, DNS_NAME)
ARCHITECTURE: Final = one_of(
    *("aarch64", "alpha", "armv6l", "armv7l", "cris", "i686", "ia64", "lm32", "m68k", "microblaze", "microblazeel", "mips"),
    *(
        "mipsel",
        "mips64",
        "mips64el",
        "openrisc",
        "parisc",
        "parisc64",
        "ppc",
        "ppc64",
        "ppc64le",
        "ppcemb",
        "riscv32",
        "riscv64",
    ),
    *("s390", "s390x", "sh4", "sh4eb", "sparc", "sparc64", "unicore32", "x86_64", "xtensa", "xtensaeb"),
)
