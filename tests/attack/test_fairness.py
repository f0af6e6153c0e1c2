"""A flood by one tenant holds another's single film up for no longer than its fair turn, whatever the flood orders.

Queues have the rates that are deployed (`infra/functions.json`). Seconds are those of a clock moved by hand: how busy
the testing machine is, changes none of them. `--large` floods at the size of the longest hour a plan allows.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from shared.cloud.tenants import Tenant
from shared.pipeline.job.job import State
from shared.pipeline.plan.plan import Join
from shared.pipeline.plan.request import BRoll, FilmRequest, SceneRequest
from shared.steps.cancel import cancel
from tests.steps.stage import LOOK, MINUTE, ROOT, VOICE, Stage, footage, staged

QUEUES = json.loads((ROOT / "infra" / "functions.json").read_text(encoding="utf-8"))["queues"]
RATES: Mapping[str, float] = {name: queue["max_dispatches_per_second"] for name, queue in QUEUES.items()}
SLOTS = QUEUES["compose"]["max_concurrent_dispatches"]
FLOODS = tuple(Tenant(f"flood-{number}", "Flood", plan="enterprise", live_jobs=100_000) for number in range(3))
FLOOD = FLOODS[0]
VICTIM = Tenant("victim", "Victim", plan="enterprise")
FAIR = 5.0  # seconds a film may wait for one flooding tenant
WINDOW = 30  # seconds an account that is at its limit says to wait
STEP = 0.25  # seconds between two looks
SCENE = SceneRequest(visual_description="A mug on a table", duration=4)

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def large(request: pytest.FixtureRequest) -> bool:
    """Tell whether the flood has its full size."""
    return bool(request.config.getoption("--large"))


@pytest.fixture
def stage(tmp_path: Path, canned: Mapping[str, Path]) -> Iterator[Stage]:
    """Return a stage with floods and a victim, whose veo queue has handed out all it had saved up."""
    heygen = {"concurrency": 2, "retry_after_seconds": WINDOW}
    with staged(tmp_path, heygen=heygen, canned=canned, rates=RATES) as opened:
        for tenant in (*FLOODS, VICTIM):
            opened.wiring.tenants.put_tenant(tenant)
        yield opened


def cut(scenes: int) -> FilmRequest:
    """Return a film whose scenes can all be started at once."""
    return footage(scenes=(SCENE,) * scenes, b_roll=BRoll(join=Join.CUT))


def ordered(stage: Stage, tenant: Tenant, film: FilmRequest) -> str:
    return stage.wiring.create_job.create(tenant, film, None, "trace").job.id


def cancelled(stage: Stage, job_id: str) -> None:
    loaded = stage.wiring.commits.load(job_id)
    assert loaded
    cancel(stage.wiring.commits, loaded, by="the flood")


def most(stage: Stage, queue: str) -> int:
    """Return how many tasks of one tenant may be in a queue."""
    portion = stage.wiring.portions[queue]
    return portion.free + portion.lanes


def watched(stage: Stage, queue: str) -> list[int]:
    """Note how many tasks a queue holds, at each change, from now on."""
    seen: list[int] = []
    stage.wire.on("^tasks CreateTask", times=10**9, meanwhile=lambda: seen.append(len(stage.waiting(queue))))
    return seen


def nothing(_tick: int) -> None:
    """Attack with nothing."""


def lived(stage: Stage, seconds: float, attack: Callable[[int], None] = nothing, *, filmed: bool = False) -> None:
    """Be the platform for a while: queues at their rates, the sweep each minute; films are finished where asked for."""
    end, swept = stage.clock.now.timestamp() + seconds, stage.clock.now
    tick = 0
    while stage.clock.now.timestamp() < end:
        stage.cloud.tasks.run_due()
        attack(tick)
        if filmed and tick % 4 == 0:
            stage.vendors()
            stage.cloud.storage.deliver_events()
        if stage.clock.now - swept >= MINUTE:
            swept = stage.clock.now
            stage.wiring.sweep()
        stage.clock.forward(STEP)
        tick += 1


def waits(stage: Stage, attack: Callable[[int], None] = nothing, most_seconds: float = 300) -> float:
    """Order one film for the victim; return the seconds until it is started, while the attack goes on."""
    job_id, began = ordered(stage, VICTIM, cut(1)), stage.clock.now
    while State.QUEUED is stage.node(job_id, "clip-1").state:
        lived(stage, STEP, attack)
        assert (stage.clock.now - began).total_seconds() < most_seconds
    return (stage.clock.now - began).total_seconds() - STEP  # it was started before the last step's clock moved


def test_ordering_and_cancelling_fills_no_queue(stage: Stage, *, large: bool) -> None:
    """What is cancelled stands before nobody: never more than a part of the queue, and the victim starts in time."""
    seen = watched(stage, "veo")

    def attack(tick: int) -> None:
        for _ in range(4 if tick % 8 == 0 else 0):  # two a second
            cancelled(stage, ordered(stage, FLOOD, cut(3)))

    lived(stage, 60 if large else 5, attack)
    waited = waits(stage, attack)

    print(f"at most {max(seen)} tasks, a film waits {waited} s")
    assert max(seen) <= most(stage, "veo") + 1  # and the victim's
    assert waited <= FAIR


def test_twenty_scene_cuts_hold_nobody_up(stage: Stage, *, large: bool) -> None:
    """Counted is work, not films: any number of large cuts are four tasks at every instant (hole 168)."""
    seen = watched(stage, "veo")
    for film in [cut(1)] * 3 + [cut(20)] * (40 if large else 2):
        ordered(stage, FLOOD, film)
    lived(stage, 15)  # whatever the queue had saved up is spent

    waited = waits(stage)

    print(f"at most {max(seen)} tasks, a film waits {waited} s")
    assert max(seen) <= most(stage, "veo") + 1
    assert waited <= FAIR


def test_everything_at_once_holds_nobody_up(stage: Stage, *, large: bool) -> None:
    """Cuts, single films and cancels in one flood, going on while the victim waits, again and again."""
    jobs: list[str] = []
    films = (cut(20), cut(1), footage(scenes=(SCENE, SCENE)))

    def attack(tick: int) -> None:
        if tick % 4 == 0:
            jobs.append(ordered(stage, FLOOD, films[tick // 4 % 3]))
        if tick % 12 == 8:
            cancelled(stage, jobs[-2])

    lived(stage, 120 if large else 15, attack)
    waited = [waits(stage, attack) for _ in range(10 if large else 3)]

    print(f"{len(jobs)} orders of a flood; a film waits {waited} s")
    assert max(waited) <= FAIR


def test_three_floods_are_three_fair_turns(stage: Stage, *, large: bool) -> None:
    """Each tenant that floods costs the others its turn, no more: once all are in their lanes a turn is 1.25 s."""
    for tenant in list(FLOODS) * (20 if large else 1):
        ordered(stage, tenant, cut(20))
    lived(stage, 15)

    waited = waits(stage)

    print(f"{len(FLOODS)} floods, a film waits {waited} s")
    assert waited <= (len(FLOODS) + 1) / RATES["veo"]


def test_the_links_of_many_chains_never_pass_their_lane(stage: Stage, *, large: bool) -> None:
    """When a flood's first links are made, its second links wait for their turns too, minute after minute (162)."""
    for _ in range(200 if large else 8):
        ordered(stage, FLOOD, footage(scenes=(SCENE, SCENE)))
    seen = watched(stage, "veo")

    waited = []
    for _ in range(5 if large else 2):
        lived(stage, 60, filmed=True)
        waited.append(waits(stage))

    print(f"at most {max(seen)} tasks, a film waits {waited} s")
    assert stage.submits("veo") > len(waited) + 8  # second links were among them
    assert max(seen) <= most(stage, "veo") + 1
    assert max(waited) <= FAIR


