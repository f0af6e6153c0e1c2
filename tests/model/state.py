"""A state of the model: the job, tasks, workers, the vendor's operations and the faults that may still happen."""

from typing import NamedTuple


class Budget(NamedTuple):
    """How often each fault, and each person, may still interfere."""

    crash: int = 0  # a worker dies, also between its commit and its enqueue
    dup: int = 0  # a task is delivered twice, or news comes twice
    ack: int = 0  # a commit is applied and its answer lost
    freeze: int = 0  # a worker is late: for its window, or with what it holds
    busy: int = 0  # 429
    lost: int = 0  # the answer to a submit is lost; something was made, or nothing
    gone: int = 0  # 404: the model is retired; held for an operator
    refuse: int = 0  # the vendor refuses for good
    broke: int = 0  # 402: the account there is empty
    fail: int = 0  # an operation fails
    junk: int = 0  # an operation is made and billed, and its file is not what was ordered
    slow: int = 0  # an operation whose id is known takes longer than ever
    drop: int = 0  # news is lost, or a task
    miss: int = 0  # a whole list does not show what was made
    lag: int = 0  # lists show nothing that is still being made; never used up
    retry: int = 0
    cancel: int = 0

    def less(self, fault: str) -> "Budget":
        """Return what is left after one of these."""
        return self._replace(**{fault: getattr(self, fault) - 1})

    def __str__(self) -> str:
        return ", ".join(f"{count} {name}" for name, count in self._asdict().items() if count) or "no fault"


class Task(NamedTuple):
    """A step's task in its queue."""

    name: str  # "enqueued" is the name the node's wake gives it; "old" was so before
    take: int
    attempt: int
    start: bool  # a start; else a look
    at: int  # ticks until it may run


class Worker(NamedTuple):
    """A handler's run, at the place where it was last seen."""

    place: str  # CLAIM, RECLAIM, SEND, ANSWER (something came of the send), NEWS (something was seen)
    take: int
    attempt: int
    age: int = 0  # ticks since its load
    own: bool = False  # the claim in the job is its own
    fresh: bool = True  # nobody has written the job since it was read
    doubt: bool = False  # its commit ended in doubt
    holds: str = ""  # what it is about to write down
    op: int = -1
    key: int = 0  # refusals so far: part of the idempotency key
    want: int = 0  # ghost: how often people had asked anew when it was loaded
    how: str = ""  # where it looked
    vendor: int = 0  # whose turn it was when it was loaded: 0 the first's, 1 the second's


class Operation(NamedTuple):
    """Something the vendor makes, and bills unless it fails."""

    take: int
    attempt: int
    key: int  # with take and attempt: the idempotency key
    want: int  # ghost: which of the person's wishes it was sent for
    status: str = "P"  # P in the making, O made, J made but its file is junk, X failed
    age: int = 0
    told: bool = False  # its id reached us and was written down


class World(NamedTuple):
    """One state of everything; the job stands in the remembered machine under its number."""

    job: int
    tasks: frozenset[Task] = frozenset()
    used: frozenset[str] = frozenset()  # names that cannot be used again
    workers: tuple[Worker, ...] = ()
    ops: tuple[Operation, ...] = ()
    news: frozenset[int] = frozenset()  # operations whose event is on its way
    want: int = 0  # ghost: how often people asked anew
    budget: Budget = Budget()

    def spend(self, fault: str) -> "World":
        """Let one fault have happened."""
        return self._replace(budget=self.budget.less(fault))

    def made(self, index: int, **changed: object) -> "World":
        """Change one operation."""
        one = self.ops[index]._replace(**changed)  # type: ignore[arg-type]  # NamedTuple's own checks are by name
        return self._replace(ops=(*self.ops[:index], one, *self.ops[index + 1 :]))

    def without(self, index: int) -> "World":
        """Let one worker be gone."""
        return self._replace(workers=self.workers[:index] + self.workers[index + 1 :])

    def joined(self, *workers: Worker) -> "World":
        """Let workers be there; their order is nobody's business."""
        return self._replace(workers=tuple(sorted((*self.workers, *workers))))


class Step(NamedTuple):
    """What may happen next; fair when no fault and no person is needed for it."""

    what: str
    fair: bool
    then: World
