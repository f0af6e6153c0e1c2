"""A gate on the wire: it gathers calls of one process, has the process stopped, and only then lets the calls on."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from enum import StrEnum

import grpc
from werkzeug.wrappers import Request, Response

from infra.local.world import Places
from shared.pipeline.job.job import State
from tests.faults.rpc import RpcProxy
from tests.faults.web import WebProxy
from tests.faults.wire import Wire

ENOUGH = 5  # calls: Firestore's proxy has eight hands, and reads need some
GATHER = 2.0  # seconds the first waits for the others


class Moment(StrEnum):
    """Where workers stand when they are stopped."""

    CLAIMED = "claimed"  # the claim is committed, nothing is sent
    SENT = "sent"  # the vendor has the order, its answer is under way


class Gate:
    """All gathered calls arrive; none of their callers hears of it before the process goes on."""

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop = stop
        self._lock = threading.Lock()
        self.gathered = 0
        self.closed = threading.Event()

    def __call__(self) -> None:
        """Hold a call until the process stands still."""
        with self._lock:
            self.gathered += 0 if self.closed.is_set() else 1
            enough = self.gathered >= ENOUGH
        if enough or not self.closed.wait(GATHER):
            with self._lock:
                if not self.closed.is_set():
                    self._stop()
                    self.closed.set()


class Claims(RpcProxy):
    """Firestore's proxy; a commit that leaves a node claimed comes to the gate."""

    def __init__(self, wire: Wire, gate: Gate) -> None:
        super().__init__("firestore", wire)
        self._gate = gate

    def _forward(self, method: str, request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
        if method.endswith("/Commit") and State.STARTING.value.encode() in request:
            self._gate()
        yield from super()._forward(method, request, context)


class Orders(WebProxy):
    """A vendor's proxy; what is ordered there, by a POST to a path that ends so, comes to the gate."""

    def __init__(self, name: str, wire: Wire, gate: Gate, ends: str) -> None:
        super().__init__(name, wire)
        self._gate, self._ends = gate, ends

    def _forward(self, request: Request, body: bytes) -> Response:
        if request.method == "POST" and request.path.endswith(self._ends):
            self._gate()
        return super()._forward(request, body)


def gated(held: ExitStack, places: Places, wire: Wire, gate: Gate, moment: Moment) -> dict[str, str]:
    """Put proxies before a laptop's services, with the gate at that moment; return what leads functions to them."""
    led = {}
    if moment is Moment.CLAIMED:
        store = Claims(wire, gate)
        held.callback(store.stop)
        led["FIRESTORE_EMULATOR_HOST"] = store.start(f"127.0.0.1:{places.firestore}")
    for name, ends in (("veo", ":predictLongRunning"), ("heygen", "/v3/videos"), ("did", "/clips")):
        door = Orders(name, wire, gate, ends) if moment is Moment.SENT else WebProxy(name, wire)
        held.callback(door.stop)
        led[f"ABROLL_{name.upper()}_ENDPOINT"] = door.start(f"http://127.0.0.1:{getattr(places, name)}")
    return led
