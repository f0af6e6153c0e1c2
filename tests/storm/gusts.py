"""The storm's bad weather on the wire: any call between the functions and Google or a vendor may go wrong, by chance.

The chances come from one seed. Which call meets which gust also depends on how threads interleave, so a seed names a
kind of weather, not an exact run.
"""

import random
import re
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.client import HTTPException

from werkzeug.wrappers import Request, Response

from infra.local.world import Places
from tests.faults.rpc import RpcProxy
from tests.faults.web import WebProxy
from tests.faults.wire import Fault, Kind, Wire

SOON = 1  # seconds a refused caller is told to wait
UNAVAILABLE, ABORTED = Fault(Kind.REFUSE, "UNAVAILABLE"), Fault(Kind.REFUSE, "ABORTED")
TROUBLED, BUSY = Fault(Kind.REFUSE, "503"), Fault(Kind.REFUSE, "429", retry_after=SOON)
RESET, LOSE, HANG, TWICE = (Fault(kind) for kind in (Kind.RESET, Kind.LOSE, Kind.HANG, Kind.TWICE))

# The first pattern that a call's line matches says what may happen to it. A paid call without a key is never done twice
# by the wire itself: that bill would be nobody's mistake but the wire's.
WEATHER: Sequence[tuple[re.Pattern[str], tuple[Fault, ...]]] = (
    (re.compile(r"^veo .*predictLongRunning|^did POST /clips$"), (BUSY, TROUBLED, RESET, LOSE, HANG)),
    (re.compile(r"^heygen POST /v3/(models/)?videos$"), (BUSY, TROUBLED, RESET, LOSE, HANG, TWICE)),
    (re.compile(r"^(veo|heygen|did) "), (BUSY, TROUBLED, RESET, LOSE)),
    (re.compile(r"^firestore Commit"), (ABORTED, UNAVAILABLE, LOSE, HANG, TWICE)),
    (re.compile(r"^(firestore|tasks|secrets) "), (UNAVAILABLE, LOSE, HANG, TWICE)),
    (re.compile(r"^(storage|iam|metadata) "), (TROUBLED, RESET, LOSE, TWICE)),
)
RPC = {"firestore": "FIRESTORE_EMULATOR_HOST", "tasks": "ABROLL_TASKS_ENDPOINT", "secrets": "ABROLL_SECRETS_ENDPOINT"}
WEB = {
    "storage": "STORAGE_EMULATOR_HOST",
    "iam": "ABROLL_IAM_ENDPOINT",
    "veo": "ABROLL_VEO_ENDPOINT",
    "heygen": "ABROLL_HEYGEN_ENDPOINT",
    "did": "ABROLL_DID_ENDPOINT",
}


@dataclass(slots=True)
class Gusts(Wire):
    """A wire on which each call goes wrong with probability `share`, and a tally of what did."""

    share: float = 0.0
    chance: random.Random = field(default_factory=random.Random)
    tally: Counter[tuple[str, str]] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def comes(self, line: str) -> Fault | None:
        """Count a call and say what happens to it."""
        service = line.partition(" ")[0]
        with self.guard:
            self.passed[line if line == "firestore Commit" else service] += 1
            if self.chance.random() >= self.share:
                return None
            fault = self.chance.choice(next(faults for pattern, faults in WEATHER if pattern.search(line)))
            self.tally[service, f"{fault.kind.value} {fault.status}".strip()] += 1
            return fault

    def calm(self) -> None:
        """Let every call through from now on, and let go of what hangs."""
        with self.guard:
            self.share = 0.0
        self.released.set()


class Door(WebProxy):
    """A proxy that keeps apart what a plain one blurs when its upstream was killed: never sent, or cut off.

    To a caller of its own a dead server is a refused connection: nothing was sent. Behind a proxy, which has accepted
    already, 429 says the same: nothing was done, come again. An answer cut short stays a broken connection.
    """

    def _forward(self, request: Request, body: bytes) -> Response:
        try:
            return super()._forward(request, body)
        except ConnectionRefusedError:
            return Response("nobody listens\n", 429, {"Retry-After": str(SOON)})
        except HTTPException as cut:
            raise ConnectionResetError("the upstream was killed in its answer") from cut


class Proxies:
    """A proxy before each of a laptop's services."""

    def __init__(self, wire: Wire) -> None:
        self._rpc = {name: RpcProxy(name, wire) for name in RPC}
        self._web = {name: Door(name, wire) for name in (*WEB, "metadata")}

    def start(self, places: Places) -> dict[str, str]:
        """Serve before `places`; return the environment that leads the functions here."""
        found = {RPC[name]: proxy.start(f"127.0.0.1:{getattr(places, name)}") for name, proxy in self._rpc.items()}
        urls = {name: proxy.start(f"http://127.0.0.1:{getattr(places, name)}") for name, proxy in self._web.items()}
        metadata = urls.pop("metadata").removeprefix("http://")
        return (
            found
            | {WEB[name]: url for name, url in urls.items()}
            | {
                "GCE_METADATA_HOST": metadata,
                "GCE_METADATA_IP": metadata,
            }
        )

    def stop(self) -> None:
        """Close all ports."""
        for rpc in self._rpc.values():
            rpc.stop()
        for web in self._web.values():
            web.stop()
