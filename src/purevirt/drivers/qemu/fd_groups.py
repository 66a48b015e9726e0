"""Opened files that a client hands over for a guest's disks (`<source fdgroup='NAME'/>`), where paths would not do."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from purevirt.api.context import current
from purevirt.drivers.qemu import errors
from purevirt.drivers.qemu.vm import Vm
from purevirt.errors import ErrorDomain
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState

_FLAGS = C.VIR_DOMAIN_FD_ASSOCIATE_SECLABEL_RESTORE | C.VIR_DOMAIN_FD_ASSOCIATE_SECLABEL_WRITABLE


class FdGroupFacet:
    """virDomainFDAssociate."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def domain_fd_associate(self, dom: p.NonnullDomain, name: str, flags: int) -> None:
        """Kept as long as the connection that gave them; a running QEMU has its own copies by then."""
        errors.check_flags(flags, _FLAGS, "qemuDomainFDAssociate")
        vm, context = self._state.find(dom), current.get()
        if not context.fds:
            raise errors.plain_argument("nfds in virDomainFDAssociate must not be zero", "nfds", "virDomainFDAssociate",
                                        ErrorDomain.DOMAIN)  # fmt: skip
        fds = list(context.fds)
        context.fds.clear()
        _drop(vm, name)
        vm.fd_groups[name] = fds
        context.on_close.append(lambda: _drop(vm, name, fds))


def _drop(vm: Vm, name: str, only: list[int] | None = None) -> None:
    found = vm.fd_groups.get(name)
    if found is not None and (only is None or found is only):
        for fd in vm.fd_groups.pop(name):
            os.close(fd)
