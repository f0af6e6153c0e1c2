"""`mode_fallback`: a test film only where it is asked for, no production account films, and a test one can."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from infra.admin import accounts
from infra.local.vendors.heygen.settings import DEMO_KEY
from shared.cloud.tenants import AccountStatus, Tenant
from shared.codes import Code
from shared.door.bodies import Mistakes, parse_film, parse_template
from shared.pipeline.job.events import CancelAsked
from shared.pipeline.job.job import Ending
from shared.pipeline.job.revision import Change
from shared.pipeline.plan.plan import Plan
from shared.pipeline.plan.request import FilmRequest, Mode
from shared.pipeline.vendors.names import PLATFORM
from shared.steps.problems import Problem
from tests.steps.calls import customer, told
from tests.steps.stage import LOOK, SPEECH, TENANT, Stage, footage, presented, staged

OURS, THEIRS, TRIAL = "hg_platform", "hg_shop", "hg_shop_trial"
ACTIVE, PAUSED, REFUSED = "active", "paused", "refused"
SAID = "This is a test film"
NUMBERS = itertools.count()
SCENE: Mapping[str, Any] = {"visual_description": "A mug", "duration": 4, "script": "Hi.", "avatar_id": LOOK}


@dataclass(frozen=True)
class Case:
    """How the accounts of HeyGen stand, "" where there is none, and what an order with the fallback becomes."""

    own: str = ""
    ours: str = ""
    test: str = ACTIVE
    ours_for_tests: str = ""
    mode: str = ""
    says: str = ""  # of the warning, or of the refusal


BECOMES_A_FILM = {
    "production films": Case(own=ACTIVE, mode="production"),
    "there is none": Case(mode="test", says="there is no production account at HeyGen"),
    "it is paused": Case(own=PAUSED, mode="test", says="your production account at HeyGen is paused"),
    "its key was refused": Case(own=REFUSED, mode="test", says="HeyGen refused the key of your production account"),
    "ours goes first": Case(ours=ACTIVE, mode="production"),
    "ours is paused": Case(ours=PAUSED, mode="test", says="there is no production account at HeyGen"),
    "ours was refused": Case(
        ours=REFUSED, mode="test", says="HeyGen refused the key of abroll's own production account"
    ),
    "ours stands in for none that is paused": Case(own=PAUSED, ours=ACTIVE, mode="test", says="is paused"),
}
IS_REFUSED = {
    "neither is there": Case(test="", says="no heygen key is stored for mode production"),
    "both are paused": Case(own=PAUSED, test=PAUSED, says="the heygen account of mode production is paused"),
    "the test one was refused": Case(test=REFUSED, says="no heygen key is stored for mode production"),
    "the test one is ours": Case(test="", ours_for_tests=ACTIVE, says="no heygen key is stored for mode production"),
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, canned: Mapping[str, Path]) -> Iterator[Stage]:
    filled = dict.fromkeys((DEMO_KEY, OURS, THEIRS, TRIAL), 100.0)
    with staged(tmp_path_factory.mktemp("fallback"), heygen={"accounts": filled}, canned=canned) as each:
        yield each


@pytest.fixture
def accounts_at(stage: Stage) -> Iterator["Accounts"]:
    """Return what sets accounts; the platform's are taken away afterwards."""
    yield Accounts(stage)
    for mode in Mode:
        if stage.wiring.tenants.integration(PLATFORM, "heygen", mode.value, fresh=True):
            stage.wiring.tenants.delete_integration(PLATFORM, "heygen", mode.value)


@dataclass
class Accounts:
    """Sets a new tenant's accounts, and the platform's."""

    stage: Stage

    def __call__(self, case: Case) -> Tenant:
        """Return a new tenant whose accounts stand as the case says."""
        shop = Tenant(f"shop{next(NUMBERS)}", "Shop", plan=TENANT.plan)
        self.stage.wiring.tenants.put_tenant(shop)
        keys = self.stage.wiring.tenant.accounts.keys
        for mode, state, key in (("production", case.own, THEIRS), ("test", case.test, TRIAL)):
            if state:
                keys.put(shop.id, "heygen", mode, key, avatar_id=None, voice_id=None, register=False)
                self.stand(shop.id, mode, state)
        for mode, state in (("production", case.ours), ("test", case.ours_for_tests)):
            if state:
                accounts.put(self.stage.wiring, "heygen", mode, api_key=OURS, webhook=False)
                self.stand(PLATFORM, mode, state)
        return shop

    def stand(self, owner: str, mode: str, state: str) -> None:
        """Let an account be paused, or its key refused."""
        tenants = self.stage.wiring.tenants
        account = tenants.integration(owner, "heygen", mode, fresh=True)
        assert account
        if state == REFUSED:
            tenants.key_refused(owner, account, refused=True)
        if state == PAUSED:
            tenants.change_integration(owner, replace(account, status=AccountStatus.INACTIVE), ("status",))
        tenants.integration(owner, "heygen", mode, fresh=True)


