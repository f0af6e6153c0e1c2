"""Finalized and deleted objects become CloudEvents, as Eventarc delivers them (docs eventarc/docs/retry-events)."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from google.cloud.storage import Bucket as Remote

from infra.local.google.storage.events import Backoff
from infra.local.google.storage.outbox import Happening
from infra.local.google.storage.server import Bucket, StorageServer
from tests.google.storage.world import Clock, Function, client_of
from tests.patience import PATIENCE

BUCKETS = [Bucket("takes"), Bucket("films")]


@pytest.fixture
def takes(tmp_path: Path, function: Function, monkeypatch: pytest.MonkeyPatch) -> Iterator[Remote]:
    """A bucket whose events reach the function by themselves."""
    server = StorageServer(
        tmp_path, buckets=BUCKETS, notify={"takes": function.url}, token_for=lambda url: f"token for {url}"
    )
    with client_of(server.start(), monkeypatch) as client:
        yield client.bucket("takes")
    server.stop()


@pytest.fixture
def clock() -> Clock:
    """A clock that moves when told."""
    return Clock()


@pytest.fixture
def quiet(tmp_path: Path, function: Function, clock: Clock) -> Iterator[StorageServer]:
    """A server that delivers only when told, by a clock that moves only when told."""
    server = StorageServer(tmp_path, buckets=BUCKETS, notify={"takes": function.url}, clock=clock)
    yield server
    server.stop()


@pytest.fixture
def quiet_takes(quiet: StorageServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Remote]:
    """Its bucket with events."""
    with client_of(quiet.start(deliver=False), monkeypatch) as client:
        yield client.bucket("takes")


def test_finalized(takes: Remote, function: Function) -> None:
    """A finalized object arrives as a CloudEvent in binary mode whose body is the object's data."""
    blob = takes.blob("jobs/1/clip ü.mp4")
    blob.upload_from_string(b"clip", content_type="video/mp4")

    (event,) = function.wait(1)

    expected = {
        "authorization": f"Bearer token for {function.url}",
        "ce-bucket": "takes",
        "ce-source": "//storage.googleapis.com/projects/_/buckets/takes",
        "ce-specversion": "1.0",
        "ce-subject": "objects/jobs/1/clip%20%C3%BC.mp4",
        "ce-type": "google.cloud.storage.object.v1.finalized",
        "content-type": "application/json",
    }
    assert expected == {key: event.headers[key] for key in expected}
    assert ("/veo_output", event.body["timeCreated"]) == (event.path, event.headers["ce-time"])
    assert {
        "bucket": "takes",
        "contentType": "video/mp4",
        "crc32c": blob.crc32c,
        "generation": str(blob.generation),
        "kind": "storage#object",
        "md5Hash": blob.md5_hash,
        "metageneration": "1",
        "name": "jobs/1/clip ü.mp4",
        "size": "4",
        "storageClass": "STANDARD",
    }.items() <= event.body.items()


def test_every_way_of_writing(takes: Remote, function: Function) -> None:
    """Resumable uploads and copies finalize, too."""
    with takes.blob("written").open("wb", chunk_size=2**18) as writer:
        writer.write(bytes(2**18 + 1))
    takes.copy_blob(takes.blob("written"), takes, "copied")

    assert {"written", "copied"} == {event.name for event in function.wait(2)}


def test_overwriting_deletes(takes: Remote, function: Function) -> None:
    """Without versions an overwritten generation is deleted: one event for it, one for the new one."""
    old = takes.blob("film")
    old.upload_from_string(b"old")
    function.wait(1)
    new = takes.blob("film")
    new.upload_from_string(b"new")

    events = function.wait(3)[1:]

    assert {("deleted", str(old.generation)), ("finalized", str(new.generation))} == {
        (event.kind, event.body["generation"]) for event in events
    }


def test_nobody_listens(quiet: StorageServer, quiet_takes: Remote, function: Function) -> None:
    """A bucket without a trigger causes no event; neither does a refused write."""
    quiet_takes.client.bucket("films").blob("film").upload_from_string(b"film")
    with pytest.raises(Exception, match="pre-conditions"):
        quiet_takes.blob("clip").upload_from_string(b"clip", if_generation_match=1)

    assert (quiet.deliver_events(), function.heard) == (0, [])


def test_side_by_side(takes: Remote, function: Function) -> None:
    """Twenty objects finalized together are twenty deliveries in flight together: none waits for another's answer."""
    together = threading.Barrier(20, timeout=PATIENCE)
    function.before = together.wait

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda k: takes.blob(f"clip-{k}").upload_from_string(b"clip"), range(20)))

    assert {f"clip-{k}" for k in range(20)} == {event.name for event in function.wait(20)}


