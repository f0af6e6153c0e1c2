"""Accounts at avatar services without their key: listed, changed, paused, asked anew, forgotten."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra.local.vendors.did.settings import DEMO_KEY as DID_KEY
from infra.local.vendors.heygen.settings import DEMO_KEY
from shared.cloud.secret_names import vendor_key
from shared.cloud.secrets import NoSecret
from tests.faults.wire import Kind
from tests.steps.calls import Customer, customer, told
from tests.steps.stage import AMBER, LOOK, SPEECH, TENANT, VOICE, Stage, presented, staged

HEYGEN = "/tenant/integrations/heygen"
FILM = {"product_title": "Mug", "background": {"type": "color", "color": "#ffffff"}, "avatar_script": "Hello there."}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("accounts"), did={}) as each:
        yield each


@pytest.fixture
def shop(stage: Stage, request: pytest.FixtureRequest) -> Customer:
    """Return a customer of a tenant of the test's own, with a HeyGen account."""
    name = "t-" + request.node.name.removeprefix("test_").replace("_", "-").replace("[", "-").replace("]", "")[:30]
    shop = customer(stage.wiring, name)
    put(shop)
    return shop


def put(shop: Customer, provider: str = "heygen", **more: object) -> dict[str, Any]:
    key = DID_KEY if provider == "did" else DEMO_KEY
    answer = shop.call("PUT", f"/tenant/integrations/{provider}", {"api_key": key, **more})
    assert answer.status_code == 200, answer.get_data()
    return dict(told(answer))


def test_an_account_shows_how_it_stands_and_no_key(shop: Customer) -> None:
    """State, when it was asked, its balance, and a placeholder for the key."""
    shown = told(shop.call("GET", HEYGEN))

    assert ("active", "********") == (shown["status"], shown["api_key"])
    assert {"validated_at", "last_synced_at", "balance"} <= shown.keys()
    assert float(shown["balance"]) > 0
    assert DEMO_KEY not in str(shown)
    assert not {"secret", "version"} & shown.keys()


def test_all_accounts_are_listed(shop: Customer) -> None:
    """One row a service and mode, as each is read alone."""
    put(shop, "did")
    put(shop, mode="test")

    listed = told(shop.call("GET", "/tenant/integrations"))["integrations"]

    assert [("did", "production"), ("heygen", "production"), ("heygen", "test")] == [
        (each["provider"], each["mode"]) for each in listed
    ]
    assert told(shop.call("GET", HEYGEN)) in listed


def test_who_speaks_is_changed_without_the_key(shop: Customer, stage: Stage) -> None:
    """Avatar, voice and manner change; the key stays, and nothing of it was sent."""
    before = stage.wiring.tenants.integration(shop.key.tenant, "heygen", "production", fresh=True)

    wanted = {"avatar_id": LOOK, "voice_id": VOICE, "provider_config": {"speed": 1.1}}
    changed = shop.call("PATCH", HEYGEN, wanted)

    after = stage.wiring.tenants.integration(shop.key.tenant, "heygen", "production", fresh=True)
    assert 200 == changed.status_code
    assert wanted == {name: told(changed)[name] for name in wanted}
    assert before
    assert after
    assert (before.secret, before.version) == (after.secret, after.version)


def test_a_new_key_keeps_who_speaks(shop: Customer) -> None:
    """Putting a key again without ids wipes none."""
    shop.call("PATCH", HEYGEN, {"avatar_id": LOOK, "voice_id": VOICE, "provider_config": {"locale": "en-GB"}})

    shown = put(shop)

    assert (LOOK, VOICE, {"locale": "en-GB"}) == tuple(
        shown[name] for name in ("avatar_id", "voice_id", "provider_config")
    )


