"""Storage volumes."""

from __future__ import annotations

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.numbers import ULLONG_MAX, scaled
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh import lookup, names
from purevirt.cli.virsh.documents import escape, parse, print_xml
from purevirt.cli.virsh.files import read_text
from purevirt.cli.virsh.flags import collect
from purevirt.cli.virsh.handlers.pool import size
from purevirt.cli.virsh.lookup import complaining
from purevirt.errors import VirtError
from purevirt.types import constants as c

_CREATE = {
    "prealloc-metadata": c.VIR_STORAGE_VOL_CREATE_PREALLOC_METADATA,
    "reflink": c.VIR_STORAGE_VOL_CREATE_REFLINK,
    "validate": c.VIR_STORAGE_VOL_CREATE_VALIDATE,
}


def _size(text: str, complaint: str) -> int:
    """Bytes of a size as typed. Raises Failed."""
    try:
        value = scaled(text, 1, ULLONG_MAX)
    except VirtError as error:
        raise Failed(complaint) from error
    if value is None:
        raise Failed(complaint)
    return value


def cmd_vol_create_as(sh: Shell, a: Args) -> None:
    flags = collect(a, _CREATE)
    pool = lookup.pool(sh, a)
    name, capacity = a.need("name"), a.need("capacity")
    total = _size(capacity, f"Malformed size {capacity}")
    allocation = a.text("allocation")
    out = [f"<volume>\n  <name>{escape(name)}</name>\n  <capacity>{total}</capacity>\n"]
    if allocation is not None:
        out.append(f"  <allocation>{_size(allocation, f'Malformed size {allocation}')}</allocation>\n")
    form, backing, backing_form = a.text("format"), a.text("backing-vol"), a.text("backing-vol-format")
    if form is not None:
        out.append(f"  <target>\n    <format type='{escape(form)}'/>\n  </target>\n")
    if backing is not None:
        found = lookup.first_of(
            f"failed to get vol '{backing}'",
            [
                lambda: pool.storage_vol_lookup_by_name(backing),
                lambda: sh.conn.storage_vol_lookup_by_key(backing),
                lambda: sh.conn.storage_vol_lookup_by_path(backing),
            ],
        )
        out.append(f"  <backingStore>\n    <path>{escape(found.get_path())}</path>\n")
        if backing_form is not None:
            out.append(f"    <format type='{escape(backing_form)}'/>\n")
        out.append("  </backingStore>\n")
    xml = "".join(out) + "</volume>\n"
    if a.flag("print-xml"):
        sh.write(xml)
        return
    with complaining(f"Failed to create vol {name}"):
        pool.storage_vol_create_xml(xml, flags)
    sh.extra(f"Vol {name} created\n")


def cmd_vol_create(sh: Shell, a: Args) -> None:
    pool = lookup.pool(sh, a)
    path = a.need("file")
    xml = read_text(path)
    with complaining(f"Failed to create vol from {path}"):
        vol = pool.storage_vol_create_xml(xml, collect(a, _CREATE))
    sh.extra(f"Vol {vol.get_name()} created from {path}\n")


def cmd_vol_create_from(sh: Shell, a: Args) -> None:
    pool = lookup.pool(sh, a)
    path = a.need("file")
    source = lookup.volume(sh, a, pool_option="inputpool")
    xml = read_text(path)
    with complaining(f"Failed to create vol from {path}"):
        vol = pool.storage_vol_create_xml_from(xml, source, collect(a, _CREATE))
    sh.extra(f"Vol {vol.get_name()} created from input vol {source.get_name()}\n")


def cmd_vol_clone(sh: Shell, a: Args) -> None:
    source = lookup.volume(sh, a)
    name = a.need("newname")
    with complaining("failed to get parent pool"):
        pool = source.storage_pool_lookup_by_volume()
    from xml.etree import ElementTree

    tree = parse(source.get_xml_desc())
    element = tree.find("name")
    if element is None:
        raise Failed("Failed to allocate XML buffer")
    element.text = name
    xml = ElementTree.tostring(tree, encoding="unicode")
    if a.flag("print-xml"):
        sh.write(xml)
        return
    with complaining(f"Failed to clone vol from {source.get_name()}"):
        made = pool.storage_vol_create_xml_from(xml, source, collect(a, _CREATE))
    sh.extra(f"Vol {made.get_name()} cloned from {source.get_name()}\n")


def _range(a: Args) -> tuple[int, int]:
    return a.unsigned("offset", 64) or 0, a.unsigned("length", 64, wrap=True) or 0


def cmd_vol_upload(sh: Shell, a: Args) -> None:
    offset, length = _range(a)
    vol = lookup.volume(sh, a)
    name, path = a.raw("vol"), a.need("file")
    try:
        file = open(path, "rb")  # noqa: SIM115  # opening and sending fail with different texts
    except OSError:
        raise Failed(f"cannot read {path}") from None
    with file, complaining(f"cannot upload to volume {name}"):
        vol.upload_from(file, offset, length, sparse=a.flag("sparse"))


