"""Orders are kept from a vendor that is down, one at a time finds out whether it is back, and nothing else changes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from shared.cloud.tenants import Integration, Tenant
from shared.pipeline.job.job import Ending, Node, State
from shared.pipeline.job.status import summary
from shared.pipeline.plan.request import BRoll, Filmer, FilmRequest
from shared.pipeline.vendors.breaker import PROBE_LIFE, Circuit, Sign, circuit, noted
from shared.pipeline.vendors.names import called
from shared.pipeline.vendors.state import Breaker, Incident, VendorsState
from shared.steps.breakers import NOTE_SECONDS, SPREAD
from tests.faults.cloud import StagedWiring
from tests.faults.wire import Kind
from tests.steps.stage import CLIP, FILMS_WITH_ITS_KEY, SPEECH, TENANT, Stage, footage, presented

READ, COMMIT = "^firestore BatchGet", "^firestore Commit"
SUBMIT = {
    "veo": "^veo .*:predictLongRunning",
    "heygen": "^heygen POST /v3/videos$",
    "heygen_video": "^heygen POST /v3/models/videos$",
}
LATEST = timedelta(seconds=SPREAD + 1)  # how long after an opening the last of few jobs comes back
OTHERS = tuple(Tenant(name, name, plan="enterprise") for name in ("beta", "gamma"))
Orders = Callable[[Stage], tuple[str, str]]


@pytest.fixture(autouse=True)
def _others(stage: Stage) -> None:
    """Let two more tenants be customers."""
    for tenant in OTHERS:
        stage.wiring.tenants.put_tenant(tenant)


def filmed(stage: Stage) -> tuple[str, str]:
    """Order footage."""
    return ordered(stage, CLIP)


def spoken(stage: Stage) -> tuple[str, str]:
    """Order a presenter."""
    return ordered(stage, SPEECH)


def filmed_by_its_key(stage: Stage) -> tuple[str, str]:
    """Order footage by the tenant's own HeyGen account."""
    return ordered(stage, CLIP, footage(b_roll=BRoll(provider=Filmer.HEYGEN)))


def ordered(stage: Stage, key: str, film: FilmRequest | None = None) -> tuple[str, str]:
    """Order a film, and wait until this node's first task is due."""
    job_id = stage.order(film or (footage() if key == CLIP else presented()), tenant=FILMS_WITH_ITS_KEY)
    due(stage, job_id, key)
    return job_id, key


EACH = pytest.mark.parametrize(
    ("vendor", "orders"), [("veo", filmed), ("heygen", spoken), ("heygen_video", filmed_by_its_key)]
)
OF_AN_ACCOUNT = pytest.mark.parametrize(("vendor", "orders"), [("heygen", spoken), ("heygen_video", filmed_by_its_key)])


def known(stage: Stage) -> VendorsState:
    """Return what stands in the document, as another instance reads it."""
    return stage.cloud.instance().vendor_states.read()


def standing(stage: Stage, vendor: str) -> Circuit:
    """Return how a vendor's breaker stands."""
    return circuit(known(stage).breakers.get(vendor, Breaker()), stage.clock())


def opened(stage: Stage, vendor: str) -> datetime:
    """Open a vendor's breaker, as this instance knows; return until when."""
    now = stage.clock()
    breaker = noted(Breaker(), [Incident(now, Sign.UNREACHABLE, who) for who in "aabbc"], now)
    stage.wiring.vendor_states.change(lambda state: replace(state, breakers={**state.breakers, vendor: breaker}))
    assert breaker.open_until
    return breaker.open_until


def start(stage: Stage, job_id: str, key: str, wiring: StagedWiring | None = None) -> Node:
    """Let an instance run a node's starter; return the node."""
    step = getattr(wiring or stage.wiring, "start_clip" if key == CLIP else "start_presenter")
    step(stage.message(job_id, key))
    return stage.node(job_id, key)


def due(stage: Stage, job_id: str, key: str) -> None:
    """Let time pass until a node's task is due."""
    at = stage.node(job_id, key).at
    assert at is not None
    stage.clock.forward(max((at - stage.clock()).total_seconds(), 0))


@EACH
def test_an_open_breaker_keeps_what_was_not_sent(stage: Stage, vendor: str, orders: Orders) -> None:
    """It waits for the end of the opening, says since when, and is nudged by nobody."""
    job_id, key = orders(stage)
    until = opened(stage, vendor)

    node = start(stage, job_id, key)

    assert (State.QUEUED, 0, ()) == (node.state, node.nudges, node.attempts)
    assert node.at is not None
    assert until <= node.at <= until + LATEST
    assert f"waiting for {called(vendor)}, unreachable since {stage.clock():%H:%M} UTC" == node.why
    assert f"Waiting for {called(vendor)}, unreachable since" in summary(stage.job(job_id))
    assert 0 == stage.submits(vendor)