def test_retry(quiet: StorageServer, quiet_takes: Remote, function: Function, clock: Clock) -> None:
    """A refused event comes again, with the same id, after 10 s, then 20 s, until it is accepted."""
    function.answers = [500, 404, 200]
    quiet_takes.blob("clip").upload_from_string(b"clip")
    accepted = []

    for seconds in (0, 9, 1, 19, 1, 3600):
        clock.move(seconds=seconds)
        accepted.append((quiet.deliver_events(), len(function.heard)))

    assert accepted == [(0, 1), (0, 1), (0, 2), (0, 2), (1, 3), (0, 3)]
    assert len({event.headers["ce-id"] for event in function.heard}) == 1


def test_given_up(quiet: StorageServer, quiet_takes: Remote, function: Function, clock: Clock) -> None:
    """An event nobody accepts for 24 h is dropped after a last attempt."""
    quiet_takes.blob("clip").upload_from_string(b"clip")
    function.answers = [500] * 9

    heard = []
    for hours in (0, 23.99, 0.02, 1, 24):
        clock.move(hours=hours)
        quiet.deliver_events()
        heard.append(len(function.heard))

    assert heard == [1, 2, 3, 3, 3]


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 10), (2, 20), (6, 320), (7, 600), (1000, 600)])
def test_backoff(attempts: int, seconds: int) -> None:
    """The delay doubles from 10 s up to 10 min."""
    assert seconds == Backoff().delay(attempts).total_seconds()


def test_nobody_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    """A function that is not there yet hears the event once it is."""
    function = Function()
    function.close()
    server = StorageServer(tmp_path, buckets=BUCKETS, notify={"takes": function.url}, clock=clock)
    with client_of(server.start(deliver=False), monkeypatch) as client:
        client.bucket("takes").blob("clip").upload_from_string(b"clip")
    before = server.deliver_events()
    server.stop()
    clock.move(seconds=10)

    function = Function()
    again = StorageServer(tmp_path, notify={"takes": function.url}, clock=clock)
    after = again.deliver_events()
    again.stop()
    function.close()

    assert (before, after, [event.name for event in function.heard]) == (0, 1, ["clip"])


def test_broken_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: Function, clock: Clock) -> None:
    """An identity that cannot be had is a failed attempt, not a lost event."""
    tokens = iter(["fine"])

    def token_for(url: str) -> str:
        if clock.now.minute == 0:
            raise LookupError(url)
        return next(tokens)

    server = StorageServer(tmp_path, buckets=BUCKETS, notify={"takes": function.url}, clock=clock, token_for=token_for)
    with client_of(server.start(deliver=False), monkeypatch) as client:
        client.bucket("takes").blob("clip").upload_from_string(b"clip")
    first = server.deliver_events()
    clock.move(minutes=1)
    second = server.deliver_events()
    server.stop()

    assert (first, second) == (0, 1)


def test_chosen_kinds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: Function) -> None:
    """A trigger on finalized alone hears no deletion."""
    server = StorageServer(tmp_path, buckets=BUCKETS, notify={"takes": function.url}, kinds=[Happening.FINALIZED])
    with client_of(server.start(deliver=False), monkeypatch) as client:
        blob = client.bucket("takes").blob("clip")
        blob.upload_from_string(b"clip")
        blob.delete()
    delivered = server.deliver_events()
    server.stop()

    assert (delivered, [event.kind for event in function.heard]) == (1, ["finalized"])


def test_stopping_while_unanswered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: Function, clock: Clock
) -> None:
    """A server stopped while a function still works on an event sends it again when it is back."""
    arrived, leave = threading.Event(), threading.Event()

    def hold() -> None:
        arrived.set()
        leave.wait(PATIENCE)

    function.before = hold
    server = StorageServer(tmp_path, buckets=BUCKETS, notify={"takes": function.url}, clock=clock)
    with client_of(server.start(), monkeypatch) as client:
        client.bucket("takes").blob("clip").upload_from_string(b"clip")
    arrived.wait(PATIENCE)
    server.stop()
    leave.set()

    again = StorageServer(tmp_path, notify={"takes": function.url}, clock=clock)
    delivered = again.deliver_events()
    again.stop()

    assert (delivered, len(function.wait(2))) == (1, 2)


def test_body_is_google_s(quiet: StorageServer, quiet_takes: Remote, function: Function) -> None:
    """Links inside an event lead to Google's hosts, as in the real one."""
    quiet_takes.blob("clip").upload_from_string(b"clip")
    quiet.deliver_events()

    body = function.heard[0].body

    assert body["selfLink"] == "https://www.googleapis.com/storage/v1/b/takes/o/clip"
    assert json.dumps(body)
