"""Named templates: tried before they are kept, kept by version, filled in by an order."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.cloud.named_versions import KEPT_VERSIONS
from shared.cloud.templates import NamedTemplate
from shared.door.templates import MOST_TEMPLATES
from tests.steps.calls import Customer, customer, told
from tests.steps.stage import LOOK, TENANT, Stage, staged

LAUNCH: dict[str, Any] = {
    "title": "Launch",
    "variables": {"what": {"example": "a small coffee"}, "call": {"default": "Now in our shop"}},
    "order": {
        "avatar_id": LOOK,
        "scenes": [{"visual_description": "{{what}} on a table", "duration": 4, "text_overlay": "{{call}}"}],
        "avatar_script": "Meet {{product_title}}.",
    },
}
ORDER: dict[str, Any] = {"template": "launch", "product_title": "Pikolo", "variables": {"what": "An espresso"}}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("templates")) as each:
        yield each


@pytest.fixture
def shop(stage: Stage) -> Customer:
    return customer(stage.wiring, TENANT.id)


def put(shop: Customer, name: str = "launch", **changed: Any) -> dict[str, Any]:
    """Keep a template; return what was answered."""
    kept = shop.call("PUT", f"/tenant/templates/{name}", {**LAUNCH, **changed})
    assert kept.status_code == 200, told(kept)
    return dict(told(kept))


def details(shop: Customer, **changed: Any) -> dict[str, list[str]]:
    """Return the mistakes of a template."""
    refused = shop.call("PUT", "/tenant/templates/wrong", {**LAUNCH, **changed})
    assert refused.status_code == 400
    found: dict[str, list[str]] = told(refused)["details"]
    return found


def order_mistakes(shop: Customer, **changed: Any) -> dict[str, list[str]]:
    """Return the mistakes of an order by a template."""
    refused = shop.call("POST", "/create_job", {**ORDER, **changed})
    assert refused.status_code == 400
    found: dict[str, list[str]] = told(refused)["details"]
    return found


def test_an_order_is_filled_in(stage: Stage, shop: Customer) -> None:
    """Variables, defaults and the order's own title stand in the film's texts; the job keeps which version it was."""
    version = put(shop)["version"]

    ordered = shop.call("POST", "/create_job", ORDER)

    request = stage.job(told(ordered)["job_id"]).request
    scene = request.scenes[0]
    assert ordered.status_code == 202
    assert ("An espresso on a table", "Now in our shop") == (scene.visual_description, scene.text_overlay)
    assert ("Meet Pikolo.", f"launch@{version}") == (request.avatar_script, request.template)


def test_an_order_wins_over_its_template(shop: Customer) -> None:
    """What an order says itself takes the place of what the template says."""
    put(shop)

    ordered = shop.call("POST", "/create_job", {**ORDER, "script": "Own words.", "captions": True})
    request = told(shop.call("GET", f"/jobs/{told(ordered)['job_id']}/request"))

    assert ("Own words.", True) == (request["avatar_script"], request["captions"])


def test_a_stored_request_can_be_ordered_again(shop: Customer) -> None:
    """What a job says of its request is a whole order: it needs no variable any more."""
    put(shop)
    ordered = told(shop.call("POST", "/create_job", ORDER))

    request = told(shop.call("GET", f"/jobs/{ordered['job_id']}/request"))

    again = shop.call("POST", "/create_job", {**request, "dry_run": True})
    assert (200, "launch") == (again.status_code, request["template"].partition("@")[0])


def test_a_named_template_wins_over_the_usual_one(shop: Customer) -> None:
    """The tenant's template fills what the named one leaves open."""
    put(shop)
    shop.call("PUT", "/tenant/template", {"avatar_script": "Usual words.", "captions": True})

    ordered = shop.call("POST", "/create_job", ORDER)
    shop.call("DELETE", "/tenant/template")
    request = told(shop.call("GET", f"/jobs/{told(ordered)['job_id']}/request"))

    assert ("Meet Pikolo.", True) == (request["avatar_script"], request["captions"])


def test_a_version_never_changes(shop: Customer) -> None:
    """Each put is the next version; an order names the newest, or one by its number, and both can be read."""
    first = put(shop, "season")["version"]
    second = put(shop, "season", title="Winter")["version"]

    newest, older = (told(shop.call("GET", f"/tenant/templates/season{q}")) for q in ("", f"?version={first}"))

    assert (1, 2, "Winter", "Launch") == (first, second, newest["title"], older["title"])
    order = {**ORDER, "template": "season@1", "dry_run": True}
    assert shop.call("POST", "/create_job", order).status_code == 200


def test_old_versions_go(stage: Stage, shop: Customer) -> None:
    """The newest twenty are kept; forgetting a template forgets them all."""
    for _ in range(KEPT_VERSIONS + 1):
        put(shop, "often")

    status = {n: shop.call("GET", f"/tenant/templates/often?version={n}").status_code for n in (1, 2)}
    shop.call("DELETE", "/tenant/templates/often")

    assert {1: 404, 2: 200} == status
    assert [] == [
        each.id
        for each in stage.cloud.eyes.clients.firestore.collection_group("template_versions").stream()
        if each.id.startswith("often@")
    ]


