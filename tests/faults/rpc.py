"""A gRPC proxy that forwards raw bytes, unary or server-streaming, and lets a call go wrong where its `Wire` says so.

A unary answer is a stream of one message on the wire, so one kind of handler carries both.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc

from tests.faults.wire import Fault, Kind, Wire

WORKERS = 8
LIMIT = 30.0  # seconds a forwarded call may take
USUAL = {Kind.HANG: "DEADLINE_EXCEEDED"}  # all others: UNAVAILABLE
HIDDEN = ("user-agent", "grpc-")  # the transport's own headers, which it writes itself
SIZES = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


class RpcProxy:
    """Stands before one gRPC server; `name` begins the lines of its calls."""

    def __init__(self, name: str, wire: Wire) -> None:
        self._name = name
        self._wire = wire
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix=f"{name}-proxy")
        self._server = grpc.server(self._pool, options=[("grpc.so_reuseport", 0), *SIZES])
        self._server.add_generic_rpc_handlers((_Everything(self._forward),))
        self._channel: grpc.Channel | None = None

    def start(self, upstream: str) -> str:
        """Serve before `upstream` ("host:port") and return "host:port"."""
        self._channel = grpc.insecure_channel(upstream, options=SIZES)
        port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()
        return f"127.0.0.1:{port}"

    def stop(self) -> None:
        """Stop serving; harmless when never started."""
        self._server.stop(grace=0.2).wait()
        self._pool.shutdown()
        if self._channel:
            self._channel.close()

    def _forward(self, method: str, request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
        fault = self._wire.comes(f"{self._name} {method.rpartition('/')[2]}")
        if fault is None:
            yield from self._asked(method, request, context)
            return
        if fault.kind is Kind.TWICE:
            self._tried(method, request, context)
            yield from self._asked(method, request, context)
            return
        if fault.kind in (Kind.LOSE, Kind.HANG):
            self._tried(method, request, context)
        context.abort(_code(fault), f"injected: {fault.kind.value}")

    def _asked(self, method: str, request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
        try:
            yield from self._call(method, request, context)
        except grpc.RpcError as refused:
            context.abort(refused.code(), refused.details() or "")

    def _tried(self, method: str, request: bytes, context: grpc.ServicerContext) -> None:
        try:
            list(self._call(method, request, context))
        except grpc.RpcError:
            return  # refused by the server itself: that answer is lost too

    def _call(self, method: str, request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
        if self._channel is None:
            raise RuntimeError("the proxy was not started")
        told = tuple((key, value) for key, value in context.invocation_metadata() if not key.startswith(HIDDEN))
        ask: grpc.UnaryStreamMultiCallable[bytes, bytes] = self._channel.unary_stream(method)
        yield from ask(request, metadata=told, timeout=LIMIT)


Forward = Callable[[str, bytes, grpc.ServicerContext], Iterator[bytes]]


class _Everything(grpc.GenericRpcHandler):
    """Takes every method there is, as bytes."""

    def __init__(self, forward: Forward) -> None:
        self._forward = forward

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes]":
        method = handler_call_details.method

        def answer(request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
            return self._forward(method, request, context)

        return grpc.unary_stream_rpc_method_handler(answer)


def _code(fault: Fault) -> grpc.StatusCode:
    return grpc.StatusCode[fault.status or USUAL.get(fault.kind, "UNAVAILABLE")]
