"""`import libvirt` finds this where `purevirt exec` has put the directory in front: the name stands for our module."""

import sys
from importlib import import_module

sys.modules[__name__] = import_module("purevirt.compat.libvirt")
