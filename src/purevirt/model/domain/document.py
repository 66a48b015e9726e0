"""The domain document: `<domain>` with everything below it, in libvirt's order of output.

Reading does what libvirt's own parser does before any driver looks: absent parts get the defaults that no driver
decides, and parts that must agree with one another are made to agree or refused. What a driver decides follows in
`postparse.py`; whether the whole makes sense is `validate.py`'s question.
"""

from __future__ import annotations

from typing import Any, Literal, Self
from xml.etree.ElementTree import Element as Node

from purevirt.errors import ErrorCode, ErrorDomain
from purevirt.model._engine import (
    INT,
    LIVE,
    NEVER,
    NOW,
    UINT,
    UUID,
    Element,
    FormatContext,
    ParseContext,
    RawTree,
    XmlError,
    attr,
    c_integer,
    child,
    children,
    leaf,
    raw,
    write_element,
)
from purevirt.model.cpu import Cpu
from purevirt.model.domain import namespaces as ns
from purevirt.model.domain.blocks import text_or_none
from purevirt.model.domain.clock import Clock
from purevirt.model.domain.devices import Devices
from purevirt.model.domain.document_rules import settle_hugepages, settle_iothreads, settle_numatune, settle_tuning, settle_vcpus
from purevirt.model.domain.features import Features
from purevirt.model.domain.idmap import Idmap
from purevirt.model.domain.iothreads import DefaultIothread, Iothread
from purevirt.model.domain.keywrap import Keywrap
from purevirt.model.domain.launch_security import LaunchSecurity
from purevirt.model.domain.memory import CurrentMemory, MaxMemory, Memory, MemoryBacking, Memtune
from purevirt.model.domain.metadata import adopt
from purevirt.model.domain.numa import Numatune
from purevirt.model.domain.os import Os, OsType
from purevirt.model.domain.perf import Perf
from purevirt.model.domain.power import LifecycleAction, LockFailureAction, Pm
from purevirt.model.domain.seclabel import Seclabel, check_models
from purevirt.model.domain.sysinfo import Sysinfo, entries_of
from purevirt.model.domain.tune import Blkiotune, Cputune, Resource
from purevirt.model.domain.vcpu import Vcpu, VcpuEntry
from purevirt.model.schema_text import OBJECT_NAME_OR_PATH, UNSIGNED, words
from purevirt.types.override import override

DomainType = Literal[
    "none", "qemu", "kqemu", "kvm", "xen", "lxc", "uml", "openvz", "test", "vmware", "hyperv", "vbox", "phyp", "parallels",
    "bhyve", "vz", "hvf",
]  # fmt: skip

_UNSUPPORTED = ErrorCode.CONFIG_UNSUPPORTED
_ACTIONS = LifecycleAction.__args__  # type: ignore[attr-defined]
_LOCK_ACTIONS = LockFailureAction.__args__  # type: ignore[attr-defined]


def _domain_id(text: str) -> int | None:
    """A number above zero; anything else counts as absent."""
    value = c_integer(text, 10)
    return value if value is not None and 0 <= value < 2**31 else None


def _domain_type(text: str) -> str:
    if not text:
        raise XmlError("missing domain type attribute", ErrorCode.INTERNAL_ERROR)
    if text not in DomainType.__args__:  # type: ignore[attr-defined]
        raise XmlError(f"invalid domain type {text}", _UNSUPPORTED)
    return text


def _uuid(what: str) -> Any:
    def parse(text: str) -> str | None:
        if not text:
            return "" if what == "genid" else None
        try:
            found: str = UUID.parse(text)
        except ValueError:
            raise XmlError(f"malformed {what} element", ErrorCode.INTERNAL_ERROR) from None
        return found

    new = f"<choice>{UUID.rng}<empty/></choice>"
    return leaf(UUID, parse=parse, abi=True, live=NEVER if what == "uuid" else None, rng=new if what == "genid" else None)


