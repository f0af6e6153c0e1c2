"""What an operator's key that acts does on the pages: each act moves something, is audited, and is nobody else's."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from infra.admin import keys
from shared.cloud.endpoints import Endpoint
from shared.cloud.tenants import AccountStatus
from shared.pipeline.job.job import Ending, State
from shared.pipeline.job.names import task_name
from shared.steps.webhook_events import ENDINGS
from tests.faults.wire import Kind
from tests.steps.calls import Customer, customer
from tests.steps.stage import CLIP, MANY, TENANT, Stage, footage, staged
from tests.steps.visitor import Browser, signed_in

NOBODYS = "00000000-0000-4000-8000-000000000000"
HOOK = "http://127.0.0.1:9/hook"
ACTS = ("operator", "operator:act", "jobs:read")


@pytest.fixture
def stage(tmp_path: Path, canned: Mapping[str, Path]) -> Iterator[Stage]:
    """Open a stage for each: what one leaves waiting is no other's."""
    with staged(tmp_path, canned=canned) as opened:
        yield opened


@pytest.fixture
def hand(stage: Stage) -> Customer:
    """Return an operator's key that acts."""
    return customer(stage.wiring, "house", ACTS)


@pytest.fixture
def operator(stage: Stage, hand: Customer) -> Browser:
    """Return a browser whose person acts across tenants."""
    return signed_in(stage, hand)


def page(browser: Browser, path: str) -> str:
    """Return a page's text."""
    answer = browser.get(path)
    assert 200 == answer.status_code, path
    return answer.get_data(as_text=True)


def act(browser: Browser, job: str, what: str, **form: str) -> int:
    """Do something about a job by its page's button; return the status."""
    return browser.send(f"/operator/jobs/{job}/{what}", form).status_code


def lines(stage: Stage) -> list[tuple[str, str, str, str]]:
    """Return the tenant's audit log, the newest line first: what, about what, by whom."""
    found = stage.wiring.audit_log.page(TENANT.id, 100, None)
    return [(line.what, line.about, line.by, line.by_name) for line in found]


def put_off(stage: Stage) -> str:
    """Order a film whose clip the vendor has no room for: it is to be tried again later."""
    job = stage.order(footage())
    stage.wire.on("^veo .*:predictLongRunning", Kind.REFUSE, "429", times=MANY)
    stage.cloud.tasks.run_due()
    stage.wire.mend()
    node = stage.node(job, CLIP)
    assert (State.QUEUED, True) == (node.state, bool(node.at and node.at > stage.clock()))
    return job


def test_a_push_has_tried_now_what_waits_for_later(stage: Stage, operator: Browser, hand: Customer) -> None:
    """Its task for later goes, one for now comes; no nudge is counted; a second push finds nothing to do."""
    job = put_off(stage)
    before = stage.node(job, CLIP)

    offered, status, again = (
        page(operator, f"/operator/jobs/{job}"),
        act(operator, job, "push"),
        act(operator, job, "push"),
    )

    after = stage.node(job, CLIP)
    names = {task.name.rpartition("/")[2] for task in stage.waiting()}
    assert "Footage 1 waits for later" in offered
    assert (303, 303) == (status, again)
    assert (before.wake + 1, before.nudges) == (after.wake, after.nudges)
    assert (True, False) == tuple(task_name(job, CLIP, wake) in names for wake in (after.wake, before.wake))
    assert [("job.pushed", job, "operator", hand.key.id)] == [line for line in lines(stage) if line[1] == job]
    stage.cloud.tasks.run_due()
    assert State.RUNNING is stage.node(job, CLIP).state
    assert "there is nothing to push" in page(operator, f"/operator/jobs/{job}")


def test_a_push_replaces_a_task_that_was_lost(stage: Stage, operator: Browser) -> None:
    """What nothing has moved although it was due gets another task, before any sweep."""
    job = stage.order(footage())
    stage.wiring.commits.dequeue(stage.job(job), [stage.node(job, CLIP)])
    assert not stage.wants(job, CLIP)
    stage.clock.forward(900)

    assert 303 == act(operator, job, "push")

    assert stage.wants(job, CLIP)


def test_a_film_is_ended_and_tried_again_at_its_tenants_expense(
    stage: Stage, operator: Browser, hand: Customer
) -> None:
    """The price stands on the button; the same form sent twice buys once."""
    job = stage.order(footage())
    first, second = act(operator, job, "cancel"), act(operator, job, "cancel")
    ended, offered = stage.job(job).ending, page(operator, f"/operator/jobs/{job}")
    agreed = re.search(r'name="agreed" value="([0-9]+)"', offered)
    assert agreed
    unseen = [act(operator, job, "retry", _once=NOBODYS, agreed=each) for each in ("", str(int(agreed[1]) - 1))]
    again = [act(operator, job, "retry", _once=NOBODYS, agreed=agreed[1]) for _ in range(2)]

    assert ([303, 303], Ending.CANCELLED) == ([first, second], ended)
    assert re.search(r"Try it again for \$0\.\d\d", offered)
    assert ([422, 422], [303, 303]) == (unseen, again)
    assert 2 == len(stage.job(job).purchases)
    mine = sorted((what, *by) for what, about, *by in lines(stage) if about == job)
    assert [("job.cancelled", "operator", hand.key.id), ("job.retried", "operator", hand.key.id)] == mine


