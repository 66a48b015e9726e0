"""The document that a distribution installs beside a firmware image: what it is, for which machines, how to map it.

The format is QEMU's (docs/interop/firmware.json). What says nothing to a program, `description` and `tags`, is not kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

from purevirt.errors import ErrorCode, ErrorDomain, VirtError

Mode = Literal["split", "combined", "stateless"]

_INTERFACES = ("bios", "openfirmware", "uboot", "uefi")
_MODES = ("split", "combined", "stateless")
_ARCHES = {"i386": "i686", "arm": "armv7l"}
"""QEMU's names of architectures where they are not libvirt's."""


@dataclass(frozen=True, slots=True)
class Image:
    """A file for a flash chip."""

    filename: str
    format: str

    def to_document(self) -> dict[str, Any]:
        return {"filename": self.filename, "format": self.format}


@dataclass(frozen=True, slots=True)
class FlashMapping:
    """The image in a flash chip. "split": the variables lie in a file of the guest, made from the template;
    "combined": image and variables are one file; "stateless": nothing is kept."""

    mode: Mode
    executable: Image
    template: Image | None

    def to_document(self) -> dict[str, Any]:
        found: dict[str, Any] = {"device": "flash", "mode": self.mode, "executable": self.executable.to_document()}
        if self.template is not None:
            found["nvram-template"] = self.template.to_document()
        return found

    @property
    def path(self) -> str:
        return self.executable.filename


@dataclass(frozen=True, slots=True)
class FileMapping:
    """The image as the machine's memory, or in the place of a kernel."""

    device: Literal["memory", "kernel"]
    path: str

    def to_document(self) -> dict[str, Any]:
        return {"device": self.device, "filename": self.path}


@dataclass(frozen=True, slots=True)
class Target:
    """Machines of one architecture, in QEMU's names, as shell patterns."""

    architecture: str
    machines: tuple[str, ...]

    def suits(self, arch: str, machine: str) -> bool:
        """`arch` is libvirt's name, `machine` the canonical one."""
        ours = _ARCHES.get(self.architecture, self.architecture)
        return ours == arch and any(fnmatchcase(machine, pattern) for pattern in self.machines)


@dataclass(frozen=True, slots=True)
class Firmware:
    """A firmware with the path of its document."""

    path: str
    interfaces: tuple[str, ...]
    mapping: FlashMapping | FileMapping
    targets: tuple[Target, ...]
    features: tuple[str, ...]

    @classmethod
    def parse(cls, path: str, text: str) -> Firmware:
        """INTERNAL_ERROR for what is no firmware document."""
        try:
            return cls.from_document(path, json.loads(text))
        except ValueError as error:
            raise _bad(f"cannot parse json {path}: {error}") from error

    @classmethod
    def from_document(cls, path: str, document: Any) -> Firmware:
        """From parsed JSON. Features that are not known are kept; the other words must be known ones."""
        interfaces = _words(document, "interface-types", path)
        for interface in interfaces:
            if interface not in _INTERFACES:
                raise _bad(f"unknown interface type: '{interface}'")
        targets = tuple(
            Target(_text(target, "architecture", path), _words(target, "machines", path))
            for target in _list(document, "targets", path)
        )
        mapping = _mapping(_object(document, "mapping", path), path)
        return cls(path, interfaces, mapping, targets, _words(document, "features", path))

    def to_document(self) -> dict[str, Any]:
        return {
            "interface-types": list(self.interfaces),
            "mapping": self.mapping.to_document(),
            "targets": [{"architecture": t.architecture, "machines": list(t.machines)} for t in self.targets],
            "features": list(self.features),
        }

    def suits(self, arch: str, machine: str) -> bool:
        return any(target.suits(arch, machine) for target in self.targets)


def _mapping(document: Mapping[str, Any], path: str) -> FlashMapping | FileMapping:
    device = _text(document, "device", path)
    if device == "flash":
        mode = document.get("mode", "split")
        if mode not in _MODES:
            raise _bad(f"Invalid 'mode' value '{mode}' in '{path}'")
        executable = _image(document, "executable", path)
        return FlashMapping(mode, executable, _image(document, "nvram-template", path) if mode == "split" else None)
    if device == "memory":
        return FileMapping("memory", _text(document, "filename", path))
    if device == "kernel":
        return FileMapping("kernel", _text(document, "filename", path))
    raise _bad(f"unknown device type in '{path}'")


def _image(document: Mapping[str, Any], name: str, path: str) -> Image:
    value = _object(document, name, path)
    return Image(_text(value, "filename", path), _text(value, "format", path))


def _object(document: Any, name: str, path: str) -> Mapping[str, Any]:
    value = document.get(name) if isinstance(document, dict) else None
    if not isinstance(value, dict):
        raise _bad(f"missing '{name}' in '{path}'")
    return value


def _list(document: Any, name: str, path: str) -> list[Any]:
    value = document.get(name) if isinstance(document, dict) else None
    if not isinstance(value, list):
        raise _bad(f"failed to get '{name}' from '{path}'")
    return value


def _words(document: Any, name: str, path: str) -> tuple[str, ...]:
    words = _list(document, name, path)
    if not all(isinstance(word, str) for word in words):
        raise _bad(f"failed to get '{name}' from '{path}'")
    return tuple(words)


def _text(document: Any, name: str, path: str) -> str:
    value = document.get(name) if isinstance(document, dict) else None
    if not isinstance(value, str):
        raise _bad(f"missing '{name}' in '{path}'")
    return value


def _bad(detail: str) -> VirtError:
    return VirtError(ErrorCode.INTERNAL_ERROR, detail, ErrorDomain.QEMU)
