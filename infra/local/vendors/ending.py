"""When a server's process is to end."""

import os
import signal


class Ending:
    """Waits until one of `signals` arrives or `tell` is called. Made and waited for in the main thread only.

    Neither an Event nor a queue serves here: a handler that sets an Event deadlocks when the signal comes while `wait`
    holds the Event's lock, and a signal that comes just before the wait for a lock begins does not end that wait.
    Python's own C handler writes each signal to the wake-up descriptor, and a byte in a pipe is not missed.
    """

    def __init__(self, *signals: signal.Signals) -> None:
        self._told, self._teller = os.pipe()
        os.set_blocking(self._teller, False)
        signal.set_wakeup_fd(self._teller)
        for name in signals:
            signal.signal(name, lambda *_: None)

    def tell(self) -> None:
        """End the wait, from any thread."""
        os.write(self._teller, b"\0")

    def wait(self) -> None:
        """Wait for the first signal or word."""
        os.read(self._told, 1)
