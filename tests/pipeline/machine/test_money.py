"""Money: booked at risk at the claim, settled once at the end."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shared.pipeline.job import events as on
from shared.pipeline.job.entries import entries, moved
from shared.pipeline.job.job import Ending, Entry, Money, Outcome, Payer
from shared.pipeline.job.ledger import bill, settle
from tests.pipeline.machine.settled import finished, settled
from tests.pipeline.machine.story import (
    COMPOSE,
    PRESENTED,
    PRESENTER,
    TWO_CLIPS,
    Story,
    arrived,
    claimed,
    failure,
    misconfigured,
    nothing,
    refused,
    released,
    sent,
    story,
    swept,
    unclear,
)


def tables() -> dict[str, Any]:
    """Return the shipped tables."""
    shipped: dict[str, Any] = json.loads((Path(__file__).parents[3] / "shared" / "tables.json").read_text("utf-8"))
    return shipped


def rich(told: Story) -> Story:
    """Let money be no reason to stop."""
    return replace(told, job=replace(told.job, money=replace(told.job.money, ceiling=10**12)))


def test_a_film_that_went_well_costs_what_was_reserved() -> None:
    """Nothing goes back when everything planned was made once."""
    told = finished(story(TWO_CLIPS).hears(claimed(), arrived(), claimed("clip-2", "b"), arrived("clip-2")))

    told.then(ending=Ending.COMPLETED)
    assert (told.job.money.reserved, 0) == (told.job.money.charged, told.job.money.refunded)


def test_the_presenter_is_billed_to_the_tenant_s_own_account() -> None:
    """Our reservation holds no cent of what the avatar service bills the tenant."""
    told = story(PRESENTED).hears(claimed(PRESENTER), arrived(PRESENTER), claimed(), arrived())
    told = finished(told)

    columns = bill(told.job.nodes.values())

    assert told.job.nodes[PRESENTER].attempts[0].cost == columns.billed_by_provider > 0
    assert told.job.money.charged == columns.paid_by_us == told.job.money.reserved


def test_what_was_never_claimed_goes_back() -> None:
    """Cancelled before anything was sent: everything goes back."""
    told = story(TWO_CLIPS).hears(on.CancelAsked())

    assert (0, told.job.money.reserved) == (told.job.money.charged, told.job.money.refunded)


def test_what_may_have_been_made_stays_charged() -> None:
    """Claimed, sent and unclear are at risk: cancelling does not make them free (hole 47)."""
    for news in ((), (sent(),), (unclear(),)):
        told = story().hears(claimed(), *news, on.CancelAsked()).then(ending=Ending.CANCELLED)

        assert told.hero.cost == told.job.money.charged
        assert settled(told.job)


def test_what_was_certainly_not_made_is_free() -> None:
    """Released, refused, misconfigured, failed: nothing is charged at the end."""
    for news in (released(), misconfigured(), failure()):
        told = story().hears(claimed(), news, on.CancelAsked())

        assert 0 == told.job.money.charged
    told = story().hears(claimed(), refused())
    assert 0 == told.job.money.charged


def test_every_ending_settles() -> None:
    """Completed, failed, cancelled, stuck and given up: reserved = charged + refunded."""
    begun = story().hears(claimed(), sent())
    completed = finished(begun.hears(arrived()))
    failed = begun.hears(failure(again=None))
    cancelled = begun.hears(on.CancelAsked())
    given_up = begun.later(hours=6).hears(swept())
    stuck = story()
    for _ in range(8):
        stuck = stuck.later(minutes=31).hears(swept())

    for ended in (completed, failed, cancelled, given_up, stuck):
        assert settled(ended.job)


def test_settling_twice_moves_nothing() -> None:
    """The end's own commit may be repeated."""
    told = story().hears(claimed(), sent(), on.CancelAsked())

    assert told.job == settle(told.job)


def test_late_news_moves_no_settled_money() -> None:
    """No later correction exists, so none can be lost (hole 47)."""
    told = story().hears(claimed(), sent(), on.CancelAsked())

    heard = told.hears(arrived()).hears(failure())

    assert told.job.money == heard.job.money


