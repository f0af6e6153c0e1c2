"""What every case of the Secret Manager suite stands on: a clock and a client with shorthands."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
from google.cloud.secretmanager_v1 import SecretManagerServiceClient
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import SecretManagerServiceGrpcTransport
from google.cloud.secretmanager_v1.types import Secret, SecretVersion

from infra.local.google.secrets.names import project_number
from infra.local.google.secrets.server import SecretsServer
from tests.google import elsewhere

PROJECT = f"projects/{elsewhere.PROJECT}"
NUMBERED = f"projects/{elsewhere.PROJECT_NUMBER or project_number(elsewhere.PROJECT)}"


@dataclass(slots=True)
class Clock:
    """Stands still until told."""

    now: datetime = datetime(2026, 11, 21, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now

    def advance(self, **by: float) -> None:
        """Let so many seconds, minutes or days pass."""
        self.now += timedelta(**by)


@dataclass(frozen=True, slots=True)
class Vault:
    """Google's client of a server, which may be our own: then `server` and `clock` are at hand."""

    own: SecretsServer | None
    channel: grpc.Channel
    client: SecretManagerServiceClient
    hand: Clock

    @property
    def server(self) -> SecretsServer:
        """Return our own server; elsewhere the test is skipped."""
        return self.own or elsewhere.not_here()

    @property
    def clock(self) -> Clock:
        """Return our own server's clock; elsewhere the test is skipped."""
        return self.hand if self.own else elsewhere.not_here()

    def create(self, name: str = "key", **fields: Any) -> Secret:
        """Create a secret, replicated automatically unless told otherwise."""
        settings = {"replication": {"automatic": {}}} | fields
        return self.client.create_secret(request={"parent": PROJECT, "secret_id": name, "secret": settings})

    def add(self, data: bytes = b"value", *, of: str = "key", **payload: Any) -> SecretVersion:
        """Add a version."""
        request = {"parent": f"{PROJECT}/secrets/{of}", "payload": {"data": data} | payload}
        return self.client.add_secret_version(request=request)

    def read(self, version: str = "latest", *, of: str = "key") -> bytes:
        """Access a version's payload."""
        return self.client.access_secret_version(name=version_of(version, of=of)).payload.data


def version_of(version: str, *, of: str = "key") -> str:
    """Return a version's name as callers write it, by the project's id."""
    return f"{PROJECT}/secrets/{of}/versions/{version}"


def connect(address: str) -> tuple[grpc.Channel, SecretManagerServiceClient]:
    """Return Google's unmodified client, and the channel to close after it."""
    if elsewhere.is_google("secrets"):
        channel = SecretManagerServiceGrpcTransport.create_channel(f"{address}:443")
    else:
        channel = grpc.insecure_channel(address)
    return channel, SecretManagerServiceClient(transport=SecretManagerServiceGrpcTransport(channel=channel))
