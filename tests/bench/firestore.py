"""`python -m tests.bench.firestore`: what the embedded Firestore costs beside a gRPC server that does nothing.

The two run in processes of their own; the idle one answers each call with the bytes the embedded one once answered.
Google's client speaks to both in turns, a few calls each, so that the machine is equally busy for either; the ratio is
what checking, storing and versioning add. It prints a table and judges nothing.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import grpc
from google.cloud import firestore
from google.cloud.firestore_v1 import types

from infra.local.google.firestore.server import FirestoreServer

SERVICE = "/google.firestore.v1.Firestore"
DATABASE = "projects/bench/databases/(default)"
EACH = 5  # commits a thread makes in one go
WORKERS = 16  # of the idle server, as the embedded one has
JOBS = tuple(f"3f2504e0-4f89-41d3-9a0c-0305e82c330{digit}" for digit in range(4))
JOB = {
    "status": "processing_veo",
    "progress": 0,
    "request": {"product_title": "Lamp", "scenes": [{"visual_description": "a lamp " * 30, "duration": 8}] * 3},
    "nodes": {f"clip-{k}": {"state": "running", "operation": "operations/" + "89ab" * 16} for k in range(6)},
    "timeline": [{"at": 1_800_000_000 + second, "event": "clip_started", "node": "clip-1"} for second in range(20)],
}

Recorded = Mapping[str, tuple[tuple[bytes, tuple[bytes, ...]], ...]]  # method: (what the request contains, answers)
Client = Any  # google.cloud.firestore.Client; the library publishes no types


def read(client: Client, job: str) -> None:
    """Read a job."""
    client.document(f"jobs/{job}").get()


def compare_and_set(client: Client, job: str) -> None:
    """Read a job and write what moved, unless somebody else wrote it since."""
    document = client.document(f"jobs/{job}")
    unchanged = client.write_option(last_update_time=document.get().update_time)
    document.update({"progress": time.monotonic_ns(), "nodes.clip-1.state": "done"}, option=unchanged)


def transact(client: Client, job: str) -> None:
    """Read and write a job in a transaction."""
    document = client.document(f"jobs/{job}")
    transaction = client.transaction()

    def move(within: Any) -> None:
        document.get(transaction=within)
        within.update(document, {"progress": time.monotonic_ns()})

    firestore.transactional(move)(transaction)


def side_by_side(client: Client, _job: str) -> None:
    """Compare and set four jobs from a thread each, again and again."""

    def again(job: str) -> None:
        for _ in range(EACH):
            compare_and_set(client, job)

    with ThreadPoolExecutor(len(JOBS)) as threads:
        list(threads.map(again, JOBS))


@dataclass(frozen=True, slots=True)
class Load:
    """Something a client does again and again; `commits` is how often it does what the rate counts."""

    name: str
    does: Callable[[Client, str], None]
    commits: int = 1


LOADS = (
    Load("read", read),
    Load("read + compare-and-set", compare_and_set),
    Load("transaction", transact),
    Load("4 threads, 5 compare-and-set each", side_by_side, len(JOBS) * EACH),
)


def serve_embedded(data: str, pipe: Connection) -> None:
    """Run the embedded Firestore until told to stop."""
    server = FirestoreServer(Path(data))
    pipe.send(server.start())
    pipe.recv()
    server.stop()


def serve_idle(recorded: Recorded, pipe: Connection) -> None:
    """Run the server that does nothing until told to stop."""

    def handler(details: grpc.HandlerCallDetails) -> Any:
        def answers(request: bytes, _context: object) -> tuple[bytes, ...]:
            return next(said for part, said in recorded[details.method] if part in request)

        if details.method.endswith("BatchGetDocuments"):
            return grpc.unary_stream_rpc_method_handler(lambda *call: iter(answers(*call)))
        return grpc.unary_unary_rpc_method_handler(lambda *call: answers(*call)[0])

    class Idle(grpc.GenericRpcHandler):
        def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
            return handler(handler_call_details)

    server = grpc.server(ThreadPoolExecutor(WORKERS), options=(("grpc.so_reuseport", 0),))
    server.add_generic_rpc_handlers((Idle(),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    pipe.send(f"127.0.0.1:{port}")
    pipe.recv()
    server.stop(None).wait()


@contextmanager
def running(target: Callable[[Any, Connection], None], argument: object) -> Iterator[str]:
    """Run a server in a process started afresh, and give its address."""
    processes = get_context("spawn")
    ours, theirs = processes.Pipe()
    process = processes.Process(target=target, args=(argument, theirs))
    process.start()
    yield ours.recv()
    ours.send("stop")
    process.join()


@contextmanager
def connected(address: str) -> Iterator[Client]:
    """Point Google's client at an address as its documentation says."""
    os.environ["FIRESTORE_EMULATOR_HOST"] = address
    client: Client = firestore.Client(project="bench")
    yield client
    client.close()


