"""What the loop asks of each service: write through Google's client, and say later what is missing."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from random import Random
from typing import Protocol

import httpx
import requests
from google.api_core.exceptions import ServiceUnavailable

from tests.google.crash.ledger import Ledger

DIED = (ServiceUnavailable, requests.exceptions.RequestException, httpx.TransportError)
"""How Google's clients, told not to retry, say that the server is gone."""

TIMEOUT = 60.0  # seconds, for a machine with much else to do; a killed server's sockets are reset at once

OWN_CONNECTION = (("grpc.use_local_subchannel_pool", 1),)
"""Else a new channel inherits the wait before reconnecting of one that met the dead server."""

Step = Callable[[], None]


class Trial(Protocol):
    """One service under fire."""

    @property
    def ledger(self) -> Ledger:
        """What was promised."""
        ...

    def extra(self) -> Sequence[str]:
        """Return the server's own arguments."""
        ...

    def prepare(self, address: str) -> None:
        """Make what writing needs, before the first kill."""
        ...

    def writer(self, address: str, name: str, rng: Random) -> AbstractContextManager[Step]:
        """Connect; each step then makes one write, or raises one of DIED."""
        ...

    def check(self, address: str) -> list[str]:
        """Read everything back from the restarted server, while nobody writes; answer what is wrong."""
        ...

    def settle(self) -> list[str]:
        """Wait for what the server still owes to others; answer what never came."""
        ...

    def close(self) -> None:
        """Stop listening."""
        ...
