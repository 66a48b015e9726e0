"""Allocation of s390 channel subsystem addresses, and of the zPCI identifiers."""

from __future__ import annotations

from purevirt.errors import ErrorCode, ErrorDomain, VirtError

VIRTIO_CSSID = 0xFE
VFIO_CSSID = 0x00
MAX_SSID = 3
MAX_DEVNO = 0xFFFF

Ccw = tuple[int, int, int]


class CcwAddressSet:
    """Addresses in use; new ones are taken upwards from `cssid`.0.0000."""

    def __init__(self, cssid: int = VIRTIO_CSSID) -> None:
        self._used: set[Ccw] = set()
        self._next: dict[int, Ccw] = {}
        self.default_cssid = cssid

    def reserve(self, address: Ccw) -> None:
        """Take an address from the definition."""
        if address in self._used:
            cssid, ssid, devno = address
            raise VirtError(
                ErrorCode.XML_ERROR,
                f"The CCW devno '{cssid:x}.{ssid:x}.{devno:04x}' is in use already",
                ErrorDomain.DOMAIN,
            )
        self._used.add(address)

    def assign(self, cssid: int | None = None) -> Ccw:
        """Take the next free address of a channel subsystem image."""
        base = self.default_cssid if cssid is None else cssid
        _, ssid, devno = self._next.get(base, (base, 0, 0))
        while (base, ssid, devno) in self._used:
            devno += 1
            if devno > MAX_DEVNO:
                ssid, devno = ssid + 1, 0
                if ssid > MAX_SSID:
                    raise VirtError(ErrorCode.INTERNAL_ERROR, "There are no more free CCW devnos.", ErrorDomain.DOMAIN)
        self._next[base] = (base, ssid, devno)
        self._used.add((base, ssid, devno))
        return base, ssid, devno


MAX_UID = 0xFFFF
MAX_FID = 0xFFFFFFFF


class ZpciIdSet:
    """The uid (1..0xffff) and fid of zPCI functions."""

    def __init__(self) -> None:
        self._uids: set[int] = set()
        self._fids: set[int] = set()

    @staticmethod
    def _reserve(used: set[int], value: int, name: str) -> None:
        if value in used:
            raise VirtError(ErrorCode.INTERNAL_ERROR, f"zPCI {name} {value:o} is already reserved", ErrorDomain.DOMAIN)
        used.add(value)

    def reserve_uid(self, uid: int) -> None:
        """Take a uid of the definition."""
        self._reserve(self._uids, uid, "uid")

    def reserve_fid(self, fid: int) -> None:
        """Take a fid of the definition."""
        self._reserve(self._fids, fid, "fid")

    def next_uid(self) -> int:
        """Take the lowest free uid."""
        uid = next(value for value in range(1, MAX_UID + 1) if value not in self._uids)
        self._uids.add(uid)
        return uid

    def next_fid(self) -> int:
        """Take the lowest free fid."""
        fid = next(value for value in range(MAX_FID) if value not in self._fids)
        self._fids.add(fid)
        return fid
