"""When a film is expected: ahead, earlier by news only, and right to the second where vendors never vary."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.pipeline.job import events as on
from shared.pipeline.job.eta import Eta, eta, maker
from shared.pipeline.job.job import Ending, Job, State
from shared.pipeline.job.machine import apply
from shared.pipeline.plan.plan import Kind
from shared.pipeline.plan.priors import priors
from shared.pipeline.plan.request import FilmRequest
from shared.pipeline.vendors.figures import LATE, Outlook, Prior, Sample, learnt
from tests.pipeline.films import TABLES, film, spoken, words
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
SHIPPED = Outlook({}, priors(TABLES), START)
CLOCKWORK = Outlook({}, dict.fromkeys((*priors(TABLES), ""), Prior(1.0)), START)  # of vendors that never vary


def told(job: Job, now: datetime, outlook: Outlook = SHIPPED) -> datetime:
    """Return when a live job's film is expected, with even chances."""
    at = eta(job, now, outlook).p50
    assert at is not None
    return at


def latest(job: Job, now: datetime, outlook: Outlook = SHIPPED) -> datetime:
    """Return by when nine of ten such films are there."""
    at = eta(job, now, outlook).p90
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
    wrong = [abs(told(made, now, CLOCKWORK) - end) / SECOND for now, made in moments.items()]
    assert max(wrong) < 0.01


def test_the_order_is_told_what_its_plan_says() -> None:
    """The moment is the estimated time from the order on, where vendors never vary."""
    made = job(PRESENTED, SWIFT)

    expected = (told(made, START, CLOCKWORK) - START) / SECOND

    assert pytest.approx(made.plan.estimated_wait, abs=0.01) == expected


def test_of_several_parts_the_last_is_waited_for() -> None:
    """Two clips at the same time are there later than either alone, by even chances."""
    one, two = (told(job(request, SWIFT), START) for request in (FOOTAGE, TWO_CLIPS))

    assert one < two < one + 90 * SECOND


@pytest.mark.parametrize("name", FILMS)
@settings(max_examples=25)
@given(seed=st.randoms(use_true_random=False))
def test_both_are_ahead_and_move_earlier_by_news_only(name: str, seed: Random) -> None:
    """To a second, whatever the parts take, as long as anybody can tell; p90 is never before p50 (hole 97)."""
    lives = life(FILMS[name], lambda _: seed.uniform(0, 600))

    for (now, made), (then, _) in pairwise(lives):
        found = [(each, eta(made, each, SHIPPED)) for each in (now, now + (then - now) / 2, then)]
        known = [(each, at.p50, at.p90) for each, at in found if at.p50 and at.p90]
        assert all(each <= p50 <= p90 for each, p50, p90 in known)
        for (_, early, far), (_, later, farther) in pairwise(known):
            assert early <= later + SECOND
            assert far <= farther + SECOND
        late = [at.late_since is not None for _, at in found]
        assert sorted(late) == late  # once nobody can tell, only news helps


@settings(max_examples=25)
@given(ages=st.lists(st.integers(0, 600), min_size=1, max_size=AT_ONCE), done=st.integers(0, AT_ONCE))
def test_who_waits_for_a_place_hears_nothing_earlier_without_news(ages: list[int], done: int) -> None:
    """The places of an account are free at different times: which is first may change, what is told does not leap."""
    made = job(CROWD, SWIFT)
    takes = [key for key, node in made.nodes.items() if node.kind is Kind.PRESENTER]
    begun = dict(zip(takes, sorted(ages, reverse=True), strict=False))
    now = START + begun[takes[0]] * SECOND
    for key, age in begun.items():
        at = now - age * SECOND
        made = apply(apply(made, claimed(key), at, SWIFT).job, sent(key, name=key), at, SWIFT).job
    for key in [*begun][:done]:
        made = apply(made, arrived(key), now, SWIFT).job

    told_at = [eta(made, now + seconds * SECOND, SHIPPED) for seconds in range(0, 900, 20)]

    known = [(at.p50, at.p90) for at in told_at if at.p50 and at.p90]
    exact = timedelta(milliseconds=10)  # a moment at which all are there is searched to a few milliseconds
    assert all(far <= farther + exact and early <= later + exact for (early, far), (later, farther) in pairwise(known))


def test_a_part_done_early_brings_the_film_forward() -> None:
    """By what it saved, when nothing else was waited for."""
    begun = story().hears(claimed(), sent()).later(10)

    done = begun.hears(arrived())

    saved = told(begun.job, begun.now, CLOCKWORK) - told(done.job, done.now, CLOCKWORK)
    assert pytest.approx(begun.hero.expected - 10, abs=0.001) == saved / SECOND


def test_what_lasts_is_judged_by_the_calls_that_lasted_as_long() -> None:
    """Half of all take a minute and a half, half take four times as long; this one is past the first kind."""
    begun = story().hears(claimed(), sent())
    by = maker(begun.job, begun.hero)
    both = [Sample(*by, made=True, took=ratio) for ratio in [1.01] * 400 + [4.01] * 400]
    outlook = Outlook(learnt({}, both, START), {}, START)

    late = begun.later(2 * begun.hero.expected)

    rest = (told(late.job, late.now, outlook) - begun.now) / SECOND - late.job.nodes[COMPOSE].expected
    assert pytest.approx(4 * begun.hero.expected, rel=0.1) == rest


def test_beyond_ninety_nine_of_a_hundred_nobody_can_tell() -> None:
    """It is said since when, and no more; its film's arrival lets the rest be told again."""
    late = story().hears(claimed(), sent()).later(hours=1)
    longest = SHIPPED.making(*maker(late.job, late.hero)).quantile(LATE) * late.hero.expected

    found = eta(late.job, late.now, SHIPPED)

    assert Eta(late_since=START + longest * SECOND) == found
    assert longest < 3600
    after = late.hears(arrived())
    assert told(after.job, after.now) > after.now


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


def test_a_queue_that_was_measured_counts() -> None:
    """What half of all calls wait for their turn comes before they begin."""
    waiting = story()
    by = maker(waiting.job, waiting.hero)
    queued = [Sample(*by, made=True, queued=300.0)] * 400
    outlook = Outlook(learnt({}, queued, START), priors(TABLES), START)

    more = told(waiting.job, waiting.now, outlook) - told(waiting.job, waiting.now)

    assert pytest.approx(300, rel=0.1) == more / SECOND


def test_the_second_moment_adds_up_by_squares() -> None:
    """Two parts after each other, three and four seconds apart from their usual ends, are five apart together."""
    made = job(FOOTAGE, SWIFT)
    clip, compose = made.nodes["clip-1"], made.nodes[COMPOSE]
    shares = {key: SHIPPED.making(*maker(made, node)).quantile(0.9) - 1 for key, node in made.nodes.items()}

    apart = (latest(made, START) - told(made, START)) / SECOND

    parts = (shares["clip-1"] * clip.expected, shares[COMPOSE] * compose.expected)
    assert pytest.approx((parts[0] ** 2 + parts[1] ** 2) ** 0.5, abs=0.001) == apart


@pytest.mark.parametrize("news", [refused(), on.CancelAsked()])
def test_a_film_that_will_not_be_is_not_expected(news: on.Event) -> None:
    """Ended, or on its way to an end without a film."""
    stopped = story(TWO_CLIPS).hears(claimed(), claimed("clip-2", "b"), news)

    assert Eta() == eta(stopped.job, stopped.now, SHIPPED)
