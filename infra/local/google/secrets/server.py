"""Secret Manager on one machine: the gRPC API over a SQLite file."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from ..rpc import GrpcServer
from .service import SERVICE, Service
from .store import Store


class SecretsServer:
    """Every project's Secret Manager, kept in `data`."""

    def __init__(self, data: Path, *, clock: Callable[[], datetime], host: str = "127.0.0.1", port: int = 0) -> None:
        self._store = Store(data / "secrets.sqlite")
        self._grpc = GrpcServer(SERVICE, Service(self._store, clock=clock).methods(), host=host, port=port)

    def start(self) -> str:
        """Serve, and return "host:port"."""
        return self._grpc.start()

    def stop(self) -> None:
        """Stop serving; everything is kept for the next start."""
        self._grpc.stop()
        self._store.close()
