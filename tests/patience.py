"""How long a test waits for what must come: a hang fails, a busy machine does not."""

PATIENCE = 600.0  # seconds, of a wall clock; less than pytest's own limit for a test, so that the wait is what is named
