"""Every screen, small and large, light and dark: nobody is kept out, nothing runs that we did not write."""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

import pytest

from tests.browser.site import DESKTOP, PHONE, Shops, Site
from tests.browser.test_story import drag
from tests.steps.clip_web import small_clip

if TYPE_CHECKING:
    from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OF_THE_LOOK = {"type": "rule", "values": ["color-contrast", "scrollable-region-focusable", "target-size"]}
SCREENS = {
    "start": "/start",
    "films": "/films",
    "film": "/films/{film}",
    "again": "/films/{film}/again",
    "new": "/new?from={film}",
    "batches": "/batches",
    "batch": "/batches/{batch}",
    "new batch": "/batches/new",
    "presenters": "/presenters",
    "voices": "/presenters/voices",
    "personas": "/presenters/personas",
    "brands": "/brands",
    "usage": "/usage",
    "developers": "/developers",
    "settings": "/settings",
}
OPERATORS = {
    "attention": "/operator",
    "jobs": "/operator/jobs?view=ended",
    "job": "/operator/jobs/{film}",
    "tenants": "/operator/tenants",
    "tenant": "/operator/tenants/shop",
    "vendors": "/operator/vendors",
    "deliveries": "/operator/deliveries",
    "spend": "/operator/spend",
}
LOOKS: tuple[tuple[str, dict[str, int], Literal["light", "dark"]], ...] = (
    ("desktop", DESKTOP, "light"),
    ("desktop", DESKTOP, "dark"),
    ("phone", PHONE, "dark"),
    ("phone", PHONE, "light"),
)
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus='alert(1)",
    "</title></textarea></select></noscript><svg onload=alert(1)>",
    "javascript:alert(1)//{{7*7}}${7*7}",
    "<style>*{display:none}</style><base href=//evil.example>",
    "\u202e<b>turned\u2028</b>",
)


