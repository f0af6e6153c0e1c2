"""A brand kit put together by the page alone: each file is taken as it is chosen, seen or heard, and can go again."""

from pathlib import Path
from typing import TYPE_CHECKING

from shared.media.faces import FOLDER
from tests.browser.site import DESKTOP, PHONE, Site
from tests.browser.test_screens import faults
from tests.browser.test_story import PHOTO
from tests.steps.clip_web import small_clip
from tests.steps.hum import hum

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_a_kit_is_put_together(site: Site, tmp_path: Path) -> None:
    """Files with their previews, a wrong one refused beside its field, a colour picked, a figure dragged, all kept."""
    small_clip(tmp_path)
    (tmp_path / "hum.wav").write_bytes(hum())
    with site.page("shop", bypass_csp=True) as page:
        page.goto(f"{site.url}/console/brands")
        page.get_by_label("Name in orders").fill("spring")
        choose(page, "logo", PHOTO, "coffee.jpg")
        refused = choose(page, "heading", PHOTO)
        choose(page, "heading", FOLDER / "DejaVuSans-Bold.ttf", "DejaVuSans-Bold.ttf · DejaVu Sans")
        choose(page, "music", tmp_path / "hum.wav", "hum.wav")
        choose(page, "intro", PHOTO, "coffee.jpg")
        choose(page, "outro", tmp_path / "red.mp4", "red.mp4 · 1.0 s, 192 × 144, silent")
        page.get_by_label("Main: backdrop, and cards without a picture: choose").fill("#0b5c57")
        page.get_by_label("Place", exact=True).select_option("top_left")
        page.locator("#logo").get_by_label("Corner").select_option("bottom_right")
        page.get_by_role("button", name="Keep this kit").last.click()
        page.get_by_text("The brand kit is kept").wait_for()
        page.wait_for_function("() => [...document.images].every((each) => each.loading === 'lazy' || each.complete)")
        for picture in page.locator("img").all():
            picture.scroll_into_view_if_needed()
            page.wait_for_function("(image) => image.complete && image.naturalWidth > 0", arg=picture.element_handle())
        page.wait_for_function("() => document.querySelector('video.seen').readyState > 0")
        found = [*faults(site, page, "brand")]
        page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]  # Playwright's own dict type
        page.get_by_role("button", name="Remove Music").click()
        page.get_by_role("button", name="Keep this kit").last.click()
        page.get_by_text("The brand kit is kept").wait_for()

    kit = site.shops.call("shop", "GET", "/tenant/brand/spring")["kit"]
    assert [] == found
    assert "The file is no font we know. Send one font as TTF or OTF" == refused
    assert {"logo", "colors", "fonts", "avatar_position", "intro", "outro"} == {*kit}
    assert ("bottom_right", "#0b5c57", {"video"}) == (
        kit["logo"]["place"],
        kit["colors"]["primary"],
        {*kit["outro"]},
    )


def test_a_kit_is_put_without_script(site: Site) -> None:
    """Files are sent with the form, whichever button is pressed, and what there is to say of them comes then."""
    with site.page("shop", java_script_enabled=False, viewport=PHONE) as page:
        page.goto(f"{site.url}/console/brands")
        page.get_by_label("Name in orders").fill("plain")
        page.get_by_label("Logo", exact=True).set_input_files(PHOTO)
        page.get_by_role("button", name="Take the chosen files").click()
        page.get_by_text("Logo: coffee.jpg").wait_for()
        page.locator("#logo").get_by_label("Shown").select_option("outro")
        page.get_by_role("button", name="Keep this kit").last.click()
        page.get_by_text("The brand kit is kept").wait_for()

    kit = site.shops.call("shop", "GET", "/tenant/brand/plain")["kit"]
    assert ("outro", {"logo"}) == (kit["logo"]["when"], {*kit})


def choose(page: "Page", at: str, file: Path, told: str = "") -> str:
    """Choose a file; return what the page says of it of its own accord: its name, or why it was not taken."""
    part = page.locator(f"#{at}")
    part.locator("[type=file]").set_input_files(file)
    if told:
        part.locator(".told strong").get_by_text(told, exact=True).wait_for()
    else:
        part.locator(".wrong").wait_for()
    return part.get_by_role("status").inner_text()
