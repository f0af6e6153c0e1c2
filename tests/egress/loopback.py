"""A server on loopback that says exactly the bytes a test tells it, and hangs up as told."""

import contextlib
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

RESET = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Heard:
    """One request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)


Script = Callable[[socket.socket, threading.Event], None]


def reply(
    status: int, body: bytes | str | dict[str, Any] | None = None, headers: dict[str, str] | None = None
) -> Script:
    """Answer properly, and keep the connection."""
    data = body if isinstance(body, bytes) else (body or "").encode() if not isinstance(body, dict) else b""
    if isinstance(body, dict):
        data = json.dumps(body).encode()
    stated = {"content-length": str(len(data)), "content-type": "application/json"} | (headers or {})
    head = "".join(f"{name}: {value}\r\n" for name, value in stated.items())
    return raw(f"HTTP/1.1 {status} Said\r\n{head}\r\n".encode() + data)


def raw(data: bytes, *, hang_up: bool = False) -> Script:
    """Say these bytes."""

    def say(connection: socket.socket, stopped: threading.Event) -> None:
        del stopped
        connection.sendall(data)
        if hang_up:
            connection.shutdown(socket.SHUT_RDWR)

    return say


def reset(after: bytes = b"") -> Script:
    """Say these bytes, then break the connection hard."""

    def say(connection: socket.socket, stopped: threading.Event) -> None:
        del stopped
        connection.sendall(after)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.close()

    return say


def silent(connection: socket.socket, stopped: threading.Event) -> None:
    """Say nothing until the test is over."""
    del connection
    stopped.wait()


def drip(start: bytes, drop: bytes) -> Script:
    """Say the start, then one drop after the other without end."""

    def say(connection: socket.socket, stopped: threading.Event) -> None:
        connection.sendall(start)
        while not stopped.wait(0.002):
            connection.sendall(drop)

    return say


class Loopback:
    """Plays one script a request, the last again and again; `deaf` never reads what is sent."""

    def __init__(self, *scripts: Script, tls: ssl.SSLContext | None = None, deaf: bool = False) -> None:
        self.heard: list[Heard] = []
        self.connections = 0
        self._scripts = list(scripts)
        self._tls = tls
        self._deaf = deaf
        self._stopped = threading.Event()
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        for thread in self._threads:
            thread.join()

    def stop(self) -> None:
        """Hang up on everybody."""
        self._stopped.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _start(self, work: Callable[..., None], *given: socket.socket) -> None:
        thread = threading.Thread(target=work, args=given)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            if self._tls is not None:
                with self._tls.wrap_socket(connection, server_side=True) as secure:
                    self._converse(secure)
            elif self._deaf:
                self._stopped.wait()
            else:
                self._converse(connection)

    def _converse(self, connection: socket.socket) -> None:
        came = b""  # no makefile: it would keep a closed socket open
        while True:
            while b"\r\n\r\n" not in came:
                if not (more := connection.recv(65536)):
                    return
                came += more
            head, _, came = came.partition(b"\r\n\r\n")
            request, *lines = head.decode().split("\r\n")
            method, target, _ = request.split(" ")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            length = int(headers.get("content-length", "0"))
            while len(came) < length:
                if not (more := connection.recv(65536)):
                    return
                came += more
            body, came = came[:length], came[length:]
            self.heard.append(Heard(method, target, headers, body))
            script = self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]
            script(connection, self._stopped)
