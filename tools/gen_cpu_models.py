"""Make src/purevirt/cpu/models.json from the facts in a libvirt CPU map.  usage: gen_cpu_models.py [CPU_MAP_DIRECTORY]

What is taken are facts on processors: which CPUID or MSR bit a feature is, which features, vendor and signatures a model
has. See docs/adr/0030-cpu-models.md for why, and for the format.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

Node = ElementTree.Element
OUT = Path(__file__).parent.parent / "src" / "purevirt" / "cpu" / "models.json"
_REGISTERS = ("eax", "ebx", "ecx", "edx")


def nodes(directory: Path, arch: str) -> Iterator[Node]:
    """Vendors, features and models of an architecture in the map's order."""
    index = ElementTree.parse(directory / "index.xml").getroot()
    for include in index.iterfind(f"arch[@name='{arch}']/include"):
        yield from ElementTree.parse(directory / str(include.get("filename"))).getroot()


def _bits(node: Node) -> Iterator[str]:
    """`LEAF:SUBLEAF:REGISTER:MASK` or `msr:INDEX:REGISTER:MASK`, all numbers hexadecimal."""
    for item in node:
        if item.tag not in ("cpuid", "msr"):
            continue
        number = int(item.get("eax_in") or item.get("index") or "0", 0)
        place = f"msr:{number:x}" if item.tag == "msr" else f"{number:x}:{int(item.get('ecx_in') or '0', 0):x}"
        for register in _REGISTERS:
            if mask := int(item.get(register) or "0", 0):
                yield f"{place}:{register}:{mask:x}"


def _model(node: Node, earlier: dict[str, set[str]]) -> dict[str, Any]:
    decode, vendor = node.find("decode"), node.find("vendor")
    removed = [str(feature.get("name")) for feature in node.iterfind("feature") if feature.get("removed") == "yes"]
    features = {str(feature.get("name")) for feature in node.iterfind("feature")} - set(removed)
    model: dict[str, Any] = {"name": node.get("name")}
    if decode is not None:
        model["for"] = [kind for kind in ("host", "guest") if decode.get(kind) == "on"]
    if vendor is not None:
        model["vendor"] = vendor.get("name")
    if signatures := [_signature(item) for item in node.iterfind("signature")]:
        model["signatures"] = signatures
    if pvrs := [[int(str(pvr.get("value")), 0), int(pvr.get("mask") or "0xffffffff", 0)] for pvr in node.iterfind("pvr")]:
        model["pvr"] = pvrs
    if removed:
        model["removed"] = removed
    # Most models are a few bits away from one before: say only those.
    like = min(earlier, key=lambda name: len(earlier[name] ^ features), default=None)
    if like is not None and len(earlier[like] ^ features) < len(features):
        model["like"] = like
        model["with"] = sorted(features - earlier[like])
        model["without"] = sorted(earlier[like] - features)
    elif features:
        model["with"] = sorted(features)
    earlier[str(model["name"])] = features
    return {key: value for key, value in model.items() if value != [] or key == "for"}


def _signature(node: Node) -> str:
    """`FAMILY/MODEL`, with the steppings where not all are meant: `6/85/5-7`."""
    stepping = node.get("stepping")
    return f"{node.get('family')}/{node.get('model')}" + (f"/{stepping}" if stepping else "")


def collect(directory: Path, arch: str) -> dict[str, list[Any]]:
    """The facts on one architecture."""
    vendors: list[Any] = []
    features: list[Any] = []
    models: list[Any] = []
    earlier: dict[str, set[str]] = {}
    for node in nodes(directory, arch):
        name = str(node.get("name"))
        if node.tag == "vendor":
            vendors.append([name, node.get("string") or node.get("value") or ""])
        elif node.tag == "feature":
            fixed = ["unmigratable"] if node.get("migratable") == "no" else []
            features.append([name, " ".join(_bits(node)), *fixed])
        elif node.tag == "model":
            models.append(_model(node, earlier))
    return {"vendors": vendors, "features": features, "models": models}


def main(directory: Path) -> None:
    parts = []
    for arch in ("x86", "ppc64", "arm"):
        found = collect(directory, arch)
        lines = (
            f' "{kind}": [\n  ' + ",\n  ".join(json.dumps(row) for row in rows) + "\n ]" for kind, rows in found.items() if rows
        )
        parts.append(f'"{arch}": {{\n' + ",\n".join(lines) + "\n}")
    OUT.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")
    json.loads(OUT.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/libvirt/cpu_map"))
