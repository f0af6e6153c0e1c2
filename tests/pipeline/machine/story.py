"""Tells a job's story: when this is heard, then that is asked. The clock is part of the story.

Every event is told twice, for news always comes twice: the second time must change nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from shared.codes import Code
from shared.pipeline.job import events as on
from shared.pipeline.job.creation import new_job
from shared.pipeline.job.job import Attempt, Ending, Job, Node, Outcome, Output, Reconcile, State
from shared.pipeline.job.machine import Transition, apply
from shared.pipeline.job.portions import Portion, left_of
from shared.pipeline.job.timeouts import Timeouts
from shared.pipeline.plan.plan import Cutout, Kind
from shared.pipeline.plan.planner import nodes
from shared.pipeline.plan.request import FilmRequest
from shared.pipeline.plan.warned import WarningText
from tests.pipeline.films import CUT, film, filmed, planned

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
JOB = "3c5f1d1e-9d0b-4b52-9d9c-5a3a1c0e7a11"
WAITS = Timeouts()
VEO, HEYGEN = WAITS.of("veo"), WAITS.of("heygen")
CLIP, PRESENTER, COMPOSE = "clip-1", "presenter-1", "compose"
FOOTAGE = film(filmed(), b_roll=CUT)
PRESENTED = film(filmed(), avatar_script="Good morning.")
TWO_CLIPS = film(filmed(), filmed(), b_roll=CUT)
CHAIN = film(filmed(), filmed())


def stored(name: str = "film", generation: int = 1) -> Output:
    """Return a file in one of our buckets."""
    return Output(f"gs://bucket/{name}", generation, "AAAAAA==", 1000, 8.0)


def job(request: FilmRequest = FOOTAGE, timeouts: Timeouts = WAITS, at: datetime = START) -> Job:
    """Return a new job for a request, its images stored."""
    made = planned(request)
    images = {node.key: stored(node.key) for node in nodes(made) if node.kind is Kind.IMAGE}
    return new_job(
        job_id=JOB,
        tenant="shop",
        request=request,
        plan=made,
        images=images,
        film_token="secret",
        request_hash="hash",
        usage_doc="2026-11",
        now=at,
        timeouts=timeouts,
    )


@dataclass(frozen=True, slots=True)
class Story:
    """A job, the time, and what the last event did to the node the story is about."""

    job: Job
    node: str = CLIP
    now: datetime = START
    timeouts: Timeouts = WAITS
    before: Job | None = None
    moved: Transition | None = None

    @property
    def hero(self) -> Node:
        """The node the story is about."""
        return self.job.nodes[self.node]

    @property
    def line(self) -> Attempt:
        """The last line of its ledger."""
        return self.hero.attempts[-1]

    def about(self, node: str) -> Self:
        """Go on with another node."""
        return replace(self, node=node)

    def later(self, seconds: float = 0, *, minutes: float = 0, hours: float = 0) -> Self:
        """Let time pass."""
        return replace(self, now=self.now + timedelta(seconds=seconds, minutes=minutes, hours=hours))

    def hears(self, *events: on.Event) -> Self:
        """Apply events, each twice: the second time nothing may change and nobody is alarmed."""
        told = self
        for event in events:
            moved = apply(told.job, event, told.now, told.timeouts)
            again = apply(moved.job, event, told.now, told.timeouts)
            assert Transition(moved.job, changed=False) == again, f"{event} changed something when it was heard twice"
            told = replace(told, job=moved.job, before=told.job, moved=moved)
        return told

    def then(
        self,
        *,
        state: State | None = None,
        wakes: float | None = None,
        due: float | None = None,
        outcomes: tuple[Outcome, ...] | None = None,
        code: str | None = None,
        ending: Ending | None = None,
    ) -> Self:
        """Check what the last event led to; `wakes` and `due` are seconds from now."""
        hero = self.hero
        if state:
            assert state is hero.state
        if wakes is not None:
            assert (self.node,) == self.woken
            assert hero.at is not None
            assert timedelta(seconds=wakes) == hero.at - self.now
        if due is not None:
            assert hero.due is not None
            assert timedelta(seconds=due) == hero.due - self.now
        if outcomes is not None:
            assert outcomes == tuple(line.outcome for line in hero.attempts)
        if code:
            assert code == hero.code
            assert hero.why
            assert hero.next_move
        if ending:
            assert ending is self.job.ending
        return self

    def then_nothing(self) -> Self:
        """Check that the last event changed nothing at all."""
        assert self.moved is not None
        assert not self.moved.changed
        assert self.before == self.job
        assert () == self.moved.alarms
        return self

    def then_only_the_ledger(self, *outcomes: Outcome) -> Self:
        """Check that the last event moved nothing but the hero's ledger."""
        assert self.before is not None
        untouched = replace(self.before.nodes[self.node], attempts=self.hero.attempts)
        assert untouched == self.hero
        assert {**self.before.nodes, self.node: self.hero} == self.job.nodes
        assert (self.before.ending, self.before.money) == (self.job.ending, self.job.money)
        assert outcomes == tuple(line.outcome for line in self.hero.attempts)
        return self

    @property
    def woken(self) -> tuple[str, ...]:
        """The nodes for which the last event asks for a task."""
        assert self.moved is not None
        assert self.before is not None
        return tuple(node.key for node in self.moved.woken(self.before))

    @property
    def alarms(self) -> tuple[str, ...]:
        """What the last event tells an operator."""
        return self.moved.alarms if self.moved else ()


