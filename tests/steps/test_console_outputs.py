"""The films of one order on the pages: shapes, sizes and kits as rows, of a new film and of another version."""

import json
import re
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.door.console.outputs import asked_films, asked_rows, ordered_films, row_fields
from shared.door.console.wording import SHAPE_WORDS, SIZE_WORDS
from tests.steps.calls import customer, told
from tests.steps.forms import untouched
from tests.steps.stage import Stage, staged
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


@given(
    st.lists(
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
)
def test_films_come_back_as_they_were_asked_for(asked: list[dict[str, str]]) -> None:
    """Whatever films a form asks for, a form that is filled from their order shows the same, in their order."""
    order = asked_films(asked_rows(row_fields(asked)))
    kits = {name: {"label": f"{name}@1", "asked": name} for name in ("default", "spring", "winter")}
    usual = order.get("brand", "default")
    outputs = [
        {**each, "dress": {"asked": kit, "kit": {"brand": kits.get(kit)}}} if (kit := each.get("brand")) else each
        for each in order.get("outputs", ())
    ]

    assert asked == ordered_films({**order, "brand": kits.get(usual), "outputs": outputs})
