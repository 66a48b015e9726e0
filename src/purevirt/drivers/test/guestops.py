"""What a guest's agent or kernel would do: clock, file systems, keys, signals, passwords."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.drivers.test import errors
from purevirt.drivers.test.guest import Guest
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.test.host import TestHost

MOUNTS = ("/", "/boot")


class GuestOpsFacet:
    """Every guest has two file systems on its first disk and a clock that stands still."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    def _active(self, dom: p.NonnullDomain) -> Guest:
        guest = self._host.guest(dom)
        guest.require_active()
        return guest

    # --- the clock ---------------------------------------------------------------------------------------------

    async def domain_get_time(self, dom: p.NonnullDomain, flags: int) -> p.DomainGetTimeRet:
        errors.check_flags(flags, 0, "testDomainGetTime")
        guest = self._host.guest(dom)
        if guest.state != C.VIR_DOMAIN_RUNNING:
            raise errors.invalid("domain is not running")
        return p.DomainGetTimeRet(*guest.clock)

    async def domain_set_time(self, dom: p.NonnullDomain, seconds: int, nseconds: int, flags: int) -> None:
        errors.check_flags(flags, C.VIR_DOMAIN_TIME_SYNC, "testDomainSetTime")
        self._active(dom).clock = (seconds, nseconds)

    # --- file systems ------------------------------------------------------------------------------------------

    async def domain_get_fsinfo(self, dom: p.NonnullDomain, flags: int) -> p.DomainGetFsinfoRet:
        errors.check_flags(flags, 0, "testDomainGetFSInfo")
        devices = self._active(dom).document.devices
        name = next((d.target.dev for d in devices.disks if d.device == "disk" and d.target), None) if devices else None
        if name is None:
            return p.DomainGetFsinfoRet([], 0)
        found = [p.DomainFsinfo(mount, f"{name}{number}", "ext4", [name]) for number, mount in enumerate(MOUNTS, 1)]
        return p.DomainGetFsinfoRet(found, len(found))

    @staticmethod
    def _known(mountpoints: list[str]) -> set[str]:
        for mount in mountpoints:
            if mount not in MOUNTS:
                raise errors.invalid(f"mount point not found: {mount}")
        return set(mountpoints or MOUNTS)

    async def domain_fsfreeze(self, dom: p.NonnullDomain, mountpoints: list[str], flags: int) -> int:
        """How many were not frozen before."""
        errors.check_flags(flags, 0, "testDomainFSFreeze")
        guest = self._active(dom)
        fresh = self._known(mountpoints) - guest.frozen
        guest.frozen |= fresh
        return len(fresh)

    async def domain_fsthaw(self, dom: p.NonnullDomain, mountpoints: list[str], flags: int) -> int:
        """How many were frozen."""
        errors.check_flags(flags, 0, "testDomainFSThaw")
        guest = self._active(dom)
        thawed = self._known(mountpoints) & guest.frozen
        guest.frozen -= thawed
        return len(thawed)

    async def domain_fstrim(self, dom: p.NonnullDomain, mountPoint: str | None, minimum: int, flags: int) -> None:
        errors.check_flags(flags, 0, "testDomainFSTrim")
        self._active(dom)
        self._known([mountPoint] if mountPoint else [])

    # --- hardware and processes --------------------------------------------------------------------------------

    async def domain_inject_nmi(self, dom: p.NonnullDomain, flags: int) -> None:
        errors.check_flags(flags, 0, "testDomainInjectNMI")
        self._active(dom)

    async def domain_send_key(
        self, dom: p.NonnullDomain, codeset: int, holdtime: int, keycodes: list[int], flags: int
    ) -> None:
        errors.check_flags(flags, 0, "testDomainSendKey")
        self._active(dom)
        if not 0 <= codeset < C.VIR_KEYCODE_SET_LAST:
            raise errors.bad_argument(f"Unsupported codeset '{codeset}'")

    async def domain_send_process_signal(self, dom: p.NonnullDomain, pid_value: int, signum: int, flags: int) -> None:
        errors.check_flags(flags, 0, "testDomainSendProcessSignal")
        if pid_value != 1:
            raise errors.bad_argument("only sending a signal to pid 1 is supported")
        if not 0 <= signum < C.VIR_DOMAIN_PROCESS_SIGNAL_LAST:
            raise errors.bad_argument(f"signum value {signum} is out of range")
        self._host.guest(dom)

    async def domain_set_user_password(
        self, dom: p.NonnullDomain, user: str | None, password: str | None, flags: int
    ) -> None:
        errors.check_flags(flags, C.VIR_DOMAIN_PASSWORD_ENCRYPTED, "testDomainSetUserPassword")
        self._active(dom)

    async def domain_get_launch_security_info(self, dom: p.NonnullDomain, flags: int) -> None:
        """No client gets through: each says that it knows strings, and the function takes no flags at all."""
        errors.check_flags(flags | C.VIR_TYPED_PARAM_STRING_OKAY, 0, "testDomainGetLaunchSecurityInfo")
