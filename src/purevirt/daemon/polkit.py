"""polkit over the system bus: may that process do this?"""

from __future__ import annotations

from purevirt.rpc.dbus import Bus
from purevirt.rpc.dbus_wire import Variant

_SERVICE = "org.freedesktop.PolicyKit1"
_PATH = "/org/freedesktop/PolicyKit1/Authority"
_INTERFACE = "org.freedesktop.PolicyKit1.Authority"
ALLOW_USER_INTERACTION = 1
INTERACTION_S = 300.0
"""How long a person may take to type a password."""


class Polkit:
    """org.freedesktop.PolicyKit1.Authority."""

    def __init__(self, bus: Bus | None = None) -> None:
        self._bus = bus or Bus()

    async def check(
        self, pid: int, start_time: int, uid: int, action: str, details: dict[str, str], interactive: bool
    ) -> bool:
        """CheckAuthorization for a process. Raises VirtError when the service cannot be asked."""
        authorized, _, _ = await self.ask(pid, start_time, uid, action, details, interactive)
        return authorized

    async def ask(
        self, pid: int, start_time: int, uid: int, action: str, details: dict[str, str], interactive: bool
    ) -> tuple[bool, bool, dict[str, str]]:
        """Authorized; whether a password would help ("challenge"); polkit's own details."""
        subject = {
            "pid": Variant("u", pid),
            "start-time": Variant("t", start_time),
            "uid": Variant("i", uid),
        }
        flags = ALLOW_USER_INTERACTION if interactive else 0
        body = (("unix-process", subject), action, details, flags, "")
        (result,) = await self._bus.call(
            _SERVICE,
            _PATH,
            _INTERFACE,
            "CheckAuthorization",
            "(sa{sv})sa{ss}us",
            body,
            INTERACTION_S if interactive else 25.0,
        )
        authorized, challenge, answer = result
        return bool(authorized), bool(challenge), dict(answer)

    def close(self) -> None:
        self._bus.close()


