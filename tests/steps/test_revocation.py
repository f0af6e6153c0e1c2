"""A right that ended: at every door, in the middle of a call that buys, and under the operator's hand."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from infra.admin import keys, tenants
from shared.cloud.epochs import REVOKE_TRIES
from shared.cloud.tenants import AccountStatus
from shared.door.keys import KEY_BEGINS
from tests.faults.wire import Kind
from tests.steps.calls import Customer, customer, told
from tests.steps.stage import TENANT, Stage, footage

FILM = {"product_title": "Mug", "scenes": [{"visual_description": "A mug on a table", "duration": 4}]}
COMMIT = "^firestore Commit"
WITHIN = 4.8  # seconds: the memory's four, and one read of the epochs


@pytest.fixture
def acme(stage: Stage) -> Customer:
    return customer(stage.wiring, TENANT.id)


def test_a_revoked_key_is_refused_everywhere_within_five_seconds(stage: Stage, acme: Customer) -> None:
    """Twenty instances that know the key; the last 2xx of any of them comes before the five seconds are over."""
    twins = [acme.at(stage.cloud.instance()) for _ in range(20)]
    assert {200} == {twin.call("GET", "/tenant").status_code for twin in twins}
    keys.revoke(stage.wiring, acme.key.id)

    seconds, last = 0.0, 0.0
    while seconds < 8:
        stage.clock.forward(0.2)
        seconds += 0.2
        if 200 in {twin.call("GET", "/tenant").status_code for twin in twins}:
            last = seconds

    assert last < WITHIN
    assert {401} == {twin.call("GET", "/jobs").status_code for twin in twins}


def test_reading_costs_no_read_more_than_before(stage: Stage, acme: Customer) -> None:
    """Twenty GETs of a job within four seconds: twenty reads, all of them the job's."""
    job = stage.order(footage())
    acme.call("GET", f"/jobs/{job}")
    before = stage.cloud.firestore.counts.reads

    statuses = {acme.call("GET", f"/jobs/{job}").status_code for _ in range(20)}

    assert {200} == statuses
    assert 20 == stage.cloud.firestore.counts.reads - before


def test_nobody_can_say_whether_a_key_still_works(stage: Stage, acme: Customer) -> None:
    """503: a door that cannot judge stays shut."""
    acme.call("GET", "/tenant")
    stage.clock.forward(5)
    stage.wire.on("^firestore BatchGet", Kind.REFUSE, "PERMISSION_DENIED", times=2)

    assert 503 == acme.call("GET", "/tenant").status_code


def ordered(_stage: Stage, buyer: Customer) -> Callable[[], Any]:
    return lambda: buyer.call("POST", "/create_job", FILM)


def retried(stage: Stage, buyer: Customer) -> Callable[[], Any]:
    job = stage.order(footage())
    buyer.call("POST", f"/jobs/{job}/cancel")
    return lambda: buyer.call("POST", f"/jobs/{job}/retry")


def regenerated(stage: Stage, buyer: Customer) -> Callable[[], Any]:
    job = stage.order(footage())
    stage.live(job)
    return lambda: buyer.call("POST", f"/jobs/{job}/regenerate", {"nodes": ["clip-1"]})


@pytest.mark.parametrize("buys", [ordered, retried, regenerated])
@pytest.mark.parametrize(("how", "status"), [(keys.revoke, 401), (keys.revoke_all, 401), (tenants.suspend, 403)])
def test_what_began_before_a_revocation_buys_nothing_after_it(
    stage: Stage,
    acme: Customer,
    buys: Callable[[Stage, Customer], Callable[[], Any]],
    how: Callable[[Any, str], Any],
    status: int,
) -> None:
    """The key is judged again right before the commit: a long pre-flight is no way round."""
    buy = buys(stage, acme)
    named = acme.key.id if how is keys.revoke else TENANT.id
    month = stage.wiring.jobs.month(TENANT.id, f"{stage.clock():%Y-%m}")

    def meanwhile() -> None:
        how(stage.cloud.instance(), named)
        stage.clock.forward(5)

    acme.call("GET", "/tenant")  # the key is in memory
    amid = stage.wire.on("^firestore (BatchGetDocuments|RunAggregationQuery)", meanwhile=meanwhile)
    answer = buy()

    assert amid.struck
    assert status == answer.status_code
    after = stage.wiring.jobs.month(TENANT.id, f"{stage.clock():%Y-%m}")
    assert (month.films, month.reserved, month.revision) == (after.films, after.reserved, after.revision)


