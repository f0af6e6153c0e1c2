"""The command `abroll`."""
