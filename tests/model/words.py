"""What a worker tells the machine: the event it is about to commit, as the product's steps would word it."""

from datetime import timedelta
from functools import cache

from shared.codes import Code
from shared.pipeline.job import events as on
from shared.pipeline.job.job import Output, Reconcile
from tests.model.instants import NOW, TICK
from tests.model.state import Worker

ZERO = timedelta(0)


@cache  # there are few workers to be told apart, and millions of steps
def event(key: str, worker: Worker, way: Reconcile, rate: int | None = None) -> on.NodeEvent:
    """Return a worker's next event; `way` is how the vendor lets lost answers be found out.

    `rate` is what a second costs with the engine that a look has told; None where it was told at the order.
    """
    match worker.place:
        case "CLAIM" | "SEND":  # who sends without a claim will claim later
            token = "own" if worker.own else "new"
            return on.Claimed(key, worker.take, worker.attempt, token, rate=rate, reconcile=way)
        case "RECLAIM":
            return on.Reclaimed(key, worker.take, worker.attempt, "own" if worker.own else "new")
        case "ANSWER":
            return _answered(key, worker, "own" if worker.own else "lost")
        case _:
            return _seen(key, worker, way)


def _answered(key: str, worker: Worker, token: str) -> on.NodeEvent:
    match worker.holds:
        case "sent":
            return on.Sent(key, worker.take, worker.attempt, token, f"op{worker.op}")
        case "late":
            return on.Released(key, token, "the send window was over", ZERO)
        case "busy":
            return on.Released(key, token, "429", TICK, refused=True)
        case "gone":
            return on.MisconfigurationFound(key, token, "the model is gone", "choose another")
        case "broke":
            return on.Rejected(key, token, Code.CREDITS, "the account is empty", "top it up")
        case "refused":
            return on.Rejected(key, token, Code.SAFETY, "it was refused", "ask for something else")
        case _:
            return on.Unclear(key, token, "the answer was lost")


def _seen(key: str, worker: Worker, way: Reconcile) -> on.NodeEvent:
    about = (key, worker.take, worker.attempt)
    match worker.holds:
        case "film":
            return arrived(*about, worker.op, named=way is not Reconcile.OBJECT)
        case "failure":
            return on.FailureHeard(*about, Code.CAPACITY, "it failed", "retry the job", ZERO)
        case "junk":
            return on.FailureHeard(*about, Code.NOT_A_FILM, "it is no film", "retry the job", paid=True)
        case "junk link":
            return on.FileRefused(*about, Code.NOT_A_FILM, "it is no film", "retry the job")
        case "id":
            return on.IdHeard(*about, f"op{worker.op}")
        case "nothing":
            return on.NothingFound(*about, Reconcile(worker.how or way), at=NOW - worker.age * TICK)
        case _:
            return on.PendingSeen(*about, hinted=worker.holds.endswith("hinted"))


def arrived(key: str, take: int, attempt: int, op: int, *, named: bool) -> on.FilmArrived:
    """Return the news that an operation's film lies there."""
    film = Output(f"gs://bucket/{key}/t{take}-a{attempt}/op{op}", 1, "AAAAAA==", 1000, 8.0)
    return on.FilmArrived(key, take, attempt, film, provider_id=f"op{op}" if named else None)
