"""Rows: volume."""

from __future__ import annotations

from purevirt.cli.engine.table import Command, data, flag, number, text

ROWS = (
    Command(
        "vol-clone",
        "clone a volume.",
        "Clone an existing volume within the parent pool.",
        (
            data("vol", "vol name, key or path", complete="storage-vol-name"),
            data("newname", "clone name", complete="complete-empty"),
            text("pool", "pool name or uuid", complete="storage-pool-name active"),
            flag("prealloc-metadata", "preallocate metadata (for qcow2 instead of full allocation)"),
            flag("reflink", "use btrfs COW lightweight copy"),
            flag("print-xml", "print XML document rather than clone the volume"),
        ),
    ),
    Command(
        "vol-create-as",
        "create a volume from a set of args",
        "Create a vol.",
        (
            data("pool", "pool name", complete="storage-pool-name active"),
            data("name", "name of the volume", complete="complete-empty"),
            data("capacity", "size of the vol, as scaled integer (default bytes)", complete="complete-empty"),
            text("allocation", "initial allocation size, as scaled integer (default bytes)", complete="complete-empty"),
            text("format", "file format type raw,bochs,qcow,qcow2,qed,vmdk"),
            text("backing-vol", "the backing volume if taking a snapshot"),
            text("backing-vol-format", "format of backing volume if taking a snapshot"),
            flag("prealloc-metadata", "preallocate metadata (for qcow2 instead of full allocation)"),
            flag("print-xml", "print XML document, but don't define/create"),
        ),
    ),
    Command(
        "vol-create",
        "create a vol from an XML file",
        "Create a vol.",
        (
            data("pool", "pool name", complete="storage-pool-name active"),
            data("file", "file containing an XML vol description", complete="complete-path-local-existing"),
            flag("prealloc-metadata", "preallocate metadata (for qcow2 instead of full allocation)"),
            flag("validate", "validate the XML against the schema"),
        ),
    ),
    Command(
        "vol-create-from",
        "create a vol, using another volume as input",
        "Create a vol from an existing volume.",
        (
            data("pool", "pool name or uuid", complete="storage-pool-name active"),
            data("file", "file containing an XML vol description", complete="complete-path-local-existing"),
            data("vol", "vol name, key or path", complete="storage-vol-name"),
            text("inputpool", "pool name or uuid of the input volume's pool", complete="storage-pool-name"),
            flag("prealloc-metadata", "preallocate metadata (for qcow2 instead of full allocation)"),
            flag("reflink", "use btrfs COW lightweight copy"),
            flag("validate", "validate the XML against the schema"),
        ),
    ),
    Command(
        "vol-delete",
        "delete a vol",
        "Delete a given vol.",
        (
            data("vol", "vol name, key or path", complete="storage-vol-name"),
            text("pool", "pool name or uuid", complete="storage-pool-name active"),
            flag("delete-snapshots", "delete snapshots associated with volume (must be supported by storage driver)"),
        ),
    ),
    Command(
        "vol-download",
        "download volume contents to a file",
        "Download volume contents to a file",
        (
            data("vol", "vol name, key or path", complete="storage-vol-name"),
            data("file", "file", complete="complete-path-local-existing"),
            text("pool", "pool name or uuid", complete="storage-pool-name active"),
            number("offset", "volume offset to download from"),
            number("length", "amount of data to download"),
            flag("sparse", "preserve sparseness of volume"),
        ),
    ),
    Command(
        "vol-dumpxml",
        "vol information in XML",
        "Output the vol information as an XML dump to stdout.",
        (
            data("vol", "vol name, key or path", complete="storage-vol-name"),
            text("pool", "pool name or uuid", complete="storage-pool-name active"),
            text("xpath", "xpath expression to filter the XML document", complete="complete-empty", named=True),
            flag("wrap", "wrap xpath results in an common root element"),
        ),
    ),
    Command(
        "vol-info",
        "storage vol information",
        "Returns basic information about the storage vol.",
        (
            data("vol", "vol name, key or path", complete="storage-vol-name"),
            text("pool", "pool name or uuid", complete="storage-pool-name active"),
            flag("bytes", "sizes are represented in bytes rather than pretty units"),
            flag("physical", "return the physical size of the volume in allocation field"),
        ),
    ),
    Command(
        "vol-key",
        "returns the volume key for a given volume name or path",
        "",
        (
            data("vol", "volume name or path", complete="storage-vol-name"),
            text("pool", "pool name or uuid", complete="storage-pool-name active"),
        ),
    ),
    Command(
        "vol-list",
        "list vols",
        "Returns list of vols by pool.",
        (
            data("pool", "pool name or uuid", complete="storage-pool-name active"),
            flag("details", "display extended details for volumes"),
        ),
    ),
    Command(
        "vol-name",
        "returns the volume name for a given volume key or path",
        "",
        (data("vol", "volume key or path", complete="storage-vol-key"),),
    ),
    Command(
        "vol-path",
        "returns the volume path for a given volume name or key",
        "",
        (
            data("vol", "volume name or key", complete="storage-vol-name"),
            text("pool", "pool name or uuid", complete="storage-pool-name active"),
        ),
    ),
    Command(
        "vol-pool",
        "returns the storage pool for a given volume key or path",
        "",
        (
            data("vol", "volume key or path", complete="storage-vol-key"),
            flag("uuid", "return the pool uuid rather than pool name"),
        ),
    ),
    Command(
        "vol-resize",
        "resize a vol",
        (
            "Resizes a storage volume. This is safe only for storage volumes not in use by an active "
            "guest.\nSee blockresize for live resizing."
        ),
        (
            data("vol", "vol name, key or path", complete="storage-vol-name"),
            data("capacity", "new capacity for the vol, as scaled integer (default bytes)", complete="complete-empty"),
            text("pool", "pool name or uuid", complete="storage-pool-name active"),
            flag("allocate", "allocate the new capacity, rather than leaving it sparse"),
            flag("delta", "use capacity as a delta to current size, rather than the new size"),
            flag("shrink", "allow the resize to shrink the volume"),
        ),
    ),
    Command(
        "vol-upload",
        "upload file contents to a volume",
        "Upload file contents to a volume",
        (
            data("vol", "vol name, key or path", complete="storage-vol-name"),
            data("file", "file", complete="complete-path-local-existing"),
            text("pool", "pool name or uuid", complete="storage-pool-name active"),
            number("offset", "volume offset to upload to"),
            number("length", "amount of data to upload"),
            flag("sparse", "preserve sparseness of volume"),
        ),
    ),
    Command(
        "vol-wipe",
        "wipe a vol",
        "Ensure data previously on a volume is not accessible to future reads",
        (
            data("vol", "vol name, key or path", complete="storage-vol-name"),
            text("pool", "pool name or uuid", complete="storage-pool-name active"),
            text("algorithm", "perform selected wiping algorithm", complete="storage-vol-wipe-algorithm"),
        ),
    ),
)