def film(**changed: Any) -> FilmRequest:
    return presented(**{"mode_fallback": Mode.TEST, **changed})


def planned(stage: Stage, shop: Tenant, request: FilmRequest, *, dry_run: bool = False) -> Plan:
    return stage.wiring.create_job.create.check(shop, request, dry_run=dry_run).plan


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize("case", BECOMES_A_FILM.values(), ids=BECOMES_A_FILM)
def test_the_mode_is_settled(stage: Stage, accounts_at: Accounts, case: Case, dry_run: bool) -> None:
    """In a dry run as in an order: production where an account of it films, else the test account, and it is said."""
    shop = accounts_at(case)

    plan = planned(stage, shop, film(), dry_run=dry_run)

    said = [each for each in plan.warnings if each.startswith(SAID)]
    assert plan.mode == case.mode
    assert plan.platform_accounts == (("heygen",) if case.ours and case.mode == "production" else ())
    assert plan.cost_to_provider_account == (0 if plan.platform_accounts else plan.speeches[0].cost)
    assert [case.says in each and "PUT /tenant/integrations/heygen" in each for each in said] == [True] * len(said)
    assert len(said) == (case.mode == "test")


@pytest.mark.parametrize("case", IS_REFUSED.values(), ids=IS_REFUSED)
def test_what_no_account_films_is_refused(stage: Stage, accounts_at: Accounts, case: Case) -> None:
    """As without the fallback: the refusal is of the production account, and a dry run warns of it."""
    shop = accounts_at(case)

    with pytest.raises(Problem, match=case.says) as refused:
        planned(stage, shop, film())
    dry = stage.wiring.create_job.create.dry_run(shop, film()).plan

    assert refused.value.code is Code.NO_PROVIDER_KEY
    assert "mode production" in refused.value.next_move or "mode=production" in refused.value.next_move
    assert dry.mode == "production"
    assert any(case.says in each for each in dry.warnings)


@pytest.mark.parametrize("own", ["", PAUSED])
def test_unasked_nothing_becomes_a_test_film(stage: Stage, accounts_at: Accounts, own: str) -> None:
    """An order of production alone is refused beside the same test account."""
    shop = accounts_at(Case(own=own))

    with pytest.raises(Problem, match="mode production"):
        planned(stage, shop, presented())

    assert stage.wiring.create_job.create.dry_run(shop, presented()).plan.mode == "production"


def test_a_film_without_a_presenter_needs_no_account(stage: Stage, accounts_at: Accounts) -> None:
    """Footage alone is a production film, whatever accounts there are."""
    assert planned(stage, accounts_at(Case()), footage(mode_fallback=Mode.TEST)).mode == "production"


def test_the_test_accounts_avatar_speaks(stage: Stage, accounts_at: Accounts) -> None:
    """An order that names nobody has the avatar of the account that films it."""
    shop = accounts_at(Case())
    account = stage.wiring.tenants.integration(shop.id, "heygen", "test")
    assert account
    stage.wiring.tenants.put_integration(shop.id, replace(account, avatar_id=LOOK))
    body = {"product_title": "Mug", "avatar_script": "Hi.", "scenes": [{"visual_description": "A mug"}]}

    plan = planned(stage, shop, parse_film({**body, "mode_fallback": "test"}))

    assert (plan.mode, plan.speeches[0].avatar_id) == ("test", LOOK)


def test_a_template_carries_it_and_the_job_keeps_the_mode(stage: Stage, accounts_at: Accounts) -> None:
    """All of the film is the test account's, the job says so, and a new film from it is one too, with a key or not."""
    shop = accounts_at(Case())
    caller = customer(stage.wiring, shop.id)
    assert caller.call("PUT", "/tenant/template", {"mode_fallback": "test"}).status_code == 200
    body = {"product_title": "Mug", "scenes": [SCENE]}
    plain = caller.call("POST", "/create_job", {**body, "mode": "production"})
    priced = caller.call("POST", "/batches?dry_run=true", {"rows": [body]})

    job_id = told(caller.call("POST", "/create_job", body, Idempotency_Key="one"))["job_id"]
    stage.wiring.tenant.accounts.keys.put(
        shop.id, "heygen", "production", THEIRS, avatar_id=None, voice_id=None, register=False
    )
    stage.live(job_id)

    job = stage.job(job_id)
    shown = told(caller.call("GET", f"/jobs/{job_id}"))
    assert told(plain)["error"] == Code.NO_PROVIDER_KEY
    assert SAID in priced.get_data(as_text=True)
    assert (job.ending, job.plan.mode, job.request.mode) == (Ending.COMPLETED, "test", Mode.TEST)
    assert [each["account"] for each in stage.bill("heygen") if job_id in each["key"]] == [TRIAL]
    assert any(each.startswith(SAID) for each in shown["warnings"])
    loaded = stage.wiring.jobs.load(job_id)
    assert loaded
    again = told(caller.call("POST", f"/jobs/{job_id}/regenerate", {"nodes": [SPEECH], "dry_run": True}))
    edited = told(caller.call("POST", f"/jobs/{job_id}/edit", {"captions": True}, Idempotency_Key="two"))["job_id"]
    assert stage.job(edited).plan.mode == "test"
    assert stage.job(edited).purchases[0].theirs == 0
    for answer in (again, told(caller.call("GET", f"/jobs/{edited}"))):
        assert [each for each in answer["warnings"] if each.startswith("This is a test film, for its order became")]


