"""Allocation of virtio-serial ports."""

from __future__ import annotations

from purevirt.errors import ErrorCode, ErrorDomain, VirtError

DEFAULT_PORTS = 31


class VirtioSerialAddressSet:
    """Ports of every virtio-serial controller. Port 0 of controller 0 is kept for the first console (`console=True`)."""

    def __init__(self) -> None:
        self._ports: dict[int, list[bool]] = {}

    @property
    def controllers(self) -> list[int]:
        """Indexes of the controllers there are."""
        return sorted(self._ports)

    def add_controller(self, index: int, ports: int | None) -> None:
        """Make controller `index`; `ports` None = the default number."""
        if index in self._ports:
            raise VirtError(
                ErrorCode.INTERNAL_ERROR,
                f"virtio serial controller with index {index} already exists in the address set",
                ErrorDomain.DOMAIN,
            )
        self._ports[index] = [False] * (DEFAULT_PORTS if ports is None else ports)

    def reserve(self, controller: int, port: int) -> None:
        """Take a port of the definition."""
        ports = self._ports.get(controller)
        if ports is None:
            raise VirtError(ErrorCode.XML_ERROR, f"virtio serial controller {controller} is missing", ErrorDomain.DOMAIN)
        if port >= len(ports):
            raise VirtError(
                ErrorCode.XML_ERROR, f"virtio serial controller {controller} does not have port {port}", ErrorDomain.DOMAIN
            )
        if ports[port]:
            raise VirtError(
                ErrorCode.XML_ERROR,
                f"virtio serial port {port} on controller {controller} is already occupied",
                ErrorDomain.DOMAIN,
            )
        ports[port] = True

    def assign(self, *, controller: int | None = None, allow_zero: bool = False) -> tuple[int, int]:
        """Take the lowest free port: of one controller, or of the first that has one. Port 0 only when allowed.

        Raises when all are taken; the caller then adds a controller.
        """
        if controller is not None and controller not in self._ports:
            raise VirtError(ErrorCode.INTERNAL_ERROR, f"virtio serial controller {controller} is missing", ErrorDomain.DOMAIN)
        for index in self.controllers if controller is None else [controller]:
            ports = self._ports[index]
            for port in range(0 if allow_zero else 1, len(ports)):
                if not ports[port]:
                    ports[port] = True
                    return index, port
        raise VirtError(ErrorCode.XML_ERROR, "Unable to find a free virtio-serial port", ErrorDomain.DOMAIN)

    def has_free(self) -> bool:
        """Is there a free port besides port 0 of each controller."""
        return any(not taken for ports in self._ports.values() for taken in ports[1:])

    def next_controller(self) -> int:
        """Lowest index without a controller."""
        index = 0
        while index in self._ports:
            index += 1
        return index
