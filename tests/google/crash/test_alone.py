"""`python -m infra.local.google SERVICE` serves one service alone, says how to reach it, and ends in order."""

import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from google.cloud import firestore, storage
from google.cloud.secretmanager_v1 import SecretManagerServiceClient
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import SecretManagerServiceGrpcTransport
from google.cloud.tasks_v2 import CloudTasksClient
from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcTransport
from google.oauth2.credentials import Credentials

from tests.google.crash.process import ROOT, Victim
from tests.patience import PATIENCE

credentials: Callable[[str], object] = Credentials  # the library publishes no types
Start = Callable[..., tuple[Victim, str]]
SERVICES = ("firestore", "tasks", "secrets", "storage", "metadata")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a service alone, over the test's folder; none outlives the test."""
    victims: list[Victim] = []

    def start(service: str, *extra: str) -> tuple[Victim, str]:
        victims.append(Victim(service, tmp_path, *extra))
        return victims[-1], victims[-1].start()

    yield start
    for victim in victims:
        victim.kill()


def ends_in_order(victim: Victim, address: str) -> bool:
    """Say whether SIGTERM ends it with status 0 and its port can be bound again."""
    status = victim.end()
    with socket.create_server(("127.0.0.1", int(address.rpartition(":")[2]))):
        return status == 0


def test_firestore(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable announced is all Google's client needs."""
    victim, address = start("firestore")
    name, value = victim.announced.removeprefix("export ").split("=")
    monkeypatch.setenv(name, value)

    client: Any = firestore.Client(project="anyone")
    client.document("films/one").set({"scenes": 4})
    read = client.document("films/one").get().to_dict()
    client.close()

    assert ("FIRESTORE_EMULATOR_HOST", address) == (name, value)
    assert {"scenes": 4} == read
    assert ends_in_order(victim, address)


def test_tasks(start: Start) -> None:
    """The line announced, run as it is, makes a client of the project, location and queues asked for."""
    victim, address = start("tasks", "--project", "p", "--location", "europe-west4", "--queue", "a", "--queue", "b")
    words = {"CloudTasksClient": CloudTasksClient, "CloudTasksGrpcTransport": CloudTasksGrpcTransport, "grpc": grpc}

    client = eval(victim.announced, words)  # noqa: S307 - our own line is the thing under test
    queues = [queue.name for queue in client.list_queues(parent="projects/p/locations/europe-west4")]
    client.transport.close()

    assert [f"projects/p/locations/europe-west4/queues/{name}" for name in "ab"] == queues
    assert ends_in_order(victim, address)


def test_secrets(start: Start) -> None:
    """The line announced, run as it is, makes a client of any project."""
    victim, address = start("secrets")
    transport = SecretManagerServiceGrpcTransport
    words = {"SecretManagerServiceClient": SecretManagerServiceClient, transport.__name__: transport, "grpc": grpc}

    client = eval(victim.announced, words)  # noqa: S307 - our own line is the thing under test
    secret: Any = {"replication": {"automatic": {}}}
    client.create_secret(request={"parent": "projects/p", "secret_id": "key", "secret": secret})
    client.add_secret_version(request={"parent": "projects/p/secrets/key", "payload": {"data": b"value"}})
    read = client.access_secret_version(name="projects/p/secrets/key/versions/latest").payload.data
    client.transport.close()

    assert b"value" == read
    assert ends_in_order(victim, address)


def test_storage(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable announced, with any credentials, is all Google's client needs."""
    victim, address = start("storage", "--bucket", "takes")
    name, value = victim.announced.partition("  #")[0].removeprefix("export ").split("=")
    monkeypatch.setenv(name, value)
    monkeypatch.setenv("DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA", "true")

    with storage.Client(project="anyone", credentials=credentials("token")) as client:
        client.bucket("takes").blob("one").upload_from_string(b"film")
        read = client.bucket("takes").blob("one").download_as_bytes()

    assert ("STORAGE_EMULATOR_HOST", address) == (name, value)
    assert b"film" == read
    assert ends_in_order(victim, address)


def test_metadata(start: Start) -> None:
    """It announces both variables google-auth reads, and knows the project and account asked for."""
    victim, address = start("metadata", "--project", "p", "--email", "me@p.iam.gserviceaccount.com")

    root, flavor = f"http://{address}/computeMetadata/v1/", {"Metadata-Flavor": "Google"}
    project = httpx.get(f"{root}project/project-id", headers=flavor).text
    email = httpx.get(f"{root}instance/service-accounts/default/email", headers=flavor).text

    assert f"export GCE_METADATA_HOST={address} GCE_METADATA_IP={address}" == victim.announced
    assert ("p", "me@p.iam.gserviceaccount.com") == (project, email)
    assert ends_in_order(victim, address)


@pytest.mark.parametrize("service", SERVICES)
def test_a_taken_port_is_said(service: str, tmp_path: Path) -> None:
    """A server that can't have its port says so, and exits 1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        answer = run(service, "--data", str(tmp_path), "--port", port)

    assert (1, "") == (answer.returncode, answer.stdout)
    assert port in answer.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("storage", "--bucket", "A_"), "Invalid bucket name: 'A_'"),
        (("storage", "--notify", "takes"), "'takes' is not of the form NAME=VALUE"),
        (("tasks", "--queue", "under_score"), "Queue name must be formatted"),
        (("firestore", "--indexes", "no-such-file.json"), "no-such-file.json"),
        (("secrets", "--queue", "a"), "unrecognized arguments: --queue"),
        (("pubsub",), "invalid choice: 'pubsub'"),
    ],
)
def test_a_mistake_is_said_in_words(arguments: tuple[str, ...], words: str, tmp_path: Path) -> None:
    """What can't be served is refused in words, without a traceback, with status 2."""
    answer = run(*arguments, "--data", str(tmp_path))

    assert 2 == answer.returncode
    assert words in answer.stderr
    assert "Traceback" not in answer.stderr


def test_the_servers_import_nothing_of_this_project() -> None:
    """infra/local/google names no module of ours, not even its own: it imports itself relatively."""
    ours = re.compile(r"^\s*(?:from|import) (?:shared|functions|tests|infra)\b", re.MULTILINE)

    assert [] == [
        str(path) for path in (ROOT / "infra/local/google").rglob("*.py") if ours.search(path.read_text("utf-8"))
    ]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    command = [sys.executable, "-m", "infra.local.google", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
