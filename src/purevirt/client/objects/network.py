"""Virtual networks and their ports."""

from __future__ import annotations

from purevirt.client.calls.network import NetworkCalls, NetworkPortCalls
from purevirt.client.checks import FROM_NETWORK
from purevirt.client.objects.identity import HasName, HasUUID, uuid_argument
from purevirt.client.records import DHCPLease


class Network(NetworkCalls, HasName, HasUUID):
    """A virtual network (virNetwork)."""

    __slots__ = ()

    async def get_dhcp_leases(
        self, mac: str | None = None, flags: int = 0, *, deadline: float | None = None
    ) -> list[DHCPLease]:
        """virNetworkGetDHCPLeases: all leases, or those of one MAC address."""
        ret = await self._conn._call("network_get_dhcp_leases", (self._ref, mac, 1, flags), deadline)
        return [
            DHCPLease(
                r.iface, r.expirytime, r.type, r.mac, r.iaid, r.ipaddr, r.prefix, r.hostname, r.clientid
            )
            for r in ret.leases
        ]

    async def port_lookup_by_uuid_string(self, uuidstr: str, *, deadline: float | None = None) -> NetworkPort:
        """virNetworkPortLookupByUUIDString."""
        uuid = uuid_argument(uuidstr, "virNetworkPortLookupByUUIDString", FROM_NETWORK)
        return await self.port_lookup_by_uuid(uuid, deadline=deadline)


class NetworkPort(NetworkPortCalls, HasUUID):
    """A port of a network (virNetworkPort)."""

    __slots__ = ()

    def get_network(self) -> Network:
        return Network(self._conn, self._ref.net)
