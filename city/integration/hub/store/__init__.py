"""The SQL of the hub."""
