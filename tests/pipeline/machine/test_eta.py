"""When a film is expected: ahead, earlier by news only, and right to the second when all goes as usual."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.pipeline.job import events as on
from shared.pipeline.job.eta import OVERDUE, SHORTEST_REST, estimated_completion_at
from shared.pipeline.job.job import Ending, Job, State
from shared.pipeline.job.machine import apply
from shared.pipeline.plan.plan import Kind
from shared.pipeline.plan.request import FilmRequest
from tests.pipeline.films import film, spoken, words
from tests.pipeline.machine.story import (
    CHAIN,
    COMPOSE,
    FOOTAGE,
    PRESENTED,
    START,
    TWO_CLIPS,
    WAITS,
    arrived,
    claimed,
    failure,
    job,
    refused,
    sent,
    story,
    worked,
)

AT_ONCE = 10  # takes an account makes, in the shipped tables
CROWD = film(*(spoken(words(8)) for _ in range(AT_ONCE + 3)))
FILMS = {"footage": FOOTAGE, "cuts": TWO_CLIPS, "shot": CHAIN, "presented": PRESENTED, "crowd": CROWD}
SWIFT = replace(WAITS, stagger=0)  # the tasks of a job are due at once
SECOND = timedelta(seconds=1)
Seconds = Callable[[str], float]


def told(job: Job, now: datetime) -> datetime:
    """Return when a live job's film is expected."""
    at = estimated_completion_at(job, now)
    assert at is not None
    return at


def life(request: FilmRequest, lasts: Seconds | None = None) -> list[tuple[datetime, Job]]:
    """Let a film be made, each part beginning as soon as it can; return the job after each news, the ended one last.

    `lasts` says how many seconds a part takes; as long as it usually does without it.
    """
    made = job(request, SWIFT)
    now, lives = START, [(START, made)]
    begun: dict[str, datetime] = {}  # its end, by node
    while made.ending is None:
        for key, node in made.nodes.items():
            crowded = sum(made.nodes[each].kind is Kind.PRESENTER for each in begun) >= AT_ONCE
            if node.state is State.QUEUED and key not in begun and not (node.kind is Kind.PRESENTER and crowded):
                begun[key] = now + (lasts(key) if lasts else node.expected) * SECOND
                if node.kind is not Kind.COMPOSE:
                    made = apply(apply(made, claimed(key), now, SWIFT).job, sent(key, name=key), now, SWIFT).job
                    lives.append((now, made))
        ready = min(begun, key=lambda key: begun[key])
        now = begun.pop(ready)
        news: on.Event = worked(made.nodes[COMPOSE].inputs_hash) if ready == COMPOSE else arrived(ready)
        made = apply(made, news, now, SWIFT).job
        lives.append((now, made))
    return lives


@pytest.mark.parametrize("name", FILMS)
def test_a_film_that_takes_its_usual_time_comes_when_it_was_expected(name: str) -> None:
    """At the order and after each part: also where extensions follow each other, and takes wait for a place."""
    *before, (end, ended) = life(FILMS[name])

    assert Ending.COMPLETED is ended.ending
    moments = {now: made for now, made in before if now < end}  # of what happens at once, what comes last
    assert {end} == {told(made, now) for now, made in moments.items()}


def test_the_order_is_told_what_its_plan_says() -> None:
    """The moment is the estimated time from the order on."""
    made = job(PRESENTED, SWIFT)

    assert timedelta(seconds=made.plan.estimated_wait) == told(made, START) - START


@pytest.mark.parametrize("name", FILMS)
@settings(max_examples=25)
@given(seed=st.randoms(use_true_random=False))
def test_it_is_ahead_and_moves_earlier_by_news_only(name: str, seed: Random) -> None:
    """Whatever the parts take, from nothing to ten times their usual time."""
    lives = life(FILMS[name], lambda _: seed.uniform(0, 600))

    for (now, made), (then, _) in pairwise(lives):
        moments = [now, now + (then - now) / 2, then]
        expected = [told(made, each) for each in moments]
        assert all(at > each for at, each in zip(expected, moments, strict=True))
        assert expected == sorted(expected)


def test_a_part_done_early_brings_the_film_forward() -> None:
    """By what it saved, when nothing else was waited for."""
    begun = story().hears(claimed(), sent()).later(10)

    done = begun.hears(arrived())

    saved = begun.hero.expected - 10
    assert timedelta(seconds=saved) == told(begun.job, begun.now) - told(done.job, done.now)


def test_what_is_late_is_expected_soon() -> None:
    """A share of its usual time more, at each look: composing follows."""
    late = story().hears(claimed(), sent()).later(hours=1)

    rest = max(OVERDUE * late.hero.expected, SHORTEST_REST) + late.job.nodes[COMPOSE].expected
    assert late.now + rest * SECOND == told(late.job, late.now)


def test_another_attempt_begins_anew() -> None:
    """The first one's age says nothing of the second's end."""
    again = story().hears(claimed(), sent()).later(300).hears(failure(again=60)).later(60)
    again = again.hears(claimed("clip-1", "b", attempt=2))

    whole = again.hero.expected + again.job.nodes[COMPOSE].expected
    assert again.now + whole * SECOND == told(again.job, again.now)


def test_a_postponed_part_is_waited_for() -> None:
    """It takes its time from when its task is due."""
    held = story().hears(claimed(), sent(), failure(again=600))

    whole = 600 + held.hero.expected + held.job.nodes[COMPOSE].expected
    assert held.now + whole * SECOND == told(held.job, held.now)


@pytest.mark.parametrize("news", [refused(), on.CancelAsked()])
def test_a_film_that_will_not_be_is_not_expected(news: on.Event) -> None:
    """Ended, or on its way to an end without a film."""
    stopped = story(TWO_CLIPS).hears(claimed(), claimed("clip-2", "b"), news)

    assert estimated_completion_at(stopped.job, stopped.now) is None
