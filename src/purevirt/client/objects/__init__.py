"""The public objects of the async face, where the logic is. `purevirt.client` has their sync twins."""

from purevirt.client.objects.admin import AdmClient, AdmConnection, AdmServer
from purevirt.client.objects.connection import Connection
from purevirt.client.objects.domain import Domain
from purevirt.client.objects.host import Interface, NodeDevice, NWFilter, NWFilterBinding, Secret
from purevirt.client.objects.network import Network, NetworkPort
from purevirt.client.objects.snapshot import DomainCheckpoint, DomainSnapshot
from purevirt.client.objects.storage import StoragePool, StorageVol
from purevirt.client.objects.stream import Stream

__all__ = [
    "AdmClient",
    "AdmConnection",
    "AdmServer",
    "Connection",
    "Domain",
    "DomainCheckpoint",
    "DomainSnapshot",
    "Interface",
    "NWFilter",
    "NWFilterBinding",
    "Network",
    "NetworkPort",
    "NodeDevice",
    "Secret",
    "StoragePool",
    "StorageVol",
    "Stream",
]
