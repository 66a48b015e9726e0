"""Structs of the remote program: domain snapshot. Written by tools/gen_protocol.py."""

from typing import Annotated

from purevirt.protocol.remote_types.objects import (
    DOMAIN_CHECKPOINT_LIST_MAX,
    DOMAIN_SNAPSHOT_LIST_MAX,
    NonnullDomain,
    NonnullDomainCheckpoint,
    NonnullDomainSnapshot,
    NonnullString,
    String,
)
from purevirt.protocol.xdr import Int, Seq, Struct, UInt


class DomainSnapshotCreateXmlArgs(Struct):
    dom: NonnullDomain
    xml_desc: NonnullString
    flags: UInt


class DomainSnapshotCreateXmlRet(Struct):
    snap: NonnullDomainSnapshot


class DomainSnapshotGetXmlDescArgs(Struct):
    snap: NonnullDomainSnapshot
    flags: UInt


class DomainSnapshotGetXmlDescRet(Struct):
    xml: NonnullString


class DomainSnapshotNumArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainSnapshotNumRet(Struct):
    num: Int


class DomainSnapshotListNamesArgs(Struct):
    dom: NonnullDomain
    maxnames: Int
    flags: UInt


class DomainSnapshotListNamesRet(Struct):
    names: Annotated[list[NonnullString], Seq(NonnullString, DOMAIN_SNAPSHOT_LIST_MAX)]


class DomainSnapshotNumChildrenArgs(Struct):
    snap: NonnullDomainSnapshot
    flags: UInt


class DomainSnapshotNumChildrenRet(Struct):
    num: Int


class DomainSnapshotListChildrenNamesArgs(Struct):
    snap: NonnullDomainSnapshot
    maxnames: Int
    flags: UInt


class DomainSnapshotListChildrenNamesRet(Struct):
    names: Annotated[list[NonnullString], Seq(NonnullString, DOMAIN_SNAPSHOT_LIST_MAX)]


class DomainSnapshotListAllChildrenArgs(Struct):
    snapshot: NonnullDomainSnapshot
    need_results: Int
    flags: UInt


class DomainSnapshotListAllChildrenRet(Struct):
    snapshots: Annotated[list[NonnullDomainSnapshot], Seq(NonnullDomainSnapshot, DOMAIN_SNAPSHOT_LIST_MAX)]
    ret: Int


class DomainSnapshotLookupByNameArgs(Struct):
    dom: NonnullDomain
    name: NonnullString
    flags: UInt


class DomainSnapshotLookupByNameRet(Struct):
    snap: NonnullDomainSnapshot


class DomainSnapshotGetParentArgs(Struct):
    snap: NonnullDomainSnapshot
    flags: UInt


class DomainSnapshotGetParentRet(Struct):
    snap: NonnullDomainSnapshot


class DomainSnapshotCurrentArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainSnapshotCurrentRet(Struct):
    snap: NonnullDomainSnapshot


class DomainSnapshotIsCurrentArgs(Struct):
    snap: NonnullDomainSnapshot
    flags: UInt


class DomainSnapshotIsCurrentRet(Struct):
    current: Int


class DomainSnapshotHasMetadataArgs(Struct):
    snap: NonnullDomainSnapshot
    flags: UInt


class DomainSnapshotHasMetadataRet(Struct):
    metadata: Int


class DomainSnapshotDeleteArgs(Struct):
    snap: NonnullDomainSnapshot
    flags: UInt


class DomainCheckpointCreateXmlArgs(Struct):
    dom: NonnullDomain
    xml_desc: NonnullString
    flags: UInt


class DomainCheckpointCreateXmlRet(Struct):
    checkpoint: NonnullDomainCheckpoint


class DomainCheckpointGetXmlDescArgs(Struct):
    checkpoint: NonnullDomainCheckpoint
    flags: UInt


class DomainCheckpointGetXmlDescRet(Struct):
    xml: NonnullString


class DomainCheckpointListAllChildrenArgs(Struct):
    checkpoint: NonnullDomainCheckpoint
    need_results: Int
    flags: UInt


class DomainCheckpointListAllChildrenRet(Struct):
    checkpoints: Annotated[list[NonnullDomainCheckpoint], Seq(NonnullDomainCheckpoint, DOMAIN_CHECKPOINT_LIST_MAX)]
    ret: Int


class DomainCheckpointLookupByNameArgs(Struct):
    dom: NonnullDomain
    name: NonnullString
    flags: UInt


class DomainCheckpointLookupByNameRet(Struct):
    checkpoint: NonnullDomainCheckpoint


class DomainCheckpointGetParentArgs(Struct):
    checkpoint: NonnullDomainCheckpoint
    flags: UInt


class DomainCheckpointGetParentRet(Struct):
    parent: NonnullDomainCheckpoint


class DomainCheckpointDeleteArgs(Struct):
    checkpoint: NonnullDomainCheckpoint
    flags: UInt


class DomainBackupBeginArgs(Struct):
    dom: NonnullDomain
    backup_xml: NonnullString
    checkpoint_xml: String
    flags: UInt


class DomainBackupGetXmlDescArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainBackupGetXmlDescRet(Struct):
    xml: NonnullString
