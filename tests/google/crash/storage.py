"""Cloud Storage under fire: small uploads, overwrites, deletes, resumable uploads across deaths, finalized events."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from itertools import count
from random import Random
from typing import Any

import httpx
from google.cloud.storage import Client
from google.oauth2.credentials import Credentials
from werkzeug.wrappers import Request

from tests.google.crash.ledger import Ledger
from tests.google.crash.listener import Listener
from tests.google.crash.trial import TIMEOUT, Step

BUCKET = "takes"
QUANTUM = 2**18
FINALIZED = "google.cloud.storage.object.v1.finalized"


def _generation(request: Request) -> str | None:
    if request.headers["ce-type"] != FINALIZED:
        return None
    resource: dict[str, str] = request.get_json()
    return f"{resource['name']}#{resource['generation']}"


@dataclass(slots=True)
class Session:
    """A resumable upload in the middle: what it will hold, and how much of it was acknowledged."""

    path: str
    name: str
    data: bytes
    kept: int = 0


@dataclass(slots=True)
class Storage:
    """Objects are in the ledger as the digest of their bytes; every acknowledged generation owes an event."""

    ledger: Ledger = field(default_factory=Ledger)
    owed: set[str] = field(default_factory=set)
    open_sessions: list[Session] = field(default_factory=list)
    listener: Listener = field(default_factory=lambda: Listener(_generation))

    def extra(self) -> Sequence[str]:
        """Name the bucket and who hears of it."""
        return ("--bucket", BUCKET, "--notify", f"{BUCKET}={self.listener.url}")

    def prepare(self, address: str) -> None:
        """Make nothing: the bucket is there."""

    @contextmanager
    def writer(self, address: str, name: str, rng: Random) -> Iterator[Step]:
        """Write in one of four ways."""
        numbers = count()
        own: list[str] = []
        with _client(address) as client:
            bucket = client.bucket(BUCKET)

            def step() -> None:
                match rng.randrange(6):
                    case 0:
                        self._resumable(bucket, f"long-{name}-{next(numbers)}", rng.randbytes(QUANTUM + 1000))
                    case 1:
                        self._half(address, bucket, f"half-{name}-{next(numbers)}", rng.randbytes(2 * QUANTUM + 9))
                    case 2 if own:
                        self._delete(bucket, own.pop())
                    case 3 if own:
                        self._small(bucket, own[-1], rng.randbytes(rng.randrange(3000)))
                    case _:
                        own.append(f"small-{name}-{next(numbers)}")
                        self._small(bucket, own[-1], rng.randbytes(rng.randrange(3000)))

            yield step

    def check(self, address: str) -> list[str]:
        """Finish the uploads left half, then download everything."""
        sessions, self.open_sessions = self.open_sessions, []
        wrong = [trouble for session in sessions for trouble in self._finish(address, session)]
        seen: dict[str, str] = {}
        with _client(address) as client:
            for blob in client.list_blobs(BUCKET, retry=None, timeout=TIMEOUT):
                data = blob.download_as_bytes(retry=None, timeout=TIMEOUT)  # Google's client compares the checksums
                seen[blob.name] = _digest(data)
                if blob.size != len(data):
                    wrong.append(f"{blob.name} has {len(data)} of {blob.size} bytes")
        return wrong + self.ledger.check(seen)

    def settle(self) -> list[str]:
        """Wait until every acknowledged generation was told of."""
        return [f"nobody was told of {generation}" for generation in self.listener.wait(self.owed)]

    def close(self) -> None:
        """Stop listening."""
        self.listener.close()

    def _small(self, bucket: Any, name: str, data: bytes) -> None:
        blob = bucket.blob(name)
        self.ledger.intend(name, _digest(data))
        blob.upload_from_string(data, retry=None, timeout=TIMEOUT)
        self._acknowledged(name, data, blob.generation)

    def _resumable(self, bucket: Any, name: str, data: bytes) -> None:
        blob = bucket.blob(name, chunk_size=QUANTUM)  # a chunk size makes Google's client upload in pieces
        self.ledger.intend(name, _digest(data))
        blob.upload_from_file(BytesIO(data), size=len(data), retry=None, timeout=TIMEOUT)
        self._acknowledged(name, data, blob.generation)

    def _delete(self, bucket: Any, name: str) -> None:
        self.ledger.intend(name, None)
        bucket.blob(name).delete(retry=None, timeout=TIMEOUT)
        self.ledger.acknowledge(name, None)
        self.ledger.count()

    def _half(self, address: str, bucket: Any, name: str, data: bytes) -> None:
        url = bucket.blob(name).create_resumable_upload_session(size=len(data), retry=None, timeout=TIMEOUT)
        session = Session(url.removeprefix(address), name, data)
        self.open_sessions.append(session)
        span = f"bytes 0-{QUANTUM - 1}/{len(data)}"
        answer = httpx.put(url, content=data[:QUANTUM], headers={"Content-Range": span}, timeout=TIMEOUT)
        if answer.status_code != httpx.codes.PERMANENT_REDIRECT:
            raise AssertionError(f"an unfinished upload answered {answer.status_code}: {answer.text[:200]}")
        session.kept = _kept(answer)
        self.ledger.count()

    def _finish(self, address: str, session: Session) -> list[str]:
        """Ask a session how far it is, after the restart, and send the rest."""
        total, url = len(session.data), address + session.path
        answer = httpx.put(url, headers={"Content-Range": f"bytes */{total}"}, timeout=TIMEOUT)
        if answer.status_code != httpx.codes.PERMANENT_REDIRECT:
            return [f"the upload of {session.name} is {answer.status_code} {answer.text[:200]}"]
        kept = _kept(answer)
        if kept < session.kept:
            return [f"the upload of {session.name} kept {kept} of {session.kept} acknowledged bytes"]
        span = f"bytes {kept}-{total - 1}/{total}"
        self.ledger.intend(session.name, _digest(session.data))
        done = httpx.put(url, content=session.data[kept:], headers={"Content-Range": span}, timeout=TIMEOUT)
        if done.status_code != httpx.codes.OK:
            return [f"the upload of {session.name} could not be finished: {done.status_code} {done.text[:200]}"]
        self._acknowledged(session.name, session.data, done.json()["generation"])
        return []

    def _acknowledged(self, name: str, data: bytes, generation: object) -> None:
        self.ledger.acknowledge(name, _digest(data))
        self.owed.add(f"{name}#{generation}")
        self.ledger.count()


def _kept(answer: httpx.Response) -> int:
    return int(answer.headers["Range"].rpartition("-")[2]) + 1 if "Range" in answer.headers else 0


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@contextmanager
def _client(address: str) -> Iterator[Any]:
    os.environ["STORAGE_EMULATOR_HOST"] = address  # read once, at construction
    os.environ["DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA"] = "true"  # else a daemon thread outlives the client
    credentials: Any = Credentials  # the library publishes no types
    with Client(project="demo", credentials=credentials("token")) as client:
        yield client
