"""The films of one order on the pages: shapes, sizes and kits as rows, of a new film and of another version."""

import json
import re
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.door.console.outputs import asked_films, asked_rows, edited_films, ordered_films, row_fields
from shared.door.console.pages import dollars
from shared.door.console.wording import SHAPE_WORDS, SIZE_WORDS
from tests.steps.calls import customer, told
from tests.steps.forms import untouched
from tests.steps.stage import TENANT, Stage, footage, staged
from tests.steps.visitor import Browser, signed_in

ONCE = "10000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, canned: Mapping[str, Path]) -> Iterator[Stage]:
    """Open one stage for all."""
    with staged(tmp_path_factory.mktemp("outputs"), canned=canned) as opened:
        yield opened


def page(browser: Browser, path: str) -> str:
    """Return a page's text."""
    return browser.get(path).get_data(as_text=True)


def test_one_shape_is_ordered_in_several_kits(stage: Stage) -> None:
    """Each row is a film of its own kit; what is refused stands at its row; another order is filled with the same."""
    shop = customer(stage.wiring, "dressed")
    browser = signed_in(stage, shop)
    for name in ("spring", "winter"):
        assert 200 == shop.call("PUT", f"/tenant/brand/{name}", {"transition": "dip"}).status_code
    form = {"product_title": "Mug", "scenes.0.visual_description": "A mug", "_once": ONCE}
    form |= films(("9:16", "spring"), ("", "winter"), ("9:16", "winter"), ("16:9", "none"))

    priced = unescape(browser.send("/new", form).get_data(as_text=True))
    refused = unescape(browser.send("/new", {**form, "outputs.2.brand": "wintr"}).get_data(as_text=True))
    twice = unescape(browser.send("/new", {**form, "outputs.2.brand": "spring"}).get_data(as_text=True))
    outputs = [{"aspect_ratio": "9:16"}, {"aspect_ratio": "9:16", "brand": "winter"}]
    outputs += [{"aspect_ratio": "16:9", "brand": "none"}]
    scenes = [{"visual_description": "A mug", "duration": 4}]
    again = {"product_title": "Mug", "scenes": scenes, "brand": "spring", "outputs": outputs}
    job = told(shop.call("POST", "/create_job", again))["job_id"]
    filled = page(browser, f"/new?from={job}")
    shop.call("POST", f"/jobs/{job}/cancel")

    said = re.search(r"<pre[^>]*>curl .*? -d '(.*?)'</pre>", priced, re.DOTALL)
    assert said
    assert ("spring", outputs) == (json.loads(said[1])["brand"], json.loads(said[1])["outputs"])
    assert 'id="wrong-outputs.1.brand">wintr does not exist; did you mean winter?' in refused
    assert 'id="wrong-outputs.1">9:16 at 720p is asked for twice' in twice
    shown = {name: text for name, text in untouched(filled, "avatar_script").items() if name.startswith("outputs.")}
    assert films(("9:16", "spring"), ("9:16", "winter"), ("16:9", "none"), ("", "spring")) == shown


def films(*rows: tuple[str, str]) -> dict[str, str]:
    """Return the rows of a form: each a shape and a kit."""
    parts = {n: {"aspect_ratio": shape, "resolution": "720p", "brand": kit} for n, (shape, kit) in enumerate(rows)}
    return {f"outputs.{n}.{name}": text for n, row in parts.items() for name, text in row.items()}


