"""Presigned links to a stand-in's files, as avatar services hand them out: good for a while, and not to be forged."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime
from pathlib import Path


class Presigned:
    """Makes and opens links to the files of one folder; each is good for `seconds`."""

    def __init__(self, folder: Path, secret: bytes, seconds: float, clock: Callable[[], datetime]) -> None:
        self.base_url = ""  # known once the server listens
        self._folder = folder
        self._secret = secret
        self._seconds = seconds
        self._clock = clock

    def link(self, name: str) -> str:
        """Return a fresh link to a file."""
        until = int(self._clock().timestamp() + self._seconds)
        path = f"/resource/{name}"
        return f"{self.base_url}{path}?Expires={until}&Signature={self._signature(path, until)}"

    def opened(self, path: str, until: str, signature: str) -> Path | None:
        """Return the file a link opens, or None when it has expired or was tampered with."""
        if not until.isdigit() or int(until) < self._clock().timestamp():
            return None
        if not hmac.compare_digest(self._signature(path, int(until)), signature):
            return None
        return self._folder / Path(path).name

    def _signature(self, path: str, until: int) -> str:
        return hmac.new(self._secret, f"{path}\n{until}".encode(), hashlib.sha256).hexdigest()
