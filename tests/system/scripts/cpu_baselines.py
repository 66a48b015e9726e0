"""Run by the distribution's Python: baselines of CPUs by its libvirt.  stdin: JSON list of (CPUs, flags); stdout: the results."""

import json
import sys

import libvirt

libvirt.registerErrorHandler(lambda *_: None, None)
connection = libvirt.open("test:///default")
found = []
for cpus, flags in json.load(sys.stdin):
    try:
        found.append(connection.baselineCPU(cpus, flags))
    except libvirt.libvirtError as error:
        found.append(error.get_error_message())
json.dump(found, sys.stdout)
