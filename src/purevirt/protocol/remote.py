"""The remote program (0x20008086): every struct and procedure of libvirt 9.0.0's remote_protocol.x.

Declarations only, written from the facts by tools/gen_protocol.py and compared with them by
`tests/wire/test_declarations.py`. Structs are in `remote_types`, loaded when first named here. Names:
docs/architecture.md.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from purevirt.errors import ErrorDomain as E
from purevirt.protocol.remote_types import home
from purevirt.protocol.remote_types.objects import *  # noqa: F403
from purevirt.protocol.rows import Program, When, acl, call, event, when
from purevirt.types import constants as C


def struct_named(name: str) -> Any:
    """A struct of this program by its name. Raises AttributeError where there is none."""
    found = globals().get(name)
    if found is None:
        file = home(name)
        if file is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = globals()[name] = getattr(import_module(f"purevirt.protocol.remote_types.{file}"), name)
    return found


if TYPE_CHECKING:
    from purevirt.protocol.remote_types.connect import *  # noqa: F403
    from purevirt.protocol.remote_types.domain import *  # noqa: F403
    from purevirt.protocol.remote_types.domain_block import *  # noqa: F403
    from purevirt.protocol.remote_types.domain_facts import *  # noqa: F403
    from purevirt.protocol.remote_types.domain_migration import *  # noqa: F403
    from purevirt.protocol.remote_types.domain_snapshot import *  # noqa: F403
    from purevirt.protocol.remote_types.events import *  # noqa: F403
    from purevirt.protocol.remote_types.interface import *  # noqa: F403
    from purevirt.protocol.remote_types.lists import *  # noqa: F403
    from purevirt.protocol.remote_types.network import *  # noqa: F403
    from purevirt.protocol.remote_types.node import *  # noqa: F403
    from purevirt.protocol.remote_types.node_device import *  # noqa: F403
    from purevirt.protocol.remote_types.nwfilter import *  # noqa: F403
    from purevirt.protocol.remote_types.secret import *  # noqa: F403
    from purevirt.protocol.remote_types.storage import *  # noqa: F403
else:
    __getattr__ = struct_named

CONNECT_OPEN = call(1, "virConnectOpen", "ConnectOpenArgs", acl="connect:getattr", high=True, readonly=True)
CONNECT_CLOSE = call(2, "virConnectClose", high=True, readonly=True)
CONNECT_GET_TYPE = call(
    3,
    "virConnectGetType",
    None,
    "ConnectGetTypeRet",
    acl="connect:getattr",
    high=True,
    readonly=True,
    facet="hypervisor",
)
CONNECT_GET_VERSION = call(
    4,
    "virConnectGetVersion",
    None,
    "ConnectGetVersionRet",
    acl="connect:getattr",
    high=True,
    readonly=True,
    facet="hypervisor",
)
CONNECT_GET_MAX_VCPUS = call(
    5,
    "virConnectGetMaxVcpus",
    "ConnectGetMaxVcpusArgs",
    "ConnectGetMaxVcpusRet",
    acl="connect:read",
    high=True,
    readonly=True,
    facet="hypervisor",
)
NODE_GET_INFO = call(
    6, "virNodeGetInfo", None, "NodeGetInfoRet", acl="connect:read", high=True, readonly=True, facet="hypervisor"
)
CONNECT_GET_CAPABILITIES = call(
    7,
    "virConnectGetCapabilities",
    None,
    "ConnectGetCapabilitiesRet",
    acl="connect:read",
    readonly=True,
    facet="hypervisor",
)
DOMAIN_ATTACH_DEVICE = call(
    8, "virDomainAttachDevice", "DomainAttachDeviceArgs", acl="domain:write", facet="hypervisor", errors=E.DOMAIN
)
DOMAIN_CREATE = call(9, "virDomainCreate", "DomainCreateArgs", acl="domain:start", facet="hypervisor", errors=E.DOMAIN)
DOMAIN_CREATE_XML = call(
    10,
    "virDomainCreateXML",
    "DomainCreateXmlArgs",
    "DomainCreateXmlRet",
    acl="domain:write domain:start",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_DEFINE_XML = call(
    11,
    "virDomainDefineXML",
    "DomainDefineXmlArgs",
    "DomainDefineXmlRet",
    acl="domain:write domain:save",
    high=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_DESTROY = call(
    12, "virDomainDestroy", "DomainDestroyArgs", acl="domain:stop", high=True, facet="hypervisor", errors=E.DOMAIN
)
DOMAIN_DETACH_DEVICE = call(
    13, "virDomainDetachDevice", "DomainDetachDeviceArgs", acl="domain:write", facet="hypervisor", errors=E.DOMAIN
)
DOMAIN_GET_XML_DESC = call(
    14,
    "virDomainGetXMLDesc",
    "DomainGetXmlDescArgs",
    "DomainGetXmlDescRet",
    acl=acl(
        "domain:read",
        when("domain:read_secure", "flags", "set", C.VIR_DOMAIN_XML_SECURE),
        when("domain:read_secure", "flags", "set", C.VIR_DOMAIN_XML_MIGRATABLE),
    ),
    readonly=When("flags", "set", C.VIR_DOMAIN_XML_SECURE | C.VIR_DOMAIN_XML_MIGRATABLE),
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_GET_AUTOSTART = call(
    15,
    "virDomainGetAutostart",
    "DomainGetAutostartArgs",
    "DomainGetAutostartRet",
    acl="domain:read",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_GET_INFO = call(
    16,
    "virDomainGetInfo",
    "DomainGetInfoArgs",
    "DomainGetInfoRet",
    acl="domain:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_GET_MAX_MEMORY = call(
    17,
    "virDomainGetMaxMemory",
    "DomainGetMaxMemoryArgs",
    "DomainGetMaxMemoryRet",
    acl="domain:read",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_GET_MAX_VCPUS = call(
    18,
    "virDomainGetMaxVcpus",
    "DomainGetMaxVcpusArgs",
    "DomainGetMaxVcpusRet",
    acl="domain:read",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_GET_OS_TYPE = call(
    19,
    "virDomainGetOSType",
    "DomainGetOsTypeArgs",
    "DomainGetOsTypeRet",
    acl="domain:read",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_GET_VCPUS = call(
    20,
    "virDomainGetVcpus",
    "DomainGetVcpusArgs",
    "DomainGetVcpusRet",
    acl="domain:read",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
CONNECT_LIST_DEFINED_DOMAINS = call(
    21,
    "virConnectListDefinedDomains",
    "ConnectListDefinedDomainsArgs",
    "ConnectListDefinedDomainsRet",
    acl="connect:search_domains",
    filter="domain:getattr",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_LOOKUP_BY_ID = call(
    22,
    "virDomainLookupByID",
    "DomainLookupByIdArgs",
    "DomainLookupByIdRet",
    acl="domain:getattr",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_LOOKUP_BY_NAME = call(
    23,
    "virDomainLookupByName",
    "DomainLookupByNameArgs",
    "DomainLookupByNameRet",
    acl="domain:getattr",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_LOOKUP_BY_UUID = call(
    24,
    "virDomainLookupByUUID",
    "DomainLookupByUuidArgs",
    "DomainLookupByUuidRet",
    acl="domain:getattr",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
CONNECT_NUM_OF_DEFINED_DOMAINS = call(
    25,
    "virConnectNumOfDefinedDomains",
    None,
    "ConnectNumOfDefinedDomainsRet",
    acl="connect:search_domains",
    filter="domain:getattr",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_PIN_VCPU = call(
    26, "virDomainPinVcpu", "DomainPinVcpuArgs", acl="domain:write", facet="hypervisor", errors=E.DOMAIN
)
DOMAIN_REBOOT = call(
    27,
    "virDomainReboot",
    "DomainRebootArgs",
    acl=acl("domain:init_control", when("domain:write", "flags", "set", C.VIR_DOMAIN_REBOOT_GUEST_AGENT)),
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_RESUME = call(
    28, "virDomainResume", "DomainResumeArgs", acl="domain:suspend", facet="hypervisor", errors=E.DOMAIN
)
DOMAIN_SET_AUTOSTART = call(
    29,
    "virDomainSetAutostart",
    "DomainSetAutostartArgs",
    acl="domain:write",
    high=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_SET_MAX_MEMORY = call(
    30,
    "virDomainSetMaxMemory",
    "DomainSetMaxMemoryArgs",
    acl="domain:write",
    high=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_SET_MEMORY = call(
    31, "virDomainSetMemory", "DomainSetMemoryArgs", acl="domain:write", facet="hypervisor", errors=E.DOMAIN
)
DOMAIN_SET_VCPUS = call(
    32, "virDomainSetVcpus", "DomainSetVcpusArgs", acl="domain:write", facet="hypervisor", errors=E.DOMAIN
)
DOMAIN_SHUTDOWN = call(
    33, "virDomainShutdown", "DomainShutdownArgs", acl="domain:init_control", facet="hypervisor", errors=E.DOMAIN
)
DOMAIN_SUSPEND = call(
    34, "virDomainSuspend", "DomainSuspendArgs", acl="domain:suspend", facet="hypervisor", errors=E.DOMAIN
)
DOMAIN_UNDEFINE = call(
    35, "virDomainUndefine", "DomainUndefineArgs", acl="domain:delete", high=True, facet="hypervisor", errors=E.DOMAIN
)
CONNECT_LIST_DEFINED_NETWORKS = call(
    36,
    "virConnectListDefinedNetworks",
    "ConnectListDefinedNetworksArgs",
    "ConnectListDefinedNetworksRet",
    acl="connect:search_networks",
    filter="network:getattr",
    high=True,
    readonly=True,
    facet="network",
    errors=E.NETWORK,
)
CONNECT_LIST_DOMAINS = call(
    37,
    "virConnectListDomains",
    "ConnectListDomainsArgs",
    "ConnectListDomainsRet",
    acl="connect:search_domains",
    filter="domain:getattr",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
CONNECT_LIST_NETWORKS = call(
    38,
    "virConnectListNetworks",
    "ConnectListNetworksArgs",
    "ConnectListNetworksRet",
    acl="connect:search_networks",
    filter="network:getattr",
    high=True,
    readonly=True,
    facet="network",
    errors=E.NETWORK,
)
NETWORK_CREATE = call(
    39, "virNetworkCreate", "NetworkCreateArgs", acl="network:start", facet="network", errors=E.NETWORK
)
NETWORK_CREATE_XML = call(
    40,
    "virNetworkCreateXML",
    "NetworkCreateXmlArgs",
    "NetworkCreateXmlRet",
    acl="network:write network:start",
    facet="network",
    errors=E.NETWORK,
)
NETWORK_DEFINE_XML = call(
    41,
    "virNetworkDefineXML",
    "NetworkDefineXmlArgs",
    "NetworkDefineXmlRet",
    acl="network:write network:save",
    high=True,
    facet="network",
    errors=E.NETWORK,
)
NETWORK_DESTROY = call(
    42, "virNetworkDestroy", "NetworkDestroyArgs", acl="network:stop", high=True, facet="network", errors=E.NETWORK
)
NETWORK_GET_XML_DESC = call(
    43,
    "virNetworkGetXMLDesc",
    "NetworkGetXmlDescArgs",
    "NetworkGetXmlDescRet",
    acl="network:read",
    high=True,
    readonly=True,
    facet="network",
    errors=E.NETWORK,
)
NETWORK_GET_AUTOSTART = call(
    44,
    "virNetworkGetAutostart",
    "NetworkGetAutostartArgs",
    "NetworkGetAutostartRet",
    acl="network:read",
    high=True,
    readonly=True,
    facet="network",
    errors=E.NETWORK,
)
NETWORK_GET_BRIDGE_NAME = call(
    45,
    "virNetworkGetBridgeName",
    "NetworkGetBridgeNameArgs",
    "NetworkGetBridgeNameRet",
    acl="network:read",
    high=True,
    readonly=True,
    facet="network",
    errors=E.NETWORK,
)
NETWORK_LOOKUP_BY_NAME = call(
    46,
    "virNetworkLookupByName",
    "NetworkLookupByNameArgs",
    "NetworkLookupByNameRet",
    acl="network:getattr",
    high=True,
    readonly=True,
    facet="network",
    errors=E.NETWORK,
)
NETWORK_LOOKUP_BY_UUID = call(
    47,
    "virNetworkLookupByUUID",
    "NetworkLookupByUuidArgs",
    "NetworkLookupByUuidRet",
    acl="network:getattr",
    high=True,
    readonly=True,
    facet="network",
    errors=E.NETWORK,
)
NETWORK_SET_AUTOSTART = call(
    48,
    "virNetworkSetAutostart",
    "NetworkSetAutostartArgs",
    acl="network:write",
    high=True,
    facet="network",
    errors=E.NETWORK,
)
NETWORK_UNDEFINE = call(
    49, "virNetworkUndefine", "NetworkUndefineArgs", acl="network:delete", high=True, facet="network", errors=E.NETWORK
)
CONNECT_NUM_OF_DEFINED_NETWORKS = call(
    50,
    "virConnectNumOfDefinedNetworks",
    None,
    "ConnectNumOfDefinedNetworksRet",
    acl="connect:search_networks",
    filter="network:getattr",
    high=True,
    readonly=True,
    facet="network",
    errors=E.NETWORK,
)
CONNECT_NUM_OF_DOMAINS = call(
    51,
    "virConnectNumOfDomains",
    None,
    "ConnectNumOfDomainsRet",
    acl="connect:search_domains",
    filter="domain:getattr",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
CONNECT_NUM_OF_NETWORKS = call(
    52,
    "virConnectNumOfNetworks",
    None,
    "ConnectNumOfNetworksRet",
    acl="connect:search_networks",
    filter="network:getattr",
    high=True,
    readonly=True,
    facet="network",
    errors=E.NETWORK,
)
DOMAIN_CORE_DUMP = call(
    53, "virDomainCoreDump", "DomainCoreDumpArgs", acl="domain:core_dump", facet="hypervisor", errors=E.DOMAIN
)
DOMAIN_RESTORE = call(
    54, "virDomainRestore", "DomainRestoreArgs", acl="domain:start domain:write", facet="hypervisor", errors=E.DOMAIN
)
DOMAIN_SAVE = call(55, "virDomainSave", "DomainSaveArgs", acl="domain:hibernate", facet="hypervisor", errors=E.DOMAIN)
DOMAIN_GET_SCHEDULER_TYPE = call(
    56,
    "virDomainGetSchedulerType",
    "DomainGetSchedulerTypeArgs",
    "DomainGetSchedulerTypeRet",
    acl="domain:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_GET_SCHEDULER_PARAMETERS = call(
    57,
    "virDomainGetSchedulerParameters",
    "DomainGetSchedulerParametersArgs",
    "DomainGetSchedulerParametersRet",
    acl="domain:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_SET_SCHEDULER_PARAMETERS = call(
    58,
    "virDomainSetSchedulerParameters",
    "DomainSetSchedulerParametersArgs",
    acl="domain:read",
    facet="hypervisor",
    errors=E.DOMAIN,
)
CONNECT_GET_HOSTNAME = call(
    59,
    "virConnectGetHostname",
    None,
    "ConnectGetHostnameRet",
    acl="connect:getattr",
    high=True,
    readonly=True,
    facet="hypervisor",
)
CONNECT_SUPPORTS_FEATURE = call(
    60,
    "virConnectSupportsFeature",
    "ConnectSupportsFeatureArgs",
    "ConnectSupportsFeatureRet",
    acl="connect:getattr",
    high=True,
    readonly=True,
    facet="hypervisor",
)
DOMAIN_MIGRATE_PREPARE = call(
    61,
    "virDomainMigratePrepare",
    "DomainMigratePrepareArgs",
    "DomainMigratePrepareRet",
    acl="domain:migrate domain:start domain:write",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_MIGRATE_PERFORM = call(
    62, "virDomainMigratePerform", "DomainMigratePerformArgs", acl="domain:migrate", facet="hypervisor", errors=E.DOMAIN
)
DOMAIN_MIGRATE_FINISH = call(
    63,
    "virDomainMigrateFinish",
    "DomainMigrateFinishArgs",
    "DomainMigrateFinishRet",
    acl="domain:migrate",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_BLOCK_STATS = call(
    64,
    "virDomainBlockStats",
    "DomainBlockStatsArgs",
    "DomainBlockStatsRet",
    acl="domain:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_INTERFACE_STATS = call(
    65,
    "virDomainInterfaceStats",
    "DomainInterfaceStatsArgs",
    "DomainInterfaceStatsRet",
    acl="domain:read",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
AUTH_LIST = call(66, "virAuthList", None, "AuthListRet", high=True, readonly=True, auth=False)
AUTH_SASL_INIT = call(67, "virAuthSaslInit", None, "AuthSaslInitRet", high=True, readonly=True, auth=False)
AUTH_SASL_START = call(
    68, "virAuthSaslStart", "AuthSaslStartArgs", "AuthSaslStartRet", high=True, readonly=True, auth=False
)
AUTH_SASL_STEP = call(
    69, "virAuthSaslStep", "AuthSaslStepArgs", "AuthSaslStepRet", high=True, readonly=True, auth=False
)
AUTH_POLKIT = call(70, "virAuthPolkit", None, "AuthPolkitRet", high=True, readonly=True, auth=False)
CONNECT_NUM_OF_STORAGE_POOLS = call(
    71,
    "virConnectNumOfStoragePools",
    None,
    "ConnectNumOfStoragePoolsRet",
    acl="connect:search_storage_pools",
    filter="storage_pool:getattr",
    high=True,
    readonly=True,
    facet="storage",
    errors=E.STORAGE,
)
CONNECT_LIST_STORAGE_POOLS = call(
    72,
    "virConnectListStoragePools",
    "ConnectListStoragePoolsArgs",
    "ConnectListStoragePoolsRet",
    acl="connect:search_storage_pools",
    filter="storage_pool:getattr",
    high=True,
    readonly=True,
    facet="storage",
    errors=E.STORAGE,
)
CONNECT_NUM_OF_DEFINED_STORAGE_POOLS = call(
    73,
    "virConnectNumOfDefinedStoragePools",
    None,
    "ConnectNumOfDefinedStoragePoolsRet",
    acl="connect:search_storage_pools",
    filter="storage_pool:getattr",
    high=True,
    readonly=True,
    facet="storage",
    errors=E.STORAGE,
)
CONNECT_LIST_DEFINED_STORAGE_POOLS = call(
    74,
    "virConnectListDefinedStoragePools",
    "ConnectListDefinedStoragePoolsArgs",
    "ConnectListDefinedStoragePoolsRet",
    acl="connect:search_storage_pools",
    filter="storage_pool:getattr",
    high=True,
    readonly=True,
    facet="storage",
    errors=E.STORAGE,
)
CONNECT_FIND_STORAGE_POOL_SOURCES = call(
    75,
    "virConnectFindStoragePoolSources",
    "ConnectFindStoragePoolSourcesArgs",
    "ConnectFindStoragePoolSourcesRet",
    acl="connect:detect_storage_pools",
    facet="storage",
    errors=E.STORAGE,
)
STORAGE_POOL_CREATE_XML = call(
    76,
    "virStoragePoolCreateXML",
    "StoragePoolCreateXmlArgs",
    "StoragePoolCreateXmlRet",
    acl="storage_pool:start storage_pool:write",
    facet="storage",
    errors=E.STORAGE,
)
STORAGE_POOL_DEFINE_XML = call(
    77,
    "virStoragePoolDefineXML",
    "StoragePoolDefineXmlArgs",
    "StoragePoolDefineXmlRet",
    acl="storage_pool:write storage_pool:save",
    high=True,
    facet="storage",
    errors=E.STORAGE,
)
STORAGE_POOL_CREATE = call(
    78, "virStoragePoolCreate", "StoragePoolCreateArgs", acl="storage_pool:start", facet="storage", errors=E.STORAGE
)
STORAGE_POOL_BUILD = call(
    79, "virStoragePoolBuild", "StoragePoolBuildArgs", acl="storage_pool:format", facet="storage", errors=E.STORAGE
)
STORAGE_POOL_DESTROY = call(
    80,
    "virStoragePoolDestroy",
    "StoragePoolDestroyArgs",
    acl="storage_pool:stop",
    high=True,
    facet="storage",
    errors=E.STORAGE,
)
STORAGE_POOL_DELETE = call(
    81, "virStoragePoolDelete", "StoragePoolDeleteArgs", acl="storage_pool:format", facet="storage", errors=E.STORAGE
)
STORAGE_POOL_UNDEFINE = call(
    82,
    "virStoragePoolUndefine",
    "StoragePoolUndefineArgs",
    acl="storage_pool:delete",
    high=True,
    facet="storage",
    errors=E.STORAGE,
)
STORAGE_POOL_REFRESH = call(
    83, "virStoragePoolRefresh", "StoragePoolRefreshArgs", acl="storage_pool:refresh", facet="storage", errors=E.STORAGE
)
STORAGE_POOL_LOOKUP_BY_NAME = call(
    84,
    "virStoragePoolLookupByName",
    "StoragePoolLookupByNameArgs",
    "StoragePoolLookupByNameRet",
    acl="storage_pool:getattr",
    high=True,
    readonly=True,
    facet="storage",
    errors=E.STORAGE,
)
STORAGE_POOL_LOOKUP_BY_UUID = call(
    85,
    "virStoragePoolLookupByUUID",
    "StoragePoolLookupByUuidArgs",
    "StoragePoolLookupByUuidRet",
    acl="storage_pool:getattr",
    high=True,
    readonly=True,
    facet="storage",
    errors=E.STORAGE,
)
STORAGE_POOL_LOOKUP_BY_VOLUME = call(
    86,
    "virStoragePoolLookupByVolume",
    "StoragePoolLookupByVolumeArgs",
    "StoragePoolLookupByVolumeRet",
    acl="storage_pool:getattr",
    high=True,
    readonly=True,
    facet="storage",
    errors=E.STORAGE,
)
STORAGE_POOL_GET_INFO = call(
    87,
    "virStoragePoolGetInfo",
    "StoragePoolGetInfoArgs",
    "StoragePoolGetInfoRet",
    acl="storage_pool:read",
    high=True,
    readonly=True,
    facet="storage",
    errors=E.STORAGE,
)
STORAGE_POOL_GET_XML_DESC = call(
    88,
    "virStoragePoolGetXMLDesc",
    "StoragePoolGetXmlDescArgs",
    "StoragePoolGetXmlDescRet",
    acl="storage_pool:read",
    high=True,
    readonly=True,
    facet="storage",
    errors=E.STORAGE,
)
STORAGE_POOL_GET_AUTOSTART = call(
    89,
    "virStoragePoolGetAutostart",
    "StoragePoolGetAutostartArgs",
    "StoragePoolGetAutostartRet",
    acl="storage_pool:read",
    high=True,
    readonly=True,
    facet="storage",
    errors=E.STORAGE,
)
STORAGE_POOL_SET_AUTOSTART = call(
    90,
    "virStoragePoolSetAutostart",
    "StoragePoolSetAutostartArgs",
    acl="storage_pool:write",
    high=True,
    facet="storage",
    errors=E.STORAGE,
)
STORAGE_POOL_NUM_OF_VOLUMES = call(
    91,
    "virStoragePoolNumOfVolumes",
    "StoragePoolNumOfVolumesArgs",
    "StoragePoolNumOfVolumesRet",
    acl="storage_pool:search_storage_vols",
    filter="storage_vol:getattr",
    high=True,
    readonly=True,
    facet="storage",
    errors=E.STORAGE,
)
STORAGE_POOL_LIST_VOLUMES = call(
    92,
    "virStoragePoolListVolumes",
    "StoragePoolListVolumesArgs",
    "StoragePoolListVolumesRet",
    acl="storage_pool:search_storage_vols",
    filter="storage_vol:getattr",
    high=True,
    readonly=True,
    facet="storage",
    errors=E.STORAGE,
)
STORAGE_VOL_CREATE_XML = call(
    93,
    "virStorageVolCreateXML",
    "StorageVolCreateXmlArgs",
    "StorageVolCreateXmlRet",
    acl="storage_vol:create",
    facet="storage",
    errors=E.STORAGE,
)
STORAGE_VOL_DELETE = call(
    94, "virStorageVolDelete", "StorageVolDeleteArgs", acl="storage_vol:delete", facet="storage", errors=E.STORAGE
)
STORAGE_VOL_LOOKUP_BY_NAME = call(
    95,
    "virStorageVolLookupByName",
    "StorageVolLookupByNameArgs",
    "StorageVolLookupByNameRet",
    acl="storage_vol:getattr",
    high=True,
    readonly=True,
    facet="storage",
    errors=E.STORAGE,
)
STORAGE_VOL_LOOKUP_BY_KEY = call(
    96,
    "virStorageVolLookupByKey",
    "StorageVolLookupByKeyArgs",
    "StorageVolLookupByKeyRet",
    acl="storage_vol:getattr",
    high=True,
    readonly=True,
    facet="storage",
    errors=E.STORAGE,
)
STORAGE_VOL_LOOKUP_BY_PATH = call(
    97,
    "virStorageVolLookupByPath",
    "StorageVolLookupByPathArgs",
    "StorageVolLookupByPathRet",
    acl="storage_vol:getattr",
    high=True,
    readonly=True,
    facet="storage",
    errors=E.STORAGE,
)
STORAGE_VOL_GET_INFO = call(
    98,
    "virStorageVolGetInfo",
    "StorageVolGetInfoArgs",
    "StorageVolGetInfoRet",
    acl="storage_vol:read",
    high=True,
    readonly=True,
    facet="storage",
    errors=E.STORAGE,
)
STORAGE_VOL_GET_XML_DESC = call(
    99,
    "virStorageVolGetXMLDesc",
    "StorageVolGetXmlDescArgs",
    "StorageVolGetXmlDescRet",
    acl="storage_vol:read",
    high=True,
    readonly=True,
    facet="storage",
    errors=E.STORAGE,
)
STORAGE_VOL_GET_PATH = call(
    100,
    "virStorageVolGetPath",
    "StorageVolGetPathArgs",
    "StorageVolGetPathRet",
    acl="storage_vol:read",
    high=True,
    readonly=True,
    facet="storage",
    errors=E.STORAGE,
)
NODE_GET_CELLS_FREE_MEMORY = call(
    101,
    "virNodeGetCellsFreeMemory",
    "NodeGetCellsFreeMemoryArgs",
    "NodeGetCellsFreeMemoryRet",
    acl="connect:read",
    high=True,
    readonly=True,
    facet="hypervisor",
)
NODE_GET_FREE_MEMORY = call(
    102,
    "virNodeGetFreeMemory",
    None,
    "NodeGetFreeMemoryRet",
    acl="connect:read",
    high=True,
    readonly=True,
    facet="hypervisor",
)
DOMAIN_BLOCK_PEEK = call(
    103,
    "virDomainBlockPeek",
    "DomainBlockPeekArgs",
    "DomainBlockPeekRet",
    acl="domain:block_read",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_MEMORY_PEEK = call(
    104,
    "virDomainMemoryPeek",
    "DomainMemoryPeekArgs",
    "DomainMemoryPeekRet",
    acl="domain:mem_read",
    facet="hypervisor",
    errors=E.DOMAIN,
)
CONNECT_DOMAIN_EVENT_REGISTER = call(
    105,
    "virConnectDomainEventRegister",
    None,
    "ConnectDomainEventRegisterRet",
    acl="connect:search_domains",
    filter="domain:getattr",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
CONNECT_DOMAIN_EVENT_DEREGISTER = call(
    106,
    "virConnectDomainEventDeregister",
    None,
    "ConnectDomainEventDeregisterRet",
    acl="connect:read",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_EVENT_LIFECYCLE = event(107, "DomainEventLifecycleMsg")
DOMAIN_MIGRATE_PREPARE2 = call(
    108,
    "virDomainMigratePrepare2",
    "DomainMigratePrepare2Args",
    "DomainMigratePrepare2Ret",
    acl="domain:migrate domain:start domain:write",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_MIGRATE_FINISH2 = call(
    109,
    "virDomainMigrateFinish2",
    "DomainMigrateFinish2Args",
    "DomainMigrateFinish2Ret",
    acl="domain:migrate",
    facet="hypervisor",
    errors=E.DOMAIN,
)
CONNECT_GET_URI = call(
    110,
    "virConnectGetURI",
    None,
    "ConnectGetUriRet",
    acl="connect:getattr",
    high=True,
    readonly=True,
    facet="hypervisor",
)
NODE_NUM_OF_DEVICES = call(
    111,
    "virNodeNumOfDevices",
    "NodeNumOfDevicesArgs",
    "NodeNumOfDevicesRet",
    acl="connect:search_node_devices",
    filter="node_device:getattr",
    high=True,
    readonly=True,
    facet="nodedev",
    errors=E.NODEDEV,
)
NODE_LIST_DEVICES = call(
    112,
    "virNodeListDevices",
    "NodeListDevicesArgs",
    "NodeListDevicesRet",
    acl="connect:search_node_devices",
    filter="node_device:getattr",
    high=True,
    readonly=True,
    facet="nodedev",
    errors=E.NODEDEV,
)
NODE_DEVICE_LOOKUP_BY_NAME = call(
    113,
    "virNodeDeviceLookupByName",
    "NodeDeviceLookupByNameArgs",
    "NodeDeviceLookupByNameRet",
    acl="node_device:getattr",
    high=True,
    readonly=True,
    facet="nodedev",
    errors=E.NODEDEV,
)
NODE_DEVICE_GET_XML_DESC = call(
    114,
    "virNodeDeviceGetXMLDesc",
    "NodeDeviceGetXmlDescArgs",
    "NodeDeviceGetXmlDescRet",
    acl="node_device:read",
    readonly=True,
    facet="nodedev",
    errors=E.NODEDEV,
)
NODE_DEVICE_GET_PARENT = call(
    115,
    "virNodeDeviceGetParent",
    "NodeDeviceGetParentArgs",
    "NodeDeviceGetParentRet",
    acl="node_device:read",
    high=True,
    readonly=True,
    facet="nodedev",
    errors=E.NODEDEV,
)
NODE_DEVICE_NUM_OF_CAPS = call(
    116,
    "virNodeDeviceNumOfCaps",
    "NodeDeviceNumOfCapsArgs",
    "NodeDeviceNumOfCapsRet",
    acl="node_device:read",
    high=True,
    readonly=True,
    facet="nodedev",
    errors=E.NODEDEV,
)
NODE_DEVICE_LIST_CAPS = call(
    117,
    "virNodeDeviceListCaps",
    "NodeDeviceListCapsArgs",
    "NodeDeviceListCapsRet",
    acl="node_device:read",
    high=True,
    readonly=True,
    facet="nodedev",
    errors=E.NODEDEV,
)
NODE_DEVICE_DETTACH = call(
    118, "virNodeDeviceDettach", "NodeDeviceDettachArgs", acl="node_device:detach", facet="hypervisor", errors=E.NODEDEV
)
NODE_DEVICE_RE_ATTACH = call(
    119,
    "virNodeDeviceReAttach",
    "NodeDeviceReAttachArgs",
    acl="node_device:detach",
    facet="hypervisor",
    errors=E.NODEDEV,
)
NODE_DEVICE_RESET = call(
    120, "virNodeDeviceReset", "NodeDeviceResetArgs", acl="node_device:detach", facet="hypervisor", errors=E.NODEDEV
)
DOMAIN_GET_SECURITY_LABEL = call(
    121,
    "virDomainGetSecurityLabel",
    "DomainGetSecurityLabelArgs",
    "DomainGetSecurityLabelRet",
    acl="domain:read",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
NODE_GET_SECURITY_MODEL = call(
    122,
    "virNodeGetSecurityModel",
    None,
    "NodeGetSecurityModelRet",
    acl="connect:read",
    high=True,
    readonly=True,
    facet="hypervisor",
)
NODE_DEVICE_CREATE_XML = call(
    123,
    "virNodeDeviceCreateXML",
    "NodeDeviceCreateXmlArgs",
    "NodeDeviceCreateXmlRet",
    acl="node_device:write node_device:start",
    facet="nodedev",
    errors=E.NODEDEV,
)
NODE_DEVICE_DESTROY = call(
    124,
    "virNodeDeviceDestroy",
    "NodeDeviceDestroyArgs",
    acl="node_device:stop",
    high=True,
    facet="nodedev",
    errors=E.NODEDEV,
)
STORAGE_VOL_CREATE_XML_FROM = call(
    125,
    "virStorageVolCreateXMLFrom",
    "StorageVolCreateXmlFromArgs",
    "StorageVolCreateXmlFromRet",
    acl="storage_vol:create",
    facet="storage",
    errors=E.STORAGE,
)
CONNECT_NUM_OF_INTERFACES = call(
    126,
    "virConnectNumOfInterfaces",
    None,
    "ConnectNumOfInterfacesRet",
    acl="connect:search_interfaces",
    filter="interface:getattr",
    high=True,
    readonly=True,
    facet="interface",
    errors=E.INTERFACE,
)
CONNECT_LIST_INTERFACES = call(
    127,
    "virConnectListInterfaces",
    "ConnectListInterfacesArgs",
    "ConnectListInterfacesRet",
    acl="connect:search_interfaces",
    filter="interface:getattr",
    high=True,
    readonly=True,
    facet="interface",
    errors=E.INTERFACE,
)
INTERFACE_LOOKUP_BY_NAME = call(
    128,
    "virInterfaceLookupByName",
    "InterfaceLookupByNameArgs",
    "InterfaceLookupByNameRet",
    acl="interface:getattr",
    high=True,
    readonly=True,
    facet="interface",
    errors=E.INTERFACE,
)
INTERFACE_LOOKUP_BY_MAC_STRING = call(
    129,
    "virInterfaceLookupByMACString",
    "InterfaceLookupByMacStringArgs",
    "InterfaceLookupByMacStringRet",
    acl="interface:getattr",
    high=True,
    readonly=True,
    facet="interface",
    errors=E.INTERFACE,
)
INTERFACE_GET_XML_DESC = call(
    130,
    "virInterfaceGetXMLDesc",
    "InterfaceGetXmlDescArgs",
    "InterfaceGetXmlDescRet",
    acl="interface:read",
    readonly=True,
    facet="interface",
    errors=E.INTERFACE,
)
INTERFACE_DEFINE_XML = call(
    131,
    "virInterfaceDefineXML",
    "InterfaceDefineXmlArgs",
    "InterfaceDefineXmlRet",
    acl="interface:write interface:save",
    high=True,
    facet="interface",
    errors=E.INTERFACE,
)
INTERFACE_UNDEFINE = call(
    132,
    "virInterfaceUndefine",
    "InterfaceUndefineArgs",
    acl="interface:delete",
    high=True,
    facet="interface",
    errors=E.INTERFACE,
)
INTERFACE_CREATE = call(
    133, "virInterfaceCreate", "InterfaceCreateArgs", acl="interface:start", facet="interface", errors=E.INTERFACE
)
INTERFACE_DESTROY = call(
    134,
    "virInterfaceDestroy",
    "InterfaceDestroyArgs",
    acl="interface:stop",
    high=True,
    facet="interface",
    errors=E.INTERFACE,
)
CONNECT_DOMAIN_XML_FROM_NATIVE = call(
    135,
    "virConnectDomainXMLFromNative",
    "ConnectDomainXmlFromNativeArgs",
    "ConnectDomainXmlFromNativeRet",
    acl="connect:write",
    facet="hypervisor",
    errors=E.DOMAIN,
)
CONNECT_DOMAIN_XML_TO_NATIVE = call(
    136,
    "virConnectDomainXMLToNative",
    "ConnectDomainXmlToNativeArgs",
    "ConnectDomainXmlToNativeRet",
    acl="connect:write",
    facet="hypervisor",
    errors=E.DOMAIN,
)
CONNECT_NUM_OF_DEFINED_INTERFACES = call(
    137,
    "virConnectNumOfDefinedInterfaces",
    None,
    "ConnectNumOfDefinedInterfacesRet",
    acl="connect:search_interfaces",
    filter="interface:getattr",
    high=True,
    readonly=True,
    facet="interface",
    errors=E.INTERFACE,
)
CONNECT_LIST_DEFINED_INTERFACES = call(
    138,
    "virConnectListDefinedInterfaces",
    "ConnectListDefinedInterfacesArgs",
    "ConnectListDefinedInterfacesRet",
    acl="connect:search_interfaces",
    filter="interface:getattr",
    high=True,
    readonly=True,
    facet="interface",
    errors=E.INTERFACE,
)
CONNECT_NUM_OF_SECRETS = call(
    139,
    "virConnectNumOfSecrets",
    None,
    "ConnectNumOfSecretsRet",
    acl="connect:search_secrets",
    filter="secret:getattr",
    high=True,
    readonly=True,
    facet="secret",
    errors=E.SECRET,
)
CONNECT_LIST_SECRETS = call(
    140,
    "virConnectListSecrets",
    "ConnectListSecretsArgs",
    "ConnectListSecretsRet",
    acl="connect:search_secrets",
    filter="secret:getattr",
    high=True,
    readonly=True,
    facet="secret",
    errors=E.SECRET,
)
SECRET_LOOKUP_BY_UUID = call(
    141,
    "virSecretLookupByUUID",
    "SecretLookupByUuidArgs",
    "SecretLookupByUuidRet",
    acl="secret:getattr",
    high=True,
    readonly=True,
    facet="secret",
    errors=E.SECRET,
)
SECRET_DEFINE_XML = call(
    142,
    "virSecretDefineXML",
    "SecretDefineXmlArgs",
    "SecretDefineXmlRet",
    acl="secret:write secret:save",
    high=True,
    facet="secret",
    errors=E.SECRET,
)
SECRET_GET_XML_DESC = call(
    143,
    "virSecretGetXMLDesc",
    "SecretGetXmlDescArgs",
    "SecretGetXmlDescRet",
    acl="secret:read",
    high=True,
    readonly=True,
    facet="secret",
    errors=E.SECRET,
)
SECRET_SET_VALUE = call(
    144, "virSecretSetValue", "SecretSetValueArgs", acl="secret:write", high=True, facet="secret", errors=E.SECRET
)
SECRET_GET_VALUE = call(
    145,
    "virSecretGetValue",
    "SecretGetValueArgs",
    "SecretGetValueRet",
    acl="secret:read_secure",
    high=True,
    facet="secret",
    errors=E.SECRET,
)
SECRET_UNDEFINE = call(
    146, "virSecretUndefine", "SecretUndefineArgs", acl="secret:delete", high=True, facet="secret", errors=E.SECRET
)
SECRET_LOOKUP_BY_USAGE = call(
    147,
    "virSecretLookupByUsage",
    "SecretLookupByUsageArgs",
    "SecretLookupByUsageRet",
    acl="secret:getattr",
    high=True,
    readonly=True,
    facet="secret",
    errors=E.SECRET,
)
DOMAIN_MIGRATE_PREPARE_TUNNEL = call(
    148,
    "virDomainMigratePrepareTunnel",
    "DomainMigratePrepareTunnelArgs",
    acl="domain:migrate domain:start domain:write",
    stream="write",
    stream_at=1,
    facet="hypervisor",
    errors=E.DOMAIN,
)
CONNECT_IS_SECURE = call(
    149, "virConnectIsSecure", None, "ConnectIsSecureRet", high=True, readonly=True, facet="hypervisor"
)
DOMAIN_IS_ACTIVE = call(
    150,
    "virDomainIsActive",
    "DomainIsActiveArgs",
    "DomainIsActiveRet",
    acl="domain:read",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_IS_PERSISTENT = call(
    151,
    "virDomainIsPersistent",
    "DomainIsPersistentArgs",
    "DomainIsPersistentRet",
    acl="domain:read",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
NETWORK_IS_ACTIVE = call(
    152,
    "virNetworkIsActive",
    "NetworkIsActiveArgs",
    "NetworkIsActiveRet",
    acl="network:read",
    high=True,
    readonly=True,
    facet="network",
    errors=E.NETWORK,
)
NETWORK_IS_PERSISTENT = call(
    153,
    "virNetworkIsPersistent",
    "NetworkIsPersistentArgs",
    "NetworkIsPersistentRet",
    acl="network:read",
    high=True,
    readonly=True,
    facet="network",
    errors=E.NETWORK,
)
STORAGE_POOL_IS_ACTIVE = call(
    154,
    "virStoragePoolIsActive",
    "StoragePoolIsActiveArgs",
    "StoragePoolIsActiveRet",
    acl="storage_pool:read",
    high=True,
    readonly=True,
    facet="storage",
    errors=E.STORAGE,
)
STORAGE_POOL_IS_PERSISTENT = call(
    155,
    "virStoragePoolIsPersistent",
    "StoragePoolIsPersistentArgs",
    "StoragePoolIsPersistentRet",
    acl="storage_pool:read",
    high=True,
    readonly=True,
    facet="storage",
    errors=E.STORAGE,
)
INTERFACE_IS_ACTIVE = call(
    156,
    "virInterfaceIsActive",
    "InterfaceIsActiveArgs",
    "InterfaceIsActiveRet",
    acl="interface:read",
    high=True,
    readonly=True,
    facet="interface",
    errors=E.INTERFACE,
)
CONNECT_GET_LIB_VERSION = call(
    157,
    "virConnectGetLibVersion",
    None,
    "ConnectGetLibVersionRet",
    acl="connect:getattr",
    high=True,
    readonly=True,
    facet="hypervisor",
)
CONNECT_COMPARE_CPU = call(
    158,
    "virConnectCompareCPU",
    "ConnectCompareCpuArgs",
    "ConnectCompareCpuRet",
    acl="connect:read",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_MEMORY_STATS = call(
    159,
    "virDomainMemoryStats",
    "DomainMemoryStatsArgs",
    "DomainMemoryStatsRet",
    acl="domain:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_ATTACH_DEVICE_FLAGS = call(
    160,
    "virDomainAttachDeviceFlags",
    "DomainAttachDeviceFlagsArgs",
    acl=acl(
        "domain:write",
        when("domain:save", "flags", "none", C.VIR_DOMAIN_AFFECT_CONFIG | C.VIR_DOMAIN_AFFECT_LIVE),
        when("domain:save", "flags", "set", C.VIR_DOMAIN_AFFECT_CONFIG),
    ),
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_DETACH_DEVICE_FLAGS = call(
    161,
    "virDomainDetachDeviceFlags",
    "DomainDetachDeviceFlagsArgs",
    acl=acl(
        "domain:write",
        when("domain:save", "flags", "none", C.VIR_DOMAIN_AFFECT_CONFIG | C.VIR_DOMAIN_AFFECT_LIVE),
        when("domain:save", "flags", "set", C.VIR_DOMAIN_AFFECT_CONFIG),
    ),
    facet="hypervisor",
    errors=E.DOMAIN,
)
CONNECT_BASELINE_CPU = call(
    162,
    "virConnectBaselineCPU",
    "ConnectBaselineCpuArgs",
    "ConnectBaselineCpuRet",
    acl="connect:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_GET_JOB_INFO = call(
    163,
    "virDomainGetJobInfo",
    "DomainGetJobInfoArgs",
    "DomainGetJobInfoRet",
    acl="domain:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_ABORT_JOB = call(
    164, "virDomainAbortJob", "DomainAbortJobArgs", acl="domain:write", facet="hypervisor", errors=E.DOMAIN
)
STORAGE_VOL_WIPE = call(
    165, "virStorageVolWipe", "StorageVolWipeArgs", acl="storage_vol:format", facet="storage", errors=E.STORAGE
)
DOMAIN_MIGRATE_SET_MAX_DOWNTIME = call(
    166,
    "virDomainMigrateSetMaxDowntime",
    "DomainMigrateSetMaxDowntimeArgs",
    acl="domain:migrate",
    facet="hypervisor",
    errors=E.DOMAIN,
)
CONNECT_DOMAIN_EVENT_REGISTER_ANY = call(
    167,
    "virConnectDomainEventRegisterAny",
    "ConnectDomainEventRegisterAnyArgs",
    acl="connect:search_domains",
    filter="domain:getattr",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
CONNECT_DOMAIN_EVENT_DEREGISTER_ANY = call(
    168,
    "virConnectDomainEventDeregisterAny",
    "ConnectDomainEventDeregisterAnyArgs",
    acl="connect:read",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_EVENT_REBOOT = event(169, "DomainEventRebootMsg")
DOMAIN_EVENT_RTC_CHANGE = event(170, "DomainEventRtcChangeMsg")
DOMAIN_EVENT_WATCHDOG = event(171, "DomainEventWatchdogMsg")
DOMAIN_EVENT_IO_ERROR = event(172, "DomainEventIoErrorMsg")
DOMAIN_EVENT_GRAPHICS = event(173, "DomainEventGraphicsMsg")
DOMAIN_UPDATE_DEVICE_FLAGS = call(
    174,
    "virDomainUpdateDeviceFlags",
    "DomainUpdateDeviceFlagsArgs",
    acl=acl(
        "domain:write",
        when("domain:save", "flags", "none", C.VIR_DOMAIN_AFFECT_CONFIG | C.VIR_DOMAIN_AFFECT_LIVE),
        when("domain:save", "flags", "set", C.VIR_DOMAIN_AFFECT_CONFIG),
    ),
    facet="hypervisor",
    errors=E.DOMAIN,
)
NWFILTER_LOOKUP_BY_NAME = call(
    175,
    "virNWFilterLookupByName",
    "NwfilterLookupByNameArgs",
    "NwfilterLookupByNameRet",
    acl="nwfilter:getattr",
    high=True,
    readonly=True,
    facet="nwfilter",
    errors=E.NWFILTER,
)
NWFILTER_LOOKUP_BY_UUID = call(
    176,
    "virNWFilterLookupByUUID",
    "NwfilterLookupByUuidArgs",
    "NwfilterLookupByUuidRet",
    acl="nwfilter:getattr",
    high=True,
    readonly=True,
    facet="nwfilter",
    errors=E.NWFILTER,
)
NWFILTER_GET_XML_DESC = call(
    177,
    "virNWFilterGetXMLDesc",
    "NwfilterGetXmlDescArgs",
    "NwfilterGetXmlDescRet",
    acl="nwfilter:read",
    high=True,
    readonly=True,
    facet="nwfilter",
    errors=E.NWFILTER,
)
CONNECT_NUM_OF_NWFILTERS = call(
    178,
    "virConnectNumOfNWFilters",
    None,
    "ConnectNumOfNwfiltersRet",
    acl="connect:search_nwfilters",
    filter="nwfilter:getattr",
    high=True,
    readonly=True,
    facet="nwfilter",
    errors=E.NWFILTER,
)
CONNECT_LIST_NWFILTERS = call(
    179,
    "virConnectListNWFilters",
    "ConnectListNwfiltersArgs",
    "ConnectListNwfiltersRet",
    acl="connect:search_nwfilters",
    filter="nwfilter:getattr",
    high=True,
    readonly=True,
    facet="nwfilter",
    errors=E.NWFILTER,
)
NWFILTER_DEFINE_XML = call(
    180,
    "virNWFilterDefineXML",
    "NwfilterDefineXmlArgs",
    "NwfilterDefineXmlRet",
    acl="nwfilter:write nwfilter:save",
    high=True,
    facet="nwfilter",
    errors=E.NWFILTER,
)
NWFILTER_UNDEFINE = call(
    181,
    "virNWFilterUndefine",
    "NwfilterUndefineArgs",
    acl="nwfilter:delete",
    high=True,
    facet="nwfilter",
    errors=E.NWFILTER,
)
DOMAIN_MANAGED_SAVE = call(
    182, "virDomainManagedSave", "DomainManagedSaveArgs", acl="domain:hibernate", facet="hypervisor", errors=E.DOMAIN
)
DOMAIN_HAS_MANAGED_SAVE_IMAGE = call(
    183,
    "virDomainHasManagedSaveImage",
    "DomainHasManagedSaveImageArgs",
    "DomainHasManagedSaveImageRet",
    acl="domain:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_MANAGED_SAVE_REMOVE = call(
    184,
    "virDomainManagedSaveRemove",
    "DomainManagedSaveRemoveArgs",
    acl="domain:hibernate",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_SNAPSHOT_CREATE_XML = call(
    185,
    "virDomainSnapshotCreateXML",
    "DomainSnapshotCreateXmlArgs",
    "DomainSnapshotCreateXmlRet",
    acl=acl("domain:snapshot", when("domain:fs_freeze", "flags", "set", C.VIR_DOMAIN_SNAPSHOT_CREATE_QUIESCE)),
    facet="hypervisor",
    errors=E.DOMAIN_SNAPSHOT,
)
DOMAIN_SNAPSHOT_GET_XML_DESC = call(
    186,
    "virDomainSnapshotGetXMLDesc",
    "DomainSnapshotGetXmlDescArgs",
    "DomainSnapshotGetXmlDescRet",
    acl=acl("domain:read", when("domain:read_secure", "flags", "set", C.VIR_DOMAIN_SNAPSHOT_XML_SECURE)),
    high=True,
    readonly=When("flags", "set", C.VIR_DOMAIN_SNAPSHOT_XML_SECURE),
    facet="hypervisor",
    errors=E.DOMAIN_SNAPSHOT,
)
DOMAIN_SNAPSHOT_NUM = call(
    187,
    "virDomainSnapshotNum",
    "DomainSnapshotNumArgs",
    "DomainSnapshotNumRet",
    acl="domain:read",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN_SNAPSHOT,
)
DOMAIN_SNAPSHOT_LIST_NAMES = call(
    188,
    "virDomainSnapshotListNames",
    "DomainSnapshotListNamesArgs",
    "DomainSnapshotListNamesRet",
    acl="domain:read",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN_SNAPSHOT,
)
DOMAIN_SNAPSHOT_LOOKUP_BY_NAME = call(
    189,
    "virDomainSnapshotLookupByName",
    "DomainSnapshotLookupByNameArgs",
    "DomainSnapshotLookupByNameRet",
    acl="domain:read",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN_SNAPSHOT,
)
DOMAIN_HAS_CURRENT_SNAPSHOT = call(
    190,
    "virDomainHasCurrentSnapshot",
    "DomainHasCurrentSnapshotArgs",
    "DomainHasCurrentSnapshotRet",
    acl="domain:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN_SNAPSHOT,
)
DOMAIN_SNAPSHOT_CURRENT = call(
    191,
    "virDomainSnapshotCurrent",
    "DomainSnapshotCurrentArgs",
    "DomainSnapshotCurrentRet",
    acl="domain:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN_SNAPSHOT,
)
DOMAIN_REVERT_TO_SNAPSHOT = call(
    192,
    "virDomainRevertToSnapshot",
    "DomainRevertToSnapshotArgs",
    acl="domain:snapshot",
    facet="hypervisor",
    errors=E.DOMAIN_SNAPSHOT,
)
DOMAIN_SNAPSHOT_DELETE = call(
    193,
    "virDomainSnapshotDelete",
    "DomainSnapshotDeleteArgs",
    acl="domain:snapshot",
    facet="hypervisor",
    errors=E.DOMAIN_SNAPSHOT,
)
DOMAIN_GET_BLOCK_INFO = call(
    194,
    "virDomainGetBlockInfo",
    "DomainGetBlockInfoArgs",
    "DomainGetBlockInfoRet",
    acl="domain:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_EVENT_IO_ERROR_REASON = event(195, "DomainEventIoErrorReasonMsg")
DOMAIN_CREATE_WITH_FLAGS = call(
    196,
    "virDomainCreateWithFlags",
    "DomainCreateWithFlagsArgs",
    "DomainCreateWithFlagsRet",
    acl="domain:start",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_SET_MEMORY_PARAMETERS = call(
    197,
    "virDomainSetMemoryParameters",
    "DomainSetMemoryParametersArgs",
    acl=acl(
        "domain:write",
        when("domain:save", "flags", "none", C.VIR_DOMAIN_AFFECT_CONFIG | C.VIR_DOMAIN_AFFECT_LIVE),
        when("domain:save", "flags", "set", C.VIR_DOMAIN_AFFECT_CONFIG),
    ),
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_GET_MEMORY_PARAMETERS = call(
    198,
    "virDomainGetMemoryParameters",
    "DomainGetMemoryParametersArgs",
    "DomainGetMemoryParametersRet",
    acl="domain:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_SET_VCPUS_FLAGS = call(
    199,
    "virDomainSetVcpusFlags",
    "DomainSetVcpusFlagsArgs",
    acl=acl(
        "domain:write",
        when("domain:save", "flags", "none", C.VIR_DOMAIN_AFFECT_CONFIG | C.VIR_DOMAIN_AFFECT_LIVE),
        when("domain:save", "flags", "set", C.VIR_DOMAIN_AFFECT_CONFIG),
        when("domain:write", "flags", "set", C.VIR_DOMAIN_VCPU_GUEST),
    ),
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_GET_VCPUS_FLAGS = call(
    200,
    "virDomainGetVcpusFlags",
    "DomainGetVcpusFlagsArgs",
    "DomainGetVcpusFlagsRet",
    acl=acl("domain:read", when("domain:write", "flags", "set", C.VIR_DOMAIN_VCPU_GUEST)),
    readonly=When("flags", "set", C.VIR_DOMAIN_VCPU_GUEST),
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_OPEN_CONSOLE = call(
    201,
    "virDomainOpenConsole",
    "DomainOpenConsoleArgs",
    acl="domain:open_device",
    stream="read",
    stream_at=2,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_IS_UPDATED = call(
    202,
    "virDomainIsUpdated",
    "DomainIsUpdatedArgs",
    "DomainIsUpdatedRet",
    acl="domain:read",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
CONNECT_GET_SYSINFO = call(
    203,
    "virConnectGetSysinfo",
    "ConnectGetSysinfoArgs",
    "ConnectGetSysinfoRet",
    acl="connect:read",
    high=True,
    readonly=True,
    facet="hypervisor",
)
DOMAIN_SET_MEMORY_FLAGS = call(
    204,
    "virDomainSetMemoryFlags",
    "DomainSetMemoryFlagsArgs",
    acl=acl(
        "domain:write",
        when("domain:save", "flags", "none", C.VIR_DOMAIN_AFFECT_CONFIG | C.VIR_DOMAIN_AFFECT_LIVE),
        when("domain:save", "flags", "set", C.VIR_DOMAIN_AFFECT_CONFIG),
    ),
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_SET_BLKIO_PARAMETERS = call(
    205,
    "virDomainSetBlkioParameters",
    "DomainSetBlkioParametersArgs",
    acl=acl(
        "domain:write",
        when("domain:save", "flags", "none", C.VIR_DOMAIN_AFFECT_CONFIG | C.VIR_DOMAIN_AFFECT_LIVE),
        when("domain:save", "flags", "set", C.VIR_DOMAIN_AFFECT_CONFIG),
    ),
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_GET_BLKIO_PARAMETERS = call(
    206,
    "virDomainGetBlkioParameters",
    "DomainGetBlkioParametersArgs",
    "DomainGetBlkioParametersRet",
    acl="domain:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_MIGRATE_SET_MAX_SPEED = call(
    207,
    "virDomainMigrateSetMaxSpeed",
    "DomainMigrateSetMaxSpeedArgs",
    acl="domain:migrate",
    facet="hypervisor",
    errors=E.DOMAIN,
)
STORAGE_VOL_UPLOAD = call(
    208,
    "virStorageVolUpload",
    "StorageVolUploadArgs",
    acl="storage_vol:data_write",
    stream="write",
    stream_at=1,
    sparse_flag=C.VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM,
    facet="storage",
    errors=E.STORAGE,
)
STORAGE_VOL_DOWNLOAD = call(
    209,
    "virStorageVolDownload",
    "StorageVolDownloadArgs",
    acl="storage_vol:data_read",
    stream="read",
    stream_at=1,
    sparse_flag=C.VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM,
    facet="storage",
    errors=E.STORAGE,
)
DOMAIN_INJECT_NMI = call(
    210, "virDomainInjectNMI", "DomainInjectNmiArgs", acl="domain:inject_nmi", facet="hypervisor", errors=E.DOMAIN
)
DOMAIN_SCREENSHOT = call(
    211,
    "virDomainScreenshot",
    "DomainScreenshotArgs",
    "DomainScreenshotRet",
    acl="domain:screenshot",
    stream="read",
    stream_at=1,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_GET_STATE = call(
    212,
    "virDomainGetState",
    "DomainGetStateArgs",
    "DomainGetStateRet",
    acl="domain:read",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_MIGRATE_BEGIN3 = call(
    213,
    "virDomainMigrateBegin3",
    "DomainMigrateBegin3Args",
    "DomainMigrateBegin3Ret",
    acl="domain:migrate",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_MIGRATE_PREPARE3 = call(
    214,
    "virDomainMigratePrepare3",
    "DomainMigratePrepare3Args",
    "DomainMigratePrepare3Ret",
    acl="domain:migrate domain:start domain:write",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_MIGRATE_PREPARE_TUNNEL3 = call(
    215,
    "virDomainMigratePrepareTunnel3",
    "DomainMigratePrepareTunnel3Args",
    "DomainMigratePrepareTunnel3Ret",
    acl="domain:migrate domain:start domain:write",
    stream="write",
    stream_at=1,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_MIGRATE_PERFORM3 = call(
    216,
    "virDomainMigratePerform3",
    "DomainMigratePerform3Args",
    "DomainMigratePerform3Ret",
    acl="domain:migrate",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_MIGRATE_FINISH3 = call(
    217,
    "virDomainMigrateFinish3",
    "DomainMigrateFinish3Args",
    "DomainMigrateFinish3Ret",
    acl="domain:migrate",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_MIGRATE_CONFIRM3 = call(
    218,
    "virDomainMigrateConfirm3",
    "DomainMigrateConfirm3Args",
    acl="domain:migrate",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_SET_SCHEDULER_PARAMETERS_FLAGS = call(
    219,
    "virDomainSetSchedulerParametersFlags",
    "DomainSetSchedulerParametersFlagsArgs",
    acl=acl(
        "domain:write",
        when("domain:save", "flags", "none", C.VIR_DOMAIN_AFFECT_CONFIG | C.VIR_DOMAIN_AFFECT_LIVE),
        when("domain:save", "flags", "set", C.VIR_DOMAIN_AFFECT_CONFIG),
    ),
    facet="hypervisor",
    errors=E.DOMAIN,
)
INTERFACE_CHANGE_BEGIN = call(
    220,
    "virInterfaceChangeBegin",
    "InterfaceChangeBeginArgs",
    acl="connect:interface_transaction",
    facet="interface",
    errors=E.INTERFACE,
)
INTERFACE_CHANGE_COMMIT = call(
    221,
    "virInterfaceChangeCommit",
    "InterfaceChangeCommitArgs",
    acl="connect:interface_transaction",
    facet="interface",
    errors=E.INTERFACE,
)
INTERFACE_CHANGE_ROLLBACK = call(
    222,
    "virInterfaceChangeRollback",
    "InterfaceChangeRollbackArgs",
    acl="connect:interface_transaction",
    facet="interface",
    errors=E.INTERFACE,
)
DOMAIN_GET_SCHEDULER_PARAMETERS_FLAGS = call(
    223,
    "virDomainGetSchedulerParametersFlags",
    "DomainGetSchedulerParametersFlagsArgs",
    "DomainGetSchedulerParametersFlagsRet",
    acl="domain:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_EVENT_CONTROL_ERROR = event(224, "DomainEventControlErrorMsg")
DOMAIN_PIN_VCPU_FLAGS = call(
    225,
    "virDomainPinVcpuFlags",
    "DomainPinVcpuFlagsArgs",
    acl=acl(
        "domain:write",
        when("domain:save", "flags", "none", C.VIR_DOMAIN_AFFECT_CONFIG | C.VIR_DOMAIN_AFFECT_LIVE),
        when("domain:save", "flags", "set", C.VIR_DOMAIN_AFFECT_CONFIG),
    ),
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_SEND_KEY = call(
    226, "virDomainSendKey", "DomainSendKeyArgs", acl="domain:send_input", facet="hypervisor", errors=E.DOMAIN
)
NODE_GET_CPU_STATS = call(
    227,
    "virNodeGetCPUStats",
    "NodeGetCpuStatsArgs",
    "NodeGetCpuStatsRet",
    acl="connect:read",
    high=True,
    readonly=True,
    facet="hypervisor",
)
NODE_GET_MEMORY_STATS = call(
    228,
    "virNodeGetMemoryStats",
    "NodeGetMemoryStatsArgs",
    "NodeGetMemoryStatsRet",
    acl="connect:read",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_GET_CONTROL_INFO = call(
    229,
    "virDomainGetControlInfo",
    "DomainGetControlInfoArgs",
    "DomainGetControlInfoRet",
    acl="domain:read",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_GET_VCPU_PIN_INFO = call(
    230,
    "virDomainGetVcpuPinInfo",
    "DomainGetVcpuPinInfoArgs",
    "DomainGetVcpuPinInfoRet",
    acl="domain:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_UNDEFINE_FLAGS = call(
    231,
    "virDomainUndefineFlags",
    "DomainUndefineFlagsArgs",
    acl="domain:delete",
    high=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_SAVE_FLAGS = call(
    232, "virDomainSaveFlags", "DomainSaveFlagsArgs", acl="domain:hibernate", facet="hypervisor", errors=E.DOMAIN
)
DOMAIN_RESTORE_FLAGS = call(
    233,
    "virDomainRestoreFlags",
    "DomainRestoreFlagsArgs",
    acl="domain:start domain:write",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_DESTROY_FLAGS = call(
    234,
    "virDomainDestroyFlags",
    "DomainDestroyFlagsArgs",
    acl="domain:stop",
    high=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_SAVE_IMAGE_GET_XML_DESC = call(
    235,
    "virDomainSaveImageGetXMLDesc",
    "DomainSaveImageGetXmlDescArgs",
    "DomainSaveImageGetXmlDescRet",
    acl="domain:write",
    high=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_SAVE_IMAGE_DEFINE_XML = call(
    236,
    "virDomainSaveImageDefineXML",
    "DomainSaveImageDefineXmlArgs",
    acl="domain:write domain:hibernate",
    high=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_BLOCK_JOB_ABORT = call(
    237, "virDomainBlockJobAbort", "DomainBlockJobAbortArgs", acl="domain:write", facet="hypervisor", errors=E.DOMAIN
)
DOMAIN_GET_BLOCK_JOB_INFO = call(
    238,
    "virDomainGetBlockJobInfo",
    "DomainGetBlockJobInfoArgs",
    "DomainGetBlockJobInfoRet",
    acl="domain:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_BLOCK_JOB_SET_SPEED = call(
    239,
    "virDomainBlockJobSetSpeed",
    "DomainBlockJobSetSpeedArgs",
    acl="domain:write",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_BLOCK_PULL = call(
    240, "virDomainBlockPull", "DomainBlockPullArgs", acl="domain:block_write", facet="hypervisor", errors=E.DOMAIN
)
DOMAIN_EVENT_BLOCK_JOB = event(241, "DomainEventBlockJobMsg")
DOMAIN_MIGRATE_GET_MAX_SPEED = call(
    242,
    "virDomainMigrateGetMaxSpeed",
    "DomainMigrateGetMaxSpeedArgs",
    "DomainMigrateGetMaxSpeedRet",
    acl="domain:migrate",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_BLOCK_STATS_FLAGS = call(
    243,
    "virDomainBlockStatsFlags",
    "DomainBlockStatsFlagsArgs",
    "DomainBlockStatsFlagsRet",
    acl="domain:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_SNAPSHOT_GET_PARENT = call(
    244,
    "virDomainSnapshotGetParent",
    "DomainSnapshotGetParentArgs",
    "DomainSnapshotGetParentRet",
    acl="domain:read",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN_SNAPSHOT,
)
DOMAIN_RESET = call(245, "virDomainReset", "DomainResetArgs", acl="domain:reset", facet="hypervisor", errors=E.DOMAIN)
DOMAIN_SNAPSHOT_NUM_CHILDREN = call(
    246,
    "virDomainSnapshotNumChildren",
    "DomainSnapshotNumChildrenArgs",
    "DomainSnapshotNumChildrenRet",
    acl="domain:read",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN_SNAPSHOT,
)
DOMAIN_SNAPSHOT_LIST_CHILDREN_NAMES = call(
    247,
    "virDomainSnapshotListChildrenNames",
    "DomainSnapshotListChildrenNamesArgs",
    "DomainSnapshotListChildrenNamesRet",
    acl="domain:read",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN_SNAPSHOT,
)
DOMAIN_EVENT_DISK_CHANGE = event(248, "DomainEventDiskChangeMsg")
DOMAIN_OPEN_GRAPHICS = call(
    249,
    "virDomainOpenGraphics",
    "DomainOpenGraphicsArgs",
    acl="domain:open_graphics",
    facet="hypervisor",
    errors=E.DOMAIN,
)
NODE_SUSPEND_FOR_DURATION = call(
    250,
    "virNodeSuspendForDuration",
    "NodeSuspendForDurationArgs",
    acl="connect:pm_control",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_BLOCK_RESIZE = call(
    251, "virDomainBlockResize", "DomainBlockResizeArgs", acl="domain:block_write", facet="hypervisor", errors=E.DOMAIN
)
DOMAIN_SET_BLOCK_IO_TUNE = call(
    252,
    "virDomainSetBlockIoTune",
    "DomainSetBlockIoTuneArgs",
    acl=acl(
        "domain:write",
        when("domain:save", "flags", "none", C.VIR_DOMAIN_AFFECT_CONFIG | C.VIR_DOMAIN_AFFECT_LIVE),
        when("domain:save", "flags", "set", C.VIR_DOMAIN_AFFECT_CONFIG),
    ),
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_GET_BLOCK_IO_TUNE = call(
    253,
    "virDomainGetBlockIoTune",
    "DomainGetBlockIoTuneArgs",
    "DomainGetBlockIoTuneRet",
    acl="domain:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_SET_NUMA_PARAMETERS = call(
    254,
    "virDomainSetNumaParameters",
    "DomainSetNumaParametersArgs",
    acl=acl(
        "domain:write",
        when("domain:save", "flags", "none", C.VIR_DOMAIN_AFFECT_CONFIG | C.VIR_DOMAIN_AFFECT_LIVE),
        when("domain:save", "flags", "set", C.VIR_DOMAIN_AFFECT_CONFIG),
    ),
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_GET_NUMA_PARAMETERS = call(
    255,
    "virDomainGetNumaParameters",
    "DomainGetNumaParametersArgs",
    "DomainGetNumaParametersRet",
    acl="domain:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_SET_INTERFACE_PARAMETERS = call(
    256,
    "virDomainSetInterfaceParameters",
    "DomainSetInterfaceParametersArgs",
    acl=acl(
        "domain:write",
        when("domain:save", "flags", "none", C.VIR_DOMAIN_AFFECT_CONFIG | C.VIR_DOMAIN_AFFECT_LIVE),
        when("domain:save", "flags", "set", C.VIR_DOMAIN_AFFECT_CONFIG),
    ),
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_GET_INTERFACE_PARAMETERS = call(
    257,
    "virDomainGetInterfaceParameters",
    "DomainGetInterfaceParametersArgs",
    "DomainGetInterfaceParametersRet",
    acl="domain:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_SHUTDOWN_FLAGS = call(
    258,
    "virDomainShutdownFlags",
    "DomainShutdownFlagsArgs",
    acl=acl("domain:init_control", when("domain:write", "flags", "set", C.VIR_DOMAIN_SHUTDOWN_GUEST_AGENT)),
    facet="hypervisor",
    errors=E.DOMAIN,
)
STORAGE_VOL_WIPE_PATTERN = call(
    259,
    "virStorageVolWipePattern",
    "StorageVolWipePatternArgs",
    acl="storage_vol:format",
    facet="storage",
    errors=E.STORAGE,
)
STORAGE_VOL_RESIZE = call(
    260, "virStorageVolResize", "StorageVolResizeArgs", acl="storage_vol:resize", facet="storage", errors=E.STORAGE
)
DOMAIN_PM_SUSPEND_FOR_DURATION = call(
    261,
    "virDomainPMSuspendForDuration",
    "DomainPmSuspendForDurationArgs",
    acl="domain:pm_control",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_GET_CPU_STATS = call(
    262,
    "virDomainGetCPUStats",
    "DomainGetCpuStatsArgs",
    "DomainGetCpuStatsRet",
    acl="domain:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_GET_DISK_ERRORS = call(
    263,
    "virDomainGetDiskErrors",
    "DomainGetDiskErrorsArgs",
    "DomainGetDiskErrorsRet",
    acl="domain:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_SET_METADATA = call(
    264,
    "virDomainSetMetadata",
    "DomainSetMetadataArgs",
    acl=acl(
        "domain:write",
        when("domain:save", "flags", "none", C.VIR_DOMAIN_AFFECT_CONFIG | C.VIR_DOMAIN_AFFECT_LIVE),
        when("domain:save", "flags", "set", C.VIR_DOMAIN_AFFECT_CONFIG),
    ),
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_GET_METADATA = call(
    265,
    "virDomainGetMetadata",
    "DomainGetMetadataArgs",
    "DomainGetMetadataRet",
    acl="domain:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_BLOCK_REBASE = call(
    266, "virDomainBlockRebase", "DomainBlockRebaseArgs", acl="domain:block_write", facet="hypervisor", errors=E.DOMAIN
)
DOMAIN_PM_WAKEUP = call(
    267, "virDomainPMWakeup", "DomainPmWakeupArgs", acl="domain:pm_control", facet="hypervisor", errors=E.DOMAIN
)
DOMAIN_EVENT_TRAY_CHANGE = event(268, "DomainEventTrayChangeMsg")
DOMAIN_EVENT_PMWAKEUP = event(269, "DomainEventPmwakeupMsg")
DOMAIN_EVENT_PMSUSPEND = event(270, "DomainEventPmsuspendMsg")
DOMAIN_SNAPSHOT_IS_CURRENT = call(
    271,
    "virDomainSnapshotIsCurrent",
    "DomainSnapshotIsCurrentArgs",
    "DomainSnapshotIsCurrentRet",
    acl="domain:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN_SNAPSHOT,
)
DOMAIN_SNAPSHOT_HAS_METADATA = call(
    272,
    "virDomainSnapshotHasMetadata",
    "DomainSnapshotHasMetadataArgs",
    "DomainSnapshotHasMetadataRet",
    acl="domain:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN_SNAPSHOT,
)
CONNECT_LIST_ALL_DOMAINS = call(
    273,
    "virConnectListAllDomains",
    "ConnectListAllDomainsArgs",
    "ConnectListAllDomainsRet",
    acl="connect:search_domains",
    filter="domain:getattr",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_LIST_ALL_SNAPSHOTS = call(
    274,
    "virDomainListAllSnapshots",
    "DomainListAllSnapshotsArgs",
    "DomainListAllSnapshotsRet",
    acl="domain:read",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN_SNAPSHOT,
)
DOMAIN_SNAPSHOT_LIST_ALL_CHILDREN = call(
    275,
    "virDomainSnapshotListAllChildren",
    "DomainSnapshotListAllChildrenArgs",
    "DomainSnapshotListAllChildrenRet",
    acl="domain:read",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN_SNAPSHOT,
)
DOMAIN_EVENT_BALLOON_CHANGE = event(276, "DomainEventBalloonChangeMsg")
DOMAIN_GET_HOSTNAME = call(
    277,
    "virDomainGetHostname",
    "DomainGetHostnameArgs",
    "DomainGetHostnameRet",
    acl="domain:write",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_GET_SECURITY_LABEL_LIST = call(
    278,
    "virDomainGetSecurityLabelList",
    "DomainGetSecurityLabelListArgs",
    "DomainGetSecurityLabelListRet",
    acl="domain:read",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_PIN_EMULATOR = call(
    279,
    "virDomainPinEmulator",
    "DomainPinEmulatorArgs",
    acl=acl(
        "domain:write",
        when("domain:save", "flags", "none", C.VIR_DOMAIN_AFFECT_CONFIG | C.VIR_DOMAIN_AFFECT_LIVE),
        when("domain:save", "flags", "set", C.VIR_DOMAIN_AFFECT_CONFIG),
    ),
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_GET_EMULATOR_PIN_INFO = call(
    280,
    "virDomainGetEmulatorPinInfo",
    "DomainGetEmulatorPinInfoArgs",
    "DomainGetEmulatorPinInfoRet",
    acl="domain:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
CONNECT_LIST_ALL_STORAGE_POOLS = call(
    281,
    "virConnectListAllStoragePools",
    "ConnectListAllStoragePoolsArgs",
    "ConnectListAllStoragePoolsRet",
    acl="connect:search_storage_pools",
    filter="storage_pool:getattr",
    high=True,
    readonly=True,
    facet="storage",
    errors=E.STORAGE,
)
STORAGE_POOL_LIST_ALL_VOLUMES = call(
    282,
    "virStoragePoolListAllVolumes",
    "StoragePoolListAllVolumesArgs",
    "StoragePoolListAllVolumesRet",
    acl="storage_pool:search_storage_vols",
    filter="storage_vol:getattr",
    high=True,
    readonly=True,
    facet="storage",
    errors=E.STORAGE,
)
CONNECT_LIST_ALL_NETWORKS = call(
    283,
    "virConnectListAllNetworks",
    "ConnectListAllNetworksArgs",
    "ConnectListAllNetworksRet",
    acl="connect:search_networks",
    filter="network:getattr",
    high=True,
    readonly=True,
    facet="network",
    errors=E.NETWORK,
)
CONNECT_LIST_ALL_INTERFACES = call(
    284,
    "virConnectListAllInterfaces",
    "ConnectListAllInterfacesArgs",
    "ConnectListAllInterfacesRet",
    acl="connect:search_interfaces",
    filter="interface:getattr",
    high=True,
    readonly=True,
    facet="interface",
    errors=E.INTERFACE,
)
CONNECT_LIST_ALL_NODE_DEVICES = call(
    285,
    "virConnectListAllNodeDevices",
    "ConnectListAllNodeDevicesArgs",
    "ConnectListAllNodeDevicesRet",
    acl="connect:search_node_devices",
    filter="node_device:getattr",
    high=True,
    readonly=True,
    facet="nodedev",
    errors=E.NODEDEV,
)
CONNECT_LIST_ALL_NWFILTERS = call(
    286,
    "virConnectListAllNWFilters",
    "ConnectListAllNwfiltersArgs",
    "ConnectListAllNwfiltersRet",
    acl="connect:search_nwfilters",
    filter="nwfilter:getattr",
    high=True,
    readonly=True,
    facet="nwfilter",
    errors=E.NWFILTER,
)
CONNECT_LIST_ALL_SECRETS = call(
    287,
    "virConnectListAllSecrets",
    "ConnectListAllSecretsArgs",
    "ConnectListAllSecretsRet",
    acl="connect:search_secrets",
    filter="secret:getattr",
    high=True,
    readonly=True,
    facet="secret",
    errors=E.SECRET,
)
NODE_SET_MEMORY_PARAMETERS = call(
    288, "virNodeSetMemoryParameters", "NodeSetMemoryParametersArgs", acl="connect:write", facet="hypervisor"
)
NODE_GET_MEMORY_PARAMETERS = call(
    289,
    "virNodeGetMemoryParameters",
    "NodeGetMemoryParametersArgs",
    "NodeGetMemoryParametersRet",
    acl="connect:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_BLOCK_COMMIT = call(
    290, "virDomainBlockCommit", "DomainBlockCommitArgs", acl="domain:block_write", facet="hypervisor", errors=E.DOMAIN
)
NETWORK_UPDATE = call(
    291,
    "virNetworkUpdate",
    "NetworkUpdateArgs",
    acl=acl(
        "network:write",
        when("network:save", "flags", "none", C.VIR_NETWORK_UPDATE_AFFECT_CONFIG | C.VIR_NETWORK_UPDATE_AFFECT_LIVE),
        when("network:save", "flags", "set", C.VIR_NETWORK_UPDATE_AFFECT_CONFIG),
    ),
    high=True,
    facet="network",
    errors=E.NETWORK,
)
DOMAIN_EVENT_PMSUSPEND_DISK = event(292, "DomainEventPmsuspendDiskMsg")
NODE_GET_CPU_MAP = call(
    293,
    "virNodeGetCPUMap",
    "NodeGetCpuMapArgs",
    "NodeGetCpuMapRet",
    acl="connect:read",
    readonly=True,
    facet="hypervisor",
)
DOMAIN_FSTRIM = call(
    294, "virDomainFSTrim", "DomainFstrimArgs", acl="domain:fs_trim", facet="hypervisor", errors=E.DOMAIN
)
DOMAIN_SEND_PROCESS_SIGNAL = call(
    295,
    "virDomainSendProcessSignal",
    "DomainSendProcessSignalArgs",
    acl="domain:send_signal",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_OPEN_CHANNEL = call(
    296,
    "virDomainOpenChannel",
    "DomainOpenChannelArgs",
    acl="domain:open_device",
    stream="read",
    stream_at=2,
    facet="hypervisor",
    errors=E.DOMAIN,
)
NODE_DEVICE_LOOKUP_SCSI_HOST_BY_WWN = call(
    297,
    "virNodeDeviceLookupSCSIHostByWWN",
    "NodeDeviceLookupScsiHostByWwnArgs",
    "NodeDeviceLookupScsiHostByWwnRet",
    acl="node_device:getattr",
    high=True,
    readonly=True,
    facet="nodedev",
    errors=E.NODEDEV,
)
DOMAIN_GET_JOB_STATS = call(
    298,
    "virDomainGetJobStats",
    "DomainGetJobStatsArgs",
    "DomainGetJobStatsRet",
    acl="domain:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_MIGRATE_GET_COMPRESSION_CACHE = call(
    299,
    "virDomainMigrateGetCompressionCache",
    "DomainMigrateGetCompressionCacheArgs",
    "DomainMigrateGetCompressionCacheRet",
    acl="domain:migrate",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_MIGRATE_SET_COMPRESSION_CACHE = call(
    300,
    "virDomainMigrateSetCompressionCache",
    "DomainMigrateSetCompressionCacheArgs",
    acl="domain:migrate",
    facet="hypervisor",
    errors=E.DOMAIN,
)
NODE_DEVICE_DETACH_FLAGS = call(
    301,
    "virNodeDeviceDetachFlags",
    "NodeDeviceDetachFlagsArgs",
    acl="node_device:detach",
    facet="hypervisor",
    errors=E.NODEDEV,
)
DOMAIN_MIGRATE_BEGIN3_PARAMS = call(
    302,
    "virDomainMigrateBegin3Params",
    "DomainMigrateBegin3ParamsArgs",
    "DomainMigrateBegin3ParamsRet",
    acl="domain:migrate",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_MIGRATE_PREPARE3_PARAMS = call(
    303,
    "virDomainMigratePrepare3Params",
    "DomainMigratePrepare3ParamsArgs",
    "DomainMigratePrepare3ParamsRet",
    acl="domain:migrate domain:start domain:write",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_MIGRATE_PREPARE_TUNNEL3_PARAMS = call(
    304,
    "virDomainMigratePrepareTunnel3Params",
    "DomainMigratePrepareTunnel3ParamsArgs",
    "DomainMigratePrepareTunnel3ParamsRet",
    acl="domain:migrate domain:start domain:write",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_MIGRATE_PERFORM3_PARAMS = call(
    305,
    "virDomainMigratePerform3Params",
    "DomainMigratePerform3ParamsArgs",
    "DomainMigratePerform3ParamsRet",
    acl="domain:migrate",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_MIGRATE_FINISH3_PARAMS = call(
    306,
    "virDomainMigrateFinish3Params",
    "DomainMigrateFinish3ParamsArgs",
    "DomainMigrateFinish3ParamsRet",
    acl="domain:migrate",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_MIGRATE_CONFIRM3_PARAMS = call(
    307,
    "virDomainMigrateConfirm3Params",
    "DomainMigrateConfirm3ParamsArgs",
    acl="domain:migrate",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_SET_MEMORY_STATS_PERIOD = call(
    308,
    "virDomainSetMemoryStatsPeriod",
    "DomainSetMemoryStatsPeriodArgs",
    acl=acl(
        "domain:write",
        when("domain:save", "flags", "none", C.VIR_DOMAIN_AFFECT_CONFIG | C.VIR_DOMAIN_AFFECT_LIVE),
        when("domain:save", "flags", "set", C.VIR_DOMAIN_AFFECT_CONFIG),
    ),
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_CREATE_XML_WITH_FILES = call(
    309,
    "virDomainCreateXMLWithFiles",
    "DomainCreateXmlWithFilesArgs",
    "DomainCreateXmlWithFilesRet",
    acl="domain:write domain:start",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_CREATE_WITH_FILES = call(
    310,
    "virDomainCreateWithFiles",
    "DomainCreateWithFilesArgs",
    "DomainCreateWithFilesRet",
    acl="domain:start",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_EVENT_DEVICE_REMOVED = event(311, "DomainEventDeviceRemovedMsg")
CONNECT_GET_CPU_MODEL_NAMES = call(
    312,
    "virConnectGetCPUModelNames",
    "ConnectGetCpuModelNamesArgs",
    "ConnectGetCpuModelNamesRet",
    acl="connect:read",
    readonly=True,
    facet="hypervisor",
)
CONNECT_NETWORK_EVENT_REGISTER_ANY = call(
    313,
    "virConnectNetworkEventRegisterAny",
    "ConnectNetworkEventRegisterAnyArgs",
    "ConnectNetworkEventRegisterAnyRet",
    acl="connect:search_networks",
    filter="network:getattr",
    high=True,
    readonly=True,
    facet="network",
    errors=E.NETWORK,
)
CONNECT_NETWORK_EVENT_DEREGISTER_ANY = call(
    314,
    "virConnectNetworkEventDeregisterAny",
    "ConnectNetworkEventDeregisterAnyArgs",
    acl="connect:read",
    high=True,
    readonly=True,
    facet="network",
    errors=E.NETWORK,
)
NETWORK_EVENT_LIFECYCLE = event(315, "NetworkEventLifecycleMsg")
CONNECT_DOMAIN_EVENT_CALLBACK_REGISTER_ANY = call(
    316,
    "virConnectDomainEventRegisterAny",
    "ConnectDomainEventCallbackRegisterAnyArgs",
    "ConnectDomainEventCallbackRegisterAnyRet",
    acl="connect:search_domains",
    filter="domain:getattr",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
CONNECT_DOMAIN_EVENT_CALLBACK_DEREGISTER_ANY = call(
    317,
    "virConnectDomainEventDeregisterAny",
    "ConnectDomainEventCallbackDeregisterAnyArgs",
    acl="connect:read",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_EVENT_CALLBACK_LIFECYCLE = event(318, "DomainEventCallbackLifecycleMsg")
DOMAIN_EVENT_CALLBACK_REBOOT = event(319, "DomainEventCallbackRebootMsg")
DOMAIN_EVENT_CALLBACK_RTC_CHANGE = event(320, "DomainEventCallbackRtcChangeMsg")
DOMAIN_EVENT_CALLBACK_WATCHDOG = event(321, "DomainEventCallbackWatchdogMsg")
DOMAIN_EVENT_CALLBACK_IO_ERROR = event(322, "DomainEventCallbackIoErrorMsg")
DOMAIN_EVENT_CALLBACK_GRAPHICS = event(323, "DomainEventCallbackGraphicsMsg")
DOMAIN_EVENT_CALLBACK_IO_ERROR_REASON = event(324, "DomainEventCallbackIoErrorReasonMsg")
DOMAIN_EVENT_CALLBACK_CONTROL_ERROR = event(325, "DomainEventCallbackControlErrorMsg")
DOMAIN_EVENT_CALLBACK_BLOCK_JOB = event(326, "DomainEventCallbackBlockJobMsg")
DOMAIN_EVENT_CALLBACK_DISK_CHANGE = event(327, "DomainEventCallbackDiskChangeMsg")
DOMAIN_EVENT_CALLBACK_TRAY_CHANGE = event(328, "DomainEventCallbackTrayChangeMsg")
DOMAIN_EVENT_CALLBACK_PMWAKEUP = event(329, "DomainEventCallbackPmwakeupMsg")
DOMAIN_EVENT_CALLBACK_PMSUSPEND = event(330, "DomainEventCallbackPmsuspendMsg")
DOMAIN_EVENT_CALLBACK_BALLOON_CHANGE = event(331, "DomainEventCallbackBalloonChangeMsg")
DOMAIN_EVENT_CALLBACK_PMSUSPEND_DISK = event(332, "DomainEventCallbackPmsuspendDiskMsg")
DOMAIN_EVENT_CALLBACK_DEVICE_REMOVED = event(333, "DomainEventCallbackDeviceRemovedMsg")
DOMAIN_CORE_DUMP_WITH_FORMAT = call(
    334,
    "virDomainCoreDumpWithFormat",
    "DomainCoreDumpWithFormatArgs",
    acl="domain:core_dump",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_FSFREEZE = call(
    335,
    "virDomainFSFreeze",
    "DomainFsfreezeArgs",
    "DomainFsfreezeRet",
    acl="domain:fs_freeze",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_FSTHAW = call(
    336,
    "virDomainFSThaw",
    "DomainFsthawArgs",
    "DomainFsthawRet",
    acl="domain:fs_freeze",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_GET_TIME = call(
    337,
    "virDomainGetTime",
    "DomainGetTimeArgs",
    "DomainGetTimeRet",
    acl="domain:write",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_SET_TIME = call(
    338, "virDomainSetTime", "DomainSetTimeArgs", acl="domain:set_time", facet="hypervisor", errors=E.DOMAIN
)
DOMAIN_EVENT_BLOCK_JOB_2 = event(339, "DomainEventBlockJob2Msg")
NODE_GET_FREE_PAGES = call(
    340,
    "virNodeGetFreePages",
    "NodeGetFreePagesArgs",
    "NodeGetFreePagesRet",
    acl="connect:read",
    high=True,
    readonly=True,
    facet="hypervisor",
)
NETWORK_GET_DHCP_LEASES = call(
    341,
    "virNetworkGetDHCPLeases",
    "NetworkGetDhcpLeasesArgs",
    "NetworkGetDhcpLeasesRet",
    acl="network:read",
    readonly=True,
    facet="network",
    errors=E.NETWORK,
)
CONNECT_GET_DOMAIN_CAPABILITIES = call(
    342,
    "virConnectGetDomainCapabilities",
    "ConnectGetDomainCapabilitiesArgs",
    "ConnectGetDomainCapabilitiesRet",
    acl="connect:write",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_OPEN_GRAPHICS_FD = call(
    343,
    "virDomainOpenGraphicsFD",
    "DomainOpenGraphicsFdArgs",
    acl="domain:open_graphics",
    facet="hypervisor",
    errors=E.DOMAIN,
)
CONNECT_GET_ALL_DOMAIN_STATS = call(
    344,
    "virConnectGetAllDomainStats",
    "ConnectGetAllDomainStatsArgs",
    "ConnectGetAllDomainStatsRet",
    acl="connect:search_domains",
    filter="domain:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_BLOCK_COPY = call(
    345, "virDomainBlockCopy", "DomainBlockCopyArgs", acl="domain:block_write", facet="hypervisor", errors=E.DOMAIN
)
DOMAIN_EVENT_CALLBACK_TUNABLE = event(346, "DomainEventCallbackTunableMsg")
NODE_ALLOC_PAGES = call(
    347,
    "virNodeAllocPages",
    "NodeAllocPagesArgs",
    "NodeAllocPagesRet",
    acl="connect:write",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_EVENT_CALLBACK_AGENT_LIFECYCLE = event(348, "DomainEventCallbackAgentLifecycleMsg")
DOMAIN_GET_FSINFO = call(
    349,
    "virDomainGetFSInfo",
    "DomainGetFsinfoArgs",
    "DomainGetFsinfoRet",
    acl="domain:fs_freeze",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_DEFINE_XML_FLAGS = call(
    350,
    "virDomainDefineXMLFlags",
    "DomainDefineXmlFlagsArgs",
    "DomainDefineXmlFlagsRet",
    acl="domain:write domain:save",
    high=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_GET_IOTHREAD_INFO = call(
    351,
    "virDomainGetIOThreadInfo",
    "DomainGetIothreadInfoArgs",
    "DomainGetIothreadInfoRet",
    acl="domain:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_PIN_IOTHREAD = call(
    352,
    "virDomainPinIOThread",
    "DomainPinIothreadArgs",
    acl=acl(
        "domain:write",
        when("domain:save", "flags", "none", C.VIR_DOMAIN_AFFECT_CONFIG | C.VIR_DOMAIN_AFFECT_LIVE),
        when("domain:save", "flags", "set", C.VIR_DOMAIN_AFFECT_CONFIG),
    ),
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_INTERFACE_ADDRESSES = call(
    353,
    "virDomainInterfaceAddresses",
    "DomainInterfaceAddressesArgs",
    "DomainInterfaceAddressesRet",
    acl=acl("domain:read", when("domain:write", "source", "equal", C.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT)),
    readonly=When("source", "equal", C.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT),
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_EVENT_CALLBACK_DEVICE_ADDED = event(354, "DomainEventCallbackDeviceAddedMsg")
DOMAIN_ADD_IOTHREAD = call(
    355,
    "virDomainAddIOThread",
    "DomainAddIothreadArgs",
    acl=acl(
        "domain:write",
        when("domain:save", "flags", "none", C.VIR_DOMAIN_AFFECT_CONFIG | C.VIR_DOMAIN_AFFECT_LIVE),
        when("domain:save", "flags", "set", C.VIR_DOMAIN_AFFECT_CONFIG),
    ),
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_DEL_IOTHREAD = call(
    356,
    "virDomainDelIOThread",
    "DomainDelIothreadArgs",
    acl=acl(
        "domain:write",
        when("domain:save", "flags", "none", C.VIR_DOMAIN_AFFECT_CONFIG | C.VIR_DOMAIN_AFFECT_LIVE),
        when("domain:save", "flags", "set", C.VIR_DOMAIN_AFFECT_CONFIG),
    ),
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_SET_USER_PASSWORD = call(
    357,
    "virDomainSetUserPassword",
    "DomainSetUserPasswordArgs",
    acl="domain:set_password",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_RENAME = call(
    358,
    "virDomainRename",
    "DomainRenameArgs",
    "DomainRenameRet",
    acl="domain:write domain:save",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_EVENT_CALLBACK_MIGRATION_ITERATION = event(359, "DomainEventCallbackMigrationIterationMsg")
CONNECT_REGISTER_CLOSE_CALLBACK = call(
    360, "virConnectRegisterCloseCallback", acl="connect:getattr", high=True, readonly=True, facet="hypervisor"
)
CONNECT_UNREGISTER_CLOSE_CALLBACK = call(
    361, "virConnectUnregisterCloseCallback", acl="connect:getattr", high=True, readonly=True, facet="hypervisor"
)
CONNECT_EVENT_CONNECTION_CLOSED = event(362, "ConnectEventConnectionClosedMsg")
DOMAIN_EVENT_CALLBACK_JOB_COMPLETED = event(363, "DomainEventCallbackJobCompletedMsg")
DOMAIN_MIGRATE_START_POST_COPY = call(
    364,
    "virDomainMigrateStartPostCopy",
    "DomainMigrateStartPostCopyArgs",
    acl="domain:migrate",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_GET_PERF_EVENTS = call(
    365,
    "virDomainGetPerfEvents",
    "DomainGetPerfEventsArgs",
    "DomainGetPerfEventsRet",
    acl="domain:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_SET_PERF_EVENTS = call(
    366, "virDomainSetPerfEvents", "DomainSetPerfEventsArgs", acl="domain:write", facet="hypervisor", errors=E.DOMAIN
)
DOMAIN_EVENT_CALLBACK_DEVICE_REMOVAL_FAILED = event(367, "DomainEventCallbackDeviceRemovalFailedMsg")
CONNECT_STORAGE_POOL_EVENT_REGISTER_ANY = call(
    368,
    "virConnectStoragePoolEventRegisterAny",
    "ConnectStoragePoolEventRegisterAnyArgs",
    "ConnectStoragePoolEventRegisterAnyRet",
    acl="connect:search_storage_pools",
    filter="storage_pool:getattr",
    high=True,
    readonly=True,
    facet="storage",
    errors=E.STORAGE,
)
CONNECT_STORAGE_POOL_EVENT_DEREGISTER_ANY = call(
    369,
    "virConnectStoragePoolEventDeregisterAny",
    "ConnectStoragePoolEventDeregisterAnyArgs",
    acl="connect:read",
    high=True,
    readonly=True,
    facet="storage",
    errors=E.STORAGE,
)
STORAGE_POOL_EVENT_LIFECYCLE = event(370, "StoragePoolEventLifecycleMsg")
DOMAIN_GET_GUEST_VCPUS = call(
    371,
    "virDomainGetGuestVcpus",
    "DomainGetGuestVcpusArgs",
    "DomainGetGuestVcpusRet",
    acl="domain:write",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_SET_GUEST_VCPUS = call(
    372, "virDomainSetGuestVcpus", "DomainSetGuestVcpusArgs", acl="domain:write", facet="hypervisor", errors=E.DOMAIN
)
STORAGE_POOL_EVENT_REFRESH = event(373, "StoragePoolEventRefreshMsg")
CONNECT_NODE_DEVICE_EVENT_REGISTER_ANY = call(
    374,
    "virConnectNodeDeviceEventRegisterAny",
    "ConnectNodeDeviceEventRegisterAnyArgs",
    "ConnectNodeDeviceEventRegisterAnyRet",
    acl="connect:search_node_devices",
    filter="node_device:getattr",
    high=True,
    readonly=True,
    facet="nodedev",
    errors=E.NODEDEV,
)
CONNECT_NODE_DEVICE_EVENT_DEREGISTER_ANY = call(
    375,
    "virConnectNodeDeviceEventDeregisterAny",
    "ConnectNodeDeviceEventDeregisterAnyArgs",
    acl="connect:read",
    high=True,
    readonly=True,
    facet="nodedev",
    errors=E.NODEDEV,
)
NODE_DEVICE_EVENT_LIFECYCLE = event(376, "NodeDeviceEventLifecycleMsg")
NODE_DEVICE_EVENT_UPDATE = event(377, "NodeDeviceEventUpdateMsg")
STORAGE_VOL_GET_INFO_FLAGS = call(
    378,
    "virStorageVolGetInfoFlags",
    "StorageVolGetInfoFlagsArgs",
    "StorageVolGetInfoFlagsRet",
    acl="storage_vol:read",
    high=True,
    readonly=True,
    facet="storage",
    errors=E.STORAGE,
)
DOMAIN_EVENT_CALLBACK_METADATA_CHANGE = event(379, "DomainEventCallbackMetadataChangeMsg")
CONNECT_SECRET_EVENT_REGISTER_ANY = call(
    380,
    "virConnectSecretEventRegisterAny",
    "ConnectSecretEventRegisterAnyArgs",
    "ConnectSecretEventRegisterAnyRet",
    acl="connect:search_secrets",
    filter="secret:getattr",
    high=True,
    readonly=True,
    facet="secret",
    errors=E.SECRET,
)
CONNECT_SECRET_EVENT_DEREGISTER_ANY = call(
    381,
    "virConnectSecretEventDeregisterAny",
    "ConnectSecretEventDeregisterAnyArgs",
    acl="connect:read",
    high=True,
    readonly=True,
    facet="secret",
    errors=E.SECRET,
)
SECRET_EVENT_LIFECYCLE = event(382, "SecretEventLifecycleMsg")
SECRET_EVENT_VALUE_CHANGED = event(383, "SecretEventValueChangedMsg")
DOMAIN_SET_VCPU = call(
    384,
    "virDomainSetVcpu",
    "DomainSetVcpuArgs",
    acl=acl(
        "domain:write",
        when("domain:save", "flags", "none", C.VIR_DOMAIN_AFFECT_CONFIG | C.VIR_DOMAIN_AFFECT_LIVE),
        when("domain:save", "flags", "set", C.VIR_DOMAIN_AFFECT_CONFIG),
    ),
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_EVENT_BLOCK_THRESHOLD = event(385, "DomainEventBlockThresholdMsg")
DOMAIN_SET_BLOCK_THRESHOLD = call(
    386,
    "virDomainSetBlockThreshold",
    "DomainSetBlockThresholdArgs",
    acl="domain:write",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_MIGRATE_GET_MAX_DOWNTIME = call(
    387,
    "virDomainMigrateGetMaxDowntime",
    "DomainMigrateGetMaxDowntimeArgs",
    "DomainMigrateGetMaxDowntimeRet",
    acl="domain:migrate",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_MANAGED_SAVE_GET_XML_DESC = call(
    388,
    "virDomainManagedSaveGetXMLDesc",
    "DomainManagedSaveGetXmlDescArgs",
    "DomainManagedSaveGetXmlDescRet",
    acl=acl("domain:read", when("domain:read_secure", "flags", "set", C.VIR_DOMAIN_SAVE_IMAGE_XML_SECURE)),
    readonly=When("flags", "set", C.VIR_DOMAIN_SAVE_IMAGE_XML_SECURE),
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_MANAGED_SAVE_DEFINE_XML = call(
    389,
    "virDomainManagedSaveDefineXML",
    "DomainManagedSaveDefineXmlArgs",
    acl="domain:write domain:hibernate",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_SET_LIFECYCLE_ACTION = call(
    390,
    "virDomainSetLifecycleAction",
    "DomainSetLifecycleActionArgs",
    acl="domain:write",
    facet="hypervisor",
    errors=E.DOMAIN,
)
STORAGE_POOL_LOOKUP_BY_TARGET_PATH = call(
    391,
    "virStoragePoolLookupByTargetPath",
    "StoragePoolLookupByTargetPathArgs",
    "StoragePoolLookupByTargetPathRet",
    acl="storage_pool:getattr",
    high=True,
    readonly=True,
    facet="storage",
    errors=E.STORAGE,
)
DOMAIN_DETACH_DEVICE_ALIAS = call(
    392,
    "virDomainDetachDeviceAlias",
    "DomainDetachDeviceAliasArgs",
    acl=acl(
        "domain:write",
        when("domain:save", "flags", "none", C.VIR_DOMAIN_AFFECT_CONFIG | C.VIR_DOMAIN_AFFECT_LIVE),
        when("domain:save", "flags", "set", C.VIR_DOMAIN_AFFECT_CONFIG),
    ),
    facet="hypervisor",
    errors=E.DOMAIN,
)
CONNECT_COMPARE_HYPERVISOR_CPU = call(
    393,
    "virConnectCompareHypervisorCPU",
    "ConnectCompareHypervisorCpuArgs",
    "ConnectCompareHypervisorCpuRet",
    acl="connect:write",
    facet="hypervisor",
    errors=E.DOMAIN,
)
CONNECT_BASELINE_HYPERVISOR_CPU = call(
    394,
    "virConnectBaselineHypervisorCPU",
    "ConnectBaselineHypervisorCpuArgs",
    "ConnectBaselineHypervisorCpuRet",
    acl="connect:write",
    facet="hypervisor",
    errors=E.DOMAIN,
)
NODE_GET_SEV_INFO = call(
    395,
    "virNodeGetSEVInfo",
    "NodeGetSevInfoArgs",
    "NodeGetSevInfoRet",
    acl="connect:read",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_GET_LAUNCH_SECURITY_INFO = call(
    396,
    "virDomainGetLaunchSecurityInfo",
    "DomainGetLaunchSecurityInfoArgs",
    "DomainGetLaunchSecurityInfoRet",
    acl="domain:read",
    facet="hypervisor",
    errors=E.DOMAIN,
)
NWFILTER_BINDING_LOOKUP_BY_PORT_DEV = call(
    397,
    "virNWFilterBindingLookupByPortDev",
    "NwfilterBindingLookupByPortDevArgs",
    "NwfilterBindingLookupByPortDevRet",
    acl="nwfilter_binding:getattr",
    high=True,
    readonly=True,
    facet="nwfilter",
    errors=E.NWFILTER,
)
NWFILTER_BINDING_GET_XML_DESC = call(
    398,
    "virNWFilterBindingGetXMLDesc",
    "NwfilterBindingGetXmlDescArgs",
    "NwfilterBindingGetXmlDescRet",
    acl="nwfilter_binding:read",
    high=True,
    readonly=True,
    facet="nwfilter",
    errors=E.NWFILTER,
)
NWFILTER_BINDING_CREATE_XML = call(
    399,
    "virNWFilterBindingCreateXML",
    "NwfilterBindingCreateXmlArgs",
    "NwfilterBindingCreateXmlRet",
    acl="nwfilter_binding:create",
    high=True,
    facet="nwfilter",
    errors=E.NWFILTER,
)
NWFILTER_BINDING_DELETE = call(
    400,
    "virNWFilterBindingDelete",
    "NwfilterBindingDeleteArgs",
    acl="nwfilter_binding:delete",
    high=True,
    facet="nwfilter",
    errors=E.NWFILTER,
)
CONNECT_LIST_ALL_NWFILTER_BINDINGS = call(
    401,
    "virConnectListAllNWFilterBindings",
    "ConnectListAllNwfilterBindingsArgs",
    "ConnectListAllNwfilterBindingsRet",
    acl="connect:search_nwfilter_bindings",
    filter="nwfilter_binding:getattr",
    high=True,
    readonly=True,
    facet="nwfilter",
    errors=E.NWFILTER,
)
DOMAIN_SET_IOTHREAD_PARAMS = call(
    402,
    "virDomainSetIOThreadParams",
    "DomainSetIothreadParamsArgs",
    acl=acl(
        "domain:write",
        when("domain:save", "flags", "none", C.VIR_DOMAIN_AFFECT_CONFIG | C.VIR_DOMAIN_AFFECT_LIVE),
        when("domain:save", "flags", "set", C.VIR_DOMAIN_AFFECT_CONFIG),
    ),
    facet="hypervisor",
    errors=E.DOMAIN,
)
CONNECT_GET_STORAGE_POOL_CAPABILITIES = call(
    403,
    "virConnectGetStoragePoolCapabilities",
    "ConnectGetStoragePoolCapabilitiesArgs",
    "ConnectGetStoragePoolCapabilitiesRet",
    acl="connect:read",
    readonly=True,
    facet="storage",
    errors=E.STORAGE,
)
NETWORK_LIST_ALL_PORTS = call(
    404,
    "virNetworkListAllPorts",
    "NetworkListAllPortsArgs",
    "NetworkListAllPortsRet",
    acl="network:search_ports",
    filter="network_port:getattr",
    high=True,
    readonly=True,
    facet="network",
    errors=E.NETWORK,
)
NETWORK_PORT_LOOKUP_BY_UUID = call(
    405,
    "virNetworkPortLookupByUUID",
    "NetworkPortLookupByUuidArgs",
    "NetworkPortLookupByUuidRet",
    acl="network_port:getattr",
    high=True,
    readonly=True,
    facet="network",
    errors=E.NETWORK,
)
NETWORK_PORT_CREATE_XML = call(
    406,
    "virNetworkPortCreateXML",
    "NetworkPortCreateXmlArgs",
    "NetworkPortCreateXmlRet",
    acl="network_port:create",
    facet="network",
    errors=E.NETWORK,
)
NETWORK_PORT_GET_PARAMETERS = call(
    407,
    "virNetworkPortGetParameters",
    "NetworkPortGetParametersArgs",
    "NetworkPortGetParametersRet",
    acl="network_port:read",
    readonly=True,
    facet="network",
    errors=E.NETWORK,
)
NETWORK_PORT_SET_PARAMETERS = call(
    408,
    "virNetworkPortSetParameters",
    "NetworkPortSetParametersArgs",
    acl="network_port:write",
    facet="network",
    errors=E.NETWORK,
)
NETWORK_PORT_GET_XML_DESC = call(
    409,
    "virNetworkPortGetXMLDesc",
    "NetworkPortGetXmlDescArgs",
    "NetworkPortGetXmlDescRet",
    acl="network_port:read",
    readonly=True,
    facet="network",
    errors=E.NETWORK,
)
NETWORK_PORT_DELETE = call(
    410, "virNetworkPortDelete", "NetworkPortDeleteArgs", acl="network_port:delete", facet="network", errors=E.NETWORK
)
DOMAIN_CHECKPOINT_CREATE_XML = call(
    411,
    "virDomainCheckpointCreateXML",
    "DomainCheckpointCreateXmlArgs",
    "DomainCheckpointCreateXmlRet",
    acl=acl("domain:checkpoint", when("domain:fs_freeze", "flags", "set", C.VIR_DOMAIN_CHECKPOINT_CREATE_QUIESCE)),
    facet="hypervisor",
    errors=E.DOMAIN_CHECKPOINT,
)
DOMAIN_CHECKPOINT_GET_XML_DESC = call(
    412,
    "virDomainCheckpointGetXMLDesc",
    "DomainCheckpointGetXmlDescArgs",
    "DomainCheckpointGetXmlDescRet",
    acl=acl("domain:read", when("domain:read_secure", "flags", "set", C.VIR_DOMAIN_CHECKPOINT_XML_SECURE)),
    readonly=When("flags", "set", C.VIR_DOMAIN_CHECKPOINT_XML_SECURE),
    facet="hypervisor",
    errors=E.DOMAIN_CHECKPOINT,
)
DOMAIN_LIST_ALL_CHECKPOINTS = call(
    413,
    "virDomainListAllCheckpoints",
    "DomainListAllCheckpointsArgs",
    "DomainListAllCheckpointsRet",
    acl="domain:read",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN_CHECKPOINT,
)
DOMAIN_CHECKPOINT_LIST_ALL_CHILDREN = call(
    414,
    "virDomainCheckpointListAllChildren",
    "DomainCheckpointListAllChildrenArgs",
    "DomainCheckpointListAllChildrenRet",
    acl="domain:read",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN_CHECKPOINT,
)
DOMAIN_CHECKPOINT_LOOKUP_BY_NAME = call(
    415,
    "virDomainCheckpointLookupByName",
    "DomainCheckpointLookupByNameArgs",
    "DomainCheckpointLookupByNameRet",
    acl="domain:read",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN_CHECKPOINT,
)
DOMAIN_CHECKPOINT_GET_PARENT = call(
    416,
    "virDomainCheckpointGetParent",
    "DomainCheckpointGetParentArgs",
    "DomainCheckpointGetParentRet",
    acl="domain:read",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN_CHECKPOINT,
)
DOMAIN_CHECKPOINT_DELETE = call(
    417,
    "virDomainCheckpointDelete",
    "DomainCheckpointDeleteArgs",
    acl="domain:checkpoint",
    facet="hypervisor",
    errors=E.DOMAIN_CHECKPOINT,
)
DOMAIN_GET_GUEST_INFO = call(
    418,
    "virDomainGetGuestInfo",
    "DomainGetGuestInfoArgs",
    "DomainGetGuestInfoRet",
    acl="domain:write",
    facet="hypervisor",
    errors=E.DOMAIN,
)
CONNECT_SET_IDENTITY = call(
    419, "virConnectSetIdentity", "ConnectSetIdentityArgs", acl="connect:write", readonly=True, facet="hypervisor"
)
DOMAIN_AGENT_SET_RESPONSE_TIMEOUT = call(
    420,
    "virDomainAgentSetResponseTimeout",
    "DomainAgentSetResponseTimeoutArgs",
    "DomainAgentSetResponseTimeoutRet",
    acl="domain:write",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_BACKUP_BEGIN = call(
    421,
    "virDomainBackupBegin",
    "DomainBackupBeginArgs",
    acl="domain:checkpoint domain:block_write",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_BACKUP_GET_XML_DESC = call(
    422,
    "virDomainBackupGetXMLDesc",
    "DomainBackupGetXmlDescArgs",
    "DomainBackupGetXmlDescRet",
    acl="domain:read",
    high=True,
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_EVENT_MEMORY_FAILURE = event(423, "DomainEventMemoryFailureMsg")
DOMAIN_AUTHORIZED_SSH_KEYS_GET = call(
    424,
    "virDomainAuthorizedSSHKeysGet",
    "DomainAuthorizedSshKeysGetArgs",
    "DomainAuthorizedSshKeysGetRet",
    acl="domain:write",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_AUTHORIZED_SSH_KEYS_SET = call(
    425,
    "virDomainAuthorizedSSHKeysSet",
    "DomainAuthorizedSshKeysSetArgs",
    acl="domain:write",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_GET_MESSAGES = call(
    426,
    "virDomainGetMessages",
    "DomainGetMessagesArgs",
    "DomainGetMessagesRet",
    acl="domain:read",
    readonly=True,
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_START_DIRTY_RATE_CALC = call(
    427,
    "virDomainStartDirtyRateCalc",
    "DomainStartDirtyRateCalcArgs",
    acl="domain:write",
    facet="hypervisor",
    errors=E.DOMAIN,
)
NODE_DEVICE_DEFINE_XML = call(
    428,
    "virNodeDeviceDefineXML",
    "NodeDeviceDefineXmlArgs",
    "NodeDeviceDefineXmlRet",
    acl="node_device:write",
    facet="nodedev",
    errors=E.NODEDEV,
)
NODE_DEVICE_UNDEFINE = call(
    429,
    "virNodeDeviceUndefine",
    "NodeDeviceUndefineArgs",
    acl="node_device:delete",
    high=True,
    facet="nodedev",
    errors=E.NODEDEV,
)
NODE_DEVICE_CREATE = call(
    430,
    "virNodeDeviceCreate",
    "NodeDeviceCreateArgs",
    acl="node_device:start",
    high=True,
    facet="nodedev",
    errors=E.NODEDEV,
)
NWFILTER_DEFINE_XML_FLAGS = call(
    431,
    "virNWFilterDefineXMLFlags",
    "NwfilterDefineXmlFlagsArgs",
    "NwfilterDefineXmlFlagsRet",
    acl="nwfilter:write nwfilter:save",
    high=True,
    facet="nwfilter",
    errors=E.NWFILTER,
)
NETWORK_DEFINE_XML_FLAGS = call(
    432,
    "virNetworkDefineXMLFlags",
    "NetworkDefineXmlFlagsArgs",
    "NetworkDefineXmlFlagsRet",
    acl="network:write network:save",
    high=True,
    facet="network",
    errors=E.NETWORK,
)
NODE_DEVICE_GET_AUTOSTART = call(
    433,
    "virNodeDeviceGetAutostart",
    "NodeDeviceGetAutostartArgs",
    "NodeDeviceGetAutostartRet",
    acl="node_device:read",
    high=True,
    facet="nodedev",
    errors=E.NODEDEV,
)
NODE_DEVICE_SET_AUTOSTART = call(
    434,
    "virNodeDeviceSetAutostart",
    "NodeDeviceSetAutostartArgs",
    acl="node_device:write",
    high=True,
    facet="nodedev",
    errors=E.NODEDEV,
)
NODE_DEVICE_IS_PERSISTENT = call(
    435,
    "virNodeDeviceIsPersistent",
    "NodeDeviceIsPersistentArgs",
    "NodeDeviceIsPersistentRet",
    acl="node_device:read",
    high=True,
    readonly=True,
    facet="nodedev",
    errors=E.NODEDEV,
)
NODE_DEVICE_IS_ACTIVE = call(
    436,
    "virNodeDeviceIsActive",
    "NodeDeviceIsActiveArgs",
    "NodeDeviceIsActiveRet",
    acl="node_device:read",
    high=True,
    readonly=True,
    facet="nodedev",
    errors=E.NODEDEV,
)
NETWORK_CREATE_XML_FLAGS = call(
    437,
    "virNetworkCreateXMLFlags",
    "NetworkCreateXmlFlagsArgs",
    "NetworkCreateXmlFlagsRet",
    acl="network:write network:start",
    high=True,
    facet="network",
    errors=E.NETWORK,
)
DOMAIN_EVENT_MEMORY_DEVICE_SIZE_CHANGE = event(438, "DomainEventMemoryDeviceSizeChangeMsg")
DOMAIN_SET_LAUNCH_SECURITY_STATE = call(
    439,
    "virDomainSetLaunchSecurityState",
    "DomainSetLaunchSecurityStateArgs",
    acl="domain:write",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_SAVE_PARAMS = call(
    440, "virDomainSaveParams", "DomainSaveParamsArgs", acl="domain:hibernate", facet="hypervisor", errors=E.DOMAIN
)
DOMAIN_RESTORE_PARAMS = call(
    441,
    "virDomainRestoreParams",
    "DomainRestoreParamsArgs",
    acl="domain:start domain:write",
    facet="hypervisor",
    errors=E.DOMAIN,
)
DOMAIN_ABORT_JOB_FLAGS = call(
    442, "virDomainAbortJobFlags", "DomainAbortJobFlagsArgs", acl="domain:write", facet="hypervisor", errors=E.DOMAIN
)
DOMAIN_FD_ASSOCIATE = call(
    443, "virDomainFDAssociate", "DomainFdAssociateArgs", acl="domain:write", facet="hypervisor", errors=E.DOMAIN
)

PROGRAM = Program("remote", 0x20008086, 1, globals(), struct_named)
