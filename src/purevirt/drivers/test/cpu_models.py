"""Names of CPU models by architecture, in the order in which libvirt 9.0 tells them."""

from __future__ import annotations

from typing import Final, get_args

from purevirt.drivers.test import errors
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.arch import Arch
from purevirt.protocol import remote as p

_X86: Final = (
    "486", "pentium", "pentium2", "pentium3", "pentiumpro", "coreduo", "n270", "core2duo", "qemu32", "kvm32", "cpu64-rhel5",
    "cpu64-rhel6", "qemu64", "kvm64", "Conroe", "Penryn", "Nehalem", "Nehalem-IBRS", "Westmere", "Westmere-IBRS", "SandyBridge",
    "SandyBridge-IBRS", "IvyBridge", "IvyBridge-IBRS", "Haswell-noTSX", "Haswell-noTSX-IBRS", "Haswell", "Haswell-IBRS",
    "Broadwell-noTSX", "Broadwell-noTSX-IBRS", "Broadwell", "Broadwell-IBRS", "Skylake-Client", "Skylake-Client-IBRS",
    "Skylake-Client-noTSX-IBRS", "Skylake-Server", "Skylake-Server-IBRS", "Skylake-Server-noTSX-IBRS", "Cascadelake-Server",
    "Cascadelake-Server-noTSX", "Icelake-Client", "Icelake-Client-noTSX", "Icelake-Server", "Icelake-Server-noTSX",
    "Cooperlake", "Snowridge", "athlon", "phenom", "Opteron_G1", "Opteron_G2", "Opteron_G3", "Opteron_G4", "Opteron_G5", "EPYC",
    "EPYC-IBPB", "EPYC-Rome", "EPYC-Milan", "Dhyana",
)  # fmt: skip
_PPC64: Final = ("POWER6", "POWER7", "POWER8", "POWER9", "POWER10", "POWERPC_e5500", "POWERPC_e6500")

MODELS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("i686", "x86_64"), _X86),
    **dict.fromkeys(("ppc64", "ppc64le"), _PPC64),
    **dict.fromkeys(("armv6l", "armv7b", "armv7l", "aarch64", "s390", "s390x"), ()),
}
"""No names: the architecture has models, but no list of them."""


class CpuModelFacet:
    """virConnectGetCPUModelNames."""

    def __init__(self, _host: object) -> None:
        pass

    async def connect_get_cpu_model_names(
        self, arch: str, need_results: int, flags: int
    ) -> p.ConnectGetCpuModelNamesRet:
        errors.check_flags(flags, 0, "testConnectGetCPUModelNames")
        if arch not in get_args(Arch):
            raise errors.bad_argument(f"cannot find architecture {arch}")
        models = MODELS.get(arch)
        if models is None:
            text = f"'{arch}' architecture is not supported by CPU driver"
            raise VirtError(ErrorCode.NO_SUPPORT, text, ErrorDomain.CPU)
        return p.ConnectGetCpuModelNamesRet(list(models) if need_results else [], len(models))