@EACH
def test_the_first_order_after_it_closes_the_breaker(stage: Stage, vendor: str, orders: Orders) -> None:
    """One real order that was wanted anyway, after a question that costs nothing where the vendor has one."""
    job_id, key = orders(stage)
    opened(stage, vendor)
    start(stage, job_id, key)
    due(stage, job_id, key)

    node = start(stage, job_id, key)

    assert State.RUNNING is node.state
    assert Circuit.CLOSED is standing(stage, vendor)
    assert 1 == stage.submits(vendor)
    assert vendor.startswith("heygen") == bool(stage.wire.count("^heygen GET /v3/users/me"))


def test_the_film_of_a_job_that_waited_is_whole_and_paid_once(stage: Stage) -> None:
    """The wait costs time and nothing else."""
    job_id, _ = filmed(stage)
    opened(stage, "veo")

    stage.live(job_id)

    assert Ending.COMPLETED is stage.job(job_id).ending
    assert 1 == stage.submits("veo") == len(stage.bill("veo"))


def test_while_one_order_finds_out_the_others_wait(stage: Stage) -> None:
    """For the end of its lease (hole 91)."""
    first, second = filmed(stage)[0], filmed(stage)[0]
    opened(stage, "veo")
    for job_id in (first, second):
        start(stage, job_id, CLIP)
    stage.clock.forward(60 + SPREAD)
    seen: list[Node] = []
    twin = stage.cloud.instance()
    stage.wire.on(SUBMIT["veo"], Kind.PASS, meanwhile=lambda: seen.append(start(stage, second, CLIP, twin)))

    start(stage, first, CLIP)

    assert [State.QUEUED] == [node.state for node in seen]
    assert seen[0].at is not None
    assert PROBE_LIFE <= seen[0].at - stage.clock() <= PROBE_LIFE + LATEST
    assert 1 == stage.submits("veo")


def test_an_order_that_fails_opens_it_for_twice_as_long(stage: Stage) -> None:
    """And is looked for as any unclear one: the breaker ends no attempt."""
    job_id, _ = filmed(stage)
    opened(stage, "veo")
    start(stage, job_id, CLIP)
    due(stage, job_id, CLIP)
    stage.wire.on(SUBMIT["veo"], Kind.REFUSE, "503")

    node = start(stage, job_id, CLIP)

    breaker = known(stage).breakers["veo"]
    assert State.STARTING is node.state
    assert node.claim is not None
    assert node.claim.unclear_at is not None
    assert stage.clock() + timedelta(seconds=120) == breaker.open_until


@OF_AN_ACCOUNT
def test_a_free_question_that_fails_sends_nothing(stage: Stage, vendor: str, orders: Orders) -> None:
    """No order is risked at a service that does not even say who we are."""
    job_id, key = orders(stage)
    opened(stage, vendor)
    start(stage, job_id, key)
    due(stage, job_id, key)
    stage.wire.on("^heygen GET /v3/users/me", Kind.REFUSE, "503")

    node = start(stage, job_id, key)

    assert (State.QUEUED, 0) == (node.state, stage.submits(vendor))
    assert Circuit.OPEN is standing(stage, vendor)


def test_a_refused_order_gives_the_lease_back(stage: Stage) -> None:
    """It tells nothing of the vendor's health: the next one asks at once."""
    job_id, _ = spoken(stage)
    opened(stage, "heygen")
    start(stage, job_id, SPEECH)
    due(stage, job_id, SPEECH)
    stage.wire.on(SUBMIT["heygen"], Kind.REFUSE, "402", body='{"error": {"code": "insufficient_credit"}}')

    start(stage, job_id, SPEECH)

    breaker = known(stage).breakers["heygen"]
    assert (Circuit.HALF_OPEN, None) == (standing(stage, "heygen"), breaker.lease)


def test_whoever_cannot_write_the_lease_is_not_probing(stage: Stage) -> None:
    """It waits for a minute, and sends nothing."""
    job_id, _ = filmed(stage)
    opened(stage, "veo")
    start(stage, job_id, CLIP)
    due(stage, job_id, CLIP)
    stage.wire.on(COMMIT, Kind.REFUSE, "UNAVAILABLE")

    node = start(stage, job_id, CLIP)

    assert (State.QUEUED, 0) == (node.state, stage.submits("veo"))


def test_a_breaker_that_cannot_be_read_is_closed(stage: Stage) -> None:
    """A lost breaker costs a call to a vendor, never a film."""
    job_id, _ = filmed(stage)
    opened(stage, "veo")
    start(stage, job_id, CLIP)
    due(stage, job_id, CLIP)
    twin = stage.cloud.instance()
    stage.wire.on(READ, Kind.REFUSE, "PERMISSION_DENIED", nth=2)  # the job's own read comes first

    node = start(stage, job_id, CLIP, twin)

    assert State.RUNNING is node.state


