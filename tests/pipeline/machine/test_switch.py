"""Another avatar service is asked when the first is dead, and never while it may still deliver."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from shared.codes import Code
from shared.pipeline.job import events as on
from shared.pipeline.job.job import Outcome, Payer, Reconcile, State
from shared.pipeline.job.timeouts import SECOND
from shared.pipeline.plan.plan import Cutout
from shared.pipeline.vendors.breaker import Sign
from tests.pipeline.machine.casts import PRICE, cast_story, rejected
from tests.pipeline.machine.story import (
    CLIP,
    PRESENTER,
    Story,
    arrived,
    claimed,
    denied,
    failure,
    file_refused,
    id_unknown,
    misconfigured,
    nothing,
    pending,
    postponed,
    reclaimed,
    refused,
    released,
    sent,
    stored,
    unclear,
)

P = PRESENTER
FREE: dict[str, Any] = {"without_presenter": True, "understudies": ()}


def starting(**changed: Any) -> Story:
    return cast_story(**changed).hears(claimed(P))


def running(**changed: Any) -> Story:
    return starting(**changed).hears(sent(P))


def told_no(code: Code, **plan: Any) -> Story:
    """Let the service refuse the order, for this reason."""
    return starting(**plan).hears(rejected(code))


def unsent(token: str, node: str = P) -> on.Released:
    return on.Released(node, token, "no connection", SECOND, sign=Sign.UNREACHABLE)


def thrice_unsent(told: Story) -> Story:
    """Let nobody be reached, three times in a row."""
    for number, token in enumerate("abc"):
        told = told.later(seconds=number and 1).hears(claimed(P, token), unsent(token))
    return told


def crowded(told: Story, seconds: float) -> Story:
    """Let the account have no room, at first and after so many seconds."""
    told = told.hears(claimed(P), released(P, refused=True, after=30)).later(seconds)
    return told.hears(claimed(P, "b"), released(P, "b", refused=True, after=30))


def looked_in_vain(told: Story) -> Story:
    """Let two whole lists not show a lost take when it would long be there."""
    lost = told.hears(unclear(P)).later(minutes=3)
    for token in "bcd":
        lost = lost.hears(reclaimed(token), unclear(P, token)).later(minutes=1)
    return lost.later(minutes=21).hears(nothing(P)).later(minutes=1).hears(nothing(P))


def unheard(told: Story) -> Story:
    """Let a vendor never say what became of a lost take."""
    lost = told.hears(unclear(P)).later(minutes=3)
    for token in "bcd":
        lost = lost.hears(reclaimed(token), unclear(P, token)).later(minutes=1)
    return lost.later(minutes=30).hears(nothing(P, certain=False))


DEAD: dict[str, Callable[[], Story]] = {
    **{
        code.value: partial(told_no, code)
        for code in (Code.CREDITS, Code.PLAN, Code.NO_PROVIDER_KEY, Code.AVATAR_NOT_FOUND, Code.VOICE_NOT_FOUND)
    },
    "our set-up": lambda: starting().hears(misconfigured(P)),
    "unreachable": lambda: thrice_unsent(cast_story()),
    "no room": lambda: crowded(cast_story(), 120),
    "breaker": lambda: cast_story().later(1).hears(replace(postponed(), down=True)),
    "final word": lambda: running().hears(failure(P)),
    "final word, nothing to try again": lambda: running().hears(failure(P, code=Code.CREDITS, again=None)),
    "final word before its id": lambda: starting().hears(failure(P, code=Code.INTERNAL)),
    "left no trace": lambda: looked_in_vain(starting()),
}
ALIVE: dict[str, Callable[[], Story]] = {
    "5xx": lambda: starting().hears(unclear(P)),
    "refused repeat": lambda: starting().hears(unclear(P)).later(30).hears(reclaimed("b"), rejected(token="b")),
    "our set-up, of a repeat": lambda: (
        starting().hears(unclear(P)).later(30).hears(reclaimed("b"), misconfigured(P, "b"))
    ),
    "unsent repeat": lambda: starting().hears(unclear(P)).later(30).hears(reclaimed("b"), unsent("b")),
    "unsent once": lambda: cast_story().hears(claimed(P), unsent("a")),
    "no room for a minute": lambda: crowded(cast_story(), 60),
    "busy": lambda: cast_story().later(1).hears(postponed()),
    "pending": lambda: running().hears(pending(P)),
    "one list": lambda: starting().hears(unclear(P)).later(minutes=21).hears(nothing(P)),
    "another cut-out": lambda: starting().hears(released(P, refused=True, cutout=Cutout.KEY)),
    "key refused once": lambda: running().hears(denied(P)),
}
OVER: dict[str, Callable[..., Story]] = {
    **{code.value: partial(told_no, code) for code in (Code.SAFETY, Code.INVALID, Code.SCRIPT)},
    "key revoked": lambda **plan: running(**plan).hears(denied(P)).later(60).hears(denied(P)),
    "deleted there": lambda **plan: running(**plan).hears(id_unknown()).later(60).hears(id_unknown()),
    "somebody else": lambda **plan: running(**plan).hears(failure(P, code=Code.WRONG_PRESENTER, again=None, paid=True)),
    "no film": lambda **plan: replace(running(**plan), timeouts=replace(running().timeouts, fresh_links=0)).hears(
        file_refused()
    ),
}


@pytest.mark.parametrize("way", DEAD)
def test_a_dead_service_is_left_for_the_next_at_once(way: str) -> None:
    """One commit: the line is closed, the take is queued at the next service under its own numbers, without a wait."""
    told = DEAD[way]()

    node = told.hero
    assert (State.QUEUED, "did", 1, 2) == (node.state, node.provider, node.choice, node.take)
    assert (P,) == told.woken
    assert node.at == told.now
    assert all(line.outcome not in (Outcome.CLAIMED, Outcome.UNCLEAR, Outcome.SENT) for line in node.attempts)
    assert told.job.ending is None
    assert [] == [key for key, each in told.job.nodes.items() if each.state in (State.FAILED, State.CANCELLED)]


@pytest.mark.parametrize("way", ALIVE)
def test_what_may_still_deliver_is_waited_for(way: str) -> None:
    """Unknown is not down: no other service is asked."""
    told = ALIVE[way]()

    assert ("heygen", 0, 1) == (told.hero.provider, told.hero.choice, told.hero.take)
    assert told.hero.state in (State.QUEUED, State.STARTING, State.RUNNING)


@pytest.mark.parametrize("way", OVER)
def test_what_another_service_cannot_mend_fails(way: str) -> None:
    """An order that is wrong anywhere, and a take only a person can find, end the node; it says who was not asked."""
    told = OVER[way]()

    assert (State.FAILED, "heygen") == (told.hero.state, told.hero.provider)
    assert "D-ID was not asked" in str(told.hero.why)


@pytest.mark.parametrize("way", OVER)
def test_what_another_service_cannot_mend_may_be_left_out(way: str) -> None:
    """A film that may be made without its presenter is, whatever it was: nothing more is bought for that."""
    told = OVER[way](without_presenter=True, understudies=())

    assert (State.CANCELLED, told.now) == (told.hero.state, told.hero.waived_at)
    assert told.job.trouble is None
    assert told.job.ending is None


def test_heard_out_is_no_verdict_unless_the_order_pays_again() -> None:
    """A take that may have been made is not ordered elsewhere, but where the order said that it may be paid twice."""
    kept, paid = unheard(starting()), unheard(starting(pay_again=True))

    assert (State.FAILED, "heygen", Code.UNANSWERED) == (kept.hero.state, kept.hero.provider, kept.hero.code)
    assert (State.QUEUED, "did") == (paid.hero.state, paid.hero.provider)
    assert [Outcome.GIVEN_UP] == [line.outcome for line in paid.hero.attempts]


def test_a_take_that_never_ends_is_paid_again_only_when_asked() -> None:
    """What was accepted and is pending for half an hour is no verdict either."""
    kept = running().later(minutes=30).hears(pending(P))
    paid = running(pay_again=True).later(minutes=30).hears(pending(P))

    assert (State.FAILED, Code.TIMEOUT) == (kept.hero.state, kept.hero.code)
    assert (State.QUEUED, "did") == (paid.hero.state, paid.hero.provider)


def test_nothing_of_the_first_service_is_left_but_its_line() -> None:
    """The next one's price, payer and time; no cut-out, key, hold or count of the one before (hole 74)."""
    held = starting().hears(released(P, refused=True, cutout=Cutout.INSET)).later(1)
    told = held.hears(claimed(P, "b"), rejected(token="b"))

    node = told.hero
    assert (PRICE, Payer.PROVIDER_ACCOUNT, 40.0) == (node.cost, node.payer, node.expected)
    left = (node.cutout, node.claim, node.provider_id, node.waits_since, node.held_since, node.failures, node.refusals)
    assert (None, None, None, None, None, 0, 0) == left
    assert [("heygen", Code.CREDITS)] == [(each.left, each.code) for each in node.switches]
    assert told.job.warnings[-1].startswith(
        "D-ID films presenter-1 in place of HeyGen: the account has no credits left."
    )


