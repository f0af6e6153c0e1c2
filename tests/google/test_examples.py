"""The examples in the READMEs of the embedded Google are true: they run as they stand."""

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.cloud import firestore
from google.cloud.secretmanager_v1 import SecretManagerServiceClient
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import SecretManagerServiceGrpcTransport
from google.cloud.tasks_v2 import CloudTasksClient
from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcTransport

from infra.local.google.firestore.server import FirestoreServer
from infra.local.google.identity.issuer import Issuer
from infra.local.google.identity.metadata import MetadataServer
from infra.local.google.identity.signblob import SignBlobServer
from infra.local.google.secrets.server import SecretsServer
from infra.local.google.storage.outbox import Happening
from infra.local.google.storage.server import Bucket, StorageServer
from infra.local.google.tasks.server import QueueConfig, TasksServer

EMBEDDED = Path(__file__).parents[2] / "infra" / "local" / "google"
EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLES = [
    (readme.parent.name, number, example)
    for readme in sorted(EMBEDDED.glob("*/README.md"))
    for number, example in enumerate(EXAMPLE.findall(readme.read_text("utf-8")))
]
IMPORTED = (
    *(Bucket, CloudTasksClient, CloudTasksGrpcTransport, FirestoreServer, Happening, Issuer, MetadataServer, Path),
    *(QueueConfig, SecretManagerServiceClient, SecretManagerServiceGrpcTransport, SecretsServer, SignBlobServer),
    *(StorageServer, TasksServer),
)


def _clock() -> datetime:
    return datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """Give what the examples take for granted, and stop what they started."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", "")  # so that what an example sets is taken back
    (tmp_path / "firestore.indexes.json").write_text('{"indexes": [], "fieldOverrides": []}', "utf-8")
    data = tmp_path / "data"
    data.mkdir()
    issuer = Issuer(tmp_path, clock=_clock)
    known = {"clock": _clock, "data": data, "firestore": firestore, "grpc": grpc, "issuer": issuer, "os": os}
    given = {**known, "public_key_pem": issuer.public_key_pem, **{one.__name__: one for one in IMPORTED}}
    names: dict[str, Any] = dict(given)

    yield names

    made = [value for name, value in names.items() if name not in given and not name.startswith("__")]
    for one in reversed(made):
        for ending in ("close", "stop"):
            if hasattr(one, ending):
                getattr(one, ending)()
                break


@pytest.mark.parametrize(("service", "number", "example"), EXAMPLES, ids=lambda value: str(value)[:20].split("\n")[0])
def test_an_example_runs(names: dict[str, Any], service: str, number: int, example: str) -> None:
    """Every example makes a server that says where it is."""
    exec(compile(example, f"{service}/README.md[{number}]", "exec"), names)  # noqa: S102 - our own words are tested

    assert any(hasattr(value, "stop") for name, value in names.items() if name in {"server", "iam"})


def test_each_service_has_one() -> None:
    """No README lost its example."""
    services = {path.parent.name for path in EMBEDDED.glob("*/README.md")}

    assert services == {service for service, _, _ in EXAMPLES}