def test_a_starter_reads_what_is_known_once_a_minute(stage: Stage) -> None:
    """An instance that has heard of nothing reads one document, and no more for a minute."""
    orders = [filmed(stage)[0] for _ in range(2)]
    twin = stage.cloud.instance()
    before = stage.wire.count(READ)

    nodes = [start(stage, job_id, CLIP, twin) for job_id in orders]

    assert [State.RUNNING] * 2 == [node.state for node in nodes]
    assert 3 == stage.wire.count(READ) - before  # both jobs, and what is known of vendors


def order_of(stage: Stage, tenant: Tenant) -> str:
    """Order footage of a tenant; return the job's id."""
    return stage.wiring.create_job.create(tenant, footage(), None, "trace").job.id


def fails(stage: Stage, tenant: Tenant, status: str = "503") -> None:
    """Order footage of a tenant at a moment when Veo answers so."""
    meets(stage, order_of(stage, tenant), status)


def meets(stage: Stage, job_id: str, status: str = "503") -> None:
    """Let a clip be sent when Veo answers so."""
    stage.wire.on(SUBMIT["veo"], Kind.REFUSE, status)
    start(stage, job_id, CLIP)


def test_troubles_of_three_tenants_open_it_for_all(stage: Stage) -> None:
    """What an instance meets within ten seconds is written together; the jobs were written before."""
    for tenant in (TENANT, *OTHERS, TENANT):
        fails(stage, tenant)
    assert Circuit.CLOSED is standing(stage, "veo")
    stage.clock.forward(NOTE_SECONDS)

    fails(stage, OTHERS[0])

    assert Circuit.OPEN is standing(stage, "veo")


def test_one_tenants_troubles_do_not(stage: Stage) -> None:
    """However many (hole 89)."""
    for _ in range(8):
        fails(stage, TENANT)
        stage.clock.forward(NOTE_SECONDS)

    assert Circuit.CLOSED is standing(stage, "veo")


def test_an_instance_writes_once_in_ten_seconds(stage: Stage) -> None:
    """And not at all while it knows that the breaker is open (hole 90)."""
    orders = [order_of(stage, tenant) for tenant in (TENANT, *OTHERS)]
    commits: list[int] = []
    for job_id in orders:
        before = stage.wire.count(COMMIT)
        meets(stage, job_id)
        commits.append(stage.wire.count(COMMIT) - before)

    assert [3, 2, 2] == commits  # the claim, what came of it, and for the first the breaker


@pytest.mark.parametrize("status", ["400", "401", "403", "404", "429", "451"])
def test_refusals_are_never_written(stage: Stage, status: str) -> None:
    """A wrong order, a missing permission, a gone model and our own quota say nothing of the vendor's health."""
    for tenant in (TENANT, *OTHERS, TENANT, TENANT):
        fails(stage, tenant, status)
        stage.clock.forward(NOTE_SECONDS)

    assert {} == known(stage).breakers


def test_a_write_that_fails_is_left_out(stage: Stage) -> None:
    """The job stands as it would without a breaker."""
    job_id, _ = filmed(stage)
    stage.wire.on(SUBMIT["veo"], Kind.REFUSE, "503")
    stage.wire.on(COMMIT, Kind.REFUSE, "UNAVAILABLE", nth=3)  # after the claim and what came of it

    node = start(stage, job_id, CLIP)

    assert State.STARTING is node.state
    assert {} == known(stage).breakers


def account(stage: Stage) -> Integration:
    """Return the tenant's account as it stands."""
    found = stage.cloud.eyes.tenants.integration(TENANT.id, "heygen", "production", fresh=True)
    assert found is not None
    return found


@OF_AN_ACCOUNT
def test_three_troubles_let_an_account_rest(stage: Stage, vendor: str, orders: Orders) -> None:
    """Its next order waits, and says so; nobody else's vendor is closed."""
    for _ in range(3):
        job_id, key = orders(stage)
        stage.wire.on(SUBMIT[vendor], Kind.REFUSE, "503")
        start(stage, job_id, key)
        stage.clock.forward(NOTE_SECONDS)
    submits = stage.submits(vendor)
    job_id, key = orders(stage)

    node = start(stage, job_id, key)

    assert (State.QUEUED, submits) == (node.state, stage.submits(vendor))
    assert node.why is not None
    assert node.why.startswith(f"waiting for {called(vendor)}, which fails for this account")
    assert 1 == account(stage).down_times
    assert Circuit.CLOSED is standing(stage, vendor)


@pytest.mark.parametrize(
    ("vendor", "orders", "look"),
    [
        ("veo", filmed, "^veo .*:fetchPredictOperation"),
        ("heygen_video", filmed_by_its_key, "^heygen GET /v3/models/videos/"),
    ],
)
def test_a_look_that_fails_counts_too(stage: Stage, vendor: str, orders: Orders, look: str) -> None:
    """A vendor that cannot say how its clips stand is in trouble, whoever asks."""
    job_id, key = orders(stage)
    start(stage, job_id, key)
    stage.wire.on(look, Kind.REFUSE, "500")

    stage.wiring.watch_clip(stage.message(job_id, CLIP))

    assert [Sign.SERVER_ERROR] == [each.code for each in known(stage).breakers[vendor].incidents]
