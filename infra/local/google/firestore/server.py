"""The embedded Firestore: a gRPC server that speaks google.firestore.v1 to Google's unmodified client, kept on SQLite.

Point `FIRESTORE_EMULATOR_HOST` at the address `start` returns. README.md says what is answered and what is refused by
name.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

import grpc

from . import indexes as index_list
from . import wire
from .bill import Counts
from .database import Database
from .documents import Documents
from .limits import MAX_REQUEST_BYTES
from .messages import RequestPb, ResponsePb
from .methods import Methods, Stream, Talk, Unary
from .refusals import Refusal, invalid, unimplemented

__all__ = ["Counts", "FirestoreServer"]

_SERVICE = "google.firestore.v1.Firestore"
_FILE = "firestore.sqlite3"
_WORKERS = 16
_GRACE_SECONDS = 5.0
_OPTIONS = (
    ("grpc.max_receive_message_length", 8 * MAX_REQUEST_BYTES),
    ("grpc.max_send_message_length", -1),
    ("grpc.so_reuseport", 0),
)

Handler: TypeAlias = "grpc.RpcMethodHandler[RequestPb, ResponsePb]"


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _TooLarge:
    """Stands for a request over the size limit, which is not parsed."""


class FirestoreServer:
    """One embedded Firestore over the folder `data` (made if missing); start and stop it once.

    `indexes` is a list in the shape of firestore.indexes.json; without it no query needs an index and nothing expires.
    """

    def __init__(
        self,
        data: Path,
        *,
        indexes: Path | None = None,
        clock: Callable[[], datetime] = _utc_now,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        data.mkdir(parents=True, exist_ok=True)
        listed = index_list.load(indexes) if indexes is not None else None
        self._database = Database(Documents(data / _FILE), clock, listed)
        self._address = f"{host}:{port}"
        self._host = host
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="firestore")
        self._server = grpc.server(self._pool, options=_OPTIONS)
        self._server.add_generic_rpc_handlers((_Service(Methods(self._database)),))

    def start(self) -> str:
        """Listen and return the address as `host:port`."""
        bound = self._server.add_insecure_port(self._address)
        self._server.start()
        return f"{self._host}:{bound}"

    def stop(self) -> None:
        """Take no more requests, finish those in hand and close the file."""
        self._server.stop(grace=_GRACE_SECONDS).wait()
        self._pool.shutdown()
        self._database.documents.close()

    @property
    def counts(self) -> Counts:
        """Return the document operations billed since the start."""
        return self._database.bill.counts

    def purge_expired(self) -> int:
        """Delete the documents whose TTL field has passed by the clock; return how many."""
        return self._database.purge_expired()


class _Service(grpc.GenericRpcHandler):
    """Finds the handler of a method; one the embedded Firestore lacks gets a handler that says so."""

    def __init__(self, methods: Methods) -> None:
        self._handlers = {f"/{_SERVICE}/{name}": _unary(*method) for name, method in methods.unary().items()}
        self._handlers |= {f"/{_SERVICE}/{name}": _stream(*method) for name, method in methods.streams().items()}
        self._handlers |= {f"/{_SERVICE}/{name}": _talk(*method) for name, method in methods.talks().items()}

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Handler:
        """Return the handler for a call."""
        return self._handlers.get(handler_call_details.method) or _refusing(handler_call_details.method)


def _unary(method: Unary, request_class: RequestPb) -> Handler:
    def answer(request: RequestPb, context: grpc.ServicerContext) -> ResponsePb:
        try:
            return method(_checked(request))
        except Refusal as refusal:
            context.abort(refusal.code, refusal.message)

    return grpc.unary_unary_rpc_method_handler(answer, _parser(request_class), wire.serialize)


def _stream(method: Stream, request_class: RequestPb) -> Handler:
    def answer(request: RequestPb, context: grpc.ServicerContext) -> Iterator[ResponsePb]:
        try:
            yield from method(_checked(request))
        except Refusal as refusal:
            context.abort(refusal.code, refusal.message)

    return grpc.unary_stream_rpc_method_handler(answer, _parser(request_class), wire.serialize)


def _talk(method: Talk, request_class: RequestPb) -> Handler:
    def answer(requests: Iterator[RequestPb], context: grpc.ServicerContext) -> Iterator[ResponsePb]:
        try:
            yield from method(_checked(request) for request in requests)
        except Refusal as refusal:
            context.abort(refusal.code, refusal.message)

    return grpc.stream_stream_rpc_method_handler(answer, _parser(request_class), wire.serialize)


def _refusing(path: str) -> Handler:
    refusal = unimplemented(f"the method {path.removeprefix('/')}")

    def answer(_requests: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
        context.abort(refusal.code, refusal.message)

    return grpc.stream_stream_rpc_method_handler(answer)


def _parser(request_class: RequestPb) -> Callable[[bytes], RequestPb]:
    def parse(data: bytes) -> RequestPb:
        return request_class.FromString(data) if len(data) <= MAX_REQUEST_BYTES else _TooLarge()

    return parse


def _checked(request: RequestPb) -> RequestPb:
    if isinstance(request, _TooLarge):
        raise invalid(f"Request payload size exceeds the limit: {MAX_REQUEST_BYTES} bytes.")
    if "request_options" in request.DESCRIPTOR.fields_by_name and request.HasField("request_options"):
        raise unimplemented("request_options (request_tags)")
    return request
