"""The sweep looks before it pushes, pushes ever more rarely, and a job that stands still ends."""

from datetime import timedelta
from itertools import pairwise

from shared.pipeline.job import events as on
from shared.pipeline.job.job import Ending, Outcome, State
from shared.pipeline.job.moves import Pushed
from tests.pipeline.machine.story import (
    PRESENTED,
    PRESENTER,
    VEO,
    WAITS,
    arrived,
    claimed,
    pending,
    postponed,
    sent,
    story,
    swept,
)


def test_a_task_in_time_is_left_alone() -> None:
    """Nothing is pushed before its due."""
    story().later(WAITS.queue_slack - 1).hears(swept()).then_nothing()


def test_a_task_that_still_waits_in_its_queue_is_not_enqueued_again() -> None:
    """A slow queue is not drowned: only the sweep's own time moves, and no nudge is counted (hole 3)."""
    told = story().later(WAITS.queue_slack).hears(swept("clip-1"))

    told.then(state=State.QUEUED, due=WAITS.queue_slack)
    assert ((), 0, 1) == (told.woken, told.hero.nudges, told.hero.wake)


def test_a_lost_task_is_enqueued_under_a_new_name() -> None:
    """A name may be used up: the wake number is raised before anything is enqueued (hole 2)."""
    told = story().later(WAITS.queue_slack).hears(swept())

    told.then(state=State.QUEUED, wakes=0, due=120)
    assert (1, 2) == (told.hero.nudges, told.hero.wake)


def test_nudges_come_ever_more_rarely_and_the_eighth_is_the_end() -> None:
    """2, 4, 8, 16, 30, 30, 30 minutes; a node that was pushed in vain so often is stuck, and its job fails."""
    told = story()
    rests = [WAITS.queue_slack, 120, 240, 480, 960, 1800, 1800, 1800]
    for rest, after in pairwise(rests):
        told = told.later(rest).hears(swept()).then(state=State.QUEUED, wakes=0, due=after)

    told = told.later(rests[-1]).hears(swept())

    told.then(state=State.FAILED, outcomes=(), code="stuck", ending=Ending.FAILED)
    assert told.job.trouble is not None
    assert "stuck" == told.job.trouble.code


def test_a_step_forward_forgets_the_nudges() -> None:
    """Only nudges in a row are counted."""
    told = story().later(WAITS.queue_slack).hears(swept()).hears(claimed())

    assert 0 == told.hero.nudges


def test_a_look_that_finds_it_pending_forgets_the_nudges() -> None:
    """Somebody did look: that is no node nobody cares for."""
    told = story().hears(claimed(), sent()).later(VEO.backstop).hears(swept())
    assert 1 == told.hero.nudges

    assert 0 == told.hears(pending()).hero.nudges


def test_a_postponed_start_forgets_the_nudges() -> None:
    """A worker came by and found the vendor busy: its task was not lost."""
    told = story(PRESENTED, PRESENTER).later(WAITS.queue_slack + 1).hears(swept("clip-1"))
    assert 1 == told.hero.nudges

    assert 0 == told.later(1).hears(postponed()).hero.nudges


def test_one_node_s_nudge_leaves_the_others_their_time() -> None:
    """Each live node has a due of its own; one does not move another's (hole 6)."""
    told = story(PRESENTED).hears(claimed()).about(PRESENTER)
    before = told.job.nodes["clip-1"]

    told = told.later(WAITS.queue_slack + 1).hears(swept()).then(state=State.QUEUED, wakes=0)

    assert before == told.job.nodes["clip-1"]


def test_a_stuck_node_holds_the_others() -> None:
    """The sweep that gives up a node does not push its siblings."""
    told = story(PRESENTED)
    for rest in (WAITS.queue_slack + 1, 120, 240, 480, 960, 1800, 1800, 1800):
        told = told.later(rest).hears(swept())

    told.then(ending=Ending.FAILED)
    assert {State.FAILED, State.CANCELLED} == {node.state for node in told.job.nodes.values()}


def test_a_job_s_time_ends() -> None:
    """At give_up_at the job fails: what a vendor has failed as paid, the rest was never made."""
    told = story(PRESENTED).hears(claimed(), sent()).later(WAITS.give_up).hears(swept())

    told.then(state=State.FAILED, outcomes=(Outcome.GIVEN_UP,), ending=Ending.FAILED)
    assert State.CANCELLED is told.job.nodes[PRESENTER].state
    assert told.job.trouble is not None
    assert "gave_up" == told.job.trouble.code
    assert told.hero.cost == told.job.money.charged


def test_a_second_before_its_time_is_over_a_job_lives() -> None:
    """The end is at give_up_at, not before."""
    told = story().hears(claimed(), sent()).later(WAITS.give_up - 1).hears(swept())

    assert told.job.ending is None


def test_an_ended_job_is_not_swept() -> None:
    """A page read before the end is void after it."""
    story().hears(on.CancelAsked()).later(hours=7).hears(swept()).then_nothing()


def test_a_retried_job_has_its_time_again() -> None:
    """Give up counts from the retry."""
    told = story().later(WAITS.give_up).hears(swept()).hears(on.RetryAsked(reserved=0))

    assert told.now + timedelta(seconds=WAITS.give_up) == told.job.give_up_at


def test_a_live_job_s_nodes_that_are_awake_all_have_a_due() -> None:
    """Blocked and ended nodes have none."""
    told = story(PRESENTED).hears(claimed(), arrived())

    dues = {key: node.due is not None for key, node in told.job.nodes.items()}

    assert {"clip-1": False, PRESENTER: True, "compose": False} == dues


def test_a_push_by_hand_counts_no_nudge_and_moves_only_what_is_late() -> None:
    """What is to be sent later, or is overdue, gets a task for now; what a vendor makes in time is left to it."""
    pushed = Pushed("the operator")

    waits = story(PRESENTED, PRESENTER).later(1).hears(postponed(600))
    later = waits.later(1).hears(pushed)
    overdue = story().later(WAITS.queue_slack).hears(pushed)

    later.then(state=State.QUEUED, wakes=0)
    overdue.then(state=State.QUEUED, wakes=0)
    assert [0, 0] == [later.hero.nudges, overdue.hero.nudges]
    story().hears(pushed).then_nothing()
    story().hears(claimed()).hears(sent()).hears(pushed).then_nothing()
    waits.hears(on.CancelAsked()).hears(pushed).then_nothing()