def test_what_a_vendor_bills_beyond_the_price_is_charged() -> None:
    """A generation billed without a film, then a second one: both are in the month, so that a cap is a cap."""
    told = story().hears(claimed(), sent(), failure(paid=True, again=0))
    told = finished(told.hears(claimed(attempt=2), arrived(attempt=2)))

    price = told.job.purchases[0].ours
    assert price + told.job.nodes["clip-1"].cost == bill(told.job.nodes.values()).paid_by_us == told.job.money.charged
    assert settled(told.job)


def test_a_claim_beyond_the_price_is_reserved_when_it_is_made() -> None:
    """The month knows of it while the vendor works, not only at the job's end."""
    told = story().hears(claimed(), sent(), failure(paid=True, again=0))

    claims = told.hears(claimed(attempt=2))

    assert told.job.nodes["clip-1"].cost * 2 == claims.job.money.reserved > told.job.money.reserved
    assert claims.job.money.reserved - told.job.money.reserved == moved(told.job, claims.job).reserved


def test_a_film_nothing_was_spent_on_is_given_back() -> None:
    """Cancelled before anything was sent, it counts in no month; a film that cost something counts."""
    untouched = story().hears(on.CancelAsked())
    begun = story().hears(claimed(), sent(), on.CancelAsked())

    assert (0, 1) == (untouched.job.money.films, begun.job.money.films)
    assert -1 == moved(story().job, untouched.job).films


def test_a_film_that_was_given_back_counts_again_when_it_is_tried_again() -> None:
    """In the month of the retry; one that counted already is not counted twice."""
    untouched = story().hears(on.CancelAsked())
    begun = story().hears(claimed(), sent(), on.CancelAsked())

    again = [told.hears(on.RetryAsked(5000, "2026-12")).job for told in (untouched, begun)]

    assert [(0, 1), (1, 0)] == [tuple(entry.films for entry in entries(job.money)) for job in again]


def test_a_retry_reserves_in_the_month_it_is_asked_in() -> None:
    """November's entry is settled and stays; December's holds all that comes after."""
    november = story().hears(claimed(), sent(), failure(again=None, paid=True))

    told = november.hears(on.RetryAsked(10**7, "2026-12"), claimed(take=2, attempt=2), arrived(take=2, attempt=2))
    told = finished(told)

    first, second = entries(told.job.money)
    clip, compose = told.job.nodes["clip-1"].cost, told.job.nodes[COMPOSE].cost
    assert ("2026-11", clip, november.job.money.refunded) == (first.doc, first.charged, first.refunded)
    assert ("2026-12", clip + compose) == (second.doc, second.charged)
    assert told.job.money.charged == bill(told.job.nodes.values()).paid_by_us


def test_money_of_before_entries_is_one_entry() -> None:
    """A job that was stored when retries stayed in their month reads as a single reservation there."""
    old = Money(reserved=7000, charged=4000, refunded=1000, ceiling=9000, usage_doc="2026-10")

    assert (Entry("2026-10", 7000, 4000, 1000, 1),) == entries(old)


def test_a_call_that_left_no_trace_is_not_charged() -> None:
    """A 503 at submit, nothing under its prefix after Veo's longest time, then done once: the film is paid once."""
    told = story().hears(claimed(), unclear()).later(minutes=20).hears(nothing())

    told = finished(told.hears(claimed(attempt=2), arrived(attempt=2)))

    clip, compose = told.job.nodes["clip-1"], told.job.nodes[COMPOSE]
    assert [(Outcome.NOTHING_MADE, False), (Outcome.DONE, True)] == [(x.outcome, x.charged) for x in clip.attempts]
    assert clip.cost + compose.cost == bill(told.job.nodes.values()).paid_by_us == told.job.money.charged


def test_a_film_that_comes_after_it_was_given_up_is_charged_then() -> None:
    """The vendor made it all the same: its line is charged from that moment, before the job ends."""
    told = story(TWO_CLIPS).hears(claimed(), unclear()).later(minutes=20).hears(nothing())
    told = told.hears(claimed(attempt=2), arrived(attempt=2), arrived(attempt=1, name="clip-1/t1-a1"))

    told.then(outcomes=(Outcome.LATE, Outcome.DONE))
    assert 2 * told.hero.cost == bill(told.job.nodes.values()).paid_by_us