def test_many_keys_are_ended_at_once(stage: Stage, acme: Customer) -> None:
    """Forty at the same moment, at as many instances: all are ended, in a few tries each (hole 207)."""
    many = [customer(stage.wiring, TENANT.id) for _ in range(40)]
    acme.call("GET", "/tenant")  # notes the hour of its use, which the twins read
    twins = [acme.at(stage.cloud.instance()) for _ in many]
    before = {each.at(twin.wiring).call("GET", "/tenant").status_code for each, twin in zip(many, twins, strict=True)}
    writes = stage.cloud.firestore.counts.writes

    with ThreadPoolExecutor(len(many)) as hands:
        ended = hands.map(lambda each, twin: twin.call("DELETE", f"/tenant/keys/{each.key.id}"), many, twins)
        answers = Counter(answer.status_code for answer in ended)
    stage.clock.forward(WITHIN)

    assert {200} == before
    assert {200: 40} == answers
    assert 3 * 40 == stage.cloud.firestore.counts.writes - writes  # the key, the epochs, a line of the audit log
    assert {401} == {each.at(twin.wiring).call("GET", "/tenant").status_code for each in many[:8] for twin in twins}
    assert {200} == {twin.call("GET", "/tenant").status_code for twin in twins}


def test_who_loses_every_turn_revokes_all_the_same(stage: Stage, acme: Customer) -> None:
    """Somebody else always writes first: the key ends without an entry, and every memory is emptied."""
    other, twin = customer(stage.wiring, TENANT.id), stage.cloud.instance()
    assert [200, 200] == [each.at(twin).call("GET", "/tenant").status_code for each in (acme, other)]
    spares = [customer(stage.cloud.eyes, TENANT.id).key.id for _ in range(REVOKE_TRIES - 1)]
    stage.wire.on(COMMIT, times=len(spares), meanwhile=lambda: keys.revoke(stage.cloud.eyes, spares.pop()))

    answer = acme.call("DELETE", f"/tenant/keys/{other.key.id}")
    stage.clock.forward(WITHIN)

    epochs = stage.cloud.eyes.clients.firestore.document("settings/epochs").get().to_dict() or {}
    assert (REVOKE_TRIES, REVOKE_TRIES - 1) == (epochs["number"], len(epochs["recent"]))
    assert 200 == answer.status_code
    assert [200, 401] == [each.at(twin).call("GET", "/tenant").status_code for each in (acme, other)]


def test_a_tenant_sees_its_keys_and_ends_one(stage: Stage, acme: Customer) -> None:
    """By how they begin, without hash or tenant; the one that asks is marked; an ended one stands last."""
    other, stranger = customer(stage.wiring, TENANT.id, ("jobs:read",)), customer(stage.wiring, "elsewhere")
    stage.clock.forward(1)

    ended = acme.call("DELETE", f"/tenant/keys/{other.key.id}")
    again = acme.call("DELETE", f"/tenant/keys/{other.key.id}")
    listed = told(acme.call("GET", "/tenant/keys"))["keys"]

    mine = {
        "id": acme.key.id,
        "scopes": ["jobs:read", "jobs:write", "tenant:admin"],
        "created_at": "2026-11-20T12:00:00.000Z",
        "last_used_at": "2026-11-20T12:00:01.000Z",
        "name": "",
        "status": "active",
        "begins": f"{KEY_BEGINS}{acme.key.id}_",
        "this": True,
    }
    theirs = {**mine, "id": other.key.id, "scopes": ["jobs:read"], "begins": f"{KEY_BEGINS}{other.key.id}_"}
    theirs |= {"this": False, "status": "revoked", "revoked_at": "2026-11-20T12:00:01.000Z"}
    del theirs["last_used_at"]
    assert [mine, theirs] == listed
    assert [theirs, theirs] == [told(ended), told(again)]
    assert 401 == other.call("GET", "/jobs").status_code
    assert 200 == stranger.call("GET", "/jobs").status_code


