"""The audit itself must find what it is there to find."""

from dataclasses import replace

import pytest

from shared.pipeline.job import events as on
from shared.pipeline.job.job import Job, Outcome
from shared.pipeline.job.names import AttemptName
from tests.pipeline.machine.casts import MATE, PAIR, cast_job, cast_story
from tests.pipeline.machine.story import CLIP, COMPOSE, JOB, PRESENTER, arrived, claimed, sent, stored, story
from tests.storm.books import LENT, Generation, audited, paid_again, two_faces

FIRST = AttemptName(JOB, CLIP, 1, 1)


@pytest.fixture
def done() -> Job:
    """Return a completed job of one clip."""
    filmed = story().hears(claimed(), sent(), arrived())
    wanted = filmed.job.nodes[COMPOSE].inputs_hash or ""
    return filmed.hears(on.WorkDone(COMPOSE, wanted, stored("film"))).job


def made(job: Job, name: AttemptName = FIRST) -> Generation:
    return Generation(name, billed=True, amount=job.nodes[CLIP].cost)


def test_equal_books_are_praised(done: Job) -> None:
    """One generation for the one take, at the ledger's price: nothing to say."""
    audit = audited([done], [made(done)])

    assert ([], 1, 0) == (audit.complaints, audit.takes, audit.unbilled)


def test_a_take_billed_twice_is_found(done: Job) -> None:
    """Two billed generations of one take are a double bill, whichever attempts made them."""
    audit = audited([done], [made(done), made(done, replace(FIRST, attempt=2))])

    assert any("billed 2 times" in complaint for complaint in audit.complaints)


def test_a_want_paid_at_two_services_is_found(done: Job) -> None:
    """Another service's take is of the same want: both billed is a double bill, unless the order said so."""
    clip = replace(done.nodes[CLIP], take=2, choice=1)
    job = replace(done, nodes={**done.nodes, CLIP: clip})
    both = [made(done), made(done, replace(FIRST, take=2, attempt=2))]
    agreed = replace(job, plan=replace(job.plan, pay_again=True))
    anew = replace(job, nodes={**job.nodes, CLIP: replace(clip, since=2)})

    assert ["wanted once since take 1, billed 2 times"] == [each.partition(": ")[2] for each in paid_again([job], both)]
    assert [] == paid_again([agreed, anew], both)


def test_two_faces_of_one_persona_are_found() -> None:
    """A film whose cast two services show is a wrong film."""
    job = cast_job(PAIR)
    shown = {
        key: replace(job.nodes[key], provider=provider, output=stored("take"))
        for key, provider in ((PRESENTER, "heygen"), (MATE, "did"))
    }

    assert 1 == len(two_faces(replace(job, nodes={**job.nodes, **shown})))
    assert [] == two_faces(replace(job, nodes={**job.nodes, PRESENTER: shown[PRESENTER]}))


def test_a_call_sent_twice_under_one_attempt_is_found(done: Job) -> None:
    """Even when the vendor bills only one of them."""
    audit = audited([done], [made(done), replace(made(done), billed=False, amount=0)])

    assert any("asked 2 times" in complaint for complaint in audit.complaints)


def test_a_film_nobody_billed_is_found(done: Job) -> None:
    """A completed job whose take the vendor does not know has a ledger that lies."""
    audit = audited([done], [])

    assert any("was not billed once" in complaint for complaint in audit.complaints)
    assert any("never billed it" in complaint for complaint in audit.complaints)


@pytest.mark.parametrize(
    ("lent", "key", "complaints"),
    [((), "hg_own", 0), ((), LENT["heygen"], 1), (("heygen",), LENT["heygen"], 0), (("heygen",), "hg_own", 1)],
)
def test_a_take_on_another_account_than_the_ledgers_is_found(lent: tuple[str, ...], key: str, complaints: int) -> None:
    """Whoever the vendor bills is who pays by the ledger."""
    told = cast_story(platform_accounts=lent).hears(claimed(PRESENTER), sent(PRESENTER), on.CancelAsked())
    take = Generation(AttemptName(JOB, PRESENTER, 1, 1), billed=True, amount=told.line.cost, account=key)

    found = audited([told.job], [take]).complaints

    assert complaints == len([each for each in found if "the ledger says" in each and "pays" in each])


@pytest.mark.parametrize(
    ("engine", "rate", "share", "found"),
    [
        ("avatar_iv", None, 1.0, False),
        ("avatar_iv", None, 0.25, True),
        ("avatar_iv", None, 1.1, True),
        (None, None, 0.25, False),
        (None, None, 1.1, True),
        (None, 16_700, 1.0, False),
        (None, 16_700, 0.25, True),
        (None, 16_700, 4.0, True),
    ],
)
def test_a_takes_other_price_is_found(engine: str | None, rate: int | None, share: float, found: bool) -> None:
    """A take costs what its vendor bills; at most so much only where its look could not be asked at its claim."""
    begun = cast_story()
    speeches = tuple(replace(each, engine=engine) for each in begun.job.plan.speeches)
    begun = replace(begun, job=replace(begun.job, plan=replace(begun.job.plan, speeches=speeches)))
    asked = replace(claimed(PRESENTER), rate=rate)
    told = begun.hears(asked, sent(PRESENTER), arrived(PRESENTER), on.CancelAsked())
    billed = round(told.line.cost * share)
    take = Generation(AttemptName(JOB, PRESENTER, 1, 1), billed=True, amount=billed, account="hg_own")

    complaints, beside = (audited([told.job], [take], older=older).complaints for older in (False, True))

    assert found is any("the vendor bills" in each for each in complaints), complaints
    assert (found and not (rate and share < 1)) is any("the vendor bills" in each for each in beside), beside


def test_another_price_is_found(done: Job) -> None:
    """The vendor's amount and the ledger's must be equal to the micro-dollar."""
    audit = audited([done], [replace(made(done), amount=made(done).amount + 1)])

    assert any("the ledger" in complaint for complaint in audit.complaints)


def test_a_job_that_has_not_ended_is_found() -> None:
    """Every job ends."""
    audit = audited([story().job], [])

    assert [f"{JOB}: has not ended"] == audit.complaints


def test_an_attempt_given_up_is_a_figure_not_a_complaint(done: Job) -> None:
    """What was sent into silence is counted as paid by contract: the audit states how much that was."""
    clip = done.nodes[CLIP]
    lost = replace(clip.attempts[0], outcome=Outcome.GIVEN_UP)
    found = replace(clip.attempts[0], attempt=2)
    nodes = {**done.nodes, CLIP: replace(clip, attempt=2, attempts=(lost, found))}
    both = done.money.reserved + clip.cost
    money = replace(done.money, reserved=both, charged=both, refunded=0)

    audit = audited([replace(done, nodes=nodes, money=money)], [made(done, replace(FIRST, attempt=2))])

    assert ([], 1, clip.cost) == (audit.complaints, audit.unbilled, audit.unbilled_cost)
