"""Batches on the pages: a table is priced, mended and ordered once; its rows are shown; nobody else's are."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import flask
import pytest

from tests.steps.calls import customer
from tests.steps.stage import TENANT, Stage, staged
from tests.steps.visitor import Browser, signed_in

HEAD = "product_title,product_id,scenes.0.visual_description,scenes.0.duration"
TABLE = f"{HEAD}\nMug <b>,sku-1,A mug on a table,4\nPot,sku-2,A pot on a table,4\n"
ONCE = "00000000-0000-4000-8000-000000000001"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Open one stage for all."""
    with staged(tmp_path_factory.mktemp("batches")) as opened:
        yield opened


@pytest.fixture
def browser(stage: Stage) -> Browser:
    """Return a browser whose person has signed in."""
    return signed_in(stage, customer(stage.wiring, TENANT.id))


def text(response: flask.Response) -> str:
    return response.get_data(as_text=True)


def test_a_table_is_priced_ordered_once_and_followed(stage: Stage, browser: Browser) -> None:
    """Its price comes first; sent twice it is one batch; each row has its line, cells are inert; then it goes."""
    form = {"_once": ONCE, "title": "Spring", "rows": TABLE}
    unseen = text(browser.send("/batches/new", {**form, "do": "order"}))
    agreed = re.findall(r'name="agreed" value="([0-9.]+)"', unseen)
    assert "2 films" in unseen
    assert "No batches yet." in text(browser.get("/batches"))

    sent = [browser.send("/batches/new", {**form, "agreed": agreed[0], "do": "order"}) for _ in range(2)]
    (path,) = {each.headers["Location"].rpartition("/console")[2] for each in sent}
    stage.cloud.tasks.run_due()
    page, listed = text(browser.get(path)), text(browser.get("/batches"))
    table = list(csv.DictReader(io.StringIO(text(browser.get(f"{path}/results.csv")))))

    assert "Spring" in listed
    assert 2 == page.count('href="/console/films/') or 2 == page.count("/films/")
    assert "Mug &lt;b&gt;" in page
    assert ["sku-1", "sku-2"] == [row["product_id"] for row in table]
    assert "Begin no more rows" in page

    early = browser.send(path, {"do": "delete"})
    for row in table:
        browser.send(f"/films/{row['job_id']}/cancel", {})
    stage.clock.forward(300)
    stage.cloud.tasks.run_due()
    ended = text(browser.get(path))
    gone = browser.send(path, {"do": "delete"})

    assert (409, 303) == (early.status_code, gone.status_code)
    assert "Forget the batch" in ended
    assert 404 == browser.get(path).status_code


def test_mistakes_come_back_with_the_table(browser: Browser) -> None:
    """By row and field, to be mended in place."""
    page = text(
        browser.send("/batches/new", {"_once": ONCE, "rows": TABLE.replace("A pot on a table", ""), "do": "price"})
    )
    assert "Row 2, scenes.0.visual_description" in page
    assert "Mug &lt;b&gt;,sku-1" in page


def test_a_title_is_shown_as_it_was_written(tmp_path: Path) -> None:
    """What keeps a spreadsheet from running it is of the file, not of the page."""
    order = {"_once": ONCE, "rows": TABLE.replace("Mug <b>", "=Mug"), "do": "order", "agreed": "100"}
    with staged(tmp_path) as alone:  # a batch of the others' stage would be counted there
        browser = signed_in(alone, customer(alone.wiring, TENANT.id))
        path = browser.send("/batches/new", order).headers["Location"].removeprefix("/console")

        assert ">=Mug</" in text(browser.get(path))
        assert ",'=Mug," in text(browser.get(f"{path}/results.csv"))


def test_anothers_batch_is_none(stage: Stage, browser: Browser) -> None:
    """Nor is what is no id; a key that only reads stops nothing."""
    other = customer(stage.wiring, "other-shop")
    row = {"product_title": "Mug", "scenes": [{"visual_description": "A mug", "duration": 4}]}
    batch = other.call("POST", "/batches", {"rows": [row]}).get_json()["batch_id"]
    reads = signed_in(stage, customer(stage.wiring, "other-shop", ("jobs:read",)))

    for path in (f"/batches/{batch}", f"/batches/{batch}/results.csv", "/batches/none"):
        assert 404 == browser.get(path).status_code
    assert 404 == browser.send(f"/batches/{batch}", {"do": "cancel"}).status_code
    assert (200, 403) == (
        reads.get(f"/batches/{batch}").status_code,
        reads.send(f"/batches/{batch}", {"do": "cancel"}).status_code,
    )
