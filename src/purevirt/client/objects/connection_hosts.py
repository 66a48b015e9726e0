"""Host-wide calls of their own shape, and the look-ups by UUID text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from purevirt.client.base import ConnectionCore
from purevirt.client.checks import (
    FROM_DOMAIN,
    FROM_NETWORK,
    FROM_NONE,
    FROM_NWFILTER,
    FROM_SECRET,
    FROM_STORAGE,
    null_arg,
    read_only,
    zero_arg,
)
from purevirt.client.cpusets import from_map
from purevirt.client.objects.identity import uuid_argument
from purevirt.client.records import NodeCPUMap, NodeInfo, SecurityLabel, SecurityModel
from purevirt.errors import ErrorCode, VirtError, system_error

if TYPE_CHECKING:
    from purevirt.client.objects import Domain, Network, NWFilter, Secret, StoragePool


class ConnectionHand(ConnectionCore):
    """Calls of Connection that are written by hand."""

    __slots__ = ()

    # -- look-ups by text -------------------------------------------------------------------------------------------------

    async def domain_lookup_by_uuid_string(self, uuidstr: str, *, deadline: float | None = None) -> Domain:
        """virDomainLookupByUUIDString."""
        uuid = uuid_argument(uuidstr, "virDomainLookupByUUIDString", FROM_DOMAIN)
        domain: Domain = self._domain(await self._call("domain_lookup_by_uuid", (uuid,), deadline))
        return domain

    async def network_lookup_by_uuid_string(self, uuidstr: str, *, deadline: float | None = None) -> Network:
        """virNetworkLookupByUUIDString."""
        uuid = uuid_argument(uuidstr, "virNetworkLookupByUUIDString", FROM_NETWORK)
        network: Network = self._network(await self._call("network_lookup_by_uuid", (uuid,), deadline))
        return network

    async def storage_pool_lookup_by_uuid_string(self, uuidstr: str, *, deadline: float | None = None) -> StoragePool:
        """virStoragePoolLookupByUUIDString."""
        uuid = uuid_argument(uuidstr, "virStoragePoolLookupByUUIDString", FROM_STORAGE)
        pool: StoragePool = self._storage_pool(await self._call("storage_pool_lookup_by_uuid", (uuid,), deadline))
        return pool

    async def secret_lookup_by_uuid_string(self, uuidstr: str, *, deadline: float | None = None) -> Secret:
        """virSecretLookupByUUIDString."""
        uuid = uuid_argument(uuidstr, "virSecretLookupByUUIDString", FROM_SECRET)
        secret: Secret = self._secret(await self._call("secret_lookup_by_uuid", (uuid,), deadline))
        return secret

    async def nwfilter_lookup_by_uuid_string(self, uuidstr: str, *, deadline: float | None = None) -> NWFilter:
        """virNWFilterLookupByUUIDString."""
        uuid = uuid_argument(uuidstr, "virNWFilterLookupByUUIDString", FROM_NWFILTER)
        nwfilter: NWFilter = self._nwfilter(await self._call("nwfilter_lookup_by_uuid", (uuid,), deadline))
        return nwfilter

    def lxc_enter_security_label(self, model: SecurityModel, label: SecurityLabel) -> None:
        """virDomainLxcEnterSecurityLabel: give this process the label of a container, of the model it is of."""
        function = "virDomainLxcEnterSecurityLabel"
        if model is None:
            raise null_arg("model", function, FROM_NONE)
        if label is None:
            raise null_arg("label", function, FROM_NONE)
        if model.model == "none":
            return
        if model.model not in ("selinux", "apparmor"):
            text = f"Security model {model.model} cannot be entered"
            raise VirtError(ErrorCode.ARGUMENT_UNSUPPORTED, text, FROM_NONE)
        from purevirt.host.namespaces import enter_label

        try:
            enter_label(label.label if model.model == "selinux" else f"changeprofile {label.label}")
        except OSError as e:
            raise system_error(e.errno or 0, f"Cannot set context {label.label}", FROM_NONE) from e

    # -- guests -----------------------------------------------------------------------------------------------------------

    async def domain_create_linux(self, xml_desc: str, flags: int = 0, *, deadline: float | None = None) -> Domain:
        """virDomainCreateLinux: the old name of `domain_create_xml`."""
        if self._readonly:
            raise read_only("virDomainCreateXML", FROM_DOMAIN)
        if xml_desc is None:
            raise null_arg("xmlDesc", "virDomainCreateXML", FROM_DOMAIN)
        domain: Domain = self._domain(await self._call("domain_create_xml", (xml_desc, flags), deadline))
        return domain

    async def domain_create_xml_with_files(
        self, xml_desc: str, files: Sequence[int], flags: int = 0, *, deadline: float | None = None
    ) -> Domain:
        """virDomainCreateXMLWithFiles: a transient guest that inherits the descriptors (ours stay open)."""
        if self._readonly:
            raise read_only("virDomainCreateXMLWithFiles", FROM_DOMAIN)
        if xml_desc is None:
            raise null_arg("xmlDesc", "virDomainCreateXMLWithFiles", FROM_DOMAIN)
        args = (xml_desc, flags)
        ref, _ = await (await self._standing()).invoke_fds("domain_create_xml_with_files", args, files, deadline)
        domain: Domain = self._domain(ref)
        return domain

    # -- the host -----------------------------------------------------------------------------------------------------------

    async def get_cpu_model_names(
        self, arch: str, flags: int = 0, *, deadline: float | None = None
    ) -> list[str]:
        """virConnectGetCPUModelNames."""
        if arch is None:
            raise null_arg("arch", "virConnectGetCPUModelNames", FROM_DOMAIN)
        ret = await self._call("connect_get_cpu_model_names", (arch, 1, flags), deadline)
        return list(ret.models)

    async def node_get_info(self, *, deadline: float | None = None) -> NodeInfo:
        """virNodeGetInfo."""
        r = await self._call("node_get_info", (), deadline)
        return NodeInfo(r.model, r.memory, r.cpus, r.mhz, r.nodes, r.sockets, r.cores, r.threads)

    async def node_get_security_model(self, *, deadline: float | None = None) -> SecurityModel:
        """virNodeGetSecurityModel."""
        r = await self._call("node_get_security_model", (), deadline)
        return SecurityModel(r.model, r.doi)

    async def node_get_cpu_map(self, flags: int = 0, *, deadline: float | None = None) -> NodeCPUMap:
        """virNodeGetCPUMap."""
        r = await self._call("node_get_cpu_map", (1, 1, flags), deadline)
        return NodeCPUMap(r.ret, from_map(r.cpumap), r.online)

    async def node_get_cpu_stats(
        self, cpu_num: int = -1, flags: int = 0, *, deadline: float | None = None
    ) -> dict[str, int]:
        """virNodeGetCPUStats: ns per state of one CPU, or of all (-1)."""
        count = (await self._call("node_get_cpu_stats", (cpu_num, 0, flags), deadline)).nparams
        ret = await self._call("node_get_cpu_stats", (cpu_num, count, flags), deadline)
        return {r.field: r.value for r in ret.params}

    async def node_get_memory_stats(
        self, cell_num: int = -1, flags: int = 0, *, deadline: float | None = None
    ) -> dict[str, int]:
        """virNodeGetMemoryStats: KiB by kind, of one NUMA cell or of all (-1)."""
        count = (await self._call("node_get_memory_stats", (0, cell_num, flags), deadline)).nparams
        ret = await self._call("node_get_memory_stats", (count, cell_num, flags), deadline)
        return {r.field: r.value for r in ret.params}

    async def node_get_free_pages(
        self, pages: Sequence[int], start_cell: int, cell_count: int, flags: int = 0, *, deadline: float | None = None
    ) -> dict[int, dict[int, int]]:
        """virNodeGetFreePages: cell → page size (KiB) → free pages."""
        if not pages:
            raise zero_arg("npages", "virNodeGetFreePages", FROM_DOMAIN)
        if cell_count == 0:
            raise zero_arg("cellCount", "virNodeGetFreePages", FROM_DOMAIN)
        sizes = list(pages)
        counts = await self._call("node_get_free_pages", (sizes, start_cell, cell_count, flags), deadline)
        width = len(sizes)
        return {
            start_cell + i // width: dict(zip(sizes, counts[i : i + width], strict=False))
            for i in range(0, len(counts), width)
        }

    async def node_alloc_pages(
        self,
        pages: dict[int, int],
        start_cell: int = -1,
        cell_count: int = 1,
        flags: int = 0,
        *,
        deadline: float | None = None,
    ) -> int:
        """virNodeAllocPages: page size (KiB) → number to add; how many entries could be done."""
        if self._readonly:
            raise read_only("virNodeAllocPages", FROM_DOMAIN)
        if not pages:
            raise zero_arg("npages", "virNodeAllocPages", FROM_DOMAIN)
        if cell_count == 0:
            raise zero_arg("cellCount", "virNodeAllocPages", FROM_DOMAIN)
        args = (list(pages), list(pages.values()), start_cell, cell_count, flags)
        done: int = await self._call("node_alloc_pages", args, deadline)
        return done
