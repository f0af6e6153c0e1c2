"""Personas: kept by name, checked at the service, filled into an order before it is planned."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from shared.pipeline.job.revision import Change, changed
from shared.pipeline.plan.personas import Persona, PersonaIds
from shared.pipeline.plan.request import FilmRequest, SceneRequest
from shared.steps.casting import Chosen
from shared.steps.personas import MOST_PERSONAS
from tests.steps.calls import Customer, customer, told
from tests.steps.stage import LOOK, TENANT, VOICE, Stage, staged

IDS = {"avatar_id": LOOK, "voice_id": VOICE}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("personas")) as each:
        yield each


@pytest.fixture
def shop(stage: Stage) -> Customer:
    return customer(stage.wiring, TENANT.id)


def spoken(**changed: object) -> dict[str, object]:
    return {
        "product_title": "Mug",
        "scenes": [{"visual_description": "A mug on a table", "duration": 4, "script": "Hi.", **changed}],
    }


def test_the_styles_are_there_and_empty(shop: Customer) -> None:
    """A tenant that made no persona has the three styles, each without ids."""
    listed = told(shop.call("GET", "/tenant/personas"))["personas"]

    assert [("energetic", {}), ("friendly", {}), ("professional", {})] == [
        (each["name"], each["at"]) for each in listed if each["name"] in ("energetic", "friendly", "professional")
    ]


def test_what_was_put_is_read_and_listed(shop: Customer) -> None:
    """A persona is read as it was put, and listed."""
    put = shop.call("PUT", "/tenant/personas/anna", {"title": "Anna", "at": {"heygen": IDS}})

    assert put.status_code == 200
    assert told(put) == {"name": "anna", "title": "Anna", "at": {"heygen": IDS}, "warnings": []}
    assert told(shop.call("GET", "/tenant/personas/anna")) == {"name": "anna", "title": "Anna", "at": {"heygen": IDS}}
    assert "anna" in [each["name"] for each in told(shop.call("GET", "/tenant/personas"))["personas"]]


def test_an_id_the_service_does_not_know_is_refused_by_its_field(shop: Customer) -> None:
    """Both wrong ids are told, each by its field, and nothing is kept."""
    wrong = {"at": {"heygen": {"avatar_id": "look_nobody", "voice_id": "voice_nobody"}}}

    refused = shop.call("PUT", "/tenant/personas/ghost", wrong)

    assert refused.status_code == 400
    assert {"at.heygen.avatar_id", "at.heygen.voice_id"} == set(told(refused)["details"])
    assert shop.call("GET", "/tenant/personas/ghost").status_code == 404


def test_a_tenant_without_a_key_is_told_that_nothing_was_checked(stage: Stage) -> None:
    """Without a key the ids are kept as they are, with a warning."""
    keyless = customer(stage.wiring, "keyless")

    put = keyless.call("PUT", "/tenant/personas/anna", {"at": {"heygen": IDS}})

    assert put.status_code == 200
    assert told(put)["warnings"] == ["no working HeyGen key is stored, so the ids there could not be checked"]


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("Anna", {"at": {"heygen": IDS}}, "persona"),
        ("a" * 41, {"at": {"heygen": IDS}}, "persona"),
        ("anna..", {"at": {"heygen": IDS}}, "persona"),
        ("anna", {}, "at"),
        ("anna", {"at": {"acme_tv": IDS}}, "at.acme_tv"),
        ("anna", {"at": {"heygen": {}}}, "at.heygen.avatar_id"),
        ("anna", {"at": {"heygen": IDS}, "title": "x" * 101}, "title"),
        ("anna", {"at": {"heygen": {**IDS, "avatarid": "x"}}}, "at.heygen.avatarid"),
    ],
)
def test_a_wrong_persona_names_its_field(shop: Customer, name: str, body: object, field: str) -> None:
    """Whatever is wrong is told by its field's path."""
    refused = shop.call("PUT", f"/tenant/personas/{name}", body)

    assert refused.status_code == 400
    assert field in told(refused)["details"]


def test_no_tenant_fills_the_store(stage: Stage) -> None:
    """One more than a tenant may keep is refused with a way out; changing one that is there still works."""
    many = customer(stage.wiring, "many")
    store = stage.wiring.create_job.create.check.casting.store
    for number in range(MOST_PERSONAS):
        store.put("many", Persona(f"p{number}", at={"heygen": PersonaIds(LOOK)}))

    refused = many.call("PUT", "/tenant/personas/one-more", {"at": {"heygen": IDS}})
    changed = many.call("PUT", "/tenant/personas/p7", {"title": "Seven", "at": {"heygen": IDS}})

    assert (400, "DELETE /tenant/personas/{name} of one you do not use") == (
        refused.status_code,
        told(refused)["next_move"],
    )
    assert changed.status_code == 200


def test_an_order_by_persona_is_frozen_with_its_ids(stage: Stage, shop: Customer) -> None:
    """The stored order names the persona and its ids; another persona of that name later changes nothing."""
    shop.call("PUT", "/tenant/personas/bea", {"at": {"heygen": IDS}})
    order = shop.call("POST", "/create_job", spoken(persona="bea"))
    shop.call("PUT", "/tenant/personas/bea", {"at": {"heygen": {"avatar_id": "look_ben_studio"}}})

    job = stage.job(told(order)["job_id"])

    assert order.status_code == 202
    assert ("bea", LOOK, VOICE) == (
        job.request.scenes[0].persona,
        job.request.scenes[0].avatar_id,
        job.request.scenes[0].voice_id,
    )
    assert ("heygen", LOOK, VOICE) == (
        job.plan.provider,
        job.plan.speeches[0].avatar_id,
        job.plan.speeches[0].voice_id,
    )