def test_a_want_is_the_same_want_at_the_next_service() -> None:
    """`since` stays: all takes from it on are of what the person asked for once."""
    told = starting().hears(rejected())

    assert (1, 2, 2) == (told.hero.since, told.hero.take, told.hero.attempt)


def test_each_service_is_asked_once() -> None:
    """After the last one the film fails; both troubles are told, the last one first (holes 80, 102)."""
    told = starting().hears(rejected())
    after = told.later(1).hears(claimed(P, "b", take=2, attempt=2), rejected(Code.PLAN, "b"))

    assert (State.FAILED, "did", Code.PLAN) == (after.hero.state, after.hero.provider, after.hero.code)
    assert "before it HeyGen: the account has no credits left" in str(after.hero.why)


def test_a_service_that_took_over_has_two_tries() -> None:
    """At most five orders of one want over two services (hole 65)."""
    told = starting().hears(rejected())
    for attempt, token in ((2, "b"), (3, "c")):
        told = told.later(120).hears(
            claimed(P, token, take=2, attempt=attempt), sent(P, token, take=2, attempt=attempt)
        )
        told = told.hears(failure(P, take=2, attempt=attempt))

    assert (State.FAILED, 3) == (told.hero.state, len(told.hero.attempts))


def test_news_of_the_first_service_changes_its_line_only() -> None:
    """A film after the final word is in the ledger, and in no film: the next take is another face by now (hole 84)."""
    told = running().hears(failure(P)).later(60)

    late = told.hears(arrived(P))

    assert (State.QUEUED, "did", None) == (late.hero.state, late.hero.provider, late.hero.output)
    assert Outcome.LATE is late.hero.attempts[0].outcome