def test_null_ends_a_default(shop: Customer) -> None:
    """What is null is no longer there; what was not named stays."""
    shop.call("PATCH", HEYGEN, {"avatar_id": LOOK, "voice_id": VOICE})

    shown = told(shop.call("PATCH", HEYGEN, {"voice_id": None}))

    assert "voice_id" not in shown
    assert LOOK == shown["avatar_id"]
    assert shown == told(shop.call("GET", HEYGEN))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"avatar_id": "look_nobody"}, "avatar_id"),
        ({"voice_id": "voice_nobody"}, "voice_id"),
        ({"api_key": "another-key"}, "api_key"),
        ({"provider_config": {"speed": 9.0}}, "provider_config.speed"),
        ({"provider_config": {"colour": "red"}}, "provider_config.colour"),
        ({"status": "error"}, "status"),
        ({"status": None}, "status"),
        ({}, "body"),
    ],
)
def test_a_wrong_change_names_its_field_and_changes_nothing(
    shop: Customer, body: dict[str, object], field: str
) -> None:
    """Ids the service does not know, fields and values nobody takes, and a change of nothing."""
    before = told(shop.call("GET", HEYGEN))

    refused = shop.call("PATCH", HEYGEN, body)

    assert refused.status_code in (400, 422)
    assert field in told(refused)["details"]
    assert before == told(shop.call("GET", HEYGEN))


def test_both_wrong_ids_are_told_at_once(shop: Customer) -> None:
    """Nobody mends one to hear of the other."""
    refused = shop.call("PATCH", HEYGEN, {"avatar_id": "look_nobody", "voice_id": "voice_nobody"})

    assert {"avatar_id", "voice_id"} == told(refused)["details"].keys()


def test_a_service_without_an_account_has_nothing_to_change(shop: Customer) -> None:
    """404 for a known service, and for one there is not."""
    answers = [
        shop.call(method, f"/tenant/integrations/{provider}{path}", {"avatar_id": "x"} if method == "PATCH" else None)
        for provider in ("did", "nobody")
        for method, path in (("GET", ""), ("PATCH", ""), ("POST", "/sync"), ("POST", "/webhook/rotate"), ("DELETE", ""))
    ]

    assert {404} == {each.status_code for each in answers}


def test_a_paused_account_takes_no_order(shop: Customer) -> None:
    """The refusal says that it is paused, and what opens it again; then it is open."""
    order = FILM | {"avatar_id": LOOK, "voice_id": VOICE}
    paused = told(shop.call("PATCH", HEYGEN, {"status": "inactive"}))

    refused = shop.call("POST", "/create_job", order)
    shop.call("PATCH", HEYGEN, {"status": "active"})
    taken = shop.call("POST", "/create_job", order)

    assert ("inactive", "it was paused") == (paused["status"], paused["reason"])
    assert (422, "no_provider_key") == (refused.status_code, told(refused)["error"])
    assert "PATCH /tenant/integrations/heygen" in told(refused)["next_move"]
    assert 202 == taken.status_code


def test_a_key_the_service_refuses_is_an_error_until_it_works_again(stage: Stage, shop: Customer) -> None:
    """An order finds it out; the account says so with a next move; asking anew heals it."""
    order = FILM | {"avatar_id": LOOK, "voice_id": VOICE}
    stage.clock.forward(61)
    stage.wire.on("^heygen GET", Kind.REFUSE, "401", times=99)
    refused = shop.call("POST", "/create_job", order)
    shown = told(shop.call("GET", HEYGEN))
    still = shop.call("POST", f"{HEYGEN}/sync")
    stage.wire.mend()
    stage.clock.forward(61)

    healed = told(shop.call("POST", f"{HEYGEN}/sync"))

    assert 422 == refused.status_code
    assert "error" == shown["status"]
    assert "refused its key" in shown["reason"]
    assert f"PUT {HEYGEN}" in shown["next_move"]
    assert (422, "key_rejected") == (still.status_code, told(still)["error"])
    assert "active" == healed["status"]
    assert "reason" not in healed


def test_an_order_is_filled_from_its_account(stage: Stage, shop: Customer) -> None:
    """Avatar, voice and manner stand in the stored order; another default later changes no job."""
    shop.call("PATCH", HEYGEN, {"avatar_id": LOOK, "voice_id": VOICE, "provider_config": {"speed": 1.2}})

    job = told(shop.call("POST", "/create_job", FILM))["job_id"]
    shop.call("PATCH", HEYGEN, {"voice_id": None, "provider_config": None})

    kept = stage.job(job).request
    assert (LOOK, VOICE, 1.2) == (kept.avatar_id, kept.voice_id, kept.voice.speed)


def test_what_an_order_says_itself_wins(stage: Stage, shop: Customer) -> None:
    """Each field alone: the rest is still the account's."""
    shop.call("PATCH", HEYGEN, {"avatar_id": LOOK, "voice_id": VOICE, "provider_config": {"speed": 1.2, "pitch": 2}})

    job = told(shop.call("POST", "/create_job", FILM | {"avatar_id": "look_ben_studio", "voice": {"speed": 0.9}}))

    kept = stage.job(job["job_id"]).request
    assert ("look_ben_studio", VOICE, 0.9, 2) == (kept.avatar_id, kept.voice_id, kept.voice.speed, kept.voice.pitch)


