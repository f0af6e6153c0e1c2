"""What a batch may say: rows, tables, variables, pictures and a cap; all that is wrong is told at once."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from shared.steps.batch_rows import row_job
from tests.steps.batched import fed, kept, results, rows, sent, shop_of
from tests.steps.calls import customer, told
from tests.steps.stage import LOOK, ROOT, TENANT, VOICE, Stage, staged

PHOTO = ROOT / "infra" / "local" / "samples" / "coffee.jpg"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, canned: Mapping[str, Path]) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("batches"), canned=canned) as each:
        yield each


def test_the_same_call_is_the_same_batch(stage: Stage) -> None:
    """Sent again under its key it is one batch; another content under it is refused."""
    shop = shop_of(stage, "again")
    first = sent(shop, {"rows": rows()}, Idempotency_Key="k")["batch_id"]

    again = sent(shop, {"rows": rows()}, Idempotency_Key="k")["batch_id"]
    other = shop.call("POST", "/batches", {"rows": rows(1)}, Idempotency_Key="k")

    assert (first, 409) == (again, other.status_code)
    assert 1 == len(told(shop.call("GET", "/batches"))["batches"])


def test_every_wrong_row_is_told_at_once(stage: Stage) -> None:
    """Mistakes go by row, counted from 1, and field; those only the avatar service knows stand by their rows, too."""
    shop = shop_of(stage, "wrong")
    wrong = [*rows(1), {"product_title": "X", "scenes": []}, {"product_title": "Y", "colour": 1}, 7]
    answer = told(shop.call("POST", "/batches", {"rows": wrong[:3]}))
    assert {"rows.2.scenes", "rows.3.colour"} <= answer["details"].keys()
    assert "rows.1" not in str(answer["details"].keys())
    assert ["rows.4"] == list(told(shop.call("POST", "/batches", {"rows": wrong}))["details"])

    stranger = rows(2, avatar_id="nobody", voice_id="voice_en_ana", avatar_script="Hi.")
    refused = shop_of(stage, TENANT.id).call("POST", "/batches", {"rows": [*rows(1), *stranger]})
    assert ("avatar_not_found", {"rows.2.avatar_id", "rows.3.avatar_id"}) == (
        told(refused)["error"],
        set(told(refused)["details"]),
    )


def test_a_table_by_a_template(stage: Stage) -> None:
    """Columns that are no field of an order are the template's variables; cells that look like formulas are escaped."""
    shop = shop_of(stage, "table")
    order = {"scenes": [{"visual_description": "{{what}} on a table", "duration": 4}]}
    shop.call("PUT", "/tenant/templates/launch", {"variables": {"what": {"example": "a cup"}}, "order": order})
    table = '\ufeffproduct_title;what;captions\r\n=1+1;"A mug; blue";TRUE\r\n\r\n@x;A pot;\r\n'.encode()

    batch = sent(shop, table, "?template=launch&title=Spring")["batch_id"]
    fed(stage, batch)

    request = stage.job(row_job(kept(stage, batch), 1)).request
    assert ("A mug; blue on a table", True) == (request.scenes[0].visual_description, request.captions)
    assert ["'=1+1", "'@x"] == [row["product_title"] for row in results(shop, batch)]