def test_a_film_that_has_failed_buys_nothing_elsewhere() -> None:
    """Another part failed: no service is asked any more."""
    told = starting().hears(claimed(CLIP, "c"), refused(CLIP, "c")).hears(rejected())

    assert (State.FAILED, 0) == (told.hero.state, told.hero.choice)


def test_a_shut_tenant_buys_nothing_elsewhere() -> None:
    """Nor for a tenant that was shut meanwhile."""
    told = starting().hears(on.Barred()).hears(rejected())

    assert (State.FAILED, 0) == (told.hero.state, told.hero.choice)


def test_too_dear_keeps_the_first_verdict_and_says_so() -> None:
    """The ceiling hides no cause (hole 83): what failed is told, and why nobody else was asked."""
    poor = starting()
    poor = replace(poor, job=replace(poor.job, money=replace(poor.job.money, ceiling=PRICE - 1)))

    told = poor.hears(rejected())

    assert (State.FAILED, Code.CREDITS) == (told.hero.state, told.hero.code)
    assert "D-ID was not asked, for the film would pass its spending ceiling" in str(told.hero.why)


def test_a_busy_service_with_nobody_behind_it_is_waited_for_as_ever() -> None:
    """Both are out: the second's breaker is no end of the film."""
    told = cast_story().later(1).hears(replace(postponed(), down=True))

    both = told.later(1).hears(replace(postponed(attempt=2), take=2, down=True))

    assert (State.QUEUED, "did") == (both.hero.state, both.hero.provider)


def test_a_film_that_can_do_without_waits_half_an_hour_for_room() -> None:
    """Not two hours: its footage is there long since."""
    told = cast_story(**FREE).later(1).hears(replace(postponed(), down=True))

    early = told.later(minutes=29).hears(replace(postponed(), down=True))
    late = told.later(minutes=30).hears(replace(postponed(), down=True))

    assert (State.QUEUED, State.CANCELLED) == (early.hero.state, late.hero.state)
    assert late.hero.waived_at == late.now


# Casts.


def test_a_film_without_its_presenter_is_completed() -> None:
    """Composing waits for the footage alone; the film is there, and says what it lacks."""
    told = cast_story(**FREE).hears(claimed(P), rejected())
    told = told.about(CLIP).hears(claimed(), sent(), arrived())

    composing = told.job.nodes["compose"]
    done = told.about("compose").hears(on.WorkDone("compose", composing.inputs_hash or "", stored("film-1")))

    assert (State.QUEUED, "completed") == (composing.state, done.job.ending)


def test_a_retry_begins_at_the_first_service_again() -> None:
    """A person's word is a want of its own."""
    told = starting().hears(rejected()).hears(claimed(CLIP, "c"), refused(CLIP, "c"))

    again = told.hears(on.RetryAsked(0))

    node = again.hero
    assert ("heygen", 0, 3, 3) == (node.provider, node.choice, node.take, node.since)
    assert () == node.switches


def test_the_next_service_is_never_asked_under_a_key_of_the_first() -> None:
    """A claim tells its own vendor's way, so nothing that is keyless is ever asked again (hole 57)."""
    told = (
        starting()
        .hears(rejected())
        .hears(replace(claimed(P, "b", take=2, attempt=2), reconcile=Reconcile.LIST_BY_TITLE))
    )
    lost = told.hears(on.Unclear(P, "b", "the answer was lost")).later(minutes=3)

    lost.hears(on.Reclaimed(P, 2, 2, "c")).then_nothing()


def test_the_line_says_who_was_asked() -> None:
    """Each line of the ledger has its own vendor."""
    told = starting().hears(rejected()).hears(claimed(P, "b", take=2, attempt=2))

    assert [("heygen", 1), ("did", 2)] == [(line.vendor, line.take) for line in told.hero.attempts]


def test_from_the_verdict_on_nothing_is_waited_for() -> None:
    """The next service's task is due at once."""
    told = starting().hears(rejected())

    assert timedelta(0) == (told.hero.at or told.now) - told.now
