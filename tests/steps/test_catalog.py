"""Who can be filmed and heard: every account's whole list, kept, filtered, searched, in pages."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from infra.local.vendors.heygen.settings import HeyGenSettings
from infra.local.vendors.heygen.settings import Look as VendorLook
from shared.cloud.catalogs import CHUNK_ITEMS
from tests.faults.wire import Kind
from tests.steps.calls import Customer, customer, told
from tests.steps.stage import AMBER, JENNY, LOOK, TENANT, VOICE, Stage, staged

MANY = CHUNK_ITEMS + 70  # looks: more than a page of the service's, more than a chunk of ours
HOUR = 3600.0
LIST = "^heygen GET /v3/avatars"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    looks = (
        *HeyGenSettings().looks,
        *(VendorLook(f"look_{n:03}", f"group_{n:03}", f"Zoe {n:03}") for n in range(MANY)),
    )
    with staged(tmp_path_factory.mktemp("catalog"), did={}, heygen={"looks": looks}) as each:
        yield each


@pytest.fixture
def shop(stage: Stage) -> Customer:
    stage.clock.forward(61)
    stage.wire.mend()
    return customer(stage.wiring, TENANT.id)


def listed(shop: Customer, query: str = "", what: str = "avatars") -> dict[str, Any]:
    answer = shop.call("GET", f"/catalog/{what}?{query}")
    assert answer.status_code == 200, answer.get_data()
    return dict(told(answer))


def pages(shop: Customer, query: str, what: str = "avatars") -> list[dict[str, Any]]:
    """Return everything, page by page."""
    found, cursor = [], ""
    while True:
        page = listed(shop, f"{query}{cursor}", what)
        found += page[what]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={quote(page['next_cursor'])}"


def test_every_service_is_one_list(shop: Customer) -> None:
    """Looks of both accounts with what a person chooses by, in the order of their names."""
    everybody = pages(shop, "limit=100")

    found = {each["id"]: each for each in everybody}
    names = [each["name"].casefold() for each in everybody]
    ana = found[LOOK]
    assert {"heygen", "did"} == {each["provider"] for each in everybody}
    assert sorted(names) == names
    assert ("video", "female") == (ana["type"], ana["gender"])
    assert ana["preview_image_url"].startswith("http")
    assert ana["engines"]
    assert float(ana["price_per_second"]) > 0
    assert AMBER in found


def test_a_list_is_read_to_its_end(shop: Customer) -> None:
    """More than a page of the service's and more than a chunk of ours: all there, each once; the broken look is not."""
    everybody = [each["id"] for each in pages(shop, "limit=100&provider=heygen")]

    usable = [look.id for look in HeyGenSettings().looks if look.usable] + [f"look_{n:03}" for n in range(MANY)]
    assert sorted(usable) == sorted(everybody)


def test_pages_meet_without_a_gap(shop: Customer) -> None:
    """In pages of seven as in pages of a hundred."""
    assert pages(shop, "limit=100&search=zoe%2000") == pages(shop, "limit=7&search=zoe%2000")


def test_voices_of_every_service(shop: Customer) -> None:
    """Each by the id an order names it by."""
    found = {each["id"]: each for each in pages(shop, "limit=100", "voices")}

    assert {VOICE, JENNY, "elevenlabs/21m00Tcm4TlvDq8ikWAM"} <= found.keys()
    assert ("English", "en-US", "female", "did") == tuple(
        found[JENNY][name] for name in ("language", "locale", "gender", "provider")
    )


@pytest.mark.parametrize(
    ("what", "query", "holds"),
    [
        ("avatars", "provider=did", lambda each: each["provider"] == "did"),
        ("avatars", "gender=male", lambda each: each["gender"] == "male"),
        ("avatars", "engine=clips", lambda each: "clips" in each["engines"]),
        ("avatars", "search=AMBER", lambda each: "amber" in each["name"].casefold()),
        ("voices", "language=en-us", lambda each: each["locale"] == "en-US"),
        ("voices", "language=span", lambda each: each["language"] == "Spanish"),
        ("voices", "gender=male", lambda each: each["gender"] == "male"),
        ("voices", "accent=american", lambda each: each["accent"] == "American"),
        ("voices", "type=Premium", lambda each: each["type"] == "premium"),
    ],
)
def test_a_filter_leaves_all_that_fit_and_no_other(shop: Customer, what: str, query: str, holds: Any) -> None:
    """Held against the whole list."""
    whole, narrowed = pages(shop, "limit=100", what), pages(shop, f"limit=100&{query}", what)

    assert [each for each in whole if holds(each)] == narrowed
    assert 0 < len(narrowed) < len(whole)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("mode=live", "mode"),
        ("provider=acme", "provider"),
        ("refresh=yes", "refresh"),
        ("cursor=%FF", "cursor"),
        ("language=English", "language"),
        (f"search={'x' * 101}", "search"),
    ],
)
def test_a_wrong_query_names_its_field(shop: Customer, query: str, field: str) -> None:
    """Each by its name; a filter of voices is none of avatars."""
    refused = shop.call("GET", f"/catalog/avatars?{query}")

    assert 400 == refused.status_code
    assert field in told(refused)["details"]


