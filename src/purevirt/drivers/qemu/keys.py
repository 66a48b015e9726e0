"""Key presses: libvirt's key code sets to the numbers that QEMU takes (the PC's first scan code set, "qnum")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.core.jobs import Job
from purevirt.drivers.qemu import errors
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState

_SAME = 88
"""Linux codes up to this one (F12) are the scan codes themselves."""
_EXTENDED = {
    96: 0x9C, 97: 0x9D, 98: 0xB5, 99: 0x54, 100: 0xB8, 102: 0xC7, 103: 0xC8, 104: 0xC9, 105: 0xCB, 106: 0xCD, 107: 0xCF,
    108: 0xD0, 109: 0xD1, 110: 0xD2, 111: 0xD3, 113: 0xA0, 114: 0xAE, 115: 0xB0, 116: 0xDE, 119: 0xC6, 125: 0xDB, 126: 0xDC,
    127: 0xDD,
}  # fmt: skip
"""Linux code → qnum of the keys that the PC keyboard sends with a prefix."""


def to_qnum(codeset: int, code: int) -> int:
    """Raises OPERATION_FAILED for a key that has no number, CONFIG_UNSUPPORTED for a code set we cannot translate."""
    if codeset in (C.VIR_KEYCODE_SET_QNUM, C.VIR_KEYCODE_SET_XT, C.VIR_KEYCODE_SET_XT_KBD):
        return code
    if codeset != C.VIR_KEYCODE_SET_LINUX:
        raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, f"key code set {codeset} cannot be translated", ErrorDomain.QEMU)
    number = code if 0 < code <= _SAME else _EXTENDED.get(code)
    if number is None:
        raise errors.internal(f"cannot translate keycode {code} of linux codeset to qnum keycode")
    return number


class KeyFacet:
    """virDomainSendKey."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def domain_send_key(
        self, dom: p.NonnullDomain, codeset: int, holdtime: int, keycodes: list[int], flags: int
    ) -> None:
        errors.check_flags(flags, 0, "qemuDomainSendKey")
        if not keycodes:
            text = "keycodes in virDomainSendKey must not be NULL"
            raise errors.plain_argument(text, "keycodes", "virDomainSendKey", ErrorDomain.DOMAIN)
        if codeset >= C.VIR_KEYCODE_SET_LAST:
            text = f"Unsupported codeset '{codeset}'"
            raise errors.plain_argument(text, "codeset", "virDomainSendKey", ErrorDomain.DOMAIN)
        keys = [{"type": "number", "data": to_qnum(codeset, code)} for code in keycodes]
        vm = self._state.find(dom)
        async with vm.jobs.job(Job.MODIFY):
            vm.require_active()
            hold = {"hold-time": holdtime} if holdtime else {}
            await vm.require_monitor().execute("send-key", {"keys": keys, **hold})
            vm.require_active()
