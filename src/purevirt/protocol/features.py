"""Feature numbers of `connect_supports_feature` (VIR_DRV_FEATURE_*), and who answers them."""

from __future__ import annotations

from enum import IntEnum


class Feature(IntEnum):
    """VIR_DRV_FEATURE_*."""

    MIGRATION_V1 = 1
    REMOTE = 2
    MIGRATION_V2 = 3
    MIGRATION_P2P = 4
    MIGRATION_DIRECT = 5
    MIGRATION_V3 = 6
    MIGRATE_CHANGE_PROTECTION = 7
    FD_PASSING = 8
    TYPED_PARAM_STRING = 9
    PROGRAM_KEEPALIVE = 10
    XML_MIGRATABLE = 11
    MIGRATION_OFFLINE = 12
    MIGRATION_PARAMS = 13
    REMOTE_EVENT_CALLBACK = 14
    REMOTE_CLOSE_CALLBACK = 15
    NETWORK_UPDATE_HAS_CORRECT_ORDER = 16


BY_DAEMON = frozenset(
    {Feature.FD_PASSING, Feature.REMOTE_EVENT_CALLBACK, Feature.REMOTE_CLOSE_CALLBACK, Feature.PROGRAM_KEEPALIVE}
)
"""A server answers these with 1 itself, whatever the driver says."""
BEFORE_OPEN = frozenset({Feature.PROGRAM_KEEPALIVE})
"""Answered even before connect_open."""
ALWAYS = frozenset({Feature.TYPED_PARAM_STRING, Feature.NETWORK_UPDATE_HAS_CORRECT_ORDER, Feature.FD_PASSING})
"""1 for every driver in process."""
NEVER = frozenset({Feature.REMOTE, Feature.PROGRAM_KEEPALIVE, Feature.REMOTE_CLOSE_CALLBACK, Feature.REMOTE_EVENT_CALLBACK})
"""0 for every driver in process: they are about a connection's transport."""