def test_a_film_that_comes_after_the_end_is_in_the_ledger_at_our_expense() -> None:
    """The line is charged, the settled money stays as it was told to the tenant."""
    told = rich(story())
    for attempt in (1, 2, 3):
        told = told.hears(claimed(attempt=attempt), unclear()).later(minutes=20).hears(nothing(attempt=attempt))
    ended = told.then(ending=Ending.FAILED)

    told = ended.hears(arrived(attempt=2))

    told.then(outcomes=(Outcome.NOTHING_MADE, Outcome.LATE, Outcome.NOTHING_MADE))
    assert told.hero.cost == bill(told.job.nodes.values()).paid_by_us
    assert (0, ended.job.money) == (told.job.money.charged, told.job.money)


def test_a_take_that_left_no_trace_and_is_named_later_was_accepted() -> None:
    """Its title was not in the list, then a frozen worker brings its id: charged until somebody knows better."""
    told = story(PRESENTED, PRESENTER).hears(claimed(PRESENTER), unclear(PRESENTER))
    told = told.later(minutes=19).hears(nothing(PRESENTER)).later(minutes=1)
    told = told.hears(nothing(PRESENTER)).then(outcomes=(Outcome.NOTHING_MADE,))

    told.hears(sent(PRESENTER)).then(outcomes=(Outcome.GIVEN_UP,))


def test_a_take_costs_what_it_really_lasts() -> None:
    """The plan estimates the speech; the vendor bills the seconds it spoke."""
    told = story(PRESENTED, PRESENTER).hears(claimed(PRESENTER), arrived(PRESENTER))

    rate = tables()["presenters"]["heygen"]["engines"][0]["prices"]["video"]
    assert 8 * rate == told.line.cost == bill(told.job.nodes.values()).billed_by_provider


@pytest.mark.parametrize(("paid", "kept"), [(True, ["op-1"] * 7), (False, [None] * 2 + ["op-1"] * 5)])
def test_the_ledger_adds_up_beyond_its_five_lines(paid: bool, kept: list[str | None]) -> None:
    """Older lines nobody bills lose their details; what may be billed keeps its id, by which its film is found."""
    told = rich(story())
    for attempt in range(1, 8):
        told = told.hears(claimed(take=attempt, attempt=attempt), sent(take=attempt, attempt=attempt))
        told = told.hears(failure(take=attempt, attempt=attempt, again=None, paid=paid), on.RetryAsked(reserved=1000))

    assert kept == [line.provider_id for line in told.hero.attempts]
    assert 7 * paid * told.hero.cost == bill(told.job.nodes.values()).paid_by_us


def test_a_film_of_an_attempt_long_past_is_still_charged() -> None:
    """Also a line that lost its details is found when its film comes after all."""
    told = rich(story())
    told = told.hears(claimed(), unclear()).later(minutes=20).hears(nothing(), claimed(attempt=2))
    told = told.hears(failure(attempt=2, again=None))
    for number in range(3, 9):
        told = told.hears(on.RetryAsked(reserved=1000)).hears(claimed(take=number - 1, attempt=number))
        told = told.hears(failure(take=number - 1, attempt=number, again=None))
    assert 0 == bill(told.job.nodes.values()).paid_by_us

    told = told.hears(arrived(take=1, attempt=1))

    assert told.hero.cost == bill(told.job.nodes.values()).paid_by_us


def test_what_one_vendor_billed_stays_in_its_column() -> None:
    """A take of the tenant's account that was given up is theirs for good, whoever makes the next one (hole 281)."""
    told = rich(story()).hears(claimed(), sent(), failure(paid=True))
    made_by_us = told.hero
    other = replace(made_by_us, provider="heygen_video", payer=Payer.PROVIDER_ACCOUNT)
    told = replace(told, job=replace(told.job, nodes={**told.job.nodes, other.key: other}))

    told = told.later(60).hears(claimed(attempt=2), arrived(attempt=2))

    columns = bill(told.job.nodes.values())
    assert (other.cost, other.cost) == (columns.paid_by_us, columns.billed_by_provider)
    assert [("veo", Payer.US), ("heygen_video", Payer.PROVIDER_ACCOUNT)] == [
        (line.vendor, line.payer) for line in told.hero.attempts
    ]


def test_a_line_from_before_lines_told_it_is_its_nodes() -> None:
    """Lines without vendor and payer were made by the one vendor their node ever had."""
    told = story().hears(claimed(), sent())
    old = replace(told.hero, attempts=tuple(replace(line, vendor=None, payer=None) for line in told.hero.attempts))

    assert told.hero.cost == bill([old]).paid_by_us