def test_a_floods_compositions_leave_slots_to_others(stage: Stage, *, large: bool) -> None:
    """While each renders for minutes a flood has its part of the twenty slots, and the victim's renders at once."""
    stage.wiring.clients.tasks.pause_queue(name=stage.wiring.tasks._queue("compose"))  # a slot is a task that stays
    seen = watched(stage, "compose")
    for _ in range(60 if large else 14):
        ordered(stage, FLOOD, cut(1))
    lived(stage, 120 if large else 40, filmed=True)

    job_id = ordered(stage, VICTIM, cut(1))
    lived(stage, 60, filmed=True)

    print(f"at most {max(seen)} compositions of {SLOTS} slots")
    assert stage.wants(job_id, "compose")
    assert max(seen) <= most(stage, "compose") + 1 < SLOTS


def test_what_failed_stands_before_nobody(stage: Stage) -> None:
    """A refused scene ends its film: the tasks of the others leave the queue with it (hole 157)."""
    seen = watched(stage, "veo")
    refused = SceneRequest(visual_description="[[rai:58061214]] A mug", duration=4)

    for _ in range(6):
        ordered(stage, FLOOD, footage(scenes=(refused, SCENE, SCENE), b_roll=BRoll(join=Join.CUT)))
        lived(stage, 3)

    assert max(seen) <= most(stage, "veo")


def test_an_account_at_its_limit_is_asked_by_its_holders_only(stage: Stage, *, large: bool) -> None:
    """Many takes wait for one account: a few come back each time it may be free, not all of them (hole 163)."""
    scene = SceneRequest(visual_description="A mug", duration=4, script="Hi.", avatar_id=LOOK, voice_id=VOICE)
    takes = 120 if large else 14
    wiring = stage.wiring
    account = wiring.tenants.integration("acme", "heygen", "production")
    assert account
    wiring.tenants.put_integration(FLOOD.id, account)
    for _ in range(takes):
        ordered(stage, FLOOD, FilmRequest(product_title="Mug", scenes=(scene,)))
    stage.cloud.tasks.run_due()

    came = []
    for _ in range(4):
        already = stage.cloud.incoming.count("start_presenter")
        stage.clock.forward(WINDOW + 1)
        stage.cloud.tasks.run_due()
        came.append(stage.cloud.incoming.count("start_presenter") - already)

    print(f"{takes} takes, dispatches a window: {came}")
    assert max(came) <= most(stage, "presenter") + 1  # the one whose 429 says so has handed its turn on