@pytest.fixture(scope="module")
def film(shops: Shops, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a finished film whose every text is an attack, with a clip of the tenant's own."""
    scenes = [{"visual_description": text, "text_overlay": text[:80], "duration": 4} for text in HOSTILE[:1]]
    clip = shops.upload("shop", "/tenant/uploads/clip", small_clip(tmp_path_factory.mktemp("clip")))["clip"]
    scenes += [{"clip": clip, "text_overlay": HOSTILE[1]}]
    order = {
        "product_title": "".join(HOSTILE),
        "product_id": HOSTILE[1],
        "metadata": {text[:40]: text for text in HOSTILE[:6]},
        "scenes": scenes,
        "avatar_script": " ".join(HOSTILE[:6]),
        "avatar_id": "look_ana_studio",
        "voice_id": "voice_en_ana",
        "webhook_url": "http://127.0.0.1:9/hook",
    }
    job = str(shops.call("shop", "POST", "/create_job", order)["job_id"])
    shops.call("shop", "POST", "/tenant/keys", {"name": HOSTILE[1], "scopes": ["jobs:read"]})
    shops.wait("shop", job)
    return job


@pytest.fixture(scope="module")
def batch(shops: Shops) -> str:
    """Return a batch whose texts are attacks, and which was stopped at once."""
    rows = [{"product_title": text, "scenes": [{"visual_description": "A mug", "duration": 4}]} for text in HOSTILE[:3]]
    name = str(shops.call("shop", "POST", "/batches", {"rows": rows, "title": HOSTILE[1]})["batch_id"])
    shops.call("shop", "POST", f"/batches/{name}/cancel")
    return name


def test_nobody_is_kept_out(site: Site, film: str, batch: str) -> None:
    """WCAG 2.2 AA as axe checks it: no violation on any screen, light or dark, small or large; what folds is open."""
    found: list[str] = []
    for who, screens in {"shop": SCREENS, "operator": OPERATORS}.items():
        with site.page(who, bypass_csp=True) as page:
            for name, path in screens.items():
                page.goto(f"{site.url}/console{path.format(film=film, batch=batch)}")
                page.evaluate("() => document.querySelectorAll('details').forEach((each) => { each.open = true; })")
                found += faults(site, page, name)

    assert [] == found


def faults(site: Site, page: "Page", name: str) -> Iterator[str]:
    """Keep a picture of an open page in each look; yield what axe finds, and where it is wider than its window."""
    from axe_playwright_python.base import AXE_SCRIPT

    page.evaluate(AXE_SCRIPT)
    for number, (size, viewport, scheme) in enumerate(LOOKS):
        page.set_viewport_size(viewport)  # type: ignore[arg-type]  # Playwright's own dict type
        page.emulate_media(color_scheme=scheme)
        site.keep(page, f"{name}-{size}-{scheme}")
        for each in _violations(page, OF_THE_LOOK if number else RULES):
            yield f"{name}, {size}, {scheme}: {each}"
        if page.evaluate("() => document.documentElement.scrollWidth > innerWidth"):
            yield f"{name} is wider than a {size}'s window"


def _violations(page: "Page", rules: object) -> Iterator[str]:
    """Yield what axe, which the page holds, finds against some rules."""
    tags = json.dumps({"runOnly": rules, "resultTypes": ["violations"]})
    for each in page.evaluate(f"async () => (await axe.run(document, {tags})).violations"):
        nodes = "; ".join(node["html"][:150] for node in each["nodes"][:3])
        yield f"{each['id']} ({each['help']}): {nodes}"


def test_texts_are_inert(site: Site, film: str, batch: str) -> None:
    """Whatever a tenant writes is shown as it was written: no policy is broken, nothing runs, no dialog opens."""
    with site.page("operator") as page:
        for path in OPERATORS.values():
            page.goto(f"{site.url}/console{path.format(film=film, batch=batch)}")
    with site.page("shop") as page:
        for path in SCREENS.values():
            page.goto(f"{site.url}/console{path.format(film=film, batch=batch)}")
        page.goto(f"{site.url}/console/films/{film}")
        title = page.get_by_role("heading", level=1).inner_text()
        turned = page.evaluate("() => getComputedStyle(document.querySelector('h1')).display")

    assert HOSTILE[0] in title
    assert HOSTILE[5] in title
    assert "none" != turned


def test_every_control_is_reached_by_keyboard(site: Site, film: str) -> None:
    """Tabbing through a page comes by every link, field and button of it that is seen."""
    with site.page("shop") as page:
        page.goto(f"{site.url}/console/new?from={film}")
        wanted = page.evaluate(
            "() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]"
            ".filter((each) => each.checkVisibility() && each.tabIndex >= 0)"
            ".map((each, at) => each.dataset.at = String(at))"
        )
        reached = set()
        for _ in range(2 * len(wanted)):
            page.keyboard.press("Tab")
            reached.add(page.evaluate("() => document.activeElement.dataset.at || ''"))

    assert set() == set(wanted) - reached


UNDER = """() => {
  const focused = document.activeElement, price = document.querySelector(".price");
  if (price.contains(focused) || focused === document.body) return "";
  const [mine, its] = [focused.getBoundingClientRect(), price.getBoundingClientRect()];
  return mine.bottom > its.top + 1 && mine.top < its.bottom ? focused.id || focused.textContent : "";
}"""


@pytest.mark.parametrize("size", [PHONE, DESKTOP, {"width": 640, "height": 400}])
def test_nothing_is_tabbed_to_beneath_the_price(site: Site, size: Mapping[str, int]) -> None:
    """What stays at the lower edge covers no field that has the focus, at 200 % neither, nor once it is a price."""
    under = set()
    with site.page("shop", viewport=size) as page:
        page.goto(f"{site.url}/console/new")
        page.get_by_label("Title").fill("Mug")
        page.get_by_label("What is seen").fill("A mug")
        for priced in (False, True):
            if priced:
                page.get_by_role("button", name="Show the price").last.click()
                page.get_by_text("Order for at most").wait_for()
            for _ in range(40):
                page.keyboard.press("Tab")
                under.add(page.evaluate(UNDER))

    assert {""} == under


@pytest.fixture
def kits(shops: Shops) -> Iterator[None]:
    """Keep two kits, one of the longest name, while a test runs."""
    for name in ("summer", "a-kit-whose-name-is-long-as-names-may-be"[:40]):
        shops.call("shop", "PUT", f"/tenant/brand/{name}", {"transition": "dip"})
    yield
    for each in shops.call("shop", "GET", "/tenant/brand")["brands"]:
        shops.call("shop", "DELETE", f"/tenant/brand/{each['name']}")


@pytest.mark.usefixtures("kits")
def test_a_new_film_is_made_in_two_kits(site: Site) -> None:
    """Films are added and left out by buttons; one shape in two kits has a price; never wider than a phone."""
    with site.page("shop", bypass_csp=True) as page:
        page.goto(f"{site.url}/console/new")
        page.get_by_label("Title").fill("Mug")
        page.get_by_label("What is seen").fill("A mug")
        for _ in range(3):
            page.get_by_role("button", name="Add a film").click()
        assert not page.get_by_role("button", name="Add a film").is_visible()
        assert ["9:16", "4:5", "1:1", "16:9"] == [each.input_value() for each in page.get_by_label("Shape").all()]
        page.get_by_role("button", name="Leave film 3 out").click()
        page.get_by_role("button", name="Leave film 4 out").click()
        page.get_by_label("Shape").nth(1).select_option("9:16")
        page.get_by_label("Brand kit").nth(1).select_option("summer")
        page.get_by_role("button", name="Show the price").last.click()
        page.get_by_text("Order for at most").wait_for()
        found = [*faults(site, page, "new-films")]
        seen = [each.input_value() for each in page.get_by_label("Brand kit").all() if each.is_visible()]

    assert ["none", "summer"] == seen
    assert [] == found


@pytest.mark.usefixtures("kits")
def test_a_films_page_offers_other_films(site: Site, film: str) -> None:
    """Without script too: all rows are there, those without a shape are no films; the price stands where one looks."""
    with site.page("shop", java_script_enabled=False, viewport=PHONE) as page:
        page.goto(f"{site.url}/console/films/{film}")
        page.get_by_text("Shapes, sizes and brand kits").click()
        page.get_by_label("Shape").nth(2).select_option("1:1")
        page.get_by_label("Brand kit").nth(2).select_option("summer")
        page.get_by_role("button", name="Show the price").click()
        page.get_by_role("button", name="Make this version", exact=True).wait_for()
        assert ["9:16", "1:1", "", ""] == [each.input_value() for each in page.get_by_label("Shape").all()]
        page.wait_for_function("() => scrollY > 0")
    with site.page("shop", bypass_csp=True) as page:
        page.goto(f"{site.url}/console/films/{film}")
        page.get_by_text("Shapes, sizes and brand kits").click()
        page.get_by_role("button", name="Add a film").click()
        page.get_by_label("Shape").nth(1).select_option("9:16")
        page.get_by_role("button", name="Show the price").click()
        page.get_by_role("link", name="Film 2").wait_for()
        found = [*faults(site, page, "film-refused")]
        page.get_by_label("Brand kit").nth(1).select_option("summer")
        page.get_by_role("button", name="Show the price").click()
        page.get_by_role("button", name="Make this version", exact=True).wait_for()
        found += faults(site, page, "film-priced")
        page.get_by_role("button", name="Make this version", exact=True).click()
        page.get_by_text("Another version is being made").wait_for()

    assert [] == found


def test_a_presenter_is_dragged_on_a_films_page(site: Site, film: str) -> None:
    """The figure of a finished film is dragged, and its numbers, which stay behind it, say where."""
    with site.page("shop") as page:
        page.goto(f"{site.url}/console/films/{film}")
        page.get_by_text("Any other place").click()
        drag(page)
        page.get_by_text("The same in numbers").click()
        page.get_by_label("Across").wait_for()