def test_what_cannot_be_tried_again_is_told_on_its_page(stage: Stage, operator: Browser) -> None:
    """A film in work, and a tenant that is shut: 422 with the reason, and nothing bought."""
    working, ended = stage.order(footage()), stage.order(footage())
    act(operator, ended, "cancel")
    stage.wiring.tenants.put_tenant(replace(TENANT, status=AccountStatus.INACTIVE))
    stage.clock.forward(6)
    try:
        shut = operator.send(f"/operator/jobs/{ended}/retry", {"_once": NOBODYS})
    finally:
        stage.wiring.tenants.put_tenant(TENANT)
        stage.clock.forward(6)

    assert 422 == act(operator, working, "retry", _once=NOBODYS)
    assert (422, True) == (shut.status_code, "not active" in shut.get_data(as_text=True))
    assert 1 == len(stage.job(ended).purchases)


def test_a_webhook_is_found_and_sent_anew(stage: Stage, operator: Browser, hand: Customer) -> None:
    """Among all tenants' by state, host and answer; then it is on its way again."""
    job = stage.order(footage(webhook_url=HOOK))
    act(operator, job, "cancel")
    (told,) = stage.wiring.delivery_lists.page(TENANT.id, 10, job=job)
    document = stage.wiring.clients.firestore.document(f"webhook_deliveries/{told.id}")
    document.update({"state": "given_up", "last_status": 503})

    hit = [page(operator, f"/operator/deliveries?{query}") for query in HITS]
    missed = [page(operator, f"/operator/deliveries?{query}") for query in MISSES]
    status = operator.send("/operator/deliveries", {"delivery": told.id}).status_code

    assert [True] * len(HITS) == [told.id in text for text in hit]
    assert [False] * len(MISSES) == [told.id in text for text in missed]
    assert 303 == status
    assert "queued" == document.get().get("state")
    assert ("delivery.replayed", told.id, "operator", hand.key.id) in lines(stage)
    assert 409 == operator.send("/operator/deliveries", {"delivery": told.id}).status_code
    assert 404 == operator.send("/operator/deliveries", {"delivery": "../jobs/x"}).status_code


def test_an_endpoints_host_is_shown_for_one_read_more(stage: Stage, operator: Browser) -> None:
    """Webhooks that went to a tenant's endpoints stand beside its host: a read each, and one for the tenant."""
    stage.wiring.endpoints.put(TENANT.id, Endpoint("e1", "https://shop.example/hook", stage.clock(), ENDINGS))
    stage.clock.forward(60)
    tenant = stage.wiring.tenants.tenant(TENANT.id)
    assert tenant
    try:
        act(operator, stage.order(footage(), tenant=tenant), "cancel")
        before = stage.cloud.firestore.counts.reads
        text = page(operator, "/operator/deliveries?host=shop.example")
        reads = stage.cloud.firestore.counts.reads - before
    finally:
        stage.wiring.endpoints.delete(TENANT.id, "e1")
        stage.clock.forward(60)
    shown = re.search(r"1 of (\d+) that were looked at", text)

    assert shown
    assert 'dir="auto">shop.example</td>' in text
    assert int(shown[1]) + 1 == reads


HITS = ("", "state=given_up", "tenant=acme", "host=127.0.0.1", "code=503", "code=5xx", "state=given_up&code=5XX")
MISSES = (
    "state=delivered",
    "tenant=house",
    "host=example",
    "code=404",
    "code=none",
    "tenant=No",
    "tenant=acme&state=queued",
)


def test_money_is_summed_in_both_columns_against_caps(stage: Stage, operator: Browser) -> None:
    """Today's and the month's, by vendor and tenant, of the films that ended."""
    job = stage.order(footage())
    stage.live(job)

    text = page(operator, "/operator/spend")

    assert "Google Veo" in text
    assert re.search(r'operator/tenants/acme">acme</a></th><td>\$\d+\.\d\d</td><td>\$0\.00</td>', text)
    assert re.search(r"<td>\d+ of 1000000</td><td>\$\d+\.\d\d of \$1000000\.00</td>", text)


@pytest.mark.parametrize(
    ("scopes", "status"), [(("operator", "jobs:read"), 403), (("operator:act", "jobs:read", "jobs:write"), 404)]
)
def test_only_a_key_with_both_scopes_acts(stage: Stage, scopes: tuple[str, ...], status: int) -> None:
    """An operator's that reads is refused in words, and sees no button; without `operator` there is no such page."""
    job = stage.order(footage())
    other = signed_in(stage, customer(stage.wiring, "house", scopes))

    told = [act(other, job, what) for what in ("push", "cancel", "retry")]
    told.append(other.send("/operator/deliveries", {"delivery": "none"}).status_code)

    assert [status] * 4 == told
    assert stage.job(job).ending is None
    shown = other.get(f"/operator/jobs/{job}").get_data(as_text=True)
    assert "Do something about it" not in shown


def test_the_operators_command_makes_a_key_that_acts(stage: Stage, hand: Customer) -> None:
    """With a switch of its own, beside the operator's; `hand` is of the house, too."""
    assert hand.wiring is stage.wiring
    acting = keys.add(stage.wiring, "house", operator=True, acts=True)

    assert ["operator", "operator:act", "jobs:read"] == acting["scopes"]
    with pytest.raises(SystemExit, match="give --operator too"):
        keys.add(stage.wiring, "house", acts=True)
