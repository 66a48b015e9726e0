"""Shipped test doubles and the corpus runner."""
