"""Rows: CPU models and comparison."""

from __future__ import annotations

from purevirt.cli.engine.table import Command, data, flag, text

ROWS = (
    Command(
        "cpu-baseline",
        "compute baseline CPU",
        "Compute baseline CPU for a set of given CPUs.",
        (
            data("file", "file containing XML CPU descriptions", complete="complete-path-local-existing"),
            flag("features", "Show features that are part of the CPU model type"),
            flag("migratable", "Do not include features that block migration"),
        ),
    ),
    Command(
        "cpu-compare",
        "compare host CPU with a CPU described by an XML file",
        "compare CPU with host CPU",
        (
            data("file", "file containing an XML CPU description", complete="complete-path-local-existing"),
            flag("error", "report error if CPUs are incompatible"),
            flag("validate", "validate the XML document against schema"),
        ),
    ),
    Command(
        "cpu-models",
        "CPU models",
        "Get the CPU models for an arch.",
        (data("arch", "architecture", complete="arch"),),
    ),
    Command(
        "hypervisor-cpu-baseline",
        "compute baseline CPU usable by a specific hypervisor",
        "Compute baseline CPU for a set of given CPUs. The result will be tailored to the specified hypervisor.",
        (
            text("file", "file containing XML CPU descriptions", complete="complete-path-local-existing"),
            text("virttype", "virtualization type (/domain/@type)", complete="domain-virt-type"),
            text("emulator", "path to emulator binary (/domain/devices/emulator)"),
            text("arch", "CPU architecture (/domain/os/type/@arch)", complete="arch"),
            text("machine", "machine type (/domain/os/type/@machine)"),
            flag("features", "Show features that are part of the CPU model type"),
            flag("migratable", "Do not include features that block migration"),
            text(
                "model",
                "Shortcut for calling the command with a single CPU model and no additional features",
                complete="cpumodel",
            ),
        ),
        one_of=("file", "model"),
    ),
    Command(
        "hypervisor-cpu-compare",
        "compare a CPU with the CPU created by a hypervisor on the host",
        "compare CPU with hypervisor CPU",
        (
            data("file", "file containing an XML CPU description", complete="complete-path-local-existing"),
            text("virttype", "virtualization type (/domain/@type)", complete="domain-virt-type"),
            text("emulator", "path to emulator binary (/domain/devices/emulator)"),
            text("arch", "CPU architecture (/domain/os/type/@arch)", complete="arch"),
            text("machine", "machine type (/domain/os/type/@machine)"),
            flag("error", "report error if CPUs are incompatible"),
            flag("validate", "validate the XML document against schema"),
        ),
    ),
)
