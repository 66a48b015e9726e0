"""CPU models: what a host's processor is called, what a guest's needs of it, and what several have in common.

Pure: no look at this machine. `calls` is the entry; documents come in and go out as `Description`, architecture by
architecture (`x86_*`, `pvr`). The models are in models.json, read when first asked for (docs/adr/0030-cpu-models.md).
"""
