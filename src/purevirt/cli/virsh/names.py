"""The words virsh shows for the numbers of the API, and reads for some of them."""

from __future__ import annotations

from collections.abc import Sequence

DOMAIN_EVENT = (
    "Defined",
    "Undefined",
    "Started",
    "Suspended",
    "Resumed",
    "Stopped",
    "Shutdown",
    "PMSuspended",
    "Crashed",
)
DOMAIN_EVENT_DEFINED = ("Added", "Updated", "Renamed", "Snapshot")
DOMAIN_EVENT_UNDEFINED = ("Removed", "Renamed")
DOMAIN_EVENT_STARTED = ("Booted", "Migrated", "Restored", "Snapshot", "Event wakeup")
DOMAIN_EVENT_SUSPENDED = (
    "Paused",
    "Migrated",
    "I/O Error",
    "Watchdog",
    "Restored",
    "Snapshot",
    "API error",
    "Post-copy",
    "Post-copy Error",
)
DOMAIN_EVENT_RESUMED = ("Unpaused", "Migrated", "Snapshot", "Post-copy", "Post-copy Error")
DOMAIN_EVENT_STOPPED = ("Shutdown", "Destroyed", "Crashed", "Migrated", "Saved", "Failed", "Snapshot")
DOMAIN_EVENT_SHUTDOWN = ("Finished", "Finished after guest request", "Finished after host request")
DOMAIN_EVENT_PMSUSPENDED = ("Memory", "Disk")
DOMAIN_EVENT_CRASHED = ("Panicked", "Crashloaded")
DOMAIN_EVENT_WATCHDOG = ("none", "pause", "reset", "poweroff", "shutdown", "debug", "inject-nmi")
DOMAIN_EVENT_IO_ERROR = ("none", "pause", "report")
GRAPHICS_PHASE = ("connect", "initialize", "disconnect")
GRAPHICS_ADDRESS = ("IPv4", "IPv6", "unix")
DOMAIN_BLOCK_JOB_STATUS = ("completed", "failed", "canceled", "ready")
DOMAIN_EVENT_DISK_CHANGE = ("changed", "dropped")
DOMAIN_EVENT_TRAY_CHANGE = ("opened", "closed")
EVENT_AGENT_LIFECYCLE_STATE = ("unknown", "connected", "disconnected")
EVENT_AGENT_LIFECYCLE_REASON = ("unknown", "domain started", "channel event")
EVENT_METADATA_CHANGE_TYPE = ("description", "title", "element")
EVENT_MEMORY_FAILURE_RECIPIENT_TYPE = ("hypervisor", "guest")
EVENT_MEMORY_FAILURE_ACTION_TYPE = ("ignore", "inject", "fatal", "reset")
DOMAIN_IO_ERROR = ("no error", "unspecified error", "no space")
DOMAIN_CONTROL_STATE = ("ok", "background job", "occupied", "error")
DOMAIN_CONTROL_ERROR_REASON = ("", "unknown", "monitor failure", "internal (locking) error")
DOMAIN_STATE = ("no state", "running", "idle", "paused", "in shutdown", "shut off", "crashed", "pmsuspended")
DOMAIN_NOSTATE_REASON = ("unknown",)
DOMAIN_RUNNING_REASON = (
    "unknown",
    "booted",
    "migrated",
    "restored",
    "from snapshot",
    "unpaused",
    "migration canceled",
    "save canceled",
    "event wakeup",
    "crashed",
    "post-copy",
    "post-copy failed",
)
DOMAIN_BLOCKED_REASON = ("unknown",)
DOMAIN_PAUSED_REASON = (
    "unknown",
    "user",
    "migrating",
    "saving",
    "dumping",
    "I/O error",
    "watchdog",
    "from snapshot",
    "shutting down",
    "creating snapshot",
    "crashed",
    "starting up",
    "post-copy",
    "post-copy failed",
)
DOMAIN_SHUTDOWN_REASON = ("unknown", "user")
DOMAIN_SHUTOFF_REASON = (
    "unknown",
    "shutdown",
    "destroyed",
    "crashed",
    "migrated",
    "saved",
    "failed",
    "from snapshot",
    "daemon",
)
DOMAIN_CRASHED_REASON = ("unknown", "panicked")
DOMAIN_PMSUSPENDED_REASON = ("unknown",)
DOMAIN_INTERFACE_ADDRESSES_SOURCE = ("lease", "agent", "arp")
DOMAIN_VCPU_STATE = ("offline", "running", "blocked")
DOMAIN_INTERFACE_SOURCE_MODE = ("server", "client")
DOMAIN_CORE_DUMP_FORMAT = ("elf", "kdump-zlib", "kdump-lzo", "kdump-snappy", "win-dmp")
DOMAIN_LIFECYCLE = ("poweroff", "reboot", "crash")
DOMAIN_LIFECYCLE_ACTION = ("destroy", "restart", "rename-restart", "preserve", "coredump-destroy", "coredump-restart")
DOMAIN_JOB = ("None", "Bounded", "Unbounded", "Completed", "Failed", "Cancelled")
DOMAIN_JOB_OPERATION = (
    "Unknown",
    "Start",
    "Save",
    "Restore",
    "Incoming migration",
    "Outgoing migration",
    "Snapshot",
    "Snapshot revert",
    "Dump",
    "Backup",
    "Snapshot delete",
)
DOMAIN_PROCESS_SIGNAL = (
    "nop",
    "hup",
    "int",
    "quit",
    "ill",
    "trap",
    "abrt",
    "bus",
    "fpe",
    "kill",
    "usr1",
    "segv",
    "usr2",
    "pipe",
    "alrm",
    "term",
    "stkflt",
    "chld",
    "cont",
    "stop",
    "tstp",
    "ttin",
    "ttou",
    "urg",
    "xcpu",
    "xfsz",
    "vtalrm",
    "prof",
    "winch",
    "poll",
    "pwr",
    "sys",
    "rt0",
    "rt1",
    "rt2",
    "rt3",
    "rt4",
    "rt5",
    "rt6",
    "rt7",
    "rt8",
    "rt9",
    "rt10",
    "rt11",
    "rt12",
    "rt13",
    "rt14",
    "rt15",
    "rt16",
    "rt17",
    "rt18",
    "rt19",
    "rt20",
    "rt21",
    "rt22",
    "rt23",
    "rt24",
    "rt25",
    "rt26",
    "rt27",
    "rt28",
    "rt29",
    "rt30",
    "rt31",
    "rt32",
)
DOMAIN_HOSTNAME_SOURCE = ("agent", "lease")
DOMAIN_DIRTY_RATE_CALC_MODE = ("page-sampling", "dirty-bitmap", "dirty-ring")
NODE_SUSPEND_TARGET = ("mem", "disk", "hybrid")
NETWORK_UPDATE_COMMAND = ("none", "modify", "delete", "add-last", "add-first")
NETWORK_SECTION = (
    "none",
    "bridge",
    "domain",
    "ip",
    "ip-dhcp-host",
    "ip-dhcp-range",
    "forward",
    "forward-interface",
    "forward-pf",
    "portgroup",
    "dns-host",
    "dns-txt",
    "dns-srv",
)
NETWORK_EVENT = ("Defined", "Undefined", "Started", "Stopped")
NETWORK_EVENT_ID = ("lifecycle",)
NODE_DEVICE_EVENT = ("Created", "Deleted", "Defined", "Undefined")
STORAGE_POOL_STATE = ("inactive", "building", "running", "degraded", "inaccessible")
POOL_EVENT = ("Defined", "Undefined", "Started", "Stopped", "Created", "Deleted")
SECRET_EVENT = ("Defined", "Undefined")
DOMAIN_BLOCK_JOB = ("Unknown job", "Block Pull", "Block Copy", "Block Commit", "Active Block Commit", "Backup")
STORAGE_VOL_WIPE_ALGORITHM = (
    "zero",
    "nnsa",
    "dod",
    "bsi",
    "gutmann",
    "schneier",
    "pfitzner7",
    "pfitzner33",
    "random",
    "trim",
)
STORAGE_VOL = ("file", "block", "dir", "network", "netdir", "ploop")


def word(names: Sequence[str], value: int, default: str = "unknown") -> str:
    """The word for a number; `default` when there is none."""
    return names[value] if 0 <= value < len(names) else default


def index(names: Sequence[str], text: str) -> int | None:
    """The number of a word, None when it is none of them."""
    return names.index(text) if text in names else None


def shown(value: object) -> str:
    """A typed parameter's value as virsh prints it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:f}"
    return str(value)