def test_a_persona_without_a_voice_speaks_with_its_looks_own(stage: Stage) -> None:
    """The tenant's default voice is not put into another's mouth."""
    shop = customer(stage.wiring, TENANT.id)
    shop.call("PUT", "/tenant/personas/own", {"at": {"heygen": {"avatar_id": LOOK}}})
    with_default = stage.wiring.tenants.tenant(TENANT.id)
    assert with_default

    film = FilmRequest("Mug", scenes=(SceneRequest("A mug", duration=4),), avatar_script="Hi.", persona="own")
    checked = stage.wiring.create_job.create.check(replace(with_default, voice_id=VOICE), film, dry_run=True)

    assert checked.plan.speeches[0].voice_id is None


def test_an_unknown_persona_is_refused_with_its_likes(shop: Customer) -> None:
    """The field is named, a persona of a like name is offered, and how one is made."""
    shop.call("PUT", "/tenant/personas/cleo", {"at": {"heygen": IDS}})

    refused = shop.call("POST", "/create_job", spoken(persona="cleoo"))

    assert told(refused)["details"]["scenes.0.persona"] == [
        '"cleoo" is no persona of yours; there is cleo: PUT /tenant/personas/cleoo gives it an avatar at each service'
    ]


def test_an_empty_style_says_how_it_is_filled(shop: Customer) -> None:
    """A style nobody gave ids is no unknown name."""
    refused = shop.call("POST", "/create_job", spoken(persona="energetic"))

    assert told(refused)["details"]["scenes.0.persona"] == [
        '"energetic" has no ids yet: PUT /tenant/personas/energetic gives it an avatar at each service'
    ]


def test_a_persona_and_an_avatar_exclude_each_other(shop: Customer) -> None:
    """Which of the two is meant would be a guess."""
    refused = shop.call("POST", "/create_job", spoken(persona="anna", avatar_id=LOOK))

    assert "scenes.0.persona" in told(refused)["details"]


def test_a_dry_run_tells_how_the_services_were_ranked(shop: Customer) -> None:
    """Each service stands there with its reason."""
    shop.call("PUT", "/tenant/personas/dora", {"at": {"heygen": IDS}})

    priced = told(shop.call("POST", "/create_job", {**spoken(persona="dora"), "dry_run": True}))

    first = priced["avatar_services"][0]
    assert ("heygen", True) == (first["provider"], first["fits"])
    assert first["reason"].startswith("the only one that can: $0.0667 a second")


def test_a_film_dearer_than_its_order_allows_is_refused(shop: Customer) -> None:
    """Both columns together are held against max_cost, and told."""
    refused = shop.call("POST", "/create_job", {**spoken(avatar_id=LOOK), "max_cost": 0.5})
    allowed = shop.call("POST", "/create_job", {**spoken(avatar_id=LOOK), "max_cost": 50, "dry_run": True})

    assert told(refused)["details"]["max_cost"][0].startswith("is $0.50, and the film costs about $")
    assert allowed.status_code == 200


def test_a_change_of_the_avatar_forgets_the_persona() -> None:
    """A retry with another avatar is no longer that persona's film."""
    film = FilmRequest("Mug", scenes=(), avatar_script="Hi.", persona="anna", avatar_id=LOOK, voice_id=VOICE)

    assert changed(film, Change(avatar_id="look_ben_studio")).persona is None
    assert changed(film, Change(avatar_script="Ho.")).persona == "anna"


def test_forgotten_is_gone(shop: Customer) -> None:
    """A deleted persona cannot be ordered with."""
    shop.call("PUT", "/tenant/personas/eve", {"at": {"heygen": IDS}})

    assert shop.call("DELETE", "/tenant/personas/eve").status_code == 200
    assert shop.call("DELETE", "/tenant/personas/eve").status_code == 404
    assert shop.call("POST", "/create_job", spoken(persona="eve")).status_code == 400


def test_the_same_call_again_is_the_same_film_whatever_the_persona_is_now(shop: Customer) -> None:
    """An Idempotency-Key returns the stored film, though its persona has other ids by now."""
    shop.call("PUT", "/tenant/personas/fay", {"at": {"heygen": IDS}})
    first = shop.call("POST", "/create_job", spoken(persona="fay"), Idempotency_Key="fay-1")
    shop.call("DELETE", "/tenant/personas/fay")

    again = shop.call("POST", "/create_job", spoken(persona="fay"), Idempotency_Key="fay-1")

    assert told(first)["job_id"] == told(again)["job_id"]


def test_nobody_speaks_nothing_is_asked(stage: Stage) -> None:
    """A persona of a film in which nobody speaks its words is not looked for."""
    film = FilmRequest("Mug", scenes=(SceneRequest("A mug", duration=4),), persona="nobody")

    assert Chosen(film) == stage.wiring.create_job.create.check.casting(TENANT, film, ())


def test_an_unknown_service_is_told_the_known_ones(shop: Customer) -> None:
    """A persona hides nothing: the provider's own field says what is wrong."""
    shop.call("PUT", "/tenant/personas/gus", {"at": {"heygen": IDS}})

    refused = shop.call("POST", "/create_job", {**spoken(persona="gus"), "provider": "acme"})

    assert {"provider": ["'acme' is not available; choose one of heygen, did"]} == told(refused)["details"]


def test_no_service_can(shop: Customer) -> None:
    """Where no service can film the order, each says why."""
    shop.call("PUT", "/tenant/personas/gus", {"at": {"heygen": IDS}})

    refused = shop.call("POST", "/create_job", {**spoken(persona="gus"), "provider": "did"})

    why = told(refused)["details"]["scenes.0.persona"][0]
    assert why.startswith("no avatar service can film this order (heygen: the order names did; did: ")
    assert "it knows no ids of gus" in why
