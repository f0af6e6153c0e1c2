"""Hears what servers deliver, across all their deaths: each delivery's key, once it was accepted."""

from collections import Counter
from collections.abc import Callable, Iterable
from threading import Condition

from werkzeug.wrappers import Request, Response

from infra.local.google.identity.loopback import LoopbackServer
from tests.patience import PATIENCE


class Listener:
    """An HTTP server; `key` reads from a delivery what it is about, None when it is of no interest."""

    def __init__(self, key: Callable[[Request], str | None], fail: Callable[[str], bool] = lambda _: False) -> None:
        self._key = key
        self._fail = fail
        self._news = Condition()
        self._server = LoopbackServer(Request.application(self._hear), host="127.0.0.1", port=0)
        self._attempts: Counter[str] = Counter()
        self._heard: set[str] = set()
        self.url = f"http://{self._server.start()}/"

    def close(self) -> None:
        """Stop."""
        self._server.stop()

    def heard(self) -> set[str]:
        """Return what was heard and answered 2xx so far."""
        with self._news:
            return set(self._heard)

    def wait(self, wanted: Iterable[str]) -> list[str]:
        """Wait until all these were heard, and return those that never were."""
        left = set(wanted)
        with self._news:
            self._news.wait_for(lambda: left <= self._heard, timeout=PATIENCE)
            return sorted(left - self._heard)

    def _hear(self, request: Request) -> Response:
        key = self._key(request)
        if key is None:
            return Response(status=204)
        with self._news:
            self._attempts[key] += 1
            if self._attempts[key] == 1 and self._fail(key):
                return Response(status=500)
            self._heard.add(key)
            self._news.notify_all()
        return Response(status=204)
