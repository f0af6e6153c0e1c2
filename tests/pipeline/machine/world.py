"""One job in a small world: workers, queue, vendors and sweep that may fail in every way, while the laws hold.

Workers are generators: each pause is a place where they may crash, freeze or be overtaken. Tasks are delivered by names
that stay used for ever; commits are compare-and-set on one document. Beside the laws of each commit (`laws.py`):

BILL  at most one vendor operation of a want that is not known to have failed, whichever vendor makes it
NAMES a task's name is used once
TWICE an event heard again at once changes nothing
LIVE  from every state, without further faults, the job ends, and not by being given up
MONTHS the tenant's months and the job's entries are the same sums (`months.py`)
BOOKS a line is charged exactly when the vendor bills it, unless it says that nobody knows, to whose account it was made
      with and at the price of the engine it was asked with; the sums are the lines' sums
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from shared.codes import Code
from shared.pipeline.job import events as on
from shared.pipeline.job.job import AT_RISK, AWAKE, Job, Node, Outcome, Output, Payer, Reconcile, State
from shared.pipeline.job.ledger import Bill, bill
from shared.pipeline.job.line import START_CLIP, START_PRESENTER, reconcile_of, step_for
from shared.pipeline.job.machine import Transition, apply
from shared.pipeline.job.moves import Pushed
from shared.pipeline.job.names import task_name
from shared.pipeline.job.revision import reserved
from shared.pipeline.job.timeouts import Timeouts
from shared.pipeline.job.unclear import looked_for, replayable
from shared.pipeline.plan.plan import Kind
from shared.pipeline.plan.request import FilmRequest
from shared.pipeline.vendors.breaker import Sign
from tests.pipeline.machine.laws import LawBroken, judge, paid_by
from tests.pipeline.machine.months import DOCS, Months
from tests.pipeline.machine.story import START, WAITS, job, stored

Apply = Callable[[Job, on.Event, datetime, Timeouts], Transition]
Worker = Generator[None, str, None]  # is sent the vendor's mood; pauses where it may be overtaken
SECOND = timedelta(seconds=1)
VENDOR_DONE = timedelta(minutes=15)  # the vendors' own deadline: earlier than our timeouts
TAKES = (Kind.CLIP, Kind.PRESENTER)
SPOKEN_SECONDS = 8.0  # of each film here
FEW = 4  # nudges that leave a node time
LONG = timedelta(hours=3)  # more than any job needs without faults
MOODS = ("fine", "answer lost", "nothing made, answer lost", "busy", "unsent", "refused", "misconfigured")


@dataclass(slots=True)
class Operation:
    """What a vendor was asked to make, and would bill."""

    name: str
    node: str
    take: int
    attempt: int
    key: str
    until: datetime
    payer: Payer  # whose account the vendor bills
    rate: int | None = None  # micro-dollars a second of the engine it was asked with; None = as planned
    made: bool = False
    failed: bool = False
    unfit: bool = False  # made and billed, but its file is not what was ordered


@dataclass(frozen=True, slots=True)
class Enqueued:
    """A task in a queue."""

    name: str
    node: str
    take: int
    attempt: int
    at: datetime
    start: bool  # a start task; else a look or pure work
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """The job as it was read, and when."""

    job: Job
    version: int
    at: datetime


@dataclass
class World:
    """Everything around one job."""

    request: FilmRequest
    apply: Apply = apply
    timeouts: Timeouts = WAITS
    presenter: Reconcile = Reconcile.IDEMPOTENCY_KEY  # how the avatar service's unclear calls are found out
    born: Callable[[FilmRequest], Job] | None = None  # how the job is made, where a second service may take over
    rates: tuple[int, ...] = ()  # by which the first service's looks are filmed, claim by claim; () = as planned
    now: datetime = START
    job: Job = field(init=False)
    version: int = 0
    tasks: list[Enqueued] = field(default_factory=list)
    names: set[str] = field(default_factory=set)  # every name ever enqueued: tombstones
    woken: set[str] = field(default_factory=set)  # every name a commit ever gave a node
    workers: list[Worker] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)
    news: list[Operation] = field(default_factory=list)  # films whose event was not delivered yet
    fault: str = ""  # what goes wrong with the next commit
    tokens: int = 0
    months: Months = field(default_factory=Months)

    def __post_init__(self) -> None:
        self.job = self.born(self.request) if self.born else job(self.request, self.timeouts, self.now)
        self.months.hear(None, self.job)
        fresh = [node for node in self.job.nodes.values() if node.state in AWAKE]
        self.woken |= {task_name(self.job.id, node.key, node.wake) for node in fresh}
        self._enqueue(self.job, fresh)

    # What our own code does: load, commit, enqueue.

    def read(self) -> Read:
        """Read the job as it stands."""
        return Read(self.job, self.version, self.now)

    def commit(self, read: Read, event: on.Event) -> Read:
        """Apply an event as commit.py does; a fault crashes the worker before it enqueues, or loses the answer."""
        fault, self.fault = self.fault, ""
        if read.version != self.version:
            read = self.read()
        moved = self.apply(read.job, event, read.at, self.timeouts)
        if not moved.changed:
            return read
        self._judge(read.job, moved, event, read.at)
        self.months.hear(self.job, moved.job)
        self.job, self.version = moved.job, self.version + 1
        if fault == "crash":
            raise _Crashed
        if fault == "ack lost":
            again = self.apply(self.job, event, self.now, self.timeouts)
            if not again.changed:
                self._enqueue(self.job, list(self.job.nodes.values()))
                return self.read()
            self._judge(self.job, again, event, self.now)
            self.months.hear(self.job, again.job)
            self.job, self.version = again.job, self.version + 1
            moved = again
        self._enqueue(moved.job, list(moved.woken(read.job)))
        return Read(self.job, self.version, self.now)

    def _enqueue(self, found: Job, nodes: list[Node]) -> None:
        for node in nodes:
            name = task_name(found.id, node.key, node.wake)
            if found.ending or node.state not in AWAKE or name in self.names:
                continue
            self.names.add(name)
            start = node.state is State.QUEUED or step_for(node) in (START_CLIP, START_PRESENTER)
            self.tasks.append(Enqueued(name, node.key, node.take, node.attempt, node.at or self.now, start))

    def token(self) -> str:
        """Make the token of one handler run."""
        self.tokens += 1
        return f"token-{self.tokens}"

    # The steps, as they are run by the queue.

    def run(self, task: Enqueued) -> Worker:
        """Begin a handler; it pauses where it can be interrupted."""
        node = self.job.nodes[task.node]
        match node.kind:
            case Kind.COMPOSE:
                return self._composes(task)
            case Kind.CLIP if task.start:
                return self._starts(task, keyed=False)
            case Kind.PRESENTER if task.start:
                return self._starts(task, keyed=self._way(node) is Reconcile.IDEMPOTENCY_KEY)
            case _:
                return self._looks(task)

    def _way(self, node: Node) -> Reconcile:
        """Return how a node's unclear calls are found out; a service that took over lists titles."""
        if node.kind is not Kind.PRESENTER:
            return Reconcile.OBJECT
        return Reconcile.LIST_BY_TITLE if node.choice else self.presenter

    def _starts(self, task: Enqueued, *, keyed: bool) -> Worker:
        read = self.read()
        begun, node = read.at, read.job.nodes[task.node]
        mine = self.token()
        mood = yield
        if node.state is State.STARTING and reconcile_of(node) is Reconcile.IDEMPOTENCY_KEY:
            claim: on.NodeEvent = on.Reclaimed(node.key, node.take, node.attempt, mine)
        elif node.state is not State.QUEUED:
            return
        elif node.kind is Kind.PRESENTER and mood == "busy":
            self.commit(read, on.Postponed(node.key, node.take, node.attempt, 40 * SECOND, "busy"))
            return
        else:
            rate = self._told(node)
            engine = str(rate) if rate else None
            about = (node.key, task.take, task.attempt, mine)
            claim = on.Claimed(*about, engine=engine, rate=rate, reconcile=self._way(node))
        read = self.commit(read, claim)
        node = read.job.nodes[task.node]
        if node.state is not State.STARTING or node.claim is None or node.claim.token != mine:
            if isinstance(claim, on.Reclaimed):
                yield from self._named(read, node)
            return
        mood = yield
        if self.now - begun > self.timeouts.send_window * SECOND:
            self.commit(read, on.Released(node.key, mine, "the send window was over", SECOND))
            return
        event = self._sent(node, mine, mood, keyed=keyed)
        yield
        self.commit(read, event)

    def _told(self, node: Node) -> int | None:
        """Return what a second costs with the engine a look tells before its claim, which may be another each time."""
        if node.kind is not Kind.PRESENTER or node.choice or not self.rates:
            return None
        return self.rates[(node.attempt + node.refusals) % len(self.rates)]

    def _named(self, read: Read, node: Node) -> Worker:
        """A key that may not be repeated any more: its title is looked for in the vendor's list."""
        if node.state is not State.STARTING or node.claim is None or replayable(node, read.at, self.timeouts):
            return
        mood = yield
        seen = self._sought(node, read.at, mood)
        yield
        self.commit(read, seen)

    def _sought(self, node: Node, at: datetime, mood: str) -> on.NodeEvent:
        about = (node.key, node.take, node.attempt)
        if mood == "refused":
            return on.KeyDenied(*about)
        way = looked_for(node, self.timeouts)
        if mood != "fine":
            return on.NothingFound(*about, way, at=at, certain=False)
        there = [each for each in self.operations if (each.node, each.take, each.attempt) == about]
        shown = there and way is not Reconcile.NOTHING
        return on.IdHeard(*about, there[0].name) if shown else on.NothingFound(*about, way, at=at)

    def _sent(self, node: Node, mine: str, mood: str, *, keyed: bool) -> on.NodeEvent:
        match mood:
            case "unsent":
                return on.Released(node.key, mine, "not sent", SECOND, sign=Sign.UNREACHABLE)
            case "busy":
                return on.Released(node.key, mine, "429", 30 * SECOND, refused=True)
            case "broke" | "broke everywhere" if node.kind is Kind.PRESENTER and not (node.choice and mood == "broke"):
                return on.Rejected(node.key, mine, Code.CREDITS, "the account is empty", "top it up")
            case "refused":
                return on.Rejected(node.key, mine, Code.SAFETY, "it was refused", "ask for something else")
            case "misconfigured":
                return on.MisconfigurationFound(node.key, mine, "the model is gone", "choose another")
            case "nothing made, answer lost":
                return on.Unclear(node.key, mine, "the connection broke")
        made = self._accepted(node, keyed=keyed)
        if mood == "answer lost":
            return on.Unclear(node.key, mine, "the answer was lost")
        return on.Sent(node.key, node.take, node.attempt, mine, made.name)

    def _accepted(self, node: Node, *, keyed: bool) -> Operation:
        key = f"{node.key}.t{node.take}.a{node.attempt}.r{node.refusals}"
        replayed = next((each for each in self.operations if keyed and each.key == key), None)
        if replayed:
            return replayed
        name = f"op-{len(self.operations) + 1}"
        payer = paid_by(self.job.plan, node.provider)
        rate = int(node.claim.engine) if node.claim and node.claim.engine else None
        made = Operation(name, node.key, node.take, node.attempt, key, self.now + VENDOR_DONE, payer, rate)
        self.operations.append(made)
        mine = [each for each in self.operations if each.node == made.node and each.take >= node.since]
        if sum(not each.failed for each in mine) > 1:
            raise LawBroken(f"BILL: {made.node} is made twice for one want: {mine}")
        return made

    def _looks(self, task: Enqueued) -> Worker:
        read = self.read()
        node = read.job.nodes[task.node]
        if (task.take, task.attempt) != (node.take, node.attempt):
            return
        claim = node.claim
        known = node.provider_id or task.hint
        expired = claim is not None and read.at >= claim.at + self.timeouts.of(node.provider).claim * SECOND
        if node.state is State.STARTING and node.kind is Kind.CLIP and expired:
            event = self._listed(node, read.at)
        elif node.state is State.STARTING and not known and expired:
            mood = yield
            event = self._sought(node, read.at, mood)
        elif known and node.state in (State.RUNNING, State.STARTING):
            mood = yield
            event = self._asked(node, known, mood, read.at, hinted=bool(task.hint))
        else:
            return
        yield
        self.commit(read, event)

    def _asked(self, node: Node, known: str, mood: str, at: datetime, *, hinted: bool) -> on.NodeEvent:
        found = next(each for each in self.operations if each.name == known)
        about = (node.key, node.take, node.attempt)
        if mood == "nothing made, answer lost" and node.kind is Kind.CLIP:
            return self._listed(node, at)  # the vendor has forgotten the operation
        if found.failed:
            return on.FailureHeard(*about, Code.CAPACITY, "it failed", "retry the job", 20 * SECOND)
        if found.unfit and node.kind is Kind.CLIP:
            return unfit(node)
        if found.unfit and node.state is State.RUNNING:
            return on.FileRefused(*about, Code.NOT_A_FILM, "half a film", "retry the job")
        if found.made and not found.unfit:
            return on.FilmArrived(*about, film(found), provider_id=known)
        if node.state is State.STARTING:
            return on.IdHeard(*about, known)
        return on.PendingSeen(*about, hinted=hinted)

    def _listed(self, node: Node, at: datetime) -> on.NodeEvent:
        about = (node.key, node.take, node.attempt)
        there = [each for each in self.operations if each.made and (each.node, each.take, each.attempt) == about]
        if there and there[0].unfit:
            return unfit(node)
        return on.FilmArrived(*about, film(there[0])) if there else on.NothingFound(*about, Reconcile.OBJECT, at=at)

    def _composes(self, task: Enqueued) -> Worker:
        read = self.read()
        node = read.job.nodes[task.node]
        if node.state is not State.QUEUED or not node.inputs_hash:
            return
        mood = yield
        if mood == "refused":
            event: on.NodeEvent = on.WorkFailed(
                node.key, node.inputs_hash, Code.COMPOSE_FAILED, "it broke", "retry", SECOND
            )
        else:
            event = on.WorkDone(node.key, node.inputs_hash, stored(f"film-{node.inputs_hash}"))
        self.commit(read, event)

    # What happens to a job: each is one step of the world.

    def deliver(self, index: int, *, twice: bool = False) -> None:
        """The queue runs a task that is due; the same one twice, if it must."""
        due = [task for task in self.tasks if task.at <= self.now]
        if due:
            task = due[index % len(due)]
            self.tasks.remove(task)
            self._begin(task)
            if twice:
                self._begin(task)

    def _begin(self, task: Enqueued) -> None:
        worker = self.run(task)
        try:
            next(worker)
        except (StopIteration, _Crashed):
            return
        self.workers.append(worker)

    def lose(self, index: int) -> None:
        """A task runs out of retries: its name stays used."""
        if self.tasks:
            del self.tasks[index % len(self.tasks)]

    def go_on(self, index: int, mood: str = "fine", fault: str = "") -> None:
        """A worker goes on to its next pause."""
        if not self.workers:
            return
        worker = self.workers[index % len(self.workers)]
        self.fault = fault
        try:
            worker.send(mood)
        except (StopIteration, _Crashed):
            self.workers.remove(worker)
        self.fault = ""

    def crash(self, index: int) -> None:
        """A worker dies where it stands."""
        if self.workers:
            self.workers.pop(index % len(self.workers)).close()

    def finish(self, index: int, *, failed: bool = False, unfit: bool = False) -> None:
        """A vendor finishes an operation: its film lies there (or a file that is none), its event is on the way."""
        running = [each for each in self.operations if not each.made and not each.failed]
        if running:
            done = running[index % len(running)]
            done.failed, done.made, done.unfit = failed, not failed, unfit
            self.news.append(done)

    def hear(self, index: int, *, keep: bool = False) -> None:
        """An event arrives, or a webhook; it may arrive again."""
        if not self.news:
            return
        heard = self.news[index % len(self.news)]
        if not keep:
            self.news.remove(heard)
        if heard.node.startswith("presenter"):
            name = f"{heard.name} {heard.failed}"
            if name not in self.names:
                self.names.add(name)
                self.tasks.append(Enqueued(name, heard.node, heard.take, heard.attempt, self.now, False, heard.name))
        elif heard.unfit:
            self.commit(self.read(), on.PendingSeen(heard.node, heard.take, heard.attempt, hinted=True))
        elif heard.made:
            self.commit(self.read(), on.FilmArrived(heard.node, heard.take, heard.attempt, film(heard)))

    def drop(self, index: int) -> None:
        """An event is lost."""
        if self.news:
            del self.news[index % len(self.news)]

    def sweep(self) -> None:
        """The sweep comes by."""
        due = self.due()
        if due and due <= self.now:
            names = {task.name for task in self.tasks}
            queued = (node for node in self.job.nodes.values() if node.state is State.QUEUED)
            waiting = (node.key for node in queued if task_name(self.job.id, node.key, node.wake) in names)
            self.commit(self.read(), on.Swept(frozenset(waiting)))

    def wait(self, seconds: float) -> None:
        """Time passes; no vendor works longer than its own deadline."""
        self.now += seconds * SECOND
        for each in self.operations:
            if not (each.made or each.failed) and each.until <= self.now:
                each.made = True
                self.news.append(each)

    def push(self) -> None:
        """The operator has tried now what waits for later or is overdue; its old tasks may come all the same."""
        self.commit(self.read(), Pushed())

    def cancel(self) -> None:
        """A person does not want the film any more."""
        self.commit(self.read(), on.CancelAsked())

    def retry(self, *, other_words: bool = False, accounts: tuple[str, ...] | None = None) -> None:
        """A person wants an ended job tried again, perhaps with other words, so that no film of it is wanted.

        `accounts` are the services that film with the platform's account by now: others have come, or gone.
        """
        made = [node for node in self.job.nodes.values() if node.state is State.DONE and node.kind in TAKES]
        unwanted = frozenset(node.key for node in made if other_words)
        again = [node for node in self.job.nodes.values() if node.state is not State.DONE or node.key in unwanted]
        plan = self.job.plan if accounts is None else replace(self.job.plan, platform_accounts=accounts)
        ours = reserved(self.job, plan, frozenset(node.key for node in again))
        month = DOCS[(len(self.job.money.closed) + 1) % len(DOCS)]
        self.commit(self.read(), on.RetryAsked(ours, month, unwanted, plan=plan))

    def due(self) -> datetime | None:
        """Return when the sweep would look: the least due of all nodes that are awake."""
        return min((node.due for node in self.job.nodes.values() if node.state in AWAKE and node.due), default=None)

    # The laws.

    def go_on_fairly(self, mood: str = "fine") -> None:
        """Let the next thing happen that would happen without faults of ours."""
        if self.workers:
            self.go_on(0, mood)
        elif any(task.at <= self.now for task in self.tasks):
            self.deliver(0)
        elif self.news:
            self.hear(0)
        elif any(not (each.made or each.failed) for each in self.operations):
            self.finish(0)
        elif times := [task.at for task in self.tasks] + [due for due in (self.due(),) if due]:
            self.wait(max(0.0, (min(times) - self.now).total_seconds()))
            self.sweep()

    def fairly(self, most: int = 600) -> int:
        """Go on without faults to the end; raises LawBroken when the job never ends, or only by being given up."""
        begun = self.job
        most_nudges = max((node.nudges for node in begun.nodes.values()), default=0)
        hopeful = most_nudges <= FEW and begun.give_up_at - self.now > LONG and not begun.trouble
        for step in range(most):
            if self.job.ending:
                code = self.job.trouble.code if self.job.trouble else ""
                if hopeful and code in ("stuck", "gave_up"):
                    raise LawBroken(f"LIVE: lost without any fault: {self.job.trouble}")
                return step
            self.go_on_fairly()
        raise LawBroken(f"LIVE: not ended after {most} steps: {self.job.nodes}")

    def settles(self) -> None:
        """After the end let the vendors finish and tell, then hold every line against their own record."""
        for each in self.operations:
            if not (each.made or each.failed):
                each.made = True
                self.news.append(each)
        while self.news:
            self.hear(0)
        self._books()

    def _books(self) -> None:
        made = {(each.node, each.take, each.attempt): each.payer for each in self.operations if each.made}
        rates = {(each.node, each.take, each.attempt): each.rate for each in self.operations if each.made}
        sums = dict.fromkeys(Payer, 0)
        for node in self.job.nodes.values():
            for line in node.attempts:
                by = made.get((node.key, line.take, line.attempt))
                billed = by is not None
                if line.outcome not in AT_RISK and line.charged is not billed:
                    raise LawBroken(f"BOOKS: {node.key} {line.outcome} is charged: {line.charged}, billed: {billed}")
                if by and (not line.charged or (line.payer or node.payer) is not by):
                    raise LawBroken(f"BOOKS: {node.key} {line} was made, billed to {by}, and is not charged so")
                rate = rates.get((node.key, line.take, line.attempt))
                if rate and line.outcome in (Outcome.DONE, Outcome.LATE) and line.cost != round(SPOKEN_SECONDS * rate):
                    raise LawBroken(f"BOOKS: {node.key} {line} was filmed at {rate} a second")
                looked_for = node.kind is Kind.CLIP and line.why == "no trace of it"
                if looked_for and line.outcome in AT_RISK:
                    raise LawBroken(f"BOOKS: {node.key} {line} is charged, though it was looked for to the end")
                sums[line.payer or node.payer] += line.cost if line.charged else 0
            sums[node.payer] += node.cost if node.kind is Kind.COMPOSE and node.state is State.DONE else 0
        if (told := bill(self.job.nodes.values())) != Bill(sums[Payer.US], sums[Payer.PROVIDER_ACCOUNT]):
            raise LawBroken(f"BOOKS: the sums are {told}, the lines' {sums}")

    def _judge(self, before: Job, moved: Transition, event: on.Event, now: datetime) -> None:
        judge(before, moved.job, event)
        again = self.apply(moved.job, event, now, self.timeouts)
        if again.changed or again.job != moved.job:
            raise LawBroken(f"TWICE: {event} changed something when it was heard again")
        for each in self.operations:
            output = moved.job.nodes[each.node].output
            if each.unfit and output and output.uri == film(each).uri:
                raise LawBroken(f"FILMS: {each.node} took a file that is not what was ordered")
        names = [task_name(before.id, node.key, node.wake) for node in moved.woken(before)]
        if twice := self.woken & set(names):
            raise LawBroken(f"NAMES: {event} asks for a task under a name that was used before: {twice}")
        self.woken |= set(names)


class _Crashed(Exception):
    """The worker died in the middle of its commit."""


def unfit(node: Node) -> on.FailureHeard:
    """Return what is heard of a clip whose object is no film: paid, and never ordered again by us."""
    return on.FailureHeard(node.key, node.take, node.attempt, Code.NOT_A_FILM, "no film", "retry the job", paid=True)


def film(made: Operation) -> Output:
    """Return the film of an operation."""
    return stored(f"{made.node}/t{made.take}-a{made.attempt}/{made.name}")