@pytest.mark.parametrize("refused", ["", "gone", PAUSED, REFUSED])
def test_a_retry_is_filmed_by_the_test_account_alone(stage: Stage, accounts_at: Accounts, refused: str) -> None:
    """Whatever accounts have come: it says so and costs the same; without that account it is refused, not moved."""
    shop = accounts_at(Case(ours_for_tests=ACTIVE))
    job_id = stage.order(film(), tenant=shop)
    keys, revise = stage.wiring.tenant.accounts.keys, stage.wiring.revise()
    loaded = stage.wiring.jobs.load(job_id)
    assert loaded
    stage.wiring.commits.hear(loaded, CancelAsked("a test"))
    keys.put(shop.id, "heygen", "production", THEIRS, avatar_id=None, voice_id=None, register=False)
    if refused == "gone":
        keys.delete(shop.id, "heygen", "test")
    elif refused:
        accounts_at.stand(shop.id, "test", refused)
    loaded = stage.wiring.jobs.load(job_id)
    assert loaded

    if refused in ("gone", PAUSED):
        with pytest.raises(Problem, match=r"heygen (key|account)") as wrong:
            revise.retry(shop, loaded, Change(), dry_run=False)
        assert wrong.value.code is Code.NO_PROVIDER_KEY
        assert "test" in f"{wrong.value} {wrong.value.next_move}"
        return
    job, made = revise.retry(shop, loaded, Change(), dry_run=False)

    assert (job.plan.mode, job.plan.platform_accounts) == ("test", ())
    assert (made.ours, made.theirs) == (job.purchases[0].ours, job.purchases[0].theirs)
    assert job.purchases[-1].theirs == job.plan.speeches[0].cost > 0
    assert len([each for each in job.warnings if each.startswith(SAID)]) == 1
    stage.wiring.start_presenter(stage.message(job_id, SPEECH))
    assert [each["account"] for each in stage.bill("heygen") if job_id in each["key"]] == [TRIAL]


@pytest.mark.parametrize("given", ["production", "demo", "", 1, True, ["test"]])
def test_odd_values_are_refused(given: object) -> None:
    """By name, at the door."""
    with pytest.raises(Mistakes) as wrong:
        parse_film({"product_title": "Mug", "scenes": [SCENE], "mode_fallback": given})

    assert list(wrong.value.details) == ["mode_fallback"]


def test_a_test_film_has_no_fallback() -> None:
    """Nor has a template of test films."""
    both = {"product_title": "Mug", "scenes": [SCENE], "mode": "test", "mode_fallback": "test"}
    for read in (parse_film, parse_template):
        with pytest.raises(Mistakes) as wrong:
            read(both)
        assert "the mode is test" in wrong.value.details["mode_fallback"][0]


@pytest.mark.parametrize(
    ("template", "own", "becomes"),
    [
        ({"mode_fallback": "test"}, {}, (Mode.PRODUCTION, Mode.TEST)),
        ({"mode_fallback": "test"}, {"mode": "production"}, (Mode.PRODUCTION, None)),
        ({"mode_fallback": "test"}, {"mode": "test"}, (Mode.TEST, None)),
        ({"mode": "test"}, {"mode_fallback": "test"}, (Mode.PRODUCTION, Mode.TEST)),
        ({"mode": "production"}, {"mode": "production", "mode_fallback": "test"}, (Mode.PRODUCTION, Mode.TEST)),
    ],
)
def test_an_orders_mode_wins_over_a_templates(
    template: Mapping[str, str], own: Mapping[str, str], becomes: tuple[Mode, Mode | None]
) -> None:
    """Who asks for production alone is told so, whatever a template would have allowed."""
    request = parse_film({"product_title": "Mug", "scenes": [SCENE], **own}, template=template)

    assert (request.mode, request.mode_fallback) == becomes