FILMS = st.lists(
    st.fixed_dictionaries(
        {
            "aspect_ratio": st.sampled_from([*SHAPE_WORDS]),
            "resolution": st.sampled_from([*SIZE_WORDS]),
            "brand": st.sampled_from(["default", "none", "spring", "winter"]),
        }
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda row: tuple(row.values()),
)
KITS = {name: {"label": f"{name}@2", "asked": name} for name in ("default", "spring", "winter")}


def kept(order: Mapping[str, Any]) -> dict[str, Any]:
    """Return an order as it is kept: with the kits it names, all of them of version 2."""
    outputs = [
        {**each, "dress": {"asked": kit, "kit": {"brand": KITS.get(kit)}}} if (kit := each.get("brand")) else each
        for each in order.get("outputs", ())
    ]
    return {**order, "brand": KITS.get(order.get("brand", "default")), "outputs": outputs}


@given(FILMS)
def test_films_come_back_as_they_were_asked_for(asked: list[dict[str, str]]) -> None:
    """Whatever films a form asks for, a form that is filled from their order shows the same, in their order."""
    assert asked == ordered_films(kept(asked_films(asked_rows(row_fields(asked)))))


@given(FILMS, st.dictionaries(st.sampled_from([*KITS]), st.integers(1, 3)), st.integers(0, 3))
def test_nothing_changed_changes_nothing(asked: list[dict[str, str]], newest: dict[str, int], at: int) -> None:
    """An edit's form as it is shown asks for nothing; of one film that is changed, all others stay what they were."""
    order = kept(asked_films(asked))
    order["outputs"] = [{**each, "container": "mov"} for each in order["outputs"]]
    shown = ordered_films(order, newest)
    at %= len(shown)
    other = [{**film, "aspect_ratio": "9:21"} if number == at else film for number, film in enumerate(shown)]
    changed = edited_films(row_fields(other), order, newest)["outputs"]

    assert {} == edited_films(row_fields(shown), order, newest)
    assert ["9:21"] == [each["aspect_ratio"] for each in changed if "container" not in each or not order["outputs"]]
    usual = (order["brand"] or {}).get("label", "none")
    worn = [each.get("brand", usual) for each in changed]
    was = [KITS.get(film["brand"], {}).get("label", "none") for film in asked]
    assert was == [f"{kit}@2" if newest.get(kit) == 2 and "@" not in kit else kit for kit in worn]


def test_a_version_has_other_films(stage: Stage) -> None:
    """What it has is chosen; the same again is nothing; its price comes before it, and it is what was agreed on."""
    shop = customer(stage.wiring, TENANT.id)
    browser = signed_in(stage, shop)
    for name in ("spring", "winter"):
        assert 200 == shop.call("PUT", f"/tenant/brand/{name}", {"transition": "dip"}).status_code
    job = stage.order(footage())
    stage.live(job)
    shown = untouched(page(browser, f"/films/{job}"), "films")
    path, two = f"/films/{job}/edit", {**shown, **films(("9:16", "winter"), ("1:1", "none"))}

    same = browser.send(path, shown)
    twice = unescape(browser.send(path, {**two, "outputs.2.aspect_ratio": "1:1"}).get_data(as_text=True))
    lost = unescape(browser.send(path, {**two, "outputs.1.brand": "sprin"}).get_data(as_text=True))
    priced = browser.send(path, two).get_data(as_text=True)
    agreed = untouched(priced, "films")
    others = browser.send(path, {**agreed, "outputs.1.brand": "spring"})
    made = browser.send(path, agreed).headers["Location"].rpartition("/")[2]
    outputs = [{"aspect_ratio": "9:16", "resolution": "720p", "brand": "winter"}]
    outputs += [{"aspect_ratio": "1:1", "resolution": "720p"}]
    dry = told(shop.call("POST", f"/jobs/{job}/edit", {"outputs": outputs, "dry_run": True}))["estimated_cost"]
    stage.live(made)
    assert 200 == shop.call("PUT", "/tenant/brand/winter", {"transition": "cut"}).status_code
    again = untouched(page(browser, f"/films/{made}"), "films")

    assert films(("9:16", "none"), *[("", "none")] * 3) == {name: shown[name] for name in shown if "outputs" in name}
    assert (422, 200) == (same.status_code, others.status_code)
    assert "Nothing would be different" in same.get_data(as_text=True)
    assert 'id="wrong-outputs.2">1:1 at 720p is asked for twice' in twice
    assert 'id="wrong-outputs.1.brand">sprin does not exist; did you mean spring?' in lost
    assert f"<strong>{dollars(dry['paid_by_us'])}</strong> of ours" in priced
    assert [("9:16", "winter@1"), ("1:1", None)] == [
        (each["aspect_ratio"], each["brand"]) for each in told(shop.call("GET", f"/jobs/{made}"))["outputs"]
    ]
    assert "winter@1" == again["outputs.0.brand"]
