"""A webhook receiver: keeps what arrived, answers as it is told."""

import json
import threading
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, request

from infra.local.vendors.serving import Serving


@dataclass(frozen=True)
class Arrived:
    """One delivery: its path, headers in lower case, and raw body."""

    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def event(self) -> Any:
        """The parsed body."""
        return json.loads(self.raw)


class Receiver:
    """Listens on a loopback port; `answers` are the statuses of the next deliveries, then 204."""

    def __init__(self) -> None:
        self.arrived: list[Arrived] = []
        self.answers: list[int] = []
        self.something = threading.Event()
        app = Flask("receiver")
        app.add_url_rule("/<path:path>", view_func=self._take, methods=["POST"])
        self._serving = Serving("127.0.0.1", 0, app)
        self.url = self._serving.url

    def start(self) -> None:
        """Begin to listen."""
        self._serving.start()

    def stop(self) -> None:
        """Close the port."""
        self._serving.stop()

    def _take(self, path: str) -> Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.arrived.append(Arrived(f"/{path}", headers, request.get_data()))
        self.something.set()
        return Response(status=self.answers.pop(0) if self.answers else 204)