def test_it_says_what_an_order_must_bring(shop: Customer) -> None:
    """A template may be half an order: what the other half is, is told when it is kept."""
    needs = put(shop, "half", variables={}, order={"captions": True})["needs"]

    assert needs
    assert [] == put(shop)["needs"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"order": {"avatar_script": "{{price}}"}, "variables": {}}, "order.avatar_script"),
        ({"order": {"avatar_script": "{{Price}}"}, "variables": {}}, "order.avatar_script"),
        ({"variables": {**LAUNCH["variables"], "price": {"example": 9}}}, "variables.price"),
        ({"variables": {**LAUNCH["variables"], "Bad name": {"example": 9}}}, "variables.Bad name"),
        ({"variables": {"what": {}}}, "variables.what"),
        ({"variables": {"what": {"example": "a", "default": "b"}}}, "variables.what"),
        ({"variables": {"what": {"example": ["a"]}}}, "variables.what"),
        ({"variables": {"what": {"example": "a" * 5001}}}, "variables.what"),
        ({"order": {"captionz": True}, "variables": {}}, "order.captionz"),
        ({"order": {"aspect_ratio": "{{what}}"}, "variables": {"what": {"example": "9:17"}}}, "order.aspect_ratio"),
        ({"order": {"product_id": "x"}, "variables": {}}, "order.product_id"),
        ({"order": {"avatar_script": "{{product_title}} " * 201}, "variables": {}}, "order"),
        ({"order": [1]}, "order"),
        ({"orders": {}}, "orders"),
    ],
)
def test_a_wrong_template_names_its_field(shop: Customer, changed: dict[str, Any], field: str) -> None:
    """It is tried with its examples before it is kept, and every mistake has its path."""
    assert field in details(shop, **changed)
    assert shop.call("GET", "/tenant/templates/wrong").status_code == 404


def test_a_kit_that_is_not_there_is_refused_where_a_template_names_it(shop: Customer) -> None:
    """Told as an order would be told, with all else that is wrong, of named templates and of the usual one."""
    put(shop)
    shop.call("PUT", "/tenant/brand/summer", {"captions": True})
    films = [{"aspect_ratio": "9:16", "brand": "summer"}, {"aspect_ratio": "1:1", "brand": "winter"}]
    order = {"brand": "sumer", "outputs": films}

    named = details(shop, variables={}, order={**order, "captionz": True})
    usual = told(shop.call("PUT", "/tenant/template", order))["details"]
    ordered = order_mistakes(shop, **order)

    assert {"order.brand", "order.outputs.1.brand", "order.captionz"} == {*named}
    assert {"brand", "outputs.1.brand"} == {*usual}
    assert ["sumer does not exist; did you mean summer?"] == named["order.brand"] == usual["brand"] == ordered["brand"]
    assert named["order.outputs.1.brand"] == ordered["outputs.1.brand"]
    assert shop.call("GET", "/tenant/template").status_code == 404


def test_a_kit_that_a_variable_names_is_an_orders_question(shop: Customer) -> None:
    """Its example may be no kit; none is no kit that must be there."""
    films = [{"aspect_ratio": "9:16", "brand": "none"}, {"aspect_ratio": "1:1", "brand": "{{season}}"}]
    order = {**LAUNCH["order"], "brand": "x{{season}}", "outputs": films}

    kept = put(shop, "seasons", order=order, variables={**LAUNCH["variables"], "season": {"example": "any"}})

    assert 1 == kept["version"]


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"variables": {}}, "variables.what", "is needed by the template launch@"),
        ({"variables": {"what": "x", "cal": "y"}}, "variables.cal", "did you mean call?"),
        ({"variables": {"what": ["x"]}}, "variables.what", "must be a text, a number, true or false"),
        ({"variables": {"what": "x" * 5001}}, "variables.what", "has 5001 characters"),
        ({"variables": "what"}, "variables", "must be an object"),
        ({"template": "lunch"}, "template", "did you mean launch"),
        ({"template": "launch@999"}, "template", "launch@999 does not exist"),
        ({"template": "Launch!"}, "template", "must be a template's name"),
        ({"template": 7}, "template", "must be a text"),
        ({"template": None}, "variables", "belongs to a template"),
        ({"variables": {"what": "x" * 2000}}, "scenes.0.visual_description", "at most 1000"),
    ],
)
def test_a_wrong_order_names_its_field(shop: Customer, changed: dict[str, Any], field: str, says: str) -> None:
    """What is wrong with variables is told alone; what they make too long is told where it stands."""
    put(shop)

    assert says in order_mistakes(shop, **changed)[field][0]


