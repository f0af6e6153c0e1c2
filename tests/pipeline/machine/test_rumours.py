"""Any event, about any node, at any time, in any order: the machine never stumbles and hears each thing once."""

from dataclasses import dataclass
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.pipeline.job import events as on
from shared.pipeline.job.job import Job
from shared.pipeline.job.machine import Transition, apply
from shared.pipeline.plan.plan import Cutout
from shared.pipeline.plan.request import FilmRequest
from tests.pipeline.machine.laws import judge
from tests.pipeline.machine.story import CHAIN, COMPOSE, FOOTAGE, PRESENTED, START, WAITS, job, stored

CUTOUTS = st.none() | st.sampled_from(Cutout)
nodes = st.sampled_from(("clip-1", "clip-1", "presenter-1", "presenter-1", "clip-2", COMPOSE, "nobody"))
small = st.integers(1, 3)
about = {"node": nodes, "take": st.integers(1, 2), "attempt": small}
tokens = st.sampled_from(("a", "a", "b"))
words = st.sampled_from(("refused", "filtered"))
later = st.integers(1, 90).map(lambda seconds: timedelta(seconds=seconds))
perhaps_later = st.none() | later
WANTED = "the wanted hash"  # stands for whatever the node wants
hashes = st.sampled_from((WANTED, WANTED, "another"))


@st.composite
def files(draw: st.DrawFn, node: str, take: int, attempt: int) -> on.FilmArrived:
    """Draw a film that came, named as its attempt."""
    name = f"{node}/t{take}-a{attempt}/{draw(small)}"
    return on.FilmArrived(node, take, attempt, stored(name), draw(st.sampled_from((None, "op-1", "op-2"))))


ids = st.sampled_from(("op-1", "op-2"))
events = st.one_of(
    st.builds(on.Claimed, **about, token=tokens, cutout=CUTOUTS),
    st.builds(on.Reclaimed, **about, token=tokens),
    st.builds(on.Postponed, **about, after=later, why=words),
    st.builds(on.Sent, **about, token=tokens, provider_id=ids),
    st.builds(on.Released, node=nodes, token=tokens, why=words, after=later, refused=st.booleans(), cutout=CUTOUTS),
    st.builds(on.Rejected, node=nodes, token=tokens, code=words, why=words, next_move=words),
    st.builds(on.MisconfigurationFound, node=nodes, token=tokens, what=words, next_move=words),
    st.builds(on.Unclear, node=nodes, token=tokens, why=words),
    st.builds(on.IdHeard, **about, provider_id=ids),
    st.tuples(nodes, st.integers(1, 2), small).flatmap(lambda named: files(*named)),
    st.builds(
        on.FailureHeard,
        **about,
        code=words,
        why=words,
        next_move=words,
        retry_after=perhaps_later,
        paid=st.booleans(),
    ),
    st.builds(on.PendingSeen, **about, hinted=st.booleans()),
    st.builds(on.NothingFound, **about, certain=st.booleans()),
    st.builds(on.KeyDenied, **about),
    st.builds(on.WorkDone, node=st.just(COMPOSE), inputs_hash=hashes, output=st.just(stored())),
    st.builds(
        on.WorkFailed,
        node=st.just(COMPOSE),
        inputs_hash=hashes,
        code=words,
        why=words,
        next_move=words,
        retry_after=perhaps_later,
    ),
    st.builds(on.Swept, st.frozensets(nodes)),
    st.just(on.CancelAsked()),
    st.just(on.Barred()),
    st.builds(on.RetryAsked, st.integers(0, 10**6)),
    st.builds(on.LinksRevoked, st.dictionaries(st.sampled_from(["film", "poster"]), words), st.sampled_from(["", "s"])),
)


@dataclass(frozen=True, slots=True)
class Rumour:
    """Something is heard after some time."""

    event: on.Event
    after: int


rumours = st.lists(st.builds(Rumour, events, st.sampled_from((0, 0, 1, 35, 130, 300, 1300, 4000))), max_size=40)


def meant(told: Job, event: on.Event) -> on.Event:
    """Put the wanted hash where an event means it."""
    match event:
        case on.WorkDone(node, hashed, output) if hashed == WANTED:
            return on.WorkDone(node, told.nodes[node].inputs_hash or "none", output)
        case on.WorkFailed(node, hashed, code, why, move, after) if hashed == WANTED:
            return on.WorkFailed(node, told.nodes[node].inputs_hash or "none", code, why, move, after)
        case _:
            return event


def heard(told: Job, told_rumours: list[Rumour]) -> Job:
    """Hear everything, each twice, and judge each step."""
    now = START
    for rumour in told_rumours:
        now += timedelta(seconds=rumour.after)
        event = meant(told, rumour.event)
        moved = apply(told, event, now, WAITS)
        if moved.changed:
            judge(told, moved.job, event)
        assert moved.changed == (moved.job != told)
        assert Transition(moved.job, changed=False) == apply(moved.job, event, now, WAITS)
        told = moved.job
    return told


@settings(max_examples=400, database=None)
@given(st.sampled_from((FOOTAGE, PRESENTED, CHAIN)), rumours)
def test_whatever_is_heard_the_machine_never_stumbles(request: FilmRequest, told: list[Rumour]) -> None:
    """No event raises in any state, each counts once, and every law that needs no vendor holds."""
    heard(job(request), told)
