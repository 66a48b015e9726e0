"""Names of CPU models by architecture, in the order in which libvirt 9.0 tells them."""

from __future__ import annotations

from typing import Final, get_args

from purevirt.cpu import documents, models
from purevirt.drivers.test import errors
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.arch import Arch, is_arm, is_ppc64, is_s390, is_x86
from purevirt.protocol import remote as p
from purevirt.types import constants as C

_BASELINE: Final = C.VIR_CONNECT_BASELINE_CPU_EXPAND_FEATURES


def _names(arch: str) -> list[str] | None:
    """The models of an architecture: none where there is no list of them, None where CPUs have no models."""
    if is_x86(arch):
        return list(models.x86().models)
    if is_ppc64(arch):
        return list(models.pvr_models("ppc64"))
    return [] if is_arm(arch) or is_s390(arch) else None


class CpuModelFacet:
    """virConnectGetCPUModelNames, virConnectBaselineCPU."""

    def __init__(self, _host: object) -> None:
        pass

    async def connect_get_cpu_model_names(
        self, arch: str, need_results: int, flags: int
    ) -> p.ConnectGetCpuModelNamesRet:
        errors.check_flags(flags, 0, "testConnectGetCPUModelNames")
        if arch not in get_args(Arch):
            raise errors.bad_argument(f"cannot find architecture {arch}")
        found = _names(arch)
        if found is None:
            text = f"'{arch}' architecture is not supported by CPU driver"
            raise VirtError(ErrorCode.NO_SUPPORT, text, ErrorDomain.CPU)
        return p.ConnectGetCpuModelNamesRet(found if need_results else [], len(found))

    async def connect_baseline_cpu(self, xml_cpus: list[str], flags: int) -> str:
        errors.check_flags(flags, _BASELINE, "testConnectBaselineCPU")
        cpus = documents.read_all(xml_cpus, host=True)
        return documents.baseline(cpus[0].arch or "x86_64", cpus, expand=bool(flags & _BASELINE))