def record(address: str) -> Recorded:
    """Ask the embedded server once for everything the idle one will answer."""
    begin, commit, get = types.BeginTransactionRequest, types.CommitRequest, types.BatchGetDocumentsRequest
    names = [f"{DATABASE}/documents/jobs/{job}" for job in JOBS]
    write = types.Write(update=types.Document(name=names[0]), update_mask=types.DocumentMask(field_paths=["none"]))
    with grpc.insecure_channel(address) as channel:
        ask: dict[str, Any] = {
            name: channel.unary_unary(f"{SERVICE}/{name}") for name in ("BeginTransaction", "Commit")
        }
        look: Any = channel.unary_stream(f"{SERVICE}/BatchGetDocuments")
        return {
            f"{SERVICE}/BeginTransaction": ((b"", (ask["BeginTransaction"](bytes_of(begin(database=DATABASE))),)),),
            f"{SERVICE}/Commit": ((b"", (ask["Commit"](bytes_of(commit(database=DATABASE, writes=[write]))),)),),
            f"{SERVICE}/BatchGetDocuments": tuple(
                (name.encode(), tuple(look(bytes_of(get(database=DATABASE, documents=[name]))))) for name in names
            ),
        }


def bytes_of(message: Any) -> bytes:
    """Serialise a request."""
    return bytes(type(message).serialize(message))


def seconds(load: Load, client: Client, times: int) -> list[float]:
    """Do something so often, and tell how long each time took."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        load.does(client, JOBS[0])
        took.append(time.perf_counter() - began)
    return took


def compare(load: Load, embedded: Client, idle: Client, rounds: int, times: int) -> str:
    """Run a load on both in turns and return its line of the table."""
    took: dict[int, list[float]] = {id(embedded): [], id(idle): []}
    ratios = []
    for number in range(rounds + 1):
        pair = {}
        for client in (embedded, idle) if number % 2 else (idle, embedded):
            pair[id(client)] = seconds(load, client, max(times // load.commits, 3))
        if number:  # the first round warms both up
            ratios.append(statistics.median(pair[id(embedded)]) / statistics.median(pair[id(idle)]))
            took[id(embedded)] += pair[id(embedded)]
            took[id(idle)] += pair[id(idle)]
    figures = []
    for each in (took[id(embedded)], took[id(idle)]):
        median, late = statistics.median(each), statistics.quantiles(each, n=20)[-1]
        figures.append(f"{median * 1e3:7.2f} {late * 1e3:7.2f} {load.commits / median:7.0f}")
    low, _, high = statistics.quantiles(ratios, n=4)
    return f"{load.name:34}{'  |'.join(figures)}  | {statistics.median(ratios):5.2f}  ({low:.2f} to {high:.2f})"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.firestore", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="pairs of turns (default: %(default)s)")
    parser.add_argument("--times", type=int, default=25, help="calls in a turn (default: %(default)s)")
    given = parser.parse_args()
    with ExitStack() as until_end:
        enter = until_end.enter_context
        address = enter(running(serve_embedded, enter(tempfile.TemporaryDirectory())))
        embedded = enter(connected(address))
        for job in JOBS:
            embedded.document(f"jobs/{job}").set(JOB)
        idle = enter(connected(enter(running(serve_idle, record(address)))))
        print(f"{'':34}  embedded: ms, 95 %, a second  |  idle: the same  | ratio (middle half of the rounds)")
        for load in LOADS:
            print(compare(load, embedded, idle, given.rounds, given.times), flush=True)


if __name__ == "__main__":
    main()
