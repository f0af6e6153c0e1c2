"""News of composition, and of branches that fail: what is made of wanted inputs ends the job, all else is dropped."""

from dataclasses import replace
from datetime import timedelta

from shared.codes import Code
from shared.pipeline.job.job import Ending, State
from tests.pipeline.machine.story import (
    CHAIN,
    COMPOSE,
    PRESENTED,
    PRESENTER,
    TWO_CLIPS,
    WAITS,
    arrived,
    claimed,
    failure,
    job,
    reclaimed,
    refused,
    released,
    sent,
    story,
    unclear,
    work_failed,
    worked,
)


def test_old_composition_s_film_is_dropped() -> None:
    """A film made from other inputs than the wanted ones is nobody's film."""
    told = story().hears(claimed(), arrived()).about(COMPOSE)

    told.hears(worked("made-from-something-else")).then_nothing()
    told.hears(work_failed("made-from-something-else", again=None)).then_nothing()


def test_what_was_warned_of_before_is_not_said_again() -> None:
    """The composition repeats what the plan knew: the customer reads it once."""
    told = story().hears(claimed(), arrived()).about(COMPOSE)
    known = told.job.warnings

    told = told.hears(worked(told.hero.inputs_hash, warnings=("loud", "loud", *known)))

    assert (*known, "loud") == told.job.warnings


def test_wanted_composition_ends_the_job_with_its_warnings() -> None:
    """Made from what is wanted: done, and the job with it."""
    told = story().hears(claimed(), arrived()).about(COMPOSE)

    told = told.hears(worked(told.hero.inputs_hash, warnings=("loud",)))

    told.then(state=State.DONE, ending=Ending.COMPLETED)
    assert "loud" in told.job.warnings


def test_other_bytes_are_other_inputs() -> None:
    """The wanted film is named by the generations of what it is made from."""
    hashes = [
        story().hears(claimed(), arrived(generation=generation)).about(COMPOSE).hero.inputs_hash
        for generation in (1, 2)
    ]

    assert 2 == len(set(hashes))


def test_a_composition_that_stumbles_is_tried_thrice() -> None:
    """Pure work is repeated freely, a bounded number of times."""
    told = story().hears(claimed(), arrived()).about(COMPOSE)
    for _ in range(2):
        told = told.hears(work_failed(told.hero.inputs_hash)).then(state=State.QUEUED, wakes=5).later(5)

    told.hears(work_failed(told.hero.inputs_hash)).then(state=State.FAILED, code="compose_failed")


def test_two_compositions_that_stumble_at_once_stumbled_once() -> None:
    """A duplicate's failure while the next try is already queued does not use it up."""
    told = story().hears(claimed(), arrived()).about(COMPOSE)

    told.hears(work_failed(told.hero.inputs_hash)).later(1).hears(work_failed(told.hero.inputs_hash)).then_nothing()


class TestAFailedBranch:
    """A node that failed stops what was not submitted; what a vendor is making is waited for and kept."""

    def test_holds_what_was_not_submitted(self) -> None:
        """Queued and blocked nodes are cancelled, the job has not ended."""
        told = story(PRESENTED).hears(claimed(PRESENTER), sent(PRESENTER), claimed(), refused())

        assert {
            "clip-1": State.FAILED,
            PRESENTER: State.RUNNING,
            COMPOSE: State.CANCELLED,
        } == {key: node.state for key, node in told.job.nodes.items()}
        assert told.job.ending is None

    def test_lets_nobody_claim(self) -> None:
        """A task that was under way finds nothing to claim."""
        told = story(TWO_CLIPS).hears(claimed("clip-2"), refused("clip-2")).then(state=State.CANCELLED)

        told.hears(claimed("clip-1")).then_nothing()

    def test_ends_when_the_last_running_film_has_come(self) -> None:
        """The presenter's take is kept; then the job fails for the clip's reason."""
        told = story(PRESENTED).hears(claimed(PRESENTER), sent(PRESENTER), claimed(), refused())

        told = told.about(PRESENTER).hears(arrived(PRESENTER)).then(state=State.DONE, ending=Ending.FAILED)

        assert told.job.trouble is not None
        assert (Code.SAFETY, "clip-1") == (told.job.trouble.code, told.job.trouble.node)

    def test_gives_back_what_comes_back_unsent(self) -> None:
        """A claim released after the failure is not queued again."""
        told = story(PRESENTED).hears(claimed(PRESENTER, "p"), claimed(), refused()).about(PRESENTER)

        told.hears(released(PRESENTER, "p")).then(state=State.CANCELLED, ending=Ending.FAILED)

    def test_buys_no_second_attempt(self) -> None:
        """A failure that would be tried again is not, when the job has failed already."""
        told = story(PRESENTED).hears(claimed(PRESENTER, "p"), sent(PRESENTER, "p"), claimed(), refused())

        told.about(PRESENTER).hears(failure(PRESENTER)).then(state=State.CANCELLED, ending=Ending.FAILED)

    def test_still_finds_out_what_is_unclear(self) -> None:
        """An unclear call may be paid: it is asked about to its end."""
        told = story(PRESENTED).later(1).hears(claimed(PRESENTER, "p"), unclear(PRESENTER, "p"), claimed(), refused())

        told = told.about(PRESENTER).later(30).hears(reclaimed("q"), sent(PRESENTER, "q")).then(state=State.RUNNING)

        told.hears(arrived(PRESENTER)).then(state=State.DONE, ending=Ending.FAILED)

    def test_is_told_by_its_first_failure(self) -> None:
        """Two failures: the job's trouble is the one that came first."""
        told = story(PRESENTED).hears(claimed(PRESENTER, "p"), claimed(), refused(), refused(PRESENTER, "p"))

        assert told.job.trouble is not None
        assert "clip-1" == told.job.trouble.node


class TestAChain:
    """An extension is queued when the clip it extends is there."""

    def test_wakes_the_next_link(self) -> None:
        """The first link's film queues the second link, and nothing else."""
        told = story(CHAIN).hears(claimed(), sent(), arrived())

        assert ("clip-2",) == told.woken

    def test_starts_of_one_job_are_staggered(self) -> None:
        """Nodes that may begin at once begin 150 ms apart, so that they do not meet in one document."""
        starts = [node.at for node in job(TWO_CLIPS).nodes.values() if node.state is State.QUEUED]

        assert [starts[0], starts[0] + timedelta(seconds=WAITS.stagger) if starts[0] else None] == starts


def test_all_that_is_shown_is_waited_for() -> None:
    """Compose is queued by the last of its inputs, once."""
    told = story(PRESENTED).hears(claimed(PRESENTER), sent(PRESENTER), claimed(), sent(), arrived())
    assert () == told.woken

    told = told.hears(arrived(PRESENTER))

    assert (COMPOSE,) == told.woken
    assert replace(told.job.nodes[COMPOSE], state=State.QUEUED) == told.job.nodes[COMPOSE]