def _action(event: str, default: str | None) -> Any:
    """`<on_EVENT>`: an action that the event allows."""
    allowed = _LOCK_ACTIONS if event == "lockfailure" else _ACTIONS

    def parse(text: str) -> str | None:
        if not text:
            return default
        if text not in allowed:
            raise XmlError(f"unknown on_{event} action: {text}", _UNSUPPORTED, hint=f"allowed: {', '.join(allowed)}")
        if text.startswith("coredump-") and event != "crash":
            raise XmlError(f"Lifecycle event '{event}' doesn't support '{text}' action", _UNSUPPORTED)
        return text

    alias = LockFailureAction if event == "lockfailure" else LifecycleAction
    if event == "lockfailure":
        return leaf(alias, parse=parse, default=default, omit="default", rng=words(alias, "default"))
    crash_only = () if event == "crash" else ("coredump-destroy", "coredump-restart")
    return leaf(alias, parse=parse, default=default, live=NOW, rng=words(alias, *crash_only))


def _check_head(node: Node) -> None:
    if not node.findtext("name"):
        raise XmlError(None, ErrorCode.NO_NAME, node=node)
    try:
        UUID.parse(node.findtext("uuid") or "0" * 32)
    except ValueError:
        return  # reading tells
    labels = node.findall("seclabel")
    models = [label.get("model") for label in labels]
    if len(models) > 1 and None in models and len(set(models)) == len(models):
        raise XmlError("missing security model when using multiple labels", node=node)
    if not node.findtext("os/type") and not node.findtext("bootloader"):
        raise XmlError("an os <type> must be specified", node=node)


