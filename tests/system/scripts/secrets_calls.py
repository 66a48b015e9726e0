"""Secrets through python3-libvirt: definitions, conflicts, values, lists, events; one line per call.

`secrets_calls.py URI`: what cannot be the same twice (random UUIDs) is taken out.
"""

import itertools
import re
import sys

import libvirt

libvirt.virEventRegisterDefaultImpl()
libvirt.registerErrorHandler(lambda context, error: None, None)
conn = libvirt.open(sys.argv[1])
events = []
KNOWN = r"(?!22e1353d)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
"""UUIDs that are not ours."""
U = "22e1353d-c27e-4d6d-bf15-465053e6ba0"
USAGES = {
    "none": "", "volume": "<volume>/v</volume>", "ceph": "<name>n</name>", "iscsi": "<target>t</target>",
    "tls": "<name>tn</name>", "vtpm": "<name>vn</name>",
}  # fmt: skip


def note(conn, secret, *rest):
    events.append([secret.UUIDString(), secret.usageType(), secret.usageID(), *rest[:-1]])


conn.secretEventRegisterAny(None, libvirt.VIR_SECRET_EVENT_ID_LIFECYCLE, note, None)
conn.secretEventRegisterAny(None, libvirt.VIR_SECRET_EVENT_ID_VALUE_CHANGED, note, None)


def shown(value):
    if isinstance(value, libvirt.virSecret):
        return f"secret {value.UUIDString()} {value.usageType()} {value.usageID()!r}"
    if isinstance(value, list):
        return sorted(re.sub(KNOWN, "UUID", shown(item)) for item in value)
    return value


def said(function, *arguments):
    """Print what the call answers, and the events it makes: a call over the wire later they have come."""
    try:
        result = shown(function(*arguments))
    except libvirt.libvirtError as error:
        result = error.err
    except (TypeError, OverflowError) as error:
        result = type(error).__name__
    conn.getLibVersion()
    timer = libvirt.virEventAddTimeout(0, lambda timer, opaque: None, None)
    for _ in range(4):
        libvirt.virEventRunDefaultImpl()
    libvirt.virEventRemoveTimeout(timer)
    print(function.__name__, *(re.sub(KNOWN, "UUID", str(what)) for what in (list(arguments), result, events)))
    events.clear()


def document(number=1, kind="ceph", inside=None, uuid=True, private="no", ephemeral="no", more=""):
    usage = "" if kind == "none" else f"<usage type='{kind}'>{USAGES[kind] if inside is None else inside}</usage>"
    return (
        f"<secret ephemeral='{ephemeral}' private='{private}'>{f'<uuid>{U}{number}</uuid>' if uuid else ''}{more}{usage}</secret>"
    )


def define(text, flags=0):
    said(conn.secretDefineXML, text, flags)


for number, kind in enumerate(USAGES):
    define(document(number, kind))
    secret = conn.secretLookupByUUIDString(U + str(number))
    said(secret.XMLDesc, 0)
    said(secret.value, 0)
    said(secret.setValue, b"", 0)
    said(secret.value, 0)
    said(secret.setValue, bytes(range(256)), 0)
    said(secret.value, 0)
    said(conn.secretLookupByUsage, number, {"volume": "/v", "ceph": "n", "iscsi": "t", "tls": "tn", "vtpm": "vn"}.get(kind, ""))
said(conn.listAllSecrets, 0)
said(conn.listSecrets)
said(conn.numOfSecrets)
for number in (0, 1, 2, 3, 4, 5, 6, 99, -1):
    said(conn.secretLookupByUsage, number, "nothing")
said(conn.secretLookupByUUIDString, U + "9")

for text in (
    document(2),  # the same again
    document(2, inside="<name>other</name>"),  # another name
    document(2, "tls"),  # of another kind
    document(9, "ceph"),  # another UUID for the same name
    document(9, "tls"),
    document(9, "volume"),
    document(2, private="yes"),
    document(2, private="no"),  # what is private stays so
    document(2, private="yes", ephemeral="yes"),
    document(2, private="yes", ephemeral="no"),
    document(8, "none"),
    document(8, "ceph", "<name>late</name>"),  # a kind for one that had none
    document(2, more="<description>d</description>", private="yes"),
    document(7, uuid=False, kind="ceph", inside="<name>random</name>"),
    document(6, "ceph", ""), document(6, "ceph", "<name/>"), document(6, "ceph", "<name> </name>"),
    document(6, "volume", ""), document(6, "volume", "<volume/>"), document(6, "iscsi", ""), document(6, "tls", ""),
    document(6, "vtpm", ""), document(6, "ceph", "<target>x</target>"),
    "<secret><usage type='nonsense'/></secret>", "<secret><usage/></secret>", "<secret/>", "<x/>", "", "<secret",
    "<secret ephemeral='maybe'/>", "<secret private='1'/>", "<secret ephemeral=''/>", "<secret private='YES'/>",
    "<secret><uuid>x</uuid></secret>", "<secret><uuid/></secret>", document(1, inside="<name>q</name>"),
    document(6, "vtpm", "<name>two</name><name>three</name>"), "<secret><nonsense/></secret>",
    document(6, "vtpm", "<name>a&lt;b'c</name>"), document(6, "vtpm", "<name>é</name>",
    more="<description>ü &amp; x</description>"),
):  # fmt: skip
    define(text)
    said(conn.listAllSecrets, 0)
for flags in (1, 2, 4, 1 << 31):
    define(document(5, "vtpm"), flags)
define("<secret><nonsense/></secret>", 1)
for number, (private, ephemeral) in enumerate(itertools.product(("no", "yes"), repeat=2)):
    define(document(number, "none", private=private, ephemeral=ephemeral).replace("22e", "33e"))
for flags in [*range(17), 32, 64, 1 << 31]:
    said(lambda flags=flags: [s for s in conn.listAllSecrets(flags) if not s.UUIDString().startswith("22e1353d")])
private = conn.secretLookupByUUIDString(U + "2")
said(private.setValue, b"hidden", 0)
said(private.value, 0)
said(private.value, 1)
said(private.setValue, b"x", 1)
said(private.XMLDesc, 1)
said(private.setValue, b"x" * 65536, 0)
said(private.setValue, b"x" * 65537, 0)
said(private.value, 0)
gone = conn.secretLookupByUUIDString(U + "3")
said(gone.undefine)
for function, arguments in (
    (gone.undefine, ()), (gone.XMLDesc, (0,)), (gone.value, (0,)), (gone.setValue, (b"v", 0)), (gone.usageID, ()),
    (gone.UUIDString, ()),
):  # fmt: skip
    said(function, *arguments)
for secret in sorted(conn.listAllSecrets(), key=lambda its: re.sub(KNOWN, "UUID", shown(its))):
    said(secret.undefine)
said(conn.numOfSecrets)
