"""CPU models: listing, comparing, finding the common part."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh.documents import escape
from purevirt.cli.virsh.files import read_text
from purevirt.cli.virsh.flags import collect
from purevirt.cli.virsh.lookup import complaining
from purevirt.types import constants as c

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_BASELINE = {
    "features": c.VIR_CONNECT_BASELINE_CPU_EXPAND_FEATURES,
    "migratable": c.VIR_CONNECT_BASELINE_CPU_MIGRATABLE,
}
_COMPARE = {
    "error": c.VIR_CONNECT_COMPARE_CPU_FAIL_INCOMPATIBLE,
    "validate": c.VIR_CONNECT_COMPARE_CPU_VALIDATE_XML,
}


def cmd_cpu_models(sh: Shell, a: Args) -> None:
    with complaining("failed to get CPU model names"):
        models = sh.conn.get_cpu_model_names(a.need("arch"))
    if not models:
        sh.write("all CPU models are accepted\n")
    for model in models:
        sh.write(f"{model}\n")


def _cpus(path: str) -> list[str]:
    """Every CPU description in a file of CPUs, domains, capabilities or domain capabilities, in any mixture."""
    text = read_text(path)
    nothing = (
        f"File '{path}' does not contain any <cpu> element or valid domain XML,"
        " host capabilities XML, or domain capabilities XML"
    )
    try:
        root = ElementTree.fromstring(f"<container>{_without_declarations(text)}</container>")
    except ElementTree.ParseError as error:
        raise Failed(nothing) from error
    found: list[Element] = []
    for element in root:
        if element.tag == "cpu":
            found.append(element)
        elif element.tag == "domain":
            found += element.findall("cpu")
        elif element.tag == "capabilities":
            found += element.findall("host/cpu")
        elif element.tag == "domainCapabilities":
            found += [_as_cpu(mode) for mode in element.findall("cpu/mode[@name='host-model'][@supported='yes']")]
    if not found:
        raise Failed(nothing)
    return [ElementTree.tostring(element, encoding="unicode").strip() for element in found]


def _without_declarations(text: str) -> str:
    import re

    return re.sub(r"<\?xml.*?\?>", "", text)


def _as_cpu(mode: Element) -> Element:
    """A host-model mode as the CPU it stands for."""
    cpu = ElementTree.Element("cpu")
    cpu.extend(list(mode))
    return cpu


def cmd_cpu_baseline(sh: Shell, a: Args) -> None:
    flags = collect(a, _BASELINE)
    cpus = _cpus(a.need("file"))
    sh.write(sh.conn.baseline_cpu(cpus, flags))


def cmd_hypervisor_cpu_baseline(sh: Shell, a: Args) -> None:
    flags = collect(a, _BASELINE)
    path, model = a.text("file"), a.text("model")
    if path is not None:
        cpus = _cpus(path)
    else:
        cpus = [f"<cpu><model>{escape(model or '')}</model></cpu>"]
    where = (a.text("emulator"), a.text("arch"), a.text("machine"), a.text("virttype"))
    sh.write(sh.conn.baseline_hypervisor_cpu(*where, cpus, flags))


def _report(sh: Shell, result: int, path: str, texts: tuple[str, str, str], complaint: str) -> bool:
    """Says how two CPUs compare; False when they do not fit."""
    if result == c.VIR_CPU_COMPARE_INCOMPATIBLE:
        sh.write(texts[0] % path)
        return False
    if result == c.VIR_CPU_COMPARE_IDENTICAL:
        sh.write(texts[1] % path)
        return True
    if result == c.VIR_CPU_COMPARE_SUPERSET:
        sh.write(texts[2] % path)
        return True
    raise Failed(complaint)


def cmd_cpu_compare(sh: Shell, a: Args) -> bool:
    flags = collect(a, _COMPARE)
    path = a.need("file")
    cpus = _cpus(path)
    complaint = f"Failed to compare host CPU with {path}"
    with complaining(complaint):
        result = sh.conn.compare_cpu(cpus[0], flags)
    texts = (
        "CPU described in %s is incompatible with host CPU\n",
        "CPU described in %s is identical to host CPU\n",
        "Host CPU is a superset of CPU described in %s\n",
    )
    return _report(sh, result, path, texts, complaint)


def cmd_hypervisor_cpu_compare(sh: Shell, a: Args) -> bool:
    flags = collect(a, _COMPARE)
    path = a.need("file")
    cpus = _cpus(path)
    complaint = f"Failed to compare hypervisor CPU with {path}"
    where = (a.text("emulator"), a.text("arch"), a.text("machine"), a.text("virttype"))
    with complaining(complaint):
        result = sh.conn.compare_hypervisor_cpu(*where, cpus[0], flags)
    texts = (
        "CPU described in %s is incompatible with the CPU provided by hypervisor on the host\n",
        "CPU described in %s is identical to the CPU provided by hypervisor on the host\n",
        "The CPU provided by hypervisor on the host is a superset of CPU described in %s\n",
    )
    return _report(sh, result, path, texts, complaint)
