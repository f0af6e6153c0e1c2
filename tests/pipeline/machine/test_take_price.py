"""A take costs what the engine costs that films it, from its claim on; never more than its order was told."""

from dataclasses import replace
from typing import Any

import pytest

from shared.codes import Code
from shared.pipeline.codec import from_plain, to_stored
from shared.pipeline.job import events as on
from shared.pipeline.job.entries import moved
from shared.pipeline.job.job import Attempt, Ending, Outcome
from shared.pipeline.job.ledger import Bill, bill
from shared.pipeline.plan.plan import Speech
from tests.pipeline.machine.casts import PRICE, cast_story
from tests.pipeline.machine.story import (
    CLIP,
    COMPOSE,
    PRESENTER,
    Story,
    arrived,
    claimed,
    failure,
    released,
    sent,
    worked,
)

CHEAP, MIDDLE, GUESS = 16_700, 43_300, 66_700  # micro-dollars a second
SPOKEN = 8.0  # seconds of each film here


def guessed(**plan: Any) -> Story:
    """Begin with a film that the platform's account films, and whose look could not be asked."""
    return cast_story(guessed=True, **{"platform_accounts": ("heygen",)} | plan)


def asked(rate: int | None, token: str = "a", **numbers: int) -> on.Claimed:
    """Claim the take, whose look has told what a second costs."""
    return replace(claimed(PRESENTER, token, **numbers), rate=rate, engine="avatar_iii" if rate else None)


def take(told: Story) -> Speech:
    """Return the take as it was planned."""
    return told.job.plan.speeches[0]


@pytest.mark.parametrize(
    ("told", "rate", "share"),
    [
        (CHEAP, CHEAP, CHEAP),
        (MIDDLE, MIDDLE, MIDDLE),
        (GUESS, GUESS, GUESS),
        (99_000, GUESS, GUESS),
        (None, None, GUESS),
    ],
)
def test_a_claim_books_what_the_engine_costs_and_never_more_than_was_told(
    told: int | None, rate: int | None, share: int
) -> None:
    """What nobody told stays a guess; what is promised (price, reservation, ceiling) does not move."""
    begun = guessed()

    claims = begun.hears(asked(told))

    seconds = take(begun).seconds
    assert (round(seconds * share), rate) == (claims.line.cost, claims.line.rate)
    assert Bill(claims.line.cost, 0) == bill(claims.job.nodes.values())
    assert (begun.hero.cost, begun.job.money) == (claims.hero.cost, claims.job.money)
    assert not moved(begun.job, claims.job).reserved


def test_its_film_is_billed_by_the_second_at_that_price() -> None:
    """At the end the month is charged that, and all that was reserved beyond goes back."""
    told = guessed(understudies=()).hears(
        asked(CHEAP), sent(PRESENTER), arrived(PRESENTER), claimed(CLIP), arrived(CLIP)
    )
    reserved = told.job.money.reserved

    told = told.hears(worked(told.job.nodes[COMPOSE].inputs_hash)).then(ending=Ending.COMPLETED)

    nodes, money = told.job.nodes, told.job.money
    whole = round(SPOKEN * CHEAP) + nodes[CLIP].cost + nodes[COMPOSE].cost
    assert round(SPOKEN * CHEAP) == told.line.cost
    assert whole == bill(nodes.values()).paid_by_us == money.charged
    assert (max(reserved, whole), money.reserved - whole) == (money.reserved, money.refunded)


def test_each_attempt_is_priced_by_what_it_was_asked_with() -> None:
    """Refused for now and claimed again, failed and asked anew, and the first one's film after all: each its own."""
    again = (
        guessed(understudies=())
        .hears(asked(CHEAP), released(PRESENTER, refused=True))
        .later(2)
        .hears(asked(MIDDLE, "b"))
    )
    assert (MIDDLE, round(take(again).seconds * MIDDLE)) == (again.line.rate, again.line.cost)
    failed = again.hears(sent(PRESENTER, "b"), failure(PRESENTER, again=0)).later(60)

    second = failed.hears(asked(CHEAP, "c", attempt=2), sent(PRESENTER, "c", attempt=2), arrived(PRESENTER, attempt=2))
    late = second.hears(arrived(PRESENTER, attempt=1))

    assert [(Outcome.LATE, round(SPOKEN * MIDDLE)), (Outcome.DONE, round(SPOKEN * CHEAP))] == [
        (line.outcome, line.cost) for line in late.hero.attempts
    ]


def test_the_service_that_takes_over_is_paid_its_own_price() -> None:
    """The first service's line keeps the price it was asked at, free as it is; D-ID's is the plan's."""
    refused = on.Rejected(PRESENTER, "a", Code.CREDITS, "the account has no credits left", "top it up")
    left = guessed().hears(asked(CHEAP), refused)

    told = left.hears(claimed(PRESENTER, "b", take=2, attempt=2))

    rate = round(PRICE / take(told).seconds)
    assert [("heygen", CHEAP, False), ("did", rate, True)] == [
        (line.vendor, line.rate, line.charged) for line in told.hero.attempts
    ]
    assert Bill(0, PRICE) == bill(told.job.nodes.values())


def test_the_job_says_what_was_estimated_and_what_is_booked() -> None:
    """Once, where it is less; where the guess was right, or nobody told, nothing is said."""
    begun = guessed()

    told = begun.hears(asked(CHEAP), released(PRESENTER)).later(2).hears(asked(CHEAP, "b"))

    (said,) = (each for each in told.job.warnings if "is booked at" in each)
    assert said.startswith("presenter-1 was estimated at $")
    assert "HeyGen films look-1 with avatar_iii" in said
    for rate in (GUESS, None):
        assert begun.job.warnings == begun.hears(asked(rate)).job.warnings


def test_an_attempt_fits_under_the_ceiling_at_its_own_price() -> None:
    """What the ceiling has left buys the cheaper engine's take, and not what was guessed."""
    begun = guessed()
    tight = replace(begun, job=replace(begun.job, money=replace(begun.job.money, ceiling=begun.hero.cost - 1)))

    assert tight.hears(asked(CHEAP)).line.outcome is Outcome.CLAIMED
    tight.hears(asked(None)).then(code=Code.SPEND_CEILING)


def test_a_line_of_older_code_is_billed_as_it_was_planned() -> None:
    """It told no price: its film costs what its order was told, by the second, as that code would book it."""
    begun = guessed().hears(asked(CHEAP), sent(PRESENTER))
    lines = tuple(replace(line, rate=None, cost=begun.hero.cost) for line in begun.hero.attempts)
    old = replace(begun.job, nodes={**begun.job.nodes, PRESENTER: replace(begun.hero, attempts=lines)})

    told = replace(begun, job=old).hears(arrived(PRESENTER))

    assert round(SPOKEN * round(take(told).cost / take(told).seconds)) == told.line.cost
    assert "rate" not in to_stored(lines[0])
    assert lines[0] == from_plain(Attempt, to_stored(lines[0]))
