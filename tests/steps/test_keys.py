"""API keys a tenant runs itself: made, shown once, replaced with an overlap, ended; and who ordered what."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from shared.cloud.tenants import Tenant
from shared.door.tenant_keys import ENDED_KEPT, MOST_WORKING
from tests.steps.calls import Customer, call, customer, told
from tests.steps.stage import TENANT, Stage, staged

FOOTAGE = {"product_title": "Mug", "scenes": [{"visual_description": "A mug", "duration": 4}]}
DAY = timedelta(days=1).total_seconds()


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("keys")) as each:
        yield each


@pytest.fixture
def shop(stage: Stage, request: pytest.FixtureRequest) -> Customer:
    """Return an administrator of a tenant of the test's own."""
    stage.clock.forward(61)
    name = "k-" + request.node.name.removeprefix("test_")[:36].replace("_", "-")
    stage.wiring.tenants.put_tenant(Tenant(name, name, plan=TENANT.plan))
    return customer(stage.wiring, name)


def asked_with(stage: Stage, text: str, path: str = "/jobs", method: str = "GET", body: object = None) -> int:
    return call(stage.wiring, method, path, body, Authorization=f"Bearer {text}").status_code


def test_a_key_is_shown_once_and_does_what_it_may(stage: Stage, shop: Customer) -> None:
    """It reads, it does not write; the list knows it by its beginning and never shows it."""
    made = shop.call("POST", "/tenant/keys", {"name": "reporting", "scopes": ["jobs:read"]})

    text = told(made)["api_key"]
    listed = shop.call("GET", "/tenant/keys").get_data(as_text=True)
    assert 201 == made.status_code
    assert text.startswith(told(made)["begins"])
    assert (200, 403) == (asked_with(stage, text), asked_with(stage, text, "/create_job", "POST", FOOTAGE))
    assert text not in listed
    assert told(made)["begins"] in listed


def test_a_key_gives_only_what_it_has(stage: Stage, shop: Customer) -> None:
    """An administrator's key without the right to order makes none that orders, nor one by replacing another."""
    clerk = told(shop.call("POST", "/tenant/keys", {"name": "clerk", "scopes": ["tenant:admin"]}))["api_key"]

    made = asked_with(stage, clerk, "/tenant/keys", "POST", {"name": "x", "scopes": ["jobs:write"]})
    replaced = asked_with(stage, clerk, f"/tenant/keys/{shop.key.id}/rotate", "POST", {})

    assert (400, 400) == (made, replaced)
    assert 200 == shop.call("GET", "/jobs").status_code


def test_two_keys_work_while_one_is_replaced(stage: Stage, shop: Customer) -> None:
    """Both for the overlap, then the new one alone; name and scopes are the old one's."""
    old = told(shop.call("POST", "/tenant/keys", {"name": "shop", "scopes": ["jobs:read", "jobs:write"]}))

    new = told(shop.call("POST", f"/tenant/keys/{old['id']}/rotate", {"overlap_hours": 2}))
    during = [asked_with(stage, each["api_key"]) for each in (old, new)]
    stage.clock.forward(2 * 3600 + 1)
    after = [asked_with(stage, each["api_key"]) for each in (old, new)]

    assert (old["id"], old["name"], old["scopes"]) == (new["replaces"], new["name"], new["scopes"])
    assert ([200, 200], [401, 200]) == (during, after)


def test_a_key_replaced_at_once_ends_everywhere_within_five_seconds(stage: Stage, shop: Customer) -> None:
    """Without an overlap another instance, which has the key in memory, has heard of it after five seconds."""
    old = told(shop.call("POST", "/tenant/keys", {"name": "leaked", "scopes": ["jobs:read"]}))
    other = stage.cloud.instance()
    before = call(other, "GET", "/jobs", Authorization=f"Bearer {old['api_key']}").status_code

    shop.call("POST", f"/tenant/keys/{old['id']}/rotate", {"overlap_hours": 0})
    stage.clock.forward(5)

    assert 200 == before
    assert 401 == call(other, "GET", "/jobs", Authorization=f"Bearer {old['api_key']}").status_code


def test_a_key_ends_by_itself(stage: Stage, shop: Customer) -> None:
    """After its days it is told as any unknown key is, and listed as expired; nothing takes its place."""
    made = told(shop.call("POST", "/tenant/keys", {"name": "trial", "scopes": ["jobs:read"], "expires_in_days": 1}))
    before = asked_with(stage, made["api_key"])

    stage.clock.forward(DAY + 1)

    listed = {each["id"]: each["status"] for each in told(shop.call("GET", "/tenant/keys"))["keys"]}
    assert (200, 401) == (before, asked_with(stage, made["api_key"]))
    assert "expired" == listed[made["id"]]
    assert 404 == shop.call("POST", f"/tenant/keys/{made['id']}/rotate", {}).status_code