def test_variables_that_are_numbers_come_from_cells(stage: Stage) -> None:
    """As numbers, true or false where they stand alone, as written within a text; what is none is told at its field."""
    shop = shop_of(stage, "numbers")
    scene = {"visual_description": "{{secs}} cups for {{price}}", "duration": "{{secs}}"}
    order = {"scenes": [scene], "captions": "{{words}}", "metadata": {"sku": "{{sku}}"}}
    variables = {
        "secs": {"example": 4},
        "price": {"example": 9.5},
        "words": {"default": True},
        "sku": {"default": "x"},
    }
    kept_one = shop.call("PUT", "/tenant/templates/sale", {"variables": variables, "order": order})
    table = b"product_title;secs;price;words;sku\nMug;6;9,90;FALSE;007\nPot;4;12.50;;\n"

    batch = sent(shop, table, "?template=sale")["batch_id"]
    fed(stage, batch)
    first, second = (stage.job(row_job(kept(stage, batch), row)).request for row in (1, 2))
    wrong = shop.call("POST", "/batches?template=sale&dry_run=true", b"product_title,secs,price\nMug,six,1\n")
    strict = shop.call("POST", "/create_job", {"template": "sale", "variables": {"secs": "6", "price": 1}})

    assert 200 == kept_one.status_code
    assert ("6 cups for 9,90", 6, False) == (
        first.scenes[0].visual_description,
        first.scenes[0].duration,
        first.captions,
    )
    assert ("4 cups for 12.50", 4, True) == (
        second.scenes[0].visual_description,
        second.scenes[0].duration,
        second.captions,
    )
    assert [{"sku": "007"}, {"sku": "x"}] == [dict(each.metadata) for each in (first, second)]
    assert {"rows.1.scenes.0.duration"} == set(told(wrong)["details"])
    assert "scenes.0.duration" in told(strict)["details"]


def test_a_query_that_says_one_thing_twice_buys_nothing(stage: Stage) -> None:
    """Which of two `dry_run` is meant nobody knows; of filters the first alone was heard."""
    shop = shop_of(stage, "doubled")

    batch = shop.call("POST", "/batches?dry_run=false&dry_run=true", rows())
    films = shop.call("GET", "/jobs?status=failed&status=cancelled")

    assert [(400, ["dry_run"]), (400, ["status"])] == [
        (each.status_code, list(told(each)["details"])) for each in (batch, films)
    ]
    assert "more than once" in told(batch)["details"]["dry_run"][0]
    assert [] == told(shop.call("GET", "/batches"))["batches"]


def test_a_cap_of_nothing_is_told_what_it_may_be(stage: Stage) -> None:
    """That it is not valid says neither why nor what would be."""
    refused = shop_of(stage, "capped").call("POST", "/batches", {"rows": rows(), "max_cost_usd": 0})

    assert {"max_cost_usd": ["must be more than 0"]} == told(refused)["details"]


def test_rows_with_pictures_are_priced_and_made(stage: Stage) -> None:
    """A batch reads no picture: each is read when its row begins, and one that is not there is that row's alone."""
    shop = customer(stage.wiring, TENANT.id)
    photo = told(shop.call("POST", "/tenant/uploads", PHOTO.read_bytes(), Content_Type="image/jpeg"))["image"]
    shown = {"avatar_script": "Hi.", "avatar_id": LOOK, "voice_id": VOICE}
    wall = [{**shown, "product_title": "Wall", "background": {"type": "image", "image": photo}}]
    films = [*rows(1, image=photo), *rows(1, image="0" * 64), *rows(1, poster={"image": photo}), *wall]

    priced = shop.call("POST", "/batches?dry_run=true", films)
    batch = sent(shop, films)["batch_id"]
    for _ in films:
        fed(stage, batch)

    assert 200 == priced.status_code
    assert ["", "image_refused", "", ""] == [row["error"] for row in results(shop, batch)]


def test_a_batch_that_no_key_could_make_is_refused_as_its_orders_are(stage: Stage) -> None:
    """Its price needs none; taken without one, each of its rows would be refused when it begins."""
    shop = shop_of(stage, "keyless")
    spoken = [{**each, "avatar_script": "Hi.", "avatar_id": LOOK, "voice_id": VOICE} for each in rows()]

    priced = shop.call("POST", "/batches?dry_run=true", spoken)
    refused = shop.call("POST", "/batches", [*rows(1), *spoken])
    single = shop.call("POST", "/create_job", spoken[0])

    assert (200, 422) == (priced.status_code, refused.status_code)
    assert "no_provider_key" == told(refused)["error"] == told(single)["error"]
    assert ["rows.2", "rows.3"] == list(told(refused)["details"])
    assert [] == told(shop.call("GET", "/batches"))["batches"]