def test_a_key_may_end_itself(acme: Customer) -> None:
    """What leaked is shut by whoever holds it."""
    assert 200 == acme.call("DELETE", f"/tenant/keys/{acme.key.id}").status_code
    assert 401 == acme.call("GET", "/tenant").status_code


def test_only_an_administrator_sees_or_ends_keys(stage: Stage, acme: Customer) -> None:
    """The scope is tenant:admin."""
    clerk = customer(stage.wiring, TENANT.id, ("jobs:read", "jobs:write"))

    assert 403 == clerk.call("GET", "/tenant/keys").status_code
    assert 403 == clerk.call("DELETE", f"/tenant/keys/{acme.key.id}").status_code
    assert 200 == acme.call("GET", "/tenant").status_code


def test_the_operator_lists_and_ends_keys(stage: Stage, acme: Customer) -> None:
    """By their beginnings, as a log or a customer names them."""
    other = customer(stage.wiring, TENANT.id)

    before = keys.listed(stage.wiring, TENANT.id)["keys"]
    one = keys.revoke(stage.wiring, f"{KEY_BEGINS}{acme.key.id}_")
    rest = keys.revoke_all(stage.wiring, TENANT.id)

    assert {f"{KEY_BEGINS}{each.key.id}_" for each in (acme, other)} == {each["begins"] for each in before}
    assert f"key {acme.key.id} of acme is revoked since 2026-11-20 12:00:00 UTC" == one["did"]
    assert "1 keys of acme revoked" == rest["did"]
    assert [401, 401] == [each.call("GET", "/jobs").status_code for each in (acme, other)]
    assert all(each["revoked_at"] for each in keys.listed(stage.wiring, TENANT.id)["keys"])


@pytest.mark.parametrize("name", ["", "nobody123456", "../tenants/acme", "abr_live_"])
def test_a_key_that_is_none_cannot_be_ended(stage: Stage, name: str) -> None:
    """The operator is told how to find it."""
    with pytest.raises(SystemExit, match="there is no key"):
        keys.revoke(stage.wiring, name)


def test_a_suspended_tenant_is_shut_and_opened_again(stage: Stage, acme: Customer) -> None:
    """Its cap and its name stay as they were."""
    stage.wiring.tenants.put_tenant(replace(TENANT, monthly_cap=5_000_000))

    tenants.suspend(stage.wiring, TENANT.id)
    shut = acme.call("GET", "/jobs").status_code
    tenants.resume(stage.wiring, TENANT.id)

    assert 403 == shut
    assert 200 == acme.call("GET", "/jobs").status_code
    assert replace(TENANT, monthly_cap=5_000_000) == stage.wiring.tenants.tenant(TENANT.id)


@pytest.mark.parametrize("turn", [tenants.suspend, tenants.resume])
def test_a_tenant_that_is_being_closed_stays_so(stage: Stage, turn: Callable[[Any, str], Any]) -> None:
    """Opening it again would sell films that are deleted a minute later."""
    stage.wiring.tenants.put_tenant(replace(TENANT, status=AccountStatus.CLOSING))

    with pytest.raises(SystemExit, match="acme is closing and stays so"):
        turn(stage.wiring, TENANT.id)
