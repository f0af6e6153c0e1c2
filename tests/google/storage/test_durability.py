"""What was acknowledged is still there after a restart, a kill -9, and until its age says otherwise."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from infra.local.google.storage.server import Bucket, StorageServer
from tests.google.storage.world import Clock, Function, client_of, noise

QUANTUM = 2**18
SERVE = """
import sys
from pathlib import Path
from infra.local.google.storage.server import Bucket, StorageServer
server = StorageServer(Path(sys.argv[1]), buckets=[Bucket("takes")], notify={"takes": "http://127.0.0.1:9/"})
print(server.start(deliver=False), flush=True)
sys.stdin.read()
"""


def test_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new server on the old folder has the objects, their generations, and buckets made by clients."""
    data = noise(100_000)
    server = StorageServer(tmp_path, buckets=[Bucket("takes")])
    with client_of(server.start(), monkeypatch) as client:
        client.create_bucket("made-by-hand", location="EU")
        blob = client.bucket("takes").blob("film")
        blob.metadata = {"job": "1"}
        blob.upload_from_string(data)
    server.stop()

    again = StorageServer(tmp_path, buckets=[Bucket("takes")])
    with client_of(again.start(), monkeypatch) as client:
        seen = client.bucket("takes").get_blob("film")
        facts = (seen.generation, seen.metadata, seen.download_as_bytes(), client.get_bucket("made-by-hand").location)
        client.bucket("takes").blob("film").upload_from_string(b"new", if_generation_match=blob.generation)
    again.stop()

    assert (blob.generation, {"job": "1"}, data, "EU") == facts


