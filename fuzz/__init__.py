"""Fuzz targets. Each states its invariant first; CI runs them for a bounded number of rounds (`tests/property/test_fuzz.py`)."""
