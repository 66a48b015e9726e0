"""Structs of the remote program: events. Written by tools/gen_protocol.py."""

from typing import Annotated

from purevirt.protocol.remote_types.objects import (
    DOMAIN_EVENT_GRAPHICS_IDENTITY_MAX,
    DOMAIN_EVENT_TUNABLE_MAX,
    DOMAIN_JOB_STATS_MAX,
    STRING_MAX,
    DomainEventGraphicsAddress,
    DomainEventGraphicsIdentity,
    NonnullDomain,
    NonnullNetwork,
    NonnullNodeDevice,
    NonnullSecret,
    NonnullStoragePool,
    NonnullString,
    String,
)
from purevirt.protocol.xdr import Hyper, Int, Params, Seq, Struct, UHyper, UInt
from purevirt.types.typed_params import TypedParam


class DomainEventLifecycleMsg(Struct):
    dom: NonnullDomain
    event: Int
    detail: Int


class DomainEventCallbackLifecycleMsg(Struct):
    callbackID: Int
    msg: DomainEventLifecycleMsg


class DomainEventRebootMsg(Struct):
    dom: NonnullDomain


class DomainEventCallbackRebootMsg(Struct):
    callbackID: Int
    msg: DomainEventRebootMsg


class DomainEventRtcChangeMsg(Struct):
    dom: NonnullDomain
    offset: Hyper


class DomainEventCallbackRtcChangeMsg(Struct):
    callbackID: Int
    msg: DomainEventRtcChangeMsg


class DomainEventWatchdogMsg(Struct):
    dom: NonnullDomain
    action: Int


class DomainEventCallbackWatchdogMsg(Struct):
    callbackID: Int
    msg: DomainEventWatchdogMsg


class DomainEventIoErrorMsg(Struct):
    dom: NonnullDomain
    srcPath: NonnullString
    devAlias: NonnullString
    action: Int


class DomainEventCallbackIoErrorMsg(Struct):
    callbackID: Int
    msg: DomainEventIoErrorMsg


class DomainEventIoErrorReasonMsg(Struct):
    dom: NonnullDomain
    srcPath: NonnullString
    devAlias: NonnullString
    action: Int
    reason: NonnullString


class DomainEventCallbackIoErrorReasonMsg(Struct):
    callbackID: Int
    msg: DomainEventIoErrorReasonMsg


class DomainEventGraphicsMsg(Struct):
    dom: NonnullDomain
    phase: Int
    local: DomainEventGraphicsAddress
    remote: DomainEventGraphicsAddress
    authScheme: NonnullString
    subject: Annotated[
        list[DomainEventGraphicsIdentity], Seq(DomainEventGraphicsIdentity, DOMAIN_EVENT_GRAPHICS_IDENTITY_MAX)
    ]


class DomainEventCallbackGraphicsMsg(Struct):
    callbackID: Int
    msg: DomainEventGraphicsMsg


class DomainEventBlockJobMsg(Struct):
    dom: NonnullDomain
    path: NonnullString
    type: Int
    status: Int


class DomainEventCallbackBlockJobMsg(Struct):
    callbackID: Int
    msg: DomainEventBlockJobMsg


class DomainEventDiskChangeMsg(Struct):
    dom: NonnullDomain
    oldSrcPath: String
    newSrcPath: String
    devAlias: NonnullString
    reason: Int


class DomainEventCallbackDiskChangeMsg(Struct):
    callbackID: Int
    msg: DomainEventDiskChangeMsg


class DomainEventTrayChangeMsg(Struct):
    dom: NonnullDomain
    devAlias: NonnullString
    reason: Int


class DomainEventCallbackTrayChangeMsg(Struct):
    callbackID: Int
    msg: DomainEventTrayChangeMsg


class DomainEventPmwakeupMsg(Struct):
    dom: NonnullDomain


class DomainEventCallbackPmwakeupMsg(Struct):
    callbackID: Int
    reason: Int
    msg: DomainEventPmwakeupMsg


class DomainEventPmsuspendMsg(Struct):
    dom: NonnullDomain


