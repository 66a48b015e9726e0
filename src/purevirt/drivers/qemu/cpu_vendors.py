"""CPU models that libvirt 9.0 knows by name, in its order, with whose processors they describe."""

from __future__ import annotations

from purevirt.drivers.qemu import machine_types as mt

_NOBODY_EARLY = "486 pentium pentium2 pentium3 pentiumpro"
_INTEL_EARLY = "coreduo n270 core2duo"
_NOBODY = "qemu32 kvm32 cpu64-rhel5 cpu64-rhel6 qemu64 kvm64"
_INTEL = """
Conroe Penryn Nehalem Nehalem-IBRS Westmere Westmere-IBRS SandyBridge SandyBridge-IBRS IvyBridge IvyBridge-IBRS
Haswell-noTSX Haswell-noTSX-IBRS Haswell Haswell-IBRS Broadwell-noTSX Broadwell-noTSX-IBRS Broadwell Broadwell-IBRS
Skylake-Client Skylake-Client-IBRS Skylake-Client-noTSX-IBRS Skylake-Server Skylake-Server-IBRS Skylake-Server-noTSX-IBRS
Cascadelake-Server Cascadelake-Server-noTSX Icelake-Client Icelake-Client-noTSX Icelake-Server Icelake-Server-noTSX
Cooperlake Snowridge
"""
_AMD = "athlon phenom Opteron_G1 Opteron_G2 Opteron_G3 Opteron_G4 Opteron_G5 EPYC EPYC-IBPB EPYC-Rome EPYC-Milan"
_X86 = {
    name: vendor
    for names, vendor in (
        (_NOBODY_EARLY, ""),
        (_INTEL_EARLY, "Intel"),
        (_NOBODY, ""),
        (_INTEL, "Intel"),
        (_AMD, "AMD"),
        ("Dhyana", "Hygon"),
    )
    for name in names.split()
}
_PPC64 = dict.fromkeys(["POWER6", "POWER7", "POWER8", "POWER9", "POWER10"], "IBM") | dict.fromkeys(
    ["POWERPC_e5500", "POWERPC_e6500"], "Freescale"
)


def known_models(arch: str) -> dict[str, str] | None:
    """Name → vendor ("" is nobody's) of the models of an architecture; None where every name is taken."""
    if mt.is_x86(arch):
        return _X86
    return _PPC64 if mt.is_ppc64(arch) else None