def story(request: FilmRequest = FOOTAGE, node: str = CLIP, timeouts: Timeouts = WAITS) -> Story:
    """Begin with a new job."""
    return Story(job(request, timeouts), node, timeouts=timeouts)


def presenter() -> Story:
    """Begin with a new job whose presenter is asked for."""
    return story(PRESENTED, PRESENTER).later(1)


def claimed(node: str = CLIP, token: str = "a", *, take: int = 1, attempt: int = 1) -> on.Claimed:
    way = Reconcile.IDEMPOTENCY_KEY if node.startswith("presenter") else Reconcile.OBJECT
    return on.Claimed(node, take, attempt, token, reconcile=way)


def reclaimed(token: str = "b", *, node: str = PRESENTER, take: int = 1, attempt: int = 1) -> on.Reclaimed:
    return on.Reclaimed(node, take, attempt, token)


def postponed(after: float = 30, *, attempt: int = 1) -> on.Postponed:
    return on.Postponed(PRESENTER, 1, attempt, timedelta(seconds=after), "HeyGen is at its limit")


def sent(node: str = CLIP, token: str = "a", *, take: int = 1, attempt: int = 1, name: str = "op-1") -> on.Sent:
    return on.Sent(node, take, attempt, token, name)


def released(
    node: str = CLIP, token: str = "a", *, after: float = 1, refused: bool = False, cutout: Cutout | None = None
) -> on.Released:
    return on.Released(node, token, "busy", timedelta(seconds=after), refused, cutout)


def refused(node: str = CLIP, token: str = "a") -> on.Rejected:
    return on.Rejected(node, token, Code.SAFETY, "the prompt was refused", "change the prompt")


def misconfigured(node: str = CLIP, token: str = "a") -> on.MisconfigurationFound:
    return on.MisconfigurationFound(node, token, "the model is gone", "choose another model")


def unclear(node: str = CLIP, token: str = "a") -> on.Unclear:
    return on.Unclear(node, token, "the answer was lost")


def id_heard(node: str = CLIP, *, take: int = 1, attempt: int = 1, name: str = "op-1") -> on.IdHeard:
    return on.IdHeard(node, take, attempt, name)


def arrived(
    node: str = CLIP, *, take: int = 1, attempt: int = 1, name: str | None = None, generation: int = 1
) -> on.FilmArrived:
    file = name or f"{node}/t{take}-a{attempt}"
    return on.FilmArrived(node, take, attempt, stored(file, generation))


def failure(
    node: str = CLIP,
    *,
    take: int = 1,
    attempt: int = 1,
    code: Code = Code.CAPACITY,
    again: float | None = 60,
    paid: bool = False,
) -> on.FailureHeard:
    after = None if again is None else timedelta(seconds=again)
    return on.FailureHeard(node, take, attempt, code, "it failed", "retry the job", after, paid)


def file_refused(node: str = PRESENTER, *, attempt: int = 1) -> on.FileRefused:
    return on.FileRefused(node, 1, attempt, Code.NOT_A_FILM, "half a film came", "retry the job")


def pending(node: str = CLIP, *, take: int = 1, attempt: int = 1, hinted: bool = False) -> on.PendingSeen:
    return on.PendingSeen(node, take, attempt, hinted)


def _looks(node: str) -> Reconcile:
    return Reconcile.LIST_BY_TITLE if node.startswith("presenter") else Reconcile.OBJECT


def nothing(
    node: str = CLIP, *, take: int = 1, attempt: int = 1, certain: bool = True, how: Reconcile | None = None
) -> on.NothingFound:
    return on.NothingFound(node, take, attempt, how or _looks(node), certain=certain)


def waiting(timeouts: Timeouts, **waits: Any) -> Timeouts:
    """Let all vendors wait otherwise."""
    rows = {name: replace(row, waits=replace(row.waits, **waits)) for name, row in timeouts.vendors.items()}
    return replace(timeouts, vendors=rows)


def denied(node: str = CLIP, *, take: int = 1, attempt: int = 1) -> on.KeyDenied:
    return on.KeyDenied(node, take, attempt)


def id_unknown(node: str = PRESENTER, *, attempt: int = 1) -> on.IdUnknown:
    return on.IdUnknown(node, 1, attempt)


def worked(inputs_hash: str | None, *, warnings: tuple[str, ...] = ()) -> on.WorkDone:
    told = tuple(map(WarningText, warnings))
    return on.WorkDone(COMPOSE, inputs_hash or "", stored("film-1"), told)


def work_failed(inputs_hash: str | None, *, again: float | None = 5) -> on.WorkFailed:
    after = None if again is None else timedelta(seconds=again)
    return on.WorkFailed(COMPOSE, inputs_hash or "", Code.COMPOSE_FAILED, "ffmpeg stumbled", "retry the job", after)


def swept(*in_queue: str) -> on.Swept:
    return on.Swept(frozenset(in_queue))


def outcomes(found: Job) -> Mapping[str, tuple[Outcome, ...]]:
    """Return every node's ledger in short."""
    return {key: tuple(line.outcome for line in node.attempts) for key, node in found.nodes.items()}


def crowd(request: FilmRequest = TWO_CLIPS, taken: int = 0) -> Story:
    """Return the story of a job ordered while others of its tenant want so many clips."""
    made = planned(request)
    job = new_job(
        job_id=JOB,
        tenant="shop",
        request=request,
        plan=made,
        images={},
        film_token="secret",
        request_hash="hash",
        usage_doc="2026-11",
        now=START,
        timeouts=WAITS,
        left=left_of({"veo": Portion(free=1, lanes=1)}, {"veo": taken}, shards=1),
    )
    return Story(job)
