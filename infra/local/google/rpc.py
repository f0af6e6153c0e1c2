"""A gRPC server for one Google service whose package ships message types but no servicer.

A refusal is an exception with Google's status code and wording; a method nobody registered is refused UNIMPLEMENTED
by its name, never by silence.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import grpc

WORKERS = 8

Item = TypeVar("Item")


class Refused(Exception):
    """A call answered with a gRPC status other than OK."""

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code


def invalid(message: str) -> Refused:
    """Return the refusal of a request that breaks a rule of the API."""
    return Refused(grpc.StatusCode.INVALID_ARGUMENT, message)


def unserved(what: str) -> Refused:
    """Return the refusal of something the real service has and this one does not."""
    return Refused(grpc.StatusCode.UNIMPLEMENTED, f"{what} is not served by the local stand-in")


def refuse_other_fields(message: Any, *, where: str, served: frozenset[str]) -> None:
    """Refuse by name any field set in a protobuf message that is not among `served`."""
    for field, _ in message.ListFields():
        if field.name not in served:
            raise unserved(f"{where}.{field.name}")


def page_of(
    items: Sequence[Item], request: Any, *, largest: int, place: Callable[[Item], str]
) -> tuple[Sequence[Item], str]:
    """Return the page a list request asks for and the token of the next, empty at the end.

    `items` are in the order of their `place`. A token is the place of the last item shown: whatever is added or deleted
    before the next page is asked for, no item is passed over.
    """
    if request.page_size < 0:
        raise invalid("page_size cannot be negative.")
    try:
        after = bytes.fromhex(request.page_token).decode()
    except ValueError as error:
        raise invalid("page_token is not one this service handed out.") from error
    rest = items[bisect_right(items, after, key=place) :] if after else items
    shown = rest[: min(request.page_size or largest, largest)]
    return shown, place(shown[-1]).encode().hex() if len(shown) < len(rest) else ""


@dataclass(frozen=True, slots=True)
class Method:
    """One RPC: how to parse its request, and who answers it: with a message, or None for google.protobuf.Empty."""

    parse: Callable[[bytes], Any]
    answer: Callable[[Any], Any]


class GrpcServer:
    """Serves `methods` of `service` (its full proto name) on an insecure port."""

    def __init__(self, service: str, methods: Mapping[str, Method], *, host: str, port: int) -> None:
        self._service = service
        self._methods = methods
        self._host = host
        self._port = port
        self._server: grpc.Server | None = None
        self._workers: ThreadPoolExecutor | None = None

    def start(self) -> str:
        """Bind, serve and return "host:port"."""
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix=self._service)
        # Without so_reuseport=0 a second server would share the port and swallow half of the calls.
        self._server = grpc.server(self._workers, options=[("grpc.so_reuseport", 0)])
        handlers = {name: _handler(method) for name, method in self._methods.items()}
        self._server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler(self._service, handlers), _RefuseByName())
        )
        bound = self._server.add_insecure_port(f"{self._host}:{self._port}")
        self._server.start()
        return f"{self._host}:{bound}"

    def stop(self) -> None:
        """Refuse new calls, let running ones end within a second and give the port back."""
        if self._server is None or self._workers is None:
            return
        self._server.stop(grace=1).wait()
        self._workers.shutdown()
        self._server = self._workers = None


def _handler(method: Method) -> "grpc.RpcMethodHandler[bytes, bytes]":
    def call(request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return method.answer(request)
        except Refused as refused:
            context.abort(refused.code, str(refused))

    return grpc.unary_unary_rpc_method_handler(
        call,
        request_deserializer=method.parse,
        response_serializer=lambda message: b"" if message is None else message.SerializeToString(),
    )


class _RefuseByName(grpc.GenericRpcHandler):
    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes]":
        method = handler_call_details.method

        def refuse(_: bytes, context: grpc.ServicerContext) -> bytes:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, f"{method} is not served by the local stand-in")

        return grpc.unary_unary_rpc_method_handler(refuse)
