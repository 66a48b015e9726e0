"""The same calls on every driver that serves them."""
