"""The embedded Google in a folder of its own, under a package name of its own, with nothing of abroll beside it."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from google.cloud import firestore, storage
from google.cloud.secretmanager_v1 import SecretManagerServiceClient
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import SecretManagerServiceGrpcTransport
from google.cloud.tasks_v2 import CloudTasksClient
from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcTransport
from google.oauth2.credentials import Credentials
from grpc import insecure_channel

from tests.google.crash.process import ROOT, Victim

credentials: Callable[[str], object] = Credentials  # the library publishes no types
PACKAGE = "little_cloud"
Start = Callable[..., str]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Copy the embedded Google, and nothing else, to an empty folder."""
    home = tmp_path / "elsewhere"
    shutil.copytree(ROOT / "infra/local/google", home / PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
    return home


@pytest.fixture
def start(home: Path, tmp_path: Path) -> Iterator[Start]:
    """Start one service from there and return its address; none outlives the test."""
    victims: list[Victim] = []

    def start(service: str, *extra: str) -> str:
        victims.append(Victim(service, tmp_path / "data" / service, *extra, package=PACKAGE, home=home))
        return victims[-1].start()

    yield start
    for victim in victims:
        victim.kill()


def test_nothing_of_abroll_can_be_imported_there(home: Path) -> None:
    """The proofs below would be worth nothing if the folder it came from could be found."""
    code = "from importlib.util import find_spec; print([name for name in ('infra', 'shared') if find_spec(name)])"

    found = subprocess.run(
        [sys.executable, "-c", code],
        cwd=home,
        env={"PYTHONPATH": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "[]\n" == found.stdout


def test_firestore_reads_and_writes(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """Google's client writes a document and reads it."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", start("firestore"))

    client: Any = firestore.Client(project="anyone")
    client.document("films/one").set({"scenes": 4})
    read = client.document("films/one").get().to_dict()
    client.close()

    assert {"scenes": 4} == read


def test_storage_reads_and_writes(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """Google's client writes an object and reads it."""
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", start("storage", "--bucket", "takes"))
    monkeypatch.setenv("DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA", "true")

    with storage.Client(project="anyone", credentials=credentials("token")) as client:
        client.bucket("takes").blob("one").upload_from_string(b"film")
        read = client.bucket("takes").blob("one").download_as_bytes()

    assert b"film" == read


def test_tasks_secrets_and_identity_start(start: Start) -> None:
    """The three others answer there too."""
    tasks: Any = CloudTasksClient(
        transport=CloudTasksGrpcTransport(channel=insecure_channel(start("tasks", "--queue", "a")))
    )
    secrets: Any = SecretManagerServiceClient(
        transport=SecretManagerServiceGrpcTransport(channel=insecure_channel(start("secrets")))
    )
    metadata = f"http://{start('metadata', '--project', 'p')}/computeMetadata/v1/project/project-id"

    queues = [queue.name for queue in tasks.list_queues(parent="projects/demo/locations/us-central1")]
    kept = list(secrets.list_secrets(parent="projects/p"))
    project = httpx.get(metadata, headers={"Metadata-Flavor": "Google"}).text
    tasks.transport.close()
    secrets.transport.close()

    assert (["projects/demo/locations/us-central1/queues/a"], [], "p") == (queues, kept, project)


def test_it_calls_itself_by_its_new_name(home: Path) -> None:
    """Its help names the package it was started as."""
    shown = subprocess.run(
        [sys.executable, "-m", PACKAGE, "--help"],
        cwd=home,
        env={"PYTHONPATH": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert shown.stdout.startswith(f"usage: python -m {PACKAGE} ")
