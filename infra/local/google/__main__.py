"""`python -m infra.local.google SERVICE`: one embedded Google service alone on loopback, for anyone's project.

The folder starts under any package name, so nothing here is imported by the name it has in this project.

It prints one line that says how to point Google's unmodified client at it, and serves until SIGTERM or Ctrl-C. What it
acknowledged lies in the data folder: start it there again, after a kill -9 too, and everything is back.
"""

import argparse
import signal
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from .ending import Ending

WHERE_TO_READ = "What each answers and what it refuses by name: SERVICE/README.md in this package's folder."


class Served(Protocol):
    """What all servers have in common."""

    def start(self) -> str:
        """Serve, and return the address."""
        ...

    def stop(self) -> None:
        """Stop; what was acknowledged is kept."""
        ...


def now() -> datetime:
    """Read the wall clock."""
    return datetime.now(UTC)


def firestore(given: argparse.Namespace) -> Served:
    """Make a Firestore of any project and database."""
    from .firestore.server import FirestoreServer

    return FirestoreServer(given.data, indexes=given.indexes, clock=now, host=given.host, port=given.port)


def tasks(given: argparse.Namespace) -> Served:
    """Make the Cloud Tasks of one project and location."""
    from .identity.issuer import Issuer
    from .tasks.server import QueueConfig, TasksServer

    return TasksServer(
        given.data,
        issuer=Issuer(given.data, clock=now),
        project=given.project,
        location=given.location,
        queues={name: QueueConfig() for name in given.queue},
        clock=now,
        host=given.host,
        port=given.port,
    )


def secrets(given: argparse.Namespace) -> Served:
    """Make a Secret Manager of any project."""
    from .secrets.server import SecretsServer

    return SecretsServer(given.data, clock=now, host=given.host, port=given.port)


def storage(given: argparse.Namespace) -> Served:
    """Make a Cloud Storage."""
    from .storage.server import Bucket, StorageServer

    return StorageServer(
        given.data,
        buckets=[Bucket(name) for name in given.bucket],
        accounts={email: Path(pem).read_bytes() for email, pem in given.account},
        notify=dict(given.notify),
        clock=now,
        host=given.host,
        port=given.port,
    )


def metadata(given: argparse.Namespace) -> Served:
    """Make the metadata server of one service account."""
    from .identity.issuer import Issuer
    from .identity.metadata import MetadataServer

    issuer = Issuer(given.data, clock=now)
    return MetadataServer(issuer, project=given.project, email=given.email, host=given.host, port=given.port)


MAKERS: Mapping[str, Callable[[argparse.Namespace], Served]] = {
    made.__name__: made for made in (firestore, tasks, secrets, storage, metadata)
}
USE = {
    "firestore": "export FIRESTORE_EMULATOR_HOST={0}",
    "tasks": 'CloudTasksClient(transport=CloudTasksGrpcTransport(channel=grpc.insecure_channel("{0}")))',
    "secrets": "SecretManagerServiceClient("
    'transport=SecretManagerServiceGrpcTransport(channel=grpc.insecure_channel("{0}")))',
    "storage": "export STORAGE_EMULATOR_HOST={0}  # and give storage.Client credentials: without them it is anonymous",
    "metadata": "export GCE_METADATA_HOST={0} GCE_METADATA_IP={0}",
}


def pair(text: str) -> tuple[str, str]:
    """Read NAME=VALUE."""
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NAME=VALUE")
    return name, value


def arguments() -> argparse.ArgumentParser:
    """Describe the command line."""
    everyone = argparse.ArgumentParser(add_help=False)
    everyone.add_argument("--data", type=Path, required=True, metavar="DIR", help="where it keeps everything")
    everyone.add_argument("--port", type=int, default=0, metavar="N", help="default: a free one, see the line printed")
    everyone.add_argument("--host", default="127.0.0.1", help="default: %(default)s; nobody is authenticated")
    parser = argparse.ArgumentParser(prog=f"python -m {__package__}", description=__doc__, epilog=WHERE_TO_READ)
    services = parser.add_subparsers(dest="service", required=True, metavar="SERVICE")
    made = {
        name: services.add_parser(name, parents=[everyone], help=does, description=f"{does}.", epilog=WHERE_TO_READ)
        for name, does in {
            "firestore": "Firestore in Native mode, any project and database",
            "tasks": "Cloud Tasks of one project and location; delivers over HTTP",
            "secrets": "Secret Manager, any project",
            "storage": "Cloud Storage with signed URLs and object events",
            "metadata": "the metadata server with one service account's tokens",
        }.items()
    }
    for name in ("tasks", "metadata"):
        made[name].add_argument("--project", default="demo", metavar="ID", help="default: %(default)s")
    made["firestore"].add_argument(
        "--indexes", type=Path, metavar="FILE", help="firestore.indexes.json to hold queries to"
    )
    add = made["tasks"].add_argument
    add("--location", default="us-central1", metavar="ID", help="default: %(default)s")
    add("--queue", action="append", default=[], metavar="NAME", help="make sure this queue exists (repeat for more)")
    add = made["storage"].add_argument
    add("--bucket", action="append", default=[], metavar="NAME", help="make sure this bucket exists (repeat for more)")
    add("--notify", action="append", default=[], type=pair, metavar="BUCKET=URL", help="POST its object events there")
    add("--account", action="append", default=[], type=pair, metavar="EMAIL=PEM", help="public key of a URL signer")
    made["metadata"].add_argument(
        "--email", default="runner@demo.iam.gserviceaccount.com", metavar="ADDRESS", help="default: %(default)s"
    )
    return parser


def main() -> None:
    """Serve until told to stop."""
    parser = arguments()
    given = parser.parse_args()
    ending = Ending(signal.SIGINT, signal.SIGTERM)
    try:
        given.data.mkdir(parents=True, exist_ok=True)
        server = MAKERS[given.service](given)
    except Exception as error:  # noqa: BLE001 - a queue, bucket or file that can't be: said in words, not as a traceback
        parser.error(str(error))
    try:
        address = server.start()
    except (OSError, RuntimeError) as error:
        sys.exit(f"{given.service} can't listen on {given.host}:{given.port}: {error}")
    print(USE[given.service].format(address), flush=True)
    ending.wait()
    server.stop()


if __name__ == "__main__":
    main()