def test_an_order_by_a_version_that_is_not_there_is_told_which_are(shop: Customer) -> None:
    """The first alone, all three, the last that are kept; of a name that is not there, those like it."""
    told_of = []
    for count in (1, 2, KEPT_VERSIONS):
        for _ in range(count):
            put(shop, "winter")
        told_of += order_mistakes(shop, template="winter@99")["template"]

    assert [
        "winter@99 does not exist; of winter there is version 1 alone",
        "winter@99 does not exist; of winter there are versions 1 to 3",
        f"winter@99 does not exist; of winter there are versions 4 to {KEPT_VERSIONS + 3}",
    ] == told_of
    assert ["wintr@1 does not exist; did you mean winter?"] == order_mistakes(shop, template="wintr@1")["template"]


def test_a_version_that_is_read_and_is_not_there_is_told_which_are(shop: Customer) -> None:
    """Of a name that is there; a name that is not is not found as ever."""
    put(shop, "fall")
    put(shop, "fall")

    gone = shop.call("GET", "/tenant/templates/fall?version=9")

    assert (404, "fall@9 does not exist; of fall there are versions 1 to 2") == (
        gone.status_code,
        told(gone)["message"],
    )
    assert 404 == shop.call("GET", "/tenant/templates/nowhere?version=9").status_code


def test_an_orders_fields_beside_a_templates_order_are_told_their_place(shop: Customer) -> None:
    """They belong in it; what each order says itself belongs in none."""
    wrong = details(shop, scenes=[], avatar_id=LOOK, product_id="x")

    there = ["belongs in order: what films have stands there"]
    own = ["is said by each order, not by a template"]
    assert {"scenes": there, "avatar_id": there, "product_id": own} == wrong


@pytest.mark.parametrize("name", ["Launch", "a" * 41, "launch@2", "-a"])
def test_a_name_in_a_path_is_plain(shop: Customer, name: str) -> None:
    """The version is no part of the name one puts."""
    assert shop.call("PUT", f"/tenant/templates/{name}", LAUNCH).status_code == 400


@pytest.mark.parametrize("version", ["0", "x", "-1", "9" * 30, ""])
def test_a_wrong_version_is_told(shop: Customer, version: str) -> None:
    """It is a small whole number."""
    put(shop)

    assert shop.call("GET", f"/tenant/templates/launch?version={version}").status_code == 400


def test_no_tenant_fills_the_store_with_templates(stage: Stage) -> None:
    """One more than a tenant may keep is refused with a way out; the next version of one that is there is not."""
    many = customer(stage.wiring, "many")
    for number in range(MOST_TEMPLATES):
        stage.wiring.templates.put("many", NamedTemplate(f"t{number}", 1, "{}", stage.clock()))

    refused = many.call("PUT", "/tenant/templates/one-more", LAUNCH)
    next_version = many.call("PUT", "/tenant/templates/t7", LAUNCH)

    assert (400, 200) == (refused.status_code, next_version.status_code)
    assert "DELETE /tenant/templates/{template} of one you do not use" == told(refused)["next_move"]
    assert len(told(many.call("GET", "/tenant/templates"))["templates"]) == MOST_TEMPLATES


@pytest.mark.parametrize("order", [{}, {"voice": {}, "scenes": []}, {"captions": None}, {"text": {"color": None}}])
def test_a_template_that_says_nothing_is_refused_with_what_it_needs(shop: Customer, order: dict[str, Any]) -> None:
    """A named one at its order, the usual one as a whole; either is told how one that is kept is forgotten."""
    named = details(shop, variables={}, order=order)
    usual = told(shop.call("PUT", "/tenant/template", order))["details"]

    says = "says nothing: give it fields of an order, such as scenes, avatar_id, captions or brand"
    assert {"order": [f"{says}; DELETE /tenant/templates/{{template}} forgets a template"]} == named
    assert {"body": [f"{says}; DELETE /tenant/template forgets the one that is kept"]} == usual
    assert shop.call("GET", "/tenant/templates/wrong").status_code == 404


@pytest.mark.parametrize("order", [{"outro": {}}, {"captions": False}, {"product_card": {}}])
def test_a_template_says_something_with_a_card_or_a_no(shop: Customer, order: dict[str, Any]) -> None:
    """A card of nothing is a card with the kit's logo."""
    assert 1 == put(shop, f"says-{next(iter(order)).replace('_', '-')}", variables={}, order=order)["version"]


def test_a_variable_in_a_name_is_refused_where_it_stands(shop: Customer) -> None:
    """Only texts are filled in: it would have stayed as it is in every film's metadata."""
    wrong = details(
        shop, variables={}, order={"metadata": {"{{sku}}": "x", "a {{product_title}}": "y", "b": "{{product_id}}"}}
    )

    why = ["has double braces in its name: variables stand in texts; write the name out"]
    assert {"order.metadata.{{sku}}": why, "order.metadata.a {{product_title}}": why} == wrong


@pytest.mark.parametrize(
    ("template", "why"), [("Launch!", "must be a template's name"), (7, "must be a text"), ("", "must")]
)
def test_an_order_whose_templates_name_is_none_is_told_that_alone(shop: Customer, template: Any, why: str) -> None:
    """What else it lacks the template might have brought."""
    wrong = told(shop.call("POST", "/create_job", {"template": template}))["details"]

    assert ["template"] == [*wrong]
    assert why in wrong["template"][0]