def cmd_vol_download(sh: Shell, a: Args) -> None:
    import os

    offset, length = _range(a)
    vol = lookup.volume(sh, a)
    name, path = a.raw("vol"), a.need("file")
    created = not os.path.exists(path)
    try:
        file = open(path, "wb")  # noqa: SIM115  # opening and receiving fail with different texts
    except OSError:
        raise Failed(f"cannot create {path}") from None
    try:
        with file, complaining(f"cannot download from volume {name}"):
            vol.download_to(file, offset, length, sparse=a.flag("sparse"))
    except Failed:
        if created:
            os.unlink(path)
        raise


def cmd_vol_delete(sh: Shell, a: Args) -> None:
    vol, name = lookup.volume(sh, a), a.raw("vol")
    with complaining(f"Failed to delete vol {name}"):
        vol.delete(collect(a, {"delete-snapshots": c.VIR_STORAGE_VOL_DELETE_WITH_SNAPSHOTS}))
    sh.extra(f"Vol {name} deleted\n")


def cmd_vol_wipe(sh: Shell, a: Args) -> None:
    vol, name = lookup.volume(sh, a), a.raw("vol")
    wanted = a.text("algorithm")
    algorithm = 0
    if wanted is not None:
        found = names.index(names.STORAGE_VOL_WIPE_ALGORITHM, wanted)
        if found is None:
            raise Failed(f"Unsupported algorithm '{wanted}'")
        algorithm = found
    with complaining(f"Failed to wipe vol {name}"):
        if algorithm == c.VIR_STORAGE_VOL_WIPE_ALG_ZERO:
            vol.wipe()
        else:
            vol.wipe_pattern(algorithm)
    sh.extra(f"Vol {name} wiped\n")


def cmd_vol_info(sh: Shell, a: Args) -> None:
    vol = lookup.volume(sh, a)
    physical = a.flag("physical")
    sh.out.fields([("Name:", vol.get_name())])
    info = vol.get_info_flags(c.VIR_STORAGE_VOL_GET_PHYSICAL) if physical else vol.get_info()
    plain = a.flag("bytes")
    fields = [("Type:", names.word(names.STORAGE_VOL, info.type))]
    for label, value in (
        ("Capacity:", info.capacity),
        ("Physical:" if physical else "Allocation:", info.allocation),
    ):
        fields.append((label, f"{value} bytes" if plain else size(value)))
    sh.out.fields(fields)


def cmd_vol_resize(sh: Shell, a: Args) -> None:
    flags = collect(
        a,
        {
            "allocate": c.VIR_STORAGE_VOL_RESIZE_ALLOCATE,
            "delta": c.VIR_STORAGE_VOL_RESIZE_DELTA,
            "shrink": c.VIR_STORAGE_VOL_RESIZE_SHRINK,
        },
    )
    delta = a.flag("delta")
    vol = lookup.volume(sh, a)
    text = a.need("capacity")
    bare = text.lstrip(" \t")
    if bare.startswith("-"):
        if not a.flag("shrink"):
            raise Failed("negative size requires --shrink")
        bare = bare[1:]
        delta = True
        flags |= c.VIR_STORAGE_VOL_RESIZE_DELTA
    capacity = _size(bare, f"Malformed size {bare}")
    joint = "by" if delta else "to"
    with complaining(f"Failed to change size of volume '{vol.get_name()}' {joint} {text}"):
        vol.resize(capacity, flags)
    sh.extra(f"Size of volume '{vol.get_name()}' successfully changed {joint} {text}\n")


def cmd_vol_dumpxml(sh: Shell, a: Args) -> bool:
    return print_xml(sh, a, lookup.volume(sh, a).get_xml_desc())


def cmd_vol_list(sh: Shell, a: Args) -> None:
    pool = lookup.pool(sh, a)
    with complaining("Failed to list volumes"):
        vols = pool.list_all_volumes()
    vols.sort(key=lambda vol: vol.get_name().lower())
    details = a.flag("details")
    rows = []
    for vol in vols:
        row = [vol.get_name(), vol.get_path()]
        if details:
            try:
                info = vol.get_info()
                row += [names.word(names.STORAGE_VOL, info.type), size(info.capacity), size(info.allocation)]
            except VirtError:
                row += ["unknown"] * 3
        rows.append(row)
    sh.out.table(["Name", "Path", "Type", "Capacity", "Allocation"] if details else ["Name", "Path"], rows)


def cmd_vol_name(sh: Shell, a: Args) -> None:
    sh.write(lookup.volume(sh, a, pool_option=None, by="key path").get_name() + "\n")


def cmd_vol_pool(sh: Shell, a: Args) -> None:
    vol = lookup.volume(sh, a, pool_option=None, by="key path")
    with complaining("failed to get parent pool"):
        pool = vol.storage_pool_lookup_by_volume()
    sh.write((pool.get_uuid_string() if a.flag("uuid") else pool.get_name()) + "\n")


def cmd_vol_key(sh: Shell, a: Args) -> None:
    sh.write(lookup.volume(sh, a).get_key() + "\n")


def cmd_vol_path(sh: Shell, a: Args) -> None:
    sh.write(lookup.volume(sh, a).get_path() + "\n")
