"""Which rows carry which events: scope and event id ↔ event row, and how to ask for each scope.

Callback ids are given by the server per program and connection; an event row's message names the callback it is for.
"""

from __future__ import annotations

EVENT_ROWS: dict[tuple[str, str], tuple[str, int]] = {}
"""(program, row name) → (scope, event id)."""

_DOMAIN = (
    "domain_event_callback_lifecycle",
    "domain_event_callback_reboot",
    "domain_event_callback_rtc_change",
    "domain_event_callback_watchdog",
    "domain_event_callback_io_error",
    "domain_event_callback_graphics",
    "domain_event_callback_io_error_reason",
    "domain_event_callback_control_error",
    "domain_event_callback_block_job",
    "domain_event_callback_disk_change",
    "domain_event_callback_tray_change",
    "domain_event_callback_pmwakeup",
    "domain_event_callback_pmsuspend",
    "domain_event_callback_balloon_change",
    "domain_event_callback_pmsuspend_disk",
    "domain_event_callback_device_removed",
    "domain_event_block_job_2",
    "domain_event_callback_tunable",
    "domain_event_callback_agent_lifecycle",
    "domain_event_callback_device_added",
    "domain_event_callback_migration_iteration",
    "domain_event_callback_job_completed",
    "domain_event_callback_device_removal_failed",
    "domain_event_callback_metadata_change",
    "domain_event_block_threshold",
    "domain_event_memory_failure",
    "domain_event_memory_device_size_change",
)
"""In the order of VIR_DOMAIN_EVENT_ID_*."""

for _id, _row in enumerate(_DOMAIN):
    EVENT_ROWS["remote", _row] = ("domain", _id)
EVENT_ROWS["remote", "network_event_lifecycle"] = ("network", 0)
EVENT_ROWS["remote", "storage_pool_event_lifecycle"] = ("storage_pool", 0)
EVENT_ROWS["remote", "storage_pool_event_refresh"] = ("storage_pool", 1)
EVENT_ROWS["remote", "node_device_event_lifecycle"] = ("node_device", 0)
EVENT_ROWS["remote", "node_device_event_update"] = ("node_device", 1)
EVENT_ROWS["remote", "secret_event_lifecycle"] = ("secret", 0)
EVENT_ROWS["remote", "secret_event_value_changed"] = ("secret", 1)
EVENT_ROWS["qemu", "domain_monitor_event"] = ("qemu_monitor", 0)

REGISTER: dict[str, tuple[str, str, str]] = {
    "domain": (
        "remote",
        "connect_domain_event_callback_register_any",
        "connect_domain_event_callback_deregister_any",
    ),
    "network": ("remote", "connect_network_event_register_any", "connect_network_event_deregister_any"),
    "storage_pool": (
        "remote",
        "connect_storage_pool_event_register_any",
        "connect_storage_pool_event_deregister_any",
    ),
    "node_device": ("remote", "connect_node_device_event_register_any", "connect_node_device_event_deregister_any"),
    "secret": ("remote", "connect_secret_event_register_any", "connect_secret_event_deregister_any"),
    "qemu_monitor": ("qemu", "connect_domain_monitor_event_register", "connect_domain_monitor_event_deregister"),
}
"""Scope → program, registering procedure, deregistering procedure."""