def test_a_list_is_kept_for_eighteen_hours(stage: Stage, shop: Customer) -> None:
    """By every instance; then, or when asked for it, it is read anew; not twice within a minute."""
    listed(shop, "refresh=true")
    stage.wire.calls.clear()
    listed(shop)
    listed(shop.at(stage.cloud.instance()))
    kept = stage.wire.count(LIST)
    stage.clock.forward(61)
    listed(shop, "refresh=true")
    refreshed = stage.wire.count(LIST)
    listed(shop, "refresh=true")
    again = stage.wire.count(LIST)
    stage.clock.forward(18 * HOUR + 1)
    listed(shop)

    assert 0 == kept
    assert refreshed == again > 0
    assert stage.wire.count(LIST) > again


def test_a_silent_service_shows_its_last_list_and_says_so(stage: Stage, shop: Customer) -> None:
    """HeyGen does not answer: its old list with a note, beside D-ID's new one."""
    before = listed(shop, "provider=heygen")
    stage.clock.forward(18 * HOUR + 1)
    stage.wire.on("^heygen GET", Kind.REFUSE, "503", times=999)

    after = listed(shop)

    told_of = {each["provider"]: each for each in after["sources"]}
    assert (True, False) == (told_of["heygen"]["stale"], told_of["did"]["stale"])
    assert ["HeyGen did not answer in time"] == told_of["heygen"]["notes"]
    assert before["sources"][0]["read_at"] == told_of["heygen"]["read_at"]
    assert before["sources"][0]["count"] == told_of["heygen"]["count"]


def test_a_refused_key_is_told_here_and_at_the_account(stage: Stage, shop: Customer) -> None:
    """The list says why it is old; the account is in error."""
    listed(shop)
    stage.clock.forward(18 * HOUR + 1)
    stage.wire.on("^heygen GET", Kind.REFUSE, "401", times=999)

    source = listed(shop, "provider=heygen")["sources"][0]

    assert (True, ["HeyGen refused the account's key"]) == (source["stale"], source["notes"])
    assert "error" == told(shop.call("GET", "/tenant/integrations/heygen"))["status"]


def test_another_accounts_list_is_not_shown(stage: Stage, shop: Customer) -> None:
    """A new key is another account: its list is read at once, and the old one is not shown where it cannot be."""
    listed(shop)
    known = stage.wiring.tenants.integration(TENANT.id, "heygen", "production", fresh=True)
    assert known
    stage.wiring.tenants.put_integration(TENANT.id, replace(known, version="99"))
    stage.wire.on("^heygen GET", Kind.REFUSE, "503", times=999)

    source = listed(shop, "provider=heygen")["sources"][0]

    stage.wiring.tenants.put_integration(TENANT.id, known)
    assert 0 == source["count"]
    assert "read_at" not in source


def test_a_tenant_without_accounts_has_an_empty_list(stage: Stage) -> None:
    """And no service is asked for it; nor is another tenant's list shown."""
    stage.wire.calls.clear()

    found = listed(customer(stage.wiring, "empty-handed"))

    assert {"avatars": [], "next_cursor": None, "sources": []} == found
    assert 0 == stage.wire.count("^(heygen|did)")


@pytest.mark.parametrize(
    ("field", "wrong", "alike"),
    [
        ("avatar_id", "ana", LOOK),
        ("avatar_id", "look_ana_studo", LOOK),
        ("avatar_id", "Zoe 003", "look_003"),
        ("voice_id", "voice_en_anna", VOICE),
    ],
)
def test_an_unknown_id_is_told_those_alike(shop: Customer, field: str, wrong: str, alike: str) -> None:
    """By a name, a part of one, or a slip of the hand; and which call lists them all."""
    for what in ("avatars", "voices"):
        listed(shop, what=what)
    scene = {"visual_description": "A mug", "duration": 4, "script": "Hi.", "avatar_id": LOOK, "voice_id": VOICE}

    refused = shop.call("POST", "/create_job", {"product_title": "Mug", "scenes": [{**scene, field: wrong}]})

    details = told(refused)["details"][f"scenes.0.{field}"][0]
    assert 422 == refused.status_code
    assert f"({alike})" in details
    assert "GET /catalog/" in told(refused)["next_move"]


def test_nothing_alike_is_no_guess(shop: Customer) -> None:
    """An id like nobody's is refused without a hint."""
    scene = {
        "visual_description": "A mug",
        "duration": 4,
        "script": "Hi.",
        "avatar_id": "0xdeadbeef",
        "voice_id": VOICE,
    }

    refused = told(shop.call("POST", "/create_job", {"product_title": "Mug", "scenes": [scene]}))

    assert "Alike" not in refused["details"]["scenes.0.avatar_id"][0]
