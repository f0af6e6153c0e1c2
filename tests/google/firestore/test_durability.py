"""What was acknowledged stays: across a restart, and across kill -9; Google: the service's durability."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from google.api_core.exceptions import InvalidArgument
from google.cloud.firestore_v1 import types

from infra.local.google.firestore.server import FirestoreServer
from tests.google.elsewhere import own_server
from tests.google.firestore.conftest import Clock, Connect

SERVE = """
import sys
from pathlib import Path
from infra.local.google.firestore.server import FirestoreServer
server = FirestoreServer(Path(sys.argv[1]))
print(server.start(), flush=True)
sys.stdin.read()  # until killed, or until the test that started it is gone
"""


def test_restart_keeps_documents_and_history(tmp_path: Path, connect: Connect, clock: Clock) -> None:
    """A server started on the same files has the same documents, times and recent past (durability)."""
    first = FirestoreServer(tmp_path / "data", clock=clock)
    client = connect(first.start())
    old = client.document("d/one").set({"n": 1}).update_time
    clock.advance(minutes=1)
    new = client.document("d/one").set({"n": 2}).update_time
    client.document("d/gone").set({})
    client.document("d/gone").delete()
    first.stop()

    second = FirestoreServer(tmp_path / "data", clock=clock)
    client = connect(second.start())
    snapshot = client.document("d/one").get()
    past = client.document("d/one").get(read_time=old)
    later = client.document("d/two").set({}).update_time
    gone = client.document("d/gone").get().exists
    second.stop()

    assert (snapshot.to_dict(), snapshot.create_time, snapshot.update_time) == ({"n": 2}, old, new)
    assert (past.to_dict(), gone) == ({"n": 1}, False)
    assert later > new


def test_one_server_at_a_time(tmp_path: Path) -> None:
    """A folder in use is refused at once: two servers would break each other's isolation (its README)."""
    first = FirestoreServer(tmp_path / "data")
    first.start()

    with pytest.raises(RuntimeError, match="in use by another server"):
        FirestoreServer(tmp_path / "data")

    first.stop()


def test_commit_times_grow_across_a_restart_with_an_earlier_clock(
    tmp_path: Path, connect: Connect, clock: Clock
) -> None:
    """Even when the clock is set back before the restart, later commits are later (CommitResponse.commit_time)."""
    first = FirestoreServer(tmp_path / "data", clock=clock)
    before = connect(first.start()).document("d/one").set({"n": 1}).update_time
    first.stop()
    clock.advance(days=-1)

    second = FirestoreServer(tmp_path / "data", clock=clock)
    after = connect(second.start()).document("d/one").set({"n": 2}).update_time
    second.stop()

    assert after > before


def test_restart_ends_open_transactions(tmp_path: Path, connect: Connect, clock: Clock) -> None:
    """An id from before a restart is INVALID_ARGUMENT, as an expired one is (CommitRequest.transaction)."""
    first = FirestoreServer(tmp_path / "data", clock=clock)
    transaction = connect(first.start()).transaction()
    transaction._begin()
    token = transaction._id
    first.stop()

    second = FirestoreServer(tmp_path / "data", clock=clock)
    client = connect(second.start())
    with pytest.raises(InvalidArgument, match="expired or is no longer valid"):
        client._firestore_api.commit(request={"database": client._database_string, "transaction": token})
    second.stop()


@own_server("firestore")
def test_kill_loses_no_acknowledged_write(tmp_path: Path, connect: Connect) -> None:
    """Every write acknowledged before a kill -9 is there afterwards, and no commit is half there (durability)."""
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, str(tmp_path / "data")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    ) as process:
        assert process.stdout is not None
        client = connect(process.stdout.readline().strip())
        acknowledged = 0
        for number in range(40):
            batch = client.batch()
            batch.set(client.document(f"pairs/{number}a"), {"n": number})
            batch.set(client.document(f"pairs/{number}b"), {"n": number})
            batch.commit()
            acknowledged += 1
        in_flight = _send_one_more(client)
        process.send_signal(signal.SIGKILL)
        process.wait()
        in_flight.exception()

    server = FirestoreServer(tmp_path / "data")
    names = {snapshot.id for snapshot in connect(server.start()).collection("pairs").stream()}
    server.stop()

    assert acknowledged == 40
    assert {f"{number}{half}" for number in range(40) for half in "ab"} <= names
    assert ("lasta" in names) == ("lastb" in names)


def _send_one_more(client: Any) -> Any:
    """Send a commit of a pair without waiting for its answer."""
    names = [f"{client._database_string}/documents/pairs/last{half}" for half in "ab"]
    request = types.CommitRequest(
        database=client._database_string, writes=[types.Write(update=types.Document(name=name)) for name in names]
    )
    channel = client._firestore_api.transport.grpc_channel
    commit = channel.unary_unary("/google.firestore.v1.Firestore/Commit")
    return commit.future(types.CommitRequest.serialize(request))
