"""Secret Manager under fire: versions added and destroyed."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from threading import Lock

import grpc
from google.cloud.secretmanager_v1 import SecretManagerServiceClient
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import SecretManagerServiceGrpcTransport
from google.cloud.secretmanager_v1.types import Replication, Secret, SecretVersion

from tests.google.crash.ledger import Ledger
from tests.google.crash.trial import OWN_CONNECTION, TIMEOUT, Step

PARENT = "projects/demo"
SECRETS = ("alpha", "beta")
DESTROYED = "destroyed"


@dataclass(slots=True)
class Secrets:
    """Versions by `secret/versions/number`; a version added while the server died has a number nobody was told."""

    ledger: Ledger = field(default_factory=Ledger)
    _sent: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def extra(self) -> Sequence[str]:
        """Nothing."""
        return ()

    def prepare(self, address: str) -> None:
        """Make the secrets."""
        with _client(address) as client:
            secret = Secret(replication=Replication(automatic=Replication.Automatic()))
            for name in SECRETS:
                client.create_secret(request={"parent": PARENT, "secret_id": name, "secret": secret})

    @contextmanager
    def writer(self, address: str, name: str, rng: Random) -> Iterator[Step]:
        """Add versions, and destroy one in eight."""
        own: list[str] = []
        with _client(address) as client:

            def step() -> None:
                if own and rng.randrange(8) == 0:
                    self._destroy(client, own.pop())
                else:
                    data = name.encode() + rng.randbytes(rng.randrange(20, 4000))
                    own.append(self._add(client, rng.choice(SECRETS), data))

            yield step

    def check(self, address: str) -> list[str]:
        """List every version and access what can be accessed."""
        seen: dict[str, str] = {}
        wrong: list[str] = []
        with _client(address) as client:
            for secret in SECRETS:
                versions = list(client.list_secret_versions(parent=f"{PARENT}/secrets/{secret}"))
                numbers = sorted(int(version.name.rpartition("/")[2]) for version in versions)
                if numbers != list(range(1, len(numbers) + 1)):
                    wrong.append(f"the versions of {secret} are not 1, 2, 3 …: {numbers}")
                for version in versions:
                    seen[_key(version)] = _seen(client, version)
        for key, state in seen.items():
            if state in self._sent:  # cut off by the kill, yet there: from now on it must stay
                self.ledger.acknowledge(key, state)
        self._sent.clear()
        return wrong + self.ledger.check(seen)

    def settle(self) -> list[str]:
        """Owe nothing."""
        return []

    def close(self) -> None:
        """Hold nothing open."""

    def _add(self, client: SecretManagerServiceClient, secret: str, data: bytes) -> str:
        state = hashlib.sha256(data).hexdigest()
        with self._lock:
            self._sent.add(state)
        request = {"parent": f"{PARENT}/secrets/{secret}", "payload": {"data": data}}
        key = _key(client.add_secret_version(request=request, retry=None, timeout=TIMEOUT))
        with self._lock:
            self._sent.discard(state)
        self.ledger.acknowledge(key, state)
        self.ledger.count()
        return key

    def _destroy(self, client: SecretManagerServiceClient, key: str) -> None:
        self.ledger.intend(key, DESTROYED)
        client.destroy_secret_version(name=f"{PARENT}/secrets/{key}", retry=None, timeout=TIMEOUT)
        self.ledger.acknowledge(key, DESTROYED)
        self.ledger.count()


def _key(version: SecretVersion) -> str:
    return str(version.name).split("/secrets/", 1)[1]


def _seen(client: SecretManagerServiceClient, version: SecretVersion) -> str:
    if version.state is not SecretVersion.State.ENABLED:
        return str(version.state.name).lower()
    answer = client.access_secret_version(name=version.name, retry=None, timeout=TIMEOUT)
    return hashlib.sha256(answer.payload.data).hexdigest()


@contextmanager
def _client(address: str) -> Iterator[SecretManagerServiceClient]:
    with grpc.insecure_channel(address, options=OWN_CONNECTION) as channel:
        yield SecretManagerServiceClient(transport=SecretManagerServiceGrpcTransport(channel=channel))
