"""abroll's endpoint at a tenant's HeyGen account: one, whoever dies, and none at an account that was left."""

import hashlib
import hmac
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import Any

import flask
import httpx
import pytest
from werkzeug.test import EnvironBuilder

from infra.admin import tenants
from infra.local.vendors.heygen.settings import DEMO_KEY
from shared.cloud.secret_names import vendor_webhook
from shared.cloud.tenants import Integration
from shared.providers.registering import RegistersWebhooks
from shared.steps.audited import THE_OPERATOR, Audited
from shared.steps.people_radar import PeopleRadar
from tests.faults.cloud import StagedWiring
from tests.faults.wire import Kind
from tests.steps.calls import Customer, customer, told
from tests.steps.dying import Died, Dying
from tests.steps.stage import Stage, staged

OTHER_KEY = "hg_other_key"
PATH = "/tenant/integrations/heygen"
ROTATE = f"{PATH}/webhook/rotate"
PARTS = ("tenants", "secrets", "replaced_secrets")
NUMBERS = count()
ROTATION_CALLS, MOVE_CALLS = 9, 15  # to stores, Secret Manager and the service
MOST_SHOPS = 20  # whose ids begin alike


def points(calls: int, chosen: int) -> list[tuple[int, bool]]:
    """Return where to die: before each call and after it, and after the last; an even sample unless all are wanted."""
    found = [(at, after) for at in range(1, calls + 2) for after in (False, True)]
    return found if os.environ.get("ABROLL_EVERY_POINT") else found[:: len(found) // chosen | 1]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    accounts = dict.fromkeys((DEMO_KEY, OTHER_KEY), 100.0)
    with staged(tmp_path_factory.mktemp("endpoints"), did={}, heygen={"accounts": accounts}) as each:
        yield each


@dataclass(frozen=True, slots=True)
class Shop:
    """A tenant of the test's own with an account, and what the service and the store have of it."""

    stage: Stage
    customer: Customer

    @property
    def id(self) -> str:
        """Return the tenant's id."""
        return self.customer.key.tenant

    @property
    def account(self) -> Integration:
        """Return the account as it is stored."""
        found = self.stage.cloud.eyes.tenants.integration(self.id, "heygen", "production", fresh=True)
        assert found
        return found

    def at(self, key: str) -> list[str]:
        """Return the ids of this tenant's endpoints at a key's account."""
        url = f"{self.stage.heygen.url}/v3/webhooks/endpoints?limit=100"
        listed = httpx.get(url, headers={"X-Api-Key": key}, trust_env=False).json()["data"]
        return [each["endpoint_id"] for each in listed if f"/t/{self.id}/" in each["url"]]

    def secret(self, key: str = DEMO_KEY) -> str:
        """Return what the service signs with now: asked of its journal, for it is told once."""
        (name,) = self.at(key)
        row = self.stage.heygen._webhooks.endpoint(key, name)
        assert row
        return row.secret

    def heard(self, secret: str, wiring: StagedWiring | None = None) -> int:
        """Send the door an event that a secret has signed; return how it was answered."""
        sign = hmac.new(secret.encode(), b"{}", hashlib.sha256).hexdigest()
        head = [("Signature", sign)]
        sent = EnvironBuilder(path=f"/t/{self.id}/production", method="POST", headers=head, data=b"{}").get_environ()
        return (wiring or self.stage.wiring).heygen_webhook(flask.Request(sent)).status_code

    def put(self, key: str, **more: object) -> flask.Response:
        """Put a key at the service."""
        return self.customer.call("PUT", PATH, {"api_key": key, **more})


@pytest.fixture
def shop(stage: Stage) -> Iterator[Shop]:
    made = opened(stage)
    yield made
    stage.wire.mend()


def opened(stage: Stage) -> Shop:
    shop = Shop(stage, customer(stage.wiring, f"shop-{next(NUMBERS):03}"))
    assert 200 == shop.put(DEMO_KEY).status_code
    return shop


def mortal(stage: Stage, calls: list[int], at: int, *, after: bool) -> StagedWiring:
    """Start an instance that dies at its call of that number to a store, Secret Manager or the service."""
    made = stage.cloud.instance()
    true = {name: getattr(made, name) for name in PARTS}
    made.__dict__.update({name: Dying(part, calls, at, after=after) for name, part in true.items()})
    vendors = {name: Dying(vendor, calls, at, after=after) for name, vendor in made.presenters.items()}
    made.__dict__["presenters"] = vendors
    return made


def killed(stage: Stage, act: Callable[[StagedWiring, Shop], Any], at: int, *, after: bool) -> tuple[Shop, bool]:
    """Let an instance die at its call of that number; return whose, and whether it came to its end before."""
    shop = opened(stage)
    try:
        act(mortal(stage, [0], at, after=after), shop)
    except Died:
        return shop, False
    return shop, True


def rotates(wiring: StagedWiring, shop: Shop) -> None:
    line = THE_OPERATOR.line(Audited.ACCOUNT_WEBHOOK_ROTATED, "heygen-production", wiring.now())
    wiring.tenant_inside.accounts.rotate_webhook(shop.id, "heygen", "production", line)


def moves(wiring: StagedWiring, shop: Shop) -> None:
    keys = wiring.tenant_inside.accounts.keys
    keys.put(shop.id, "heygen", "production", OTHER_KEY, avatar_id=None, voice_id=None, register=True)


def test_a_rotation_gives_the_same_endpoint_another_secret(stage: Stage, shop: Shop) -> None:
    """What either signs is taken from the first moment on, by who remembers the old one too, for a day; then one is."""
    first, before, twin = shop.secret(), shop.at(DEMO_KEY), stage.cloud.instance()
    shop.heard(first, twin)

    shown = shop.customer.call("POST", ROTATE)
    second = shop.secret()
    both = [shop.heard(each, wiring) for wiring in (stage.wiring, twin) for each in (first, second)]
    stage.clock.forward(timedelta(days=1, minutes=6).total_seconds())
    while stage.wiring.replaced_secrets.due(stage.clock(), 1):
        stage.wiring.old_versions(stage.clock().replace(minute=35))
    later = stage.cloud.instance()

    assert 200 == shown.status_code
    assert {"webhook_id", "webhook_rotated_at"} <= told(shown).keys()
    assert not {first, second} & set(str(told(shown)).split("'"))
    assert before == shop.at(DEMO_KEY)
    assert first != second
    assert [200] * 4 == both
    assert [401, 200, 401] == [shop.heard(each, later) for each in (first, second, "whsec_nobodys")]


def test_two_at_once_are_one(stage: Stage, shop: Shop) -> None:
    """The second is refused with what to do; the first one's secret counts."""
    beside: list[int] = []
    stage.wire.on(
        "^heygen POST .*rotate", meanwhile=lambda: beside.append(shop.customer.call("POST", ROTATE).status_code)
    )

    first = shop.customer.call("POST", ROTATE)

    assert ([409], 200) == (beside, first.status_code)
    assert 200 == shop.heard(shop.secret())


@pytest.mark.parametrize("kind", [Kind.LOSE, Kind.RESET, Kind.REFUSE])
def test_an_answer_that_is_lost_is_asked_for_again(stage: Stage, shop: Shop, kind: Kind) -> None:
    """The account says that no secret came; the next call brings it, whatever became of the one before."""
    stage.wire.on("^heygen POST .*rotate", kind, "503")

    lost = shop.customer.call("POST", ROTATE)
    shown = told(shop.customer.call("GET", PATH))
    stage.clock.forward(60)
    again = shop.customer.call("POST", ROTATE)

    assert (503, 200) == (lost.status_code, again.status_code)
    assert "never came" in shown["reason"]
    assert "webhook/rotate" in shown["next_move"]
    assert "reason" not in told(again)
    assert 200 == shop.heard(shop.secret())


def test_an_endpoint_the_service_has_lost_is_registered_anew(stage: Stage, shop: Shop) -> None:
    """So is one that never was: a rotation ends with one that works."""
    bare = Shop(stage, customer(stage.wiring, f"shop-{next(NUMBERS):03}"))
    bare.put(DEMO_KEY, register_webhook=False)
    heygen = stage.wiring.presenters["heygen"]
    assert isinstance(heygen, RegistersWebhooks)
    heygen.unregister_webhook(shop.at(DEMO_KEY)[0], api_key=DEMO_KEY)

    for each in (shop, bare):
        assert 200 == each.customer.call("POST", ROTATE).status_code
        assert [each.account.webhook_id] == each.at(DEMO_KEY)
        assert 200 == each.heard(each.secret())


def test_a_service_without_endpoints_says_so(shop: Shop) -> None:
    """D-ID calls an order's own address: nothing is to be rotated."""
    shop.customer.call("PUT", "/tenant/integrations/did", {"api_key": "did_demo:key", "register_webhook": True})

    refused = shop.customer.call("POST", "/tenant/integrations/did/webhook/rotate")

    assert 404 == refused.status_code


def test_the_operator_rotates_too(stage: Stage, shop: Shop) -> None:
    """A line of the audit log says who did it; a dry run does nothing."""
    first = shop.secret()

    tenants.rotate_webhook(stage.wiring, shop.id, "heygen", "production", dry_run=True)
    dry = shop.secret()
    tenants.rotate_webhook(stage.wiring, shop.id, "heygen", "production")

    lines = told(shop.customer.call("GET", "/tenant/audit"))["changes"]
    assert first == dry != shop.secret()
    assert ("account.webhook_rotated", "operator") in {(each["what"], each["by"]) for each in lines}


@pytest.mark.parametrize(("at", "after"), points(ROTATION_CALLS, 3))
def test_a_rotation_killed_anywhere_leaves_one_endpoint_and_can_go_on(stage: Stage, at: int, after: bool) -> None:
    """Never none and never two; what the secret before signs is taken; the next call brings one that counts."""
    shop, done = killed(stage, rotates, at, after=after)
    first = stage.cloud.eyes.secrets.get(vendor_webhook("heygen", "production", shop.id), "1", fresh=True).value
    amid = shop.at(DEMO_KEY), shop.heard(first)
    stage.clock.forward(60)
    rotates(stage.wiring, shop)

    assert done is (at > ROTATION_CALLS)
    assert ([shop.account.webhook_id], 200) == amid
    assert [shop.account.webhook_id] == shop.at(DEMO_KEY)
    assert 200 == shop.heard(shop.secret())
    assert shop.account.webhook_asked_at is None


@pytest.mark.parametrize(("at", "after"), points(MOVE_CALLS, 3))
@pytest.mark.parametrize("way", ["again", "back", "radar"])
def test_a_move_killed_anywhere_leaves_no_orphan(stage: Stage, way: str, at: int, after: bool) -> None:
    """Whether the key is put again, the old one comes back, or nobody calls and only the radar looks."""
    shop, done = killed(stage, moves, at, after=after)
    if way == "radar":
        only_looks_at(stage, shop)
    else:
        assert 200 == shop.put(OTHER_KEY if way == "again" else DEMO_KEY).status_code

    assert done is (at > MOVE_CALLS)
    assert [shop.account.webhook_id] == shop.at(DEMO_KEY) + shop.at(OTHER_KEY)
    assert not shop.account.webhooks_left


def only_looks_at(stage: Stage, shop: Shop) -> None:
    """Let the radar begin its day's look with this tenant."""
    stage.wiring.vendor_states.change(lambda state: replace(state, looked_after=shop.id[:-1]))
    radar = stage.wiring.radar.people
    assert isinstance(radar, PeopleRadar)
    replace(radar, most=MOST_SHOPS)()


def test_an_account_that_does_not_answer_is_cleared_later(stage: Stage, shop: Shop) -> None:
    """The new key is taken all the same; the radar finds the old account within a day."""
    stage.wire.on("^heygen DELETE", Kind.REFUSE, "503")

    moved = shop.put(OTHER_KEY)
    left = shop.at(DEMO_KEY)
    only_looks_at(stage, shop)

    assert 200 == moved.status_code
    assert 1 == len(left)
    assert "webhooks_left" not in told(moved)
    assert ([], [shop.account.webhook_id]) == (shop.at(DEMO_KEY), shop.at(OTHER_KEY))


def test_a_forgotten_account_takes_its_leftovers_along(stage: Stage, shop: Shop) -> None:
    """What is still at the account before goes with the one that is removed."""
    stage.wire.on("^heygen DELETE", Kind.REFUSE, "503")
    shop.put(OTHER_KEY)

    gone = shop.customer.call("DELETE", PATH)

    assert 200 == gone.status_code
    assert [] == shop.at(DEMO_KEY) + shop.at(OTHER_KEY)