class Domain(Element, tag="domain"):
    """A guest's definition. Memory in KiB; `id` only while it runs; `genid` "" asks for a new one."""

    document = "domain_definition"

    type: DomainType = attr(
        DomainType,
        required=True,
        parse=_domain_type,
        missing=(ErrorCode.INTERNAL_ERROR, "missing domain type attribute"),
        abi=True,
        rng=words(DomainType, "none", "parallels"),
    )
    id: int | None = attr(INT, parse=_domain_id, only=LIVE, live=NEVER, rng=UNSIGNED)
    xmlns_qemu: str | None = attr(name="xmlns:qemu")
    xmlns_lxc: str | None = attr(name="xmlns:lxc")
    xmlns_bhyve: str | None = attr(name="xmlns:bhyve")
    xmlns_xen: str | None = attr(name="xmlns:xen")
    xmlns_vmware: str | None = attr(name="xmlns:vmware")
    name: str | None = leaf(parse=text_or_none, needed=True, rng=OBJECT_NAME_OR_PATH)
    uuid: str | None = _uuid("uuid")
    genid: str | None = _uuid("genid")
    title: str | None = leaf(parse=text_or_none, live=NOW, rng=OBJECT_NAME_OR_PATH)
    description: str | None = leaf(parse=text_or_none, live=NOW)
    metadata: RawTree | None = raw(live=NOW)
    max_memory: MaxMemory | None = child(MaxMemory)
    memory: Memory | None = child(Memory)
    current_memory: CurrentMemory | None = child(CurrentMemory, live=NOW)
    blkiotune: Blkiotune | None = child(Blkiotune, live=NOW)
    memtune: Memtune | None = child(Memtune, live=NOW)
    memory_backing: MemoryBacking | None = child(MemoryBacking)
    vcpu: Vcpu | None = child(Vcpu)
    vcpus: list[VcpuEntry] = children(VcpuEntry, inside="vcpus", live=NOW)
    iothreads: int | None = leaf(UINT, error="invalid iothreads count '%s'", omit=0, abi=True, live=NOW)
    iothreadids: list[Iothread] = children(Iothread, inside="iothreadids", live=NOW)
    defaultiothread: DefaultIothread | None = child(DefaultIothread)
    cputune: Cputune | None = child(Cputune, live=NOW)
    numatune: Numatune | None = child(Numatune)
    resource: Resource | None = child(Resource)
    sysinfos: list[Sysinfo] = children(Sysinfo)
    bootloader: str | None = leaf(parse=text_or_none)
    bootloader_args: str | None = leaf(parse=text_or_none)
    os: Os | None = child(Os)
    idmap: Idmap | None = child(Idmap)
    features: Features | None = child(Features)
    cpu: Cpu | None = child(Cpu)
    clock: Clock | None = child(Clock, keep=True)
    on_poweroff: LifecycleAction = _action("poweroff", "destroy")
    on_reboot: LifecycleAction = _action("reboot", "restart")
    on_crash: LifecycleAction = _action("crash", "destroy")
    on_lockfailure: LockFailureAction | None = _action("lockfailure", None)
    pm: Pm | None = child(Pm)
    perf: Perf | None = child(Perf, live=NOW)
    devices: Devices | None = child(Devices, keep=True)
    seclabels: list[Seclabel] = children(Seclabel)
    qemu_commandline: ns.QemuCommandline | None = child(ns.QemuCommandline)
    qemu_capabilities: ns.QemuCapabilities | None = child(ns.QemuCapabilities)
    qemu_override: ns.QemuOverride | None = child(ns.QemuOverride)
    qemu_deprecation: ns.QemuDeprecation | None = child(ns.QemuDeprecation)
    lxc_namespace: ns.LxcNamespace | None = child(ns.LxcNamespace)
    bhyve_commandline: ns.BhyveCommandline | None = child(ns.BhyveCommandline)
    xen_commandline: ns.XenCommandline | None = child(ns.XenCommandline)
    vmware_datacenterpath: str | None = leaf(name="vmware:datacenterpath", parse=text_or_none)
    keywrap: Keywrap | None = child(Keywrap)
    launch_security: LaunchSecurity | None = child(LaunchSecurity)

    @classmethod
    @override
    def from_node(cls, node: Node, ctx: ParseContext | None = None) -> Self:
        """What libvirt looks at before the devices is refused before them: name, labels, kind of guest."""
        if node.get("type") in DomainType.__args__:  # type: ignore[attr-defined]
            _check_head(node)
        return super().from_node(node, ctx)

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        if self.metadata is not None:
            adopt(self.metadata.node, node)
        if len(node.findall("genid")) > 1:
            raise XmlError("element 'genid' can only appear once")

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        self._check_names()
        self._settle_os()
        if self.clock is None:
            self.clock = Clock()
        if self.devices is None:
            self.devices = Devices()
        settle_vcpus(self)
        settle_iothreads(self)
        settle_numatune(self)
        settle_tuning(self)
        settle_hugepages(self)
        check_models(self.seclabels)
        for info in self.sysinfos:
            given = entries_of(info.system).get("uuid")
            if given is not None and self.uuid is not None and given != self.uuid:
                raise XmlError("UUID mismatch between <uuid> and <sysinfo>", ErrorCode.XML_DETAIL)
        self._settle_namespaces()

    def _check_names(self) -> None:
        if not self.name:
            raise XmlError(None, ErrorCode.NO_NAME)
        if "\n" in self.name:
            raise XmlError("invalid char in name: \n", ErrorCode.XML_DETAIL, domain=ErrorDomain.XML)
        if self.title and "\n" in self.title:
            raise XmlError("Domain title can't contain newlines")

    def _settle_os(self) -> None:
        if self.os is None:
            self.os = Os()
        if self.os.type is None or self.os.type.value is None:
            if self.bootloader is None:
                raise XmlError("an os <type> must be specified")
            arch, machine = (self.os.type.arch, self.os.type.machine) if self.os.type is not None else (None, None)
            self.os.type = OsType(arch=arch, machine=machine, value="xen")

    def _settle_namespaces(self) -> None:
        """Drop what says nothing; declare the namespaces that are used."""
        for declaration, (uri, names) in ns.FIELDS.items():
            for name in names:
                value = getattr(self, name)
                if value is not None and not isinstance(value, str) and ns.says_nothing(value):
                    setattr(self, name, None)
            used = any(getattr(self, name) is not None for name in names)
            setattr(self, declaration, uri if used else None)

    def set_memory(self, kib: int) -> None:
        """The guest's total memory."""
        if self.memory is None:
            self.memory = Memory()
        self.memory.value = kib

    def set_current_memory(self, kib: int) -> None:
        """The balloon's target."""
        if self.current_memory is None:
            self.current_memory = CurrentMemory()
        self.current_memory.value = kib

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        self._settle_namespaces()
        write_element(self, out, pad, ctx)
