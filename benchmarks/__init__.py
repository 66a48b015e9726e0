"""Our daemon beside the distribution's libvirtd: the same clients, the same machine, one run. See `__main__`."""
