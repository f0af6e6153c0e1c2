"""D-ID after the order: looks, lists, links that die, and one unsigned call."""

from pathlib import Path

import httpx
import pytest

from infra.local.vendors.did.settings import Order
from tests.vendors.desk import DidDesk, did_desk
from tests.vendors.receiver import Receiver


def test_a_clip_is_created_then_started_then_done(did: DidDesk) -> None:
    """Its film, its length and its shape are told once it is done; its name always."""
    clip_id = did.order()
    first = did.clip(clip_id)
    did.clock.forward(1)
    second = did.clip(clip_id)
    did.pass_time()
    last = did.clip(clip_id)

    assert ["created", "started", "done"] == [each["status"] for each in (first, second, last)]
    assert ("a1", "a1") == (first["name"], last["name"])
    assert "result_url" not in second
    assert [320, 180] == last["metadata"]["resolution"]
    assert last["duration"] > 0


@pytest.mark.parametrize(("marker", "status"), [("[[fail:InternalError]]", "error"), ("[[reject]]", "rejected")])
@pytest.mark.parametrize("bills", [True, False])
@pytest.mark.parametrize("tells", [True, False])
def test_a_clip_that_fails(tmp_path: Path, marker: str, status: str, bills: bool, tells: bool) -> None:
    """Whether it is billed, and whether it says why, nobody knows: both are switches."""
    with did_desk(tmp_path, bills_failures=bills, tells_errors=tells) as did:
        clip_id = did.said(f"Hello. {marker}")
        did.pass_time()

        clip = did.clip(clip_id)
        (generation,) = did.server.bill()["generations"]

    assert (status, tells) == (clip["status"], "error" in clip)
    assert bills == generation["billed"]


def test_a_link_dies_and_a_look_makes_a_new_one(tmp_path: Path) -> None:
    """An expired link answers 403 in XML, as S3 does; nothing else does."""
    with did_desk(tmp_path, link_seconds=60) as did:
        clip_id = did.order()
        did.pass_time()
        link = did.clip(clip_id)["result_url"]
        fresh = httpx.get(link)
        did.clock.forward(61)

        dead, forged = httpx.get(link), httpx.get(link[:-1] + ("0" if link[-1] != "0" else "1"))
        again = httpx.get(did.clip(clip_id)["result_url"])

    assert (200, 200) == (fresh.status_code, again.status_code)
    assert (403, 403) == (dead.status_code, forged.status_code)
    assert dead.headers["Content-Type"].startswith("application/xml")
    assert "<Code>AccessDenied</Code>" in dead.text


def test_a_deleted_clip_is_gone_and_one_in_the_making_stays(did: DidDesk) -> None:
    """There is no cancel: 409 until it is done."""
    clip_id = did.order()
    early = did.http.delete(f"/clips/{clip_id}")
    did.pass_time()
    late = did.http.delete(f"/clips/{clip_id}")

    assert (409, "NotReadyError") == (early.status_code, early.json()["kind"])
    assert (200, clip_id) == (late.status_code, late.json()["id"])
    assert 404 == did.http.get(f"/clips/{clip_id}").status_code
    assert [True] == [each["billed"] for each in did.server.bill()["generations"]]


@pytest.mark.parametrize("order", list(Order))
def test_the_list_is_sorted_as_nobody_knows(tmp_path: Path, order: Order) -> None:
    """Newest first, oldest first or by id; a token leads on and is absent at the end."""
    with did_desk(tmp_path, list_order=order, list_lag_seconds=0, page_size=2) as did:
        made = []
        for _ in range(5):
            made.append(did.order())
            did.clock.forward(1)
        pages = [did.listed(limit=100)]
        while "token" in pages[-1]:
            pages.append(did.listed(limit=100, token=pages[-1]["token"]))

    told = [clip["id"] for page in pages for clip in page["clips"]]
    assert {Order.NEWEST: made[::-1], Order.OLDEST: made, Order.ID: sorted(made)}[order] == told
    assert [2, 2, 1] == [len(page["clips"]) for page in pages]


def test_a_clip_is_listed_later_than_it_is_made(tmp_path: Path) -> None:
    """The list lags, and so may a look: by how much is a switch."""
    with did_desk(tmp_path, list_lag_seconds=60, look_lag_seconds=20) as did:
        clip_id = did.order()
        at_once = (did.listed()["clips"], did.http.get(f"/clips/{clip_id}").status_code)
        did.clock.forward(20)
        soon = (did.listed()["clips"], did.http.get(f"/clips/{clip_id}").status_code)
        did.clock.forward(40)

        assert (([], 404), ([], 200)) == (at_once, soon)
        assert [clip_id] == [clip["id"] for clip in did.listed()["clips"]]


@pytest.mark.parametrize(("marker", "calls"), [("", 1), ("[[webhook:never]]", 0), ("[[webhook:twice]]", 2)])
def test_the_orders_own_address_is_called_once(did: DidDesk, receiver: Receiver, marker: str, calls: int) -> None:
    """Unsigned, the clip itself as body, with its user_data; never again after an error."""
    receiver.answers = [500, 500]
    clip_id = did.said(f"Hello. {marker}", webhook=f"{receiver.url}/x", user_data="a1")
    did.pass_time()
    did.pass_time(3600)

    assert [(clip_id, "done", "a1")] * calls == [
        (each.event["id"], each.event["status"], each.event["user_data"]) for each in receiver.arrived
    ]
    assert not [name for each in receiver.arrived for name in each.headers if "signature" in name]


def test_a_late_call(did: DidDesk, receiver: Receiver) -> None:
    """It comes a minute and a half after the clip was done."""
    did.said("Hello. [[webhook:late]]", webhook=f"{receiver.url}/x")
    did.pass_time()
    before = len(receiver.arrived)
    did.pass_time(90)

    assert (0, 1) == (before, len(receiver.arrived))


def test_a_call_before_the_orders_answer(did: DidDesk, receiver: Receiver) -> None:
    """The film may be done, and told, before its orderer knows its id."""
    answer = did.post(script={"type": "text", "input": "Hello. [[webhook:early]]"}, webhook=f"{receiver.url}/x")

    assert [answer.json()["id"]] == [each.event["id"] for each in receiver.arrived]
    assert "done" == receiver.arrived[0].event["status"]


def test_what_is_lost_on_the_wire_is_made_and_billed(did: DidDesk) -> None:
    """A lost answer is a clip all the same."""
    faults = [{"route": "POST /clips$", "do": "reset_after"}]
    did.http.post("/_stand_in/faults", json=faults).raise_for_status()
    with pytest.raises(httpx.TransportError):
        did.post()
    did.pass_time()

    assert [("a1", True)] == [(each["key"], each["billed"]) for each in did.server.bill()["generations"]]


def test_a_restart_loses_nothing(tmp_path: Path) -> None:
    """What was ordered before a kill is filmed after it."""
    with did_desk(tmp_path) as did:
        clip_id = did.order()
    with did_desk(tmp_path) as did:
        did.pass_time()

        assert "done" == did.clip(clip_id)["status"]
