"""What newer code wrote into a job stays in it, at every level, whatever this code does to the job (hole 208)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.cloud.documents import read, whole
from shared.pipeline.codec import Stored, document_fields, to_stored
from shared.pipeline.job import events as on
from shared.pipeline.job.job import Attempt, Claim, Job, Moment, Money, Node, Output, Purchase, Trouble
from shared.pipeline.job.machine import Transition, apply
from shared.pipeline.job.revision import Change, SceneChange, changed, frozen, touched
from shared.pipeline.job.timeouts import Timeouts
from shared.pipeline.plan.plan import Plan
from shared.pipeline.plan.request import FilmRequest
from tests.pipeline.films import planned
from tests.pipeline.machine.laws import LawBroken
from tests.pipeline.machine.story import CHAIN, CLIP, PRESENTED, job
from tests.pipeline.machine.test_world import FILMS, Turn, happens, lives
from tests.pipeline.machine.world import World

CANARY = "canary"


def planted(found: Any, path: str = "") -> Any:
    """Return a value whose every stored map that has no unknown field yet has one, named by its place."""
    if isinstance(found, tuple):
        return tuple(planted(each, f"{path}.{index}") for index, each in enumerate(found))
    if isinstance(found, Mapping):
        return {key: planted(each, f"{path}.{key}") for key, each in found.items()}
    if not isinstance(found, Stored | Job):
        return found
    inner = {
        each.name: planted(getattr(found, each.name), f"{path}.{each.name}") for each in document_fields(type(found))
    }
    if isinstance(found, Job):
        return replace(found, **inner)
    return replace(found, **inner, unknown=found.unknown or {CANARY: {"sits": [path]}})


def maps(found: Any) -> Iterator[Stored]:
    """Find every stored map in a value."""
    match found:
        case tuple():
            inner: list[Any] = list(found)
        case Mapping():
            inner = list(found.values())
        case Stored() | Job():
            inner = [getattr(found, each.name) for each in document_fields(type(found))]
        case _:
            inner = []
    if isinstance(found, Stored):
        yield found
    for each in inner:
        yield from maps(each)


def lasting(job: Job) -> dict[tuple[object, ...], Stored]:
    """Return a job's maps by what makes each of them the same one later on."""
    found: dict[tuple[object, ...], Stored] = {("request",): job.request, ("plan",): job.plan, ("money",): job.money}
    found |= {("request", place): each for place, each in enumerate(maps(job.request))}
    found |= {("plan", place): each for place, each in enumerate(maps(job.plan))}
    found |= {("purchase", each.name): each for each in job.purchases}
    told = Counter(map(_moment, job.timeline))  # what is told twice of one moment is not told apart
    found |= {_moment(each): each for each in job.timeline if told[_moment(each)] == 1}
    if job.trouble:
        found["trouble", job.trouble.code, job.trouble.message] = job.trouble
    for node in job.nodes.values():
        found["node", node.key] = node
        found |= {("line", node.key, line.take, line.attempt): line for line in node.attempts}
        if node.claim:
            found["claim", node.key, node.claim.token] = node.claim
        if node.output:
            found["output", node.key, node.output.identity] = node.output
    return found


def _moment(each: Moment) -> tuple[object, ...]:
    return ("moment", each.at, each.node, each.what, each.detail)


def stored(job: Job) -> dict[str, Any]:
    """Return a job's document as it lies there: what has no value is no field."""
    return {name: value for name, value in whole(job).items() if value is not None}


def apply_between_newer(job: Job, event: on.Event, now: datetime, timeouts: Timeouts) -> Transition:
    """Apply an event to a job that newer code wrote, by way of its document; raises LawBroken when a canary died."""
    newer = planted(job)
    before = read(job.id, stored(newer))
    moved = apply(before, event, now, timeouts)
    after = lasting(read(job.id, stored(moved.job)))
    for name, there in lasting(newer).items():
        if name in after and after[name].unknown != there.unknown:
            raise LawBroken(f"CANARY: {type(event).__name__} took {there.unknown} from {name}")
    return moved


@settings(max_examples=150, derandomize=True, database=None)
@given(st.sampled_from(FILMS), lives)
def test_every_event_gives_back_what_it_does_not_know(request: FilmRequest, life: list[Turn]) -> None:
    """In every life of a job, after every event, each map that is still there holds what newer code wrote into it."""
    world = World(request, apply=apply_between_newer)

    for turn in life:
        happens(world, turn)
    world.fairly()

    assert world.job.ending


def test_every_kind_of_map_is_among_those_that_are_watched() -> None:
    """A presented film that has begun holds one of each; what the codec stores without keeping would be missed here."""
    claimed = apply(job(PRESENTED), on.Claimed("presenter-1", 1, 1, "token"), job(PRESENTED).created_at, Timeouts()).job

    watched = {type(each) for each in lasting(claimed).values()}

    assert {FilmRequest, Plan, Money, Node, Attempt, Claim, Moment, Purchase} <= watched
    assert all(issubclass(kind, Stored) for kind in (Output, Trouble))


def test_a_retry_with_other_words_keeps_what_the_plan_holds_unknown() -> None:
    """The plan is made anew; the film's own and that of what is kept stay, that of what is made again goes."""
    old = planted(job(CHAIN))
    request = changed(old.request, Change(scenes={1: SceneChange(visual_description="Another cup, from above")}))
    remake = touched(old, request, planned(request))

    new = frozen(old, planned(request), request)

    assert CANARY in to_stored(new)
    assert CANARY in to_stored(new.place)
    assert CANARY in to_stored(new.clips[0])
    assert [each.get(CANARY) for each in to_stored(request)["scenes"]] == [
        each[CANARY] for each in to_stored(old.request)["scenes"]
    ]
    assert CLIP not in remake