def test_the_service_with_an_avatar_of_its_own_films_a_silent_order(stage: Stage, shop: Customer) -> None:
    """HeyGen's account names nobody, D-ID's does: D-ID films."""
    put(shop, "did", avatar_id=AMBER)

    job = told(shop.call("POST", "/create_job", FILM))["job_id"]

    assert ("did", AMBER) == (stage.job(job).request.provider, stage.job(job).request.avatar_id)


def test_nobody_to_speak_says_where_one_is_set(shop: Customer) -> None:
    """Without an avatar in the order or at an account: which call sets one."""
    refused = told(shop.call("POST", "/create_job", FILM))

    assert "PATCH /tenant/integrations/heygen" in refused["details"]["avatar_id"][0]


def test_two_words_make_a_film(stage: Stage, shop: Customer) -> None:
    """A product's id and a script, with what a template and the account say."""
    shop.call("PATCH", HEYGEN, {"avatar_id": LOOK, "voice_id": VOICE})
    template = {"background": {"type": "color", "color": "#204060"}, "aspect_ratio": "16:9"}
    put_template = shop.call("PUT", "/tenant/template", template)

    jobs = [
        told(shop.call("POST", "/create_job", {name: "sku-1", "script": "Our new mug."}))
        for name in ("content_id", "product_id")
    ]

    assert (200, {"template": template}) == (put_template.status_code, told(put_template))
    for each in jobs:
        kept = stage.job(each["job_id"]).request
        assert ("sku-1", "sku-1", "Our new mug.", LOOK, "16:9") == (
            kept.product_id,
            kept.product_title,
            kept.avatar_script,
            kept.avatar_id,
            kept.aspect_ratio,
        )


def test_an_order_wins_over_its_template(stage: Stage, shop: Customer) -> None:
    """Field by field; and what cannot stand beside an order's own field is left out."""
    template = {**FILM, "persona": "anna", "avatar_script": "Old words."}
    shop.call("PUT", "/tenant/template", template)
    order = {"product_id": "sku-2", "script": "New words.", "avatar_id": LOOK, "voice_id": VOICE}

    kept = stage.job(told(shop.call("POST", "/create_job", order))["job_id"]).request
    assert ("New words.", "Mug", None) == (kept.avatar_script, kept.product_title, kept.persona)


@pytest.mark.parametrize("field", ["dry_run", "product_id", "script", "nonsense"])
def test_a_template_holds_what_all_orders_share(shop: Customer, field: str) -> None:
    """What belongs to one order is refused by name."""
    refused = shop.call("PUT", "/tenant/template", {field: True if field == "dry_run" else "x"})

    assert 400 == refused.status_code
    assert field in told(refused)["details"]


def test_a_template_is_read_and_forgotten(shop: Customer) -> None:
    """404 before and after."""
    before = shop.call("GET", "/tenant/template").status_code
    shop.call("PUT", "/tenant/template", {"product_title": "Mug"})
    kept = told(shop.call("GET", "/tenant/template"))
    deleted = shop.call("DELETE", "/tenant/template").status_code

    assert (404, {"template": {"product_title": "Mug"}}, 200) == (before, kept, deleted)
    assert 404 == shop.call("GET", "/tenant/template").status_code


def test_an_accounts_key_outlives_the_films_that_need_it(stage: Stage) -> None:
    """While a take is being made the account cannot be deleted; later it can, and its secret goes too."""
    acme = customer(stage.wiring, TENANT.id)
    job = stage.order(presented())
    stage.wiring.start_presenter(stage.message(job, SPEECH))
    secret = vendor_key("heygen", "production", TENANT.id)

    refused = acme.call("DELETE", HEYGEN)
    acme.call("POST", f"/jobs/{job}/cancel")
    deleted = acme.call("DELETE", HEYGEN)

    assert (409, "account_in_use") == (refused.status_code, told(refused)["error"])
    assert job in told(refused)["message"]
    assert 200 == deleted.status_code
    with pytest.raises(NoSecret):
        stage.cloud.eyes.secrets.get(secret, fresh=True)
