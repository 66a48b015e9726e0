"""`<capabilities>` of `<features>`: which Linux capabilities a container keeps."""

from __future__ import annotations

from typing import Any, Literal
from xml.etree.ElementTree import Element as Node

from purevirt.errors import ErrorCode
from purevirt.model._engine import ON_OFF, Element, FormatContext, ParseContext, XmlError, attr, child
from purevirt.types.override import override

CapabilitiesPolicy = Literal["default", "allow", "deny"]


class Capability(Element):
    """One capability, kept or dropped."""

    state: bool = attr(ON_OFF, default=True, needed=True)


def _capability(tag: str) -> Any:
    return child(Capability, tag=tag)


class Capabilities(Element, tag="capabilities"):
    """A policy and its exceptions, each named as capabilities(7) names it in lower case without CAP_."""

    policy: CapabilitiesPolicy = attr(CapabilitiesPolicy, default="default", needed=True)
    audit_control: Capability | None = _capability("audit_control")
    audit_write: Capability | None = _capability("audit_write")
    block_suspend: Capability | None = _capability("block_suspend")
    chown: Capability | None = _capability("chown")
    dac_override: Capability | None = _capability("dac_override")
    dac_read_search: Capability | None = _capability("dac_read_search")
    fowner: Capability | None = _capability("fowner")
    fsetid: Capability | None = _capability("fsetid")
    ipc_lock: Capability | None = _capability("ipc_lock")
    ipc_owner: Capability | None = _capability("ipc_owner")
    kill: Capability | None = _capability("kill")
    lease: Capability | None = _capability("lease")
    linux_immutable: Capability | None = _capability("linux_immutable")
    mac_admin: Capability | None = _capability("mac_admin")
    mac_override: Capability | None = _capability("mac_override")
    mknod: Capability | None = _capability("mknod")
    net_admin: Capability | None = _capability("net_admin")
    net_bind_service: Capability | None = _capability("net_bind_service")
    net_broadcast: Capability | None = _capability("net_broadcast")
    net_raw: Capability | None = _capability("net_raw")
    setgid: Capability | None = _capability("setgid")
    setfcap: Capability | None = _capability("setfcap")
    setpcap: Capability | None = _capability("setpcap")
    setuid: Capability | None = _capability("setuid")
    sys_admin: Capability | None = _capability("sys_admin")
    sys_boot: Capability | None = _capability("sys_boot")
    sys_chroot: Capability | None = _capability("sys_chroot")
    sys_module: Capability | None = _capability("sys_module")
    sys_nice: Capability | None = _capability("sys_nice")
    sys_pacct: Capability | None = _capability("sys_pacct")
    sys_ptrace: Capability | None = _capability("sys_ptrace")
    sys_rawio: Capability | None = _capability("sys_rawio")
    sys_resource: Capability | None = _capability("sys_resource")
    sys_time: Capability | None = _capability("sys_time")
    sys_tty_config: Capability | None = _capability("sys_tty_config")
    syslog: Capability | None = _capability("syslog")
    wake_alarm: Capability | None = _capability("wake_alarm")

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        known = {f.xml or f.cls.tag for f in type(self)._fields}
        for c in node:
            if isinstance(c.tag, str) and c.tag not in known:
                message = f"unexpected capability feature '{c.tag}'"
                raise XmlError(message, ErrorCode.CONFIG_UNSUPPORTED, node=c)

    @override
    def shown(self, ctx: FormatContext) -> bool:
        """The default policy without exceptions says nothing."""
        return self.policy != "default" or any(getattr(self, f.name) is not None for f in type(self)._fields[1:])
