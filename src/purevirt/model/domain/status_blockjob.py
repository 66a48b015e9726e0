"""Block jobs in a status document: what a restarted daemon must know of copies, commits, pulls and backups under way."""

from __future__ import annotations

from typing import Literal

from purevirt.model._engine import UINT, YES_NO, Element, Hex, ParseContext, attr, child, children, choice, flag, leaf
from purevirt.model.domain.disk import BackingStore
from purevirt.model.storage_source import SOURCES, StorageSource, StorageType
from purevirt.types.override import override

BlockJobType = Literal["none", "pull", "copy", "commit", "active-commit", "backup", "", "create", "broken"]
BlockJobState = Literal[
    "completed", "failed", "cancelled", "ready", "new", "running", "concluded", "aborting", "pivoting"
]  # fmt: skip


class Image(Element):
    """An image with its chain, as private data hold it."""

    type: StorageType | None = attr(StorageType)
    format: str | None = attr()
    index: int | None = attr(UINT, omit=0)
    source: StorageSource | None = choice("type", SOURCES, tag="source")
    backing_store: BackingStore | None = child(BackingStore, keep=True)


class JobDisk(Element, tag="disk"):
    """The guest's disk that the job works on."""

    dst: str | None = attr()
    mirror: bool | None = attr(YES_NO)


class JobChains(Element, tag="chains"):
    """The images of a job whose disk is gone."""

    disk: Image | None = child(Image, tag="disk")
    mirror: Image | None = child(Image, tag="mirror")


class JobNode(Element):
    """A block node by name."""

    node: str | None = attr()


class JobCreate(Element, tag="create"):
    """What is being created: the `storage` or the `format` layer of the image."""

    mode: str | None = attr()


class JobBitmap(Element, tag="bitmap"):
    """The dirty bitmap of a backup."""

    name: str | None = attr()


class BlockJob(Element, tag="blockjob"):
    """One job. Which children there are depends on its type."""

    name: str = attr(required=True)
    type: BlockJobType | None = attr(BlockJobType)
    state: BlockJobState | None = attr(BlockJobState)
    newstate: BlockJobState | None = attr(BlockJobState)
    brokentype: BlockJobType | None = attr(BlockJobType)
    jobflags: int | None = attr(Hex(1, 2**32 - 1))
    shallownew: bool | None = attr(YES_NO, omit=False)
    errmsg: str | None = leaf()
    disk: JobDisk | None = child(JobDisk)
    chains: JobChains | None = child(JobChains)
    base: JobNode | None = child(JobNode, tag="base")
    top: JobNode | None = child(JobNode, tag="top")
    topparent: JobNode | None = child(JobNode, tag="topparent")
    delete_committed_images: bool = flag(name="deleteCommittedImages")
    create: JobCreate | None = child(JobCreate)
    src: Image | None = child(Image, tag="src")
    bitmap: JobBitmap | None = child(JobBitmap)
    store: Image | None = child(Image, tag="store")

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        if self.newstate == self.state:
            self.newstate = None


class BlockJobs(Element, tag="blockjobs"):
    """All jobs, and whether some are active."""

    active: bool | None = attr(YES_NO)
    blockjobs: list[BlockJob] = children(BlockJob)