def test_generations_grow_across_restarts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that stands, or goes back, never repeats a generation."""
    clock, generations = Clock(), []
    for _ in range(3):
        server = StorageServer(tmp_path, buckets=[Bucket("takes")], clock=clock)
        with client_of(server.start(), monkeypatch) as client:
            blob = client.bucket("takes").blob("film")
            blob.upload_from_string(b"x")
            generations.append(blob.generation)
            blob.delete()
        server.stop()
        clock.move(hours=-1)

    assert sorted(set(generations)) == generations


def test_resumable_goes_on_after_a_restart(tmp_path: Path) -> None:
    """A session begun with one server is finished with the next."""
    data = noise(QUANTUM + 3)
    headers = {"Authorization": "Bearer token"}
    server = StorageServer(tmp_path, buckets=[Bucket("takes")])
    begin = f"{server.start()}/upload/storage/v1/b/takes/o?uploadType=resumable&name=film"
    session = httpx.post(begin, json={}, headers=headers).headers["Location"]
    httpx.put(session, content=data[:QUANTUM], headers={"Content-Range": f"bytes 0-{QUANTUM - 1}/*"})
    server.stop()

    again = StorageServer(tmp_path)
    session = again.start() + session[session.index("/upload") :]
    kept = httpx.put(session, headers={"Content-Range": "bytes */*"}).headers["Range"]
    span = {"Content-Range": f"bytes {QUANTUM}-{QUANTUM + 2}/{QUANTUM + 3}"}
    film = httpx.put(session, content=data[QUANTUM:], headers=span).json()
    read = httpx.get(film["mediaLink"], headers=headers).content
    again.stop()

    assert (kept, read) == (f"bytes=0-{QUANTUM - 1}", data)


def test_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: Function) -> None:
    """A kill -9 loses no acknowledged object, no event, and no chunk of an upload; it leaves no stray file."""
    data = noise(2 * QUANTUM)
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        url = process.stdout.readline().strip() if process.stdout else ""
        with client_of(url, monkeypatch) as client:
            client.bucket("takes").blob("film").upload_from_string(b"old")
            client.bucket("takes").blob("film").upload_from_string(b"new")
        begin = f"{url}/upload/storage/v1/b/takes/o?uploadType=resumable&name=clip"
        session = httpx.post(begin, json={}, headers={"Authorization": "Bearer token"}).headers["Location"]
        httpx.put(session, content=data[:QUANTUM], headers={"Content-Range": f"bytes 0-{QUANTUM - 1}/{2 * QUANTUM}"})
        os.kill(process.pid, signal.SIGKILL)
    (tmp_path / "staging" / "half").write_bytes(b"half an object")
    (tmp_path / "objects" / "orphan").write_bytes(b"an object no row knows")

    server = StorageServer(tmp_path, notify={"takes": function.url})
    url = server.start(deliver=False)
    session = url + session[session.index("/upload") :]
    span = {"Content-Range": f"bytes {QUANTUM}-{2 * QUANTUM - 1}/{2 * QUANTUM}"}
    finished = httpx.put(session, content=data[QUANTUM:], headers=span)
    with client_of(url, monkeypatch) as client:
        read = {blob.name: blob.download_as_bytes() for blob in client.list_blobs("takes")}
    delivered = server.deliver_events()
    server.stop()

    assert (200, {"film": b"new", "clip": data}) == (finished.status_code, read)
    assert (delivered, sorted(event.name for event in function.heard)) == (4, ["clip", "film", "film", "film"])
    assert tuple(len(list((tmp_path / folder).iterdir())) for folder in ("objects", "staging", "uploads")) == (2, 0, 0)


def test_one_server_a_folder(tmp_path: Path) -> None:
    """A folder is served by one server at a time."""
    first = StorageServer(tmp_path)

    with pytest.raises(RuntimeError, match="held by another storage server"):
        StorageServer(tmp_path)

    first.stop()


def test_lifecycle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: Function) -> None:
    """A rule deletes objects under its prefix at the age it says, and that is an event (docs lifecycle)."""
    clock = Clock()
    buckets = [Bucket("takes", age_days=(("clips/", 2), ("clips/short/", 1)))]
    server = StorageServer(tmp_path, buckets=buckets, notify={"takes": function.url}, clock=clock)
    with client_of(server.start(deliver=False), monkeypatch) as client:
        takes = client.bucket("takes")
        for name in ("clips/1", "clips/short/1", "kept"):
            takes.blob(name).upload_from_string(b"x")
        gone = [server.run_lifecycle()]
        for hours in (23, 1, 23, 1):
            clock.move(hours=hours)
            gone.append(server.run_lifecycle())
        left = [blob.name for blob in takes.list_blobs()]
        conditions = [rule["condition"] for rule in client.get_bucket("takes").lifecycle_rules]
    server.deliver_events()
    server.stop()

    assert (gone, left) == ([0, 0, 1, 0, 1], ["kept"])
    assert conditions == [{"age": 2, "matchesPrefix": ["clips/"]}, {"age": 1, "matchesPrefix": ["clips/short/"]}]
    assert sorted(event.name for event in function.heard if event.kind == "deleted") == ["clips/1", "clips/short/1"]


def test_sessions_lapse(tmp_path: Path) -> None:
    """A resumable session lives for a week."""
    clock = Clock()
    server = StorageServer(tmp_path, buckets=[Bucket("takes")], clock=clock)
    begin = f"{server.start()}/upload/storage/v1/b/takes/o?uploadType=resumable&name=film"
    session = httpx.post(begin, json={}, headers={"Authorization": "Bearer token"}).headers["Location"]
    clock.move(days=7, seconds=1)

    lapsed = httpx.put(session, content=b"film").status_code
    server.run_lifecycle()
    forgotten = httpx.put(session, content=b"film").status_code
    server.stop()

    assert (lapsed, forgotten) == (410, 404)


@pytest.mark.parametrize("name", ["ab", "Takes", "a_", "goog-takes", "my-google", "10.0.0.1", "a..b"])
def test_bucket_names(tmp_path: Path, name: str) -> None:
    """A bucket Cloud Storage would not create is not declared either (docs buckets#naming)."""
    with pytest.raises(Exception, match="Invalid bucket name"):
        StorageServer(tmp_path, buckets=[Bucket(name)])


def test_stop_cuts_idle_clients(tmp_path: Path) -> None:
    """A client that connected and says nothing keeps a server neither from stopping nor from coming back."""
    server = StorageServer(tmp_path)
    host, _, port = server.start().removeprefix("http://").partition(":")

    with socket.create_connection((host, int(port))):
        server.stop()
    again = StorageServer(tmp_path, port=int(port))
    url = again.start()
    again.stop()

    assert url == f"http://{host}:{port}"