class DomainEventCallbackPmsuspendMsg(Struct):
    callbackID: Int
    reason: Int
    msg: DomainEventPmsuspendMsg


class DomainEventBalloonChangeMsg(Struct):
    dom: NonnullDomain
    actual: UHyper


class DomainEventCallbackBalloonChangeMsg(Struct):
    callbackID: Int
    msg: DomainEventBalloonChangeMsg


class DomainEventPmsuspendDiskMsg(Struct):
    dom: NonnullDomain


class DomainEventCallbackPmsuspendDiskMsg(Struct):
    callbackID: Int
    reason: Int
    msg: DomainEventPmsuspendDiskMsg


class DomainEventControlErrorMsg(Struct):
    dom: NonnullDomain


class DomainEventCallbackControlErrorMsg(Struct):
    callbackID: Int
    msg: DomainEventControlErrorMsg


class DomainEventDeviceRemovedMsg(Struct):
    dom: NonnullDomain
    devAlias: NonnullString


class DomainEventCallbackDeviceRemovedMsg(Struct):
    callbackID: Int
    msg: DomainEventDeviceRemovedMsg


class DomainEventBlockJob2Msg(Struct):
    callbackID: Int
    dom: NonnullDomain
    dst: NonnullString
    type: Int
    status: Int


class DomainEventBlockThresholdMsg(Struct):
    callbackID: Int
    dom: NonnullDomain
    dev: NonnullString
    path: String
    threshold: UHyper
    excess: UHyper


class DomainEventCallbackTunableMsg(Struct):
    callbackID: Int
    dom: NonnullDomain
    params: Annotated[list[TypedParam], Params(DOMAIN_EVENT_TUNABLE_MAX, STRING_MAX)]


class DomainEventCallbackDeviceAddedMsg(Struct):
    callbackID: Int
    dom: NonnullDomain
    devAlias: NonnullString


class ConnectEventConnectionClosedMsg(Struct):
    reason: Int


class NetworkEventLifecycleMsg(Struct):
    callbackID: Int
    net: NonnullNetwork
    event: Int
    detail: Int


class StoragePoolEventLifecycleMsg(Struct):
    callbackID: Int
    pool: NonnullStoragePool
    event: Int
    detail: Int


class StoragePoolEventRefreshMsg(Struct):
    callbackID: Int
    pool: NonnullStoragePool


class NodeDeviceEventLifecycleMsg(Struct):
    callbackID: Int
    dev: NonnullNodeDevice
    event: Int
    detail: Int


class NodeDeviceEventUpdateMsg(Struct):
    callbackID: Int
    dev: NonnullNodeDevice


class DomainEventCallbackAgentLifecycleMsg(Struct):
    callbackID: Int
    dom: NonnullDomain
    state: Int
    reason: Int


class DomainEventCallbackMigrationIterationMsg(Struct):
    callbackID: Int
    dom: NonnullDomain
    iteration: Int


class DomainEventCallbackJobCompletedMsg(Struct):
    callbackID: Int
    dom: NonnullDomain
    params: Annotated[list[TypedParam], Params(DOMAIN_JOB_STATS_MAX, STRING_MAX)]


class DomainEventCallbackDeviceRemovalFailedMsg(Struct):
    callbackID: Int
    dom: NonnullDomain
    devAlias: NonnullString


class DomainEventCallbackMetadataChangeMsg(Struct):
    callbackID: Int
    dom: NonnullDomain
    type: Int
    nsuri: String


class DomainEventMemoryFailureMsg(Struct):
    callbackID: Int
    dom: NonnullDomain
    recipient: Int
    action: Int
    flags: UInt


class SecretEventLifecycleMsg(Struct):
    callbackID: Int
    secret: NonnullSecret
    event: Int
    detail: Int


class SecretEventValueChangedMsg(Struct):
    callbackID: Int
    secret: NonnullSecret


class DomainEventMemoryDeviceSizeChangeMsg(Struct):
    callbackID: Int
    dom: NonnullDomain
    alias: NonnullString
    size: UHyper
