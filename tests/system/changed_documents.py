"""Domain documents with small changes: what a person may leave out, write twice, misspell or take from another document.

`changed(bases, count, seed)` is the same list for the same arguments. Values come from the documents themselves and from the
words that the declarations know, so that most changes are about meaning and not about spelling.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from purevirt.model._engine.codecs import Enum
from purevirt.model.domain.document import Domain
from purevirt.testing.samples import classes_of

_JUNK = ("", "0", "1", "-1", "2", "x", "yes", "on", "99999999999", "255", "0x1f")
_MACHINES = {"x86_64": ("pc", "q35"), "i686": ("pc", "q35")}
_KEPT = ("name", "type")


@dataclass(frozen=True)
class Changed:
    """A document, where it is from and what was done to it."""

    base: str
    changes: tuple[str, ...]
    xml: str


class Pools:
    """What may stand where: values of attributes, texts, and children by the tag of their parent."""

    def __init__(self, roots: list[ET.Element]) -> None:
        self.attributes: dict[tuple[str, str], set[str]] = {}
        self.texts: dict[str, set[str]] = {}
        self.children: dict[str, dict[str, list[ET.Element]]] = {}
        for root in roots:
            for parent in root.iter():
                for name, value in parent.attrib.items():
                    self.attributes.setdefault((parent.tag, name), set()).add(value)
                if len(parent) == 0 and parent.text and parent.text.strip():
                    self.texts.setdefault(parent.tag, set()).add(parent.text.strip())
                for child in parent:
                    self.children.setdefault(parent.tag, {}).setdefault(child.tag, []).append(child)
        for cls in classes_of(Domain):
            for field in cls._fields:
                if field.kind == "attr" and isinstance(field.codec, Enum) and cls.tag:
                    self.attributes.setdefault((cls.tag, str(field.xml)), set()).update(field.codec.words)

    def value(self, tag: str, name: str, rng: random.Random) -> str | None:
        return _pick(sorted(self.attributes.get((tag, name), ())), rng)

    def name(self, tag: str, rng: random.Random) -> str | None:
        return _pick(sorted(name for other, name in self.attributes if other == tag), rng)


def _pick(items: list[str], rng: random.Random) -> str | None:
    return rng.choice(items) if items else None


def _inner(root: ET.Element) -> list[tuple[ET.Element, ET.Element]]:
    """(parent, child) of all elements but the root."""
    return [(parent, child) for parent in root.iter() for child in parent]


def _drop(root: ET.Element, pools: Pools, rng: random.Random) -> str | None:
    parent, child = rng.choice([pair for pair in _inner(root) if pair[1].tag not in _KEPT])
    parent.remove(child)
    return f"without {parent.tag}/{child.tag}"


def _drop_attribute(root: ET.Element, pools: Pools, rng: random.Random) -> str | None:
    element, name = rng.choice([(e, name) for _, e in _inner(root) for name in e.attrib])
    del element.attrib[name]
    return f"without {element.tag}@{name}"


def _twice(root: ET.Element, pools: Pools, rng: random.Random) -> str | None:
    parent, child = rng.choice([pair for pair in _inner(root) if pair[0] is not root])
    parent.insert(list(parent).index(child), copy.deepcopy(child))
    return f"{parent.tag}/{child.tag} twice"


def _set_attribute(root: ET.Element, pools: Pools, rng: random.Random) -> str | None:
    _, element = rng.choice(_inner(root))
    name = rng.choice(sorted(element.attrib)) if element.attrib and rng.random() < 0.7 else pools.name(element.tag, rng)
    value = pools.value(element.tag, name, rng) if name is not None else None
    if name is None or value is None:
        return None
    element.set(name, value)
    return f"{element.tag}@{name}={value}"


def _set_text(root: ET.Element, pools: Pools, rng: random.Random) -> str | None:
    _, element = rng.choice([pair for pair in _inner(root) if pair[1].tag not in ("name", "emulator")])
    value = _pick(sorted(pools.texts.get(element.tag, ())), rng)
    if value is None or len(element):
        return None
    element.text = value
    return f"{element.tag} is {value}"


def _junk(root: ET.Element, pools: Pools, rng: random.Random) -> str | None:
    element, name = rng.choice([(e, name) for _, e in _inner(root) if e.tag != "emulator" for name in e.attrib])
    value = rng.choice(_JUNK)
    element.set(name, value)
    return f"{element.tag}@{name}={value!r}"


def _graft(root: ET.Element, pools: Pools, rng: random.Random) -> str | None:
    devices = root.find("devices")
    where = [e for e in root.iter() if len(e)] if devices is None or rng.random() < 0.4 else [devices]
    element = rng.choice(where)
    kinds = pools.children.get(element.tag)
    kind = _pick(sorted(set(kinds or ()) - {"emulator", *_KEPT}), rng)
    if kinds is None or kind is None:
        return None
    element.insert(rng.randrange(len(element) + 1), copy.deepcopy(rng.choice(kinds[kind])))
    return f"with {element.tag}/{kind} of another"


def _move(root: ET.Element, pools: Pools, rng: random.Random) -> str | None:
    devices = root.find("devices")
    if devices is None or len(devices) < 2:
        return None
    device = rng.choice(list(devices))
    devices.remove(device)
    devices.insert(rng.randrange(len(devices) + 1), device)
    return f"{device.tag} moved"


def _without(tag: str) -> Callable[[ET.Element, Pools, random.Random], str | None]:
    def change(root: ET.Element, pools: Pools, rng: random.Random) -> str | None:
        for parent, child in _inner(root):
            if child.tag == tag and parent.tag != "source":
                parent.remove(child)
        return f"without any {tag}"

    return change


_CHANGES: tuple[tuple[int, Callable[[ET.Element, Pools, random.Random], str | None]], ...] = (
    (12, _drop), (12, _drop_attribute), (4, _twice), (34, _set_attribute), (8, _set_text), (4, _junk), (22, _graft),
    (3, _move), (2, _without("address")), (2, _without("controller")),
)  # fmt: skip


def _fit(root: ET.Element) -> None:
    """A machine, an emulator and an accelerator that a host with QEMU for x86 has."""
    root.set("type", "qemu")
    kind, emulator = root.find("os/type"), root.find("devices/emulator")
    arch = kind.get("arch", "x86_64") if kind is not None else "x86_64"
    if kind is not None:
        arch = arch if arch in _MACHINES else "x86_64"
        kind.set("arch", arch)
        if kind.get("machine") not in (None, "pc", "q35", "isapc", "none", "microvm"):
            kind.set("machine", "q35" if "q35" in kind.get("machine", "") else "pc")
    if emulator is not None:
        emulator.text = f"/usr/bin/qemu-system-{'i386' if arch == 'i686' else 'x86_64'}"


def changed(bases: list[tuple[str, str]], count: int, seed: int) -> Iterator[Changed]:
    """`count` documents made of `bases` (name, text), each with none to three changes."""
    rng = random.Random(seed)
    roots = [(name, ET.fromstring(text)) for name, text in bases]
    pools = Pools([root for _, root in roots])
    for _ in range(count):
        name, base = rng.choice(roots)
        root = copy.deepcopy(base)
        _fit(root)
        done: list[str] = []
        for _ in range(rng.choice((0, 1, 1, 1, 1, 1, 2, 2, 3))):
            change = rng.choices([c for _, c in _CHANGES], [weight for weight, _ in _CHANGES])[0]
            try:
                said = change(root, pools, rng)
            except IndexError:  # nothing there to change in this way
                said = None
            if said is not None:
                done.append(said)
        yield Changed(name, tuple(done), ET.tostring(root, encoding="unicode"))


__all__ = ["Changed", "changed"]