def test_when_a_key_was_used_is_known_to_the_hour(stage: Stage, shop: Customer) -> None:
    """Ten requests within the hour write once; the next hour's first writes again."""
    stage.wire.calls.clear()
    for _ in range(10):
        shop.call("GET", "/jobs/none")
    writes = stage.wire.count("^firestore .*Commit")
    first = stage.wiring.revocations.key(shop.key.id)
    stage.clock.forward(3601)
    shop.call("GET", "/jobs/none")
    second = stage.wiring.revocations.key(shop.key.id)

    assert 1 == writes
    assert first
    assert second
    assert first.last_used_at
    assert second.last_used_at
    assert second.last_used_at - first.last_used_at >= timedelta(hours=1)


def test_another_instance_writes_no_second_use(stage: Stage, shop: Customer) -> None:
    """What one has written down within the hour the others read with the key."""
    shop.call("GET", "/jobs/none")
    other = shop.at(stage.cloud.instance())
    stage.wire.calls.clear()

    other.call("GET", "/jobs/none")

    assert 0 == stage.wire.count("^firestore .*Commit")


def test_a_job_says_which_key_ordered_it_and_lists_narrow_to_it(stage: Stage, shop: Customer) -> None:
    """Two keys of one tenant order a film each: each is found by its key."""
    other = told(shop.call("POST", "/tenant/keys", {"name": "n8n", "scopes": ["jobs:write", "jobs:read"]}))
    mine = told(shop.call("POST", "/create_job", FOOTAGE))["job_id"]
    theirs = told(call(stage.wiring, "POST", "/create_job", FOOTAGE, Authorization=f"Bearer {other['api_key']}"))[
        "job_id"
    ]

    found = {
        key: [(each["id"], each["ordered_by"]) for each in told(shop.call("GET", f"/jobs?ordered_by={key}"))["jobs"]]
        for key in (shop.key.id, other["id"])
    }

    assert {shop.key.id: [(mine, shop.key.id)], other["id"]: [(theirs, other["id"])]} == found
    assert 400 == shop.call("GET", "/jobs?ordered_by=nobody").status_code


def test_no_tenant_has_keys_without_end(stage: Stage, shop: Customer) -> None:
    """One more than may work is refused with a way out; long-ended records go when one is made."""
    wanted = {"name": "many", "scopes": ["jobs:read"]}
    made = [told(shop.call("POST", "/tenant/keys", wanted))["id"] for _ in range(MOST_WORKING - 1)]

    full = shop.call("POST", "/tenant/keys", wanted)
    rotated = shop.call("POST", f"/tenant/keys/{made[0]}/rotate", {"overlap_hours": 0})
    made.append(told(rotated)["id"])
    for _ in range(4):  # times so many ended keys
        for key in made:
            shop.call("DELETE", f"/tenant/keys/{key}")
        stage.clock.forward(61)
        made = [told(shop.call("POST", "/tenant/keys", wanted))["id"] for _ in range(MOST_WORKING - 1)]
    stage.clock.forward(DAY + 61)
    for key in made:
        shop.call("DELETE", f"/tenant/keys/{key}")
    shop.call("POST", "/tenant/keys", wanted)

    listed = told(shop.call("GET", "/tenant/keys"))["keys"]
    assert (400, 201) == (full.status_code, rotated.status_code)
    assert "DELETE /tenant/keys" in told(full)["next_move"]
    assert len([each for each in listed if each["status"] == "revoked"]) <= ENDED_KEPT + MOST_WORKING


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"scopes": ["jobs:read"]}, "name"),
        ({"name": "x"}, "scopes"),
        ({"name": "x", "scopes": []}, "scopes"),
        ({"name": "x", "scopes": ["everything"]}, "scopes.0"),
        ({"name": "x", "scopes": ["jobs:read"], "expires_in_days": 0}, "expires_in_days"),
        ({"name": "x" * 41, "scopes": ["jobs:read"]}, "name"),
        ({"name": "x", "scopes": ["jobs:read"], "hash": "x"}, "hash"),
    ],
)
def test_a_wrong_key_names_its_field(stage: Stage, body: dict[str, object], field: str) -> None:
    """Whatever is wrong is told by its field's path."""
    refused = customer(stage.wiring, "wrong-keys").call("POST", "/tenant/keys", body)

    assert 400 == refused.status_code
    assert field in told(refused)["details"]


def test_an_ended_job_says_when_it_goes(stage: Stage, shop: Customer) -> None:
    """Nothing while it is being made; then its plan's days after its end, in the job as in the list."""
    job = told(shop.call("POST", "/create_job", FOOTAGE))["job_id"]
    before = told(shop.call("GET", f"/jobs/{job}"))["expires_at"]

    shop.call("POST", f"/jobs/{job}/cancel")

    after = told(shop.call("GET", f"/jobs/{job}"))
    assert before is None
    ended = stage.job(job).ended_at
    assert ended
    assert (ended + timedelta(days=365)).isoformat()[:19] == after["expires_at"][:19]
    assert after["expires_at"] == told(shop.call("GET", "/jobs"))["jobs"][0]["expires_at"]
