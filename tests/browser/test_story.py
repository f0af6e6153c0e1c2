"""A tenant's first film, from the key to the download, made by the pages alone."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.site import PHONE, Site
from tests.steps.clip_web import small_clip

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).parents[2]
PHOTO = ROOT / "infra" / "local" / "samples" / "coffee.jpg"
DROP = """(area, {bytes, name}) => {
  const held = new DataTransfer();
  held.items.add(new File([Uint8Array.from(atob(bytes), (each) => each.charCodeAt(0))], name, {type: "image/jpeg"}));
  area.dispatchEvent(new DragEvent("drop", {dataTransfer: held, bubbles: true, cancelable: true}));
}"""


def test_a_tenant_makes_a_film(site: Site, tmp_path: Path) -> None:
    """Key, presenter by picture, photo, own clip, price, order; then watched, played, moved for free, downloaded."""
    with site.page("newcomer") as page:
        put_key(page)
        choose_presenter(page)
        order(page, tmp_path)
        played = watch(page)
        moved = move(page)
        with page.expect_download() as download:
            page.get_by_role("link", name="Download", exact=True).click()
        file = Path(download.value.path()).read_bytes()

    assert 0 < played
    assert "$0.00 billed to your account" in moved
    assert "Google Veo" not in moved
    assert b"ftyp" == file[4:8]


def put_key(page: "Page") -> None:
    """Put the key of an avatar account; it is told to work and never shown."""
    page.get_by_role("link", name="Settings").click()
    page.get_by_label("Your API key at HeyGen").fill("hg_demo_key")
    page.get_by_label("HeyGen", exact=True).get_by_role("button", name="Keep the key").click()
    page.get_by_text("The key works and is kept.").wait_for()
    assert "hg_demo_key" not in page.content()


def choose_presenter(page: "Page") -> None:
    """Make the second look that is shown the default; its picture is one."""
    page.get_by_role("link", name="Presenters").click()
    picture = page.locator(".look img").nth(1)
    picture.scroll_into_view_if_needed()
    page.wait_for_function("(image) => image.complete && image.naturalWidth > 0", arg=picture.element_handle())
    page.get_by_role("button", name="Make default").first.click()
    page.get_by_text("This presenter speaks where an order names nobody.").wait_for()


def order(page: "Page", folder: Path) -> None:
    """Drop a photo, say what is seen and said, bring a clip, look at the price and order."""
    import base64

    page.get_by_role("link", name="New film").click()
    page.get_by_label("Title").fill("Espresso blend")
    photo = {"bytes": base64.b64encode(PHOTO.read_bytes()).decode(), "name": PHOTO.name}
    page.locator("[data-drop]").evaluate(DROP, photo)
    page.locator("#photo-shown").wait_for(state="visible")
    page.get_by_label("What is seen").fill("A barista sets a fresh cup on a wooden counter, steam rising")
    page.get_by_label("Seconds (4 to 8").fill("4")
    page.get_by_label("What the presenter says").fill("Our new espresso is here.")
    drag(page)
    bring_clip(page, folder)
    page.get_by_role("button", name="Show the price").click()
    page.get_by_text("Photo kept").wait_for()
    page.get_by_role("button", name=re.compile("Order for at most")).click()
    page.get_by_text("Ordered. This page follows the film.").wait_for()


def bring_clip(page: "Page", folder: Path) -> None:
    """Choose a file that is none, then a clip: the page says what is wrong, then what was taken, of its own accord."""
    small_clip(folder)
    page.get_by_role("button", name="Add a scene").click()
    page.get_by_text("Your own clip instead of footage").nth(1).click()
    page.get_by_label("A clip (MP4").nth(1).set_input_files(PHOTO)
    page.locator(".wrong").wait_for()
    page.get_by_label("A clip (MP4").nth(1).set_input_files(folder / "red.mp4")
    page.get_by_text("1.0 s, 192").wait_for()
    assert "red.mp4" == page.locator("[data-sends] [role=status]").nth(1).inner_text()


def drag(page: "Page") -> None:
    """Drag the presenter's figure to the upper left of the frame: the fields say where it is."""
    frame = page.locator("svg[data-shape='9:16']")
    frame.scroll_into_view_if_needed()
    seen = frame.bounding_box()
    assert seen
    page.mouse.move(seen["x"] + seen["width"] * 0.7, seen["y"] + seen["height"] * 0.8)
    page.mouse.down()
    page.mouse.move(seen["x"] + 2, seen["y"] + 2)
    page.mouse.up()
    assert ("-1.00", "-1.00") == (page.get_by_label("Across").input_value(), page.get_by_label("Down").input_value())
    assert "0" == frame.locator(".figure").get_attribute("x")


def watch(page: "Page") -> float:
    """Wait until the page, of its own accord, shows the film; return the second it has been played to."""
    film = page.locator("video")
    film.wait_for()
    page.evaluate("(film) => { film.muted = true; return film.play(); }", film.element_handle())
    page.wait_for_function("(film) => film.currentTime > 0", arg=film.element_handle())
    return float(film.evaluate("(film) => film.currentTime"))


def move(page: "Page") -> str:
    """Move the presenter by a button; return the bill of the version that makes."""
    page.get_by_role("button", name="Top left").click()
    page.get_by_text("Another version is being made").wait_for()
    page.locator("video").wait_for()
    return page.get_by_role("region", name="Bill").inner_text()


def test_a_revoked_key_is_signed_out_everywhere(site: Site) -> None:
    """The next click of whoever signed in with it leads to the sign-in page, within five seconds."""
    with site.page("shop") as mine, site.page() as theirs:
        mine.get_by_role("link", name="Developers").click()
        mine.get_by_label("Name").fill("Till")
        mine.get_by_role("button", name="Make the key").click()
        site.sign_in(theirs, mine.locator("#made").inner_text())
        theirs.get_by_role("navigation").wait_for()
        mine.get_by_role("button", name="Revoke Till").click()
        mine.get_by_text("within five seconds nobody takes it").wait_for()
        mine.wait_for_timeout(5000)
        theirs.reload()
        told = theirs.get_by_role("heading").inner_text()

    assert "Sign in" == told


def test_a_table_is_uploaded_and_priced(site: Site, tmp_path: Path) -> None:
    """A spreadsheet's file takes the place of what was written; the price stands before anything is ordered."""
    rows = "product_title,scenes.0.visual_description,scenes.0.duration\nMug,A mug,4\nPot,A pot,4\n"
    (tmp_path / "films.csv").write_bytes(b"\xef\xbb\xbf" + rows.encode())
    with site.page("shop") as page:
        page.goto(f"{site.url}/console/batches/new")
        page.get_by_label("The table").fill("nonsense")
        page.get_by_label("A table: CSV").set_input_files(tmp_path / "films.csv")
        page.get_by_role("button", name="Show the price").click()
        page.get_by_role("button", name="Order 2 films").wait_for()
        kept = page.get_by_label("The table").input_value()

    assert rows.strip() == kept.strip()


def test_a_film_is_ordered_without_script(site: Site, tmp_path: Path) -> None:
    """Each button sends the whole form, its files too; what the script adds is comfort."""
    small_clip(tmp_path)
    with site.page("shop", java_script_enabled=False, viewport=PHONE) as page:
        page.goto(f"{site.url}/console/new")
        page.get_by_label("Title").fill("No script")
        page.get_by_label("What is seen").fill("A cup")
        page.get_by_label("Seconds (4 to 8").fill("4")
        page.get_by_role("button", name="Add a scene").click()
        page.get_by_text("Your own clip instead of footage").nth(1).click()
        page.get_by_label("A clip (MP4").nth(1).set_input_files(tmp_path / "red.mp4")
        page.get_by_role("button", name="Show the price").click()
        page.get_by_text("1.0 s, 192").wait_for()
        page.get_by_role("button", name=re.compile("Order for at most")).click()
        page.get_by_role("heading", level=1, name="No script").wait_for()


def test_a_clip_that_did_not_arrive_is_chosen_again(site: Site, tmp_path: Path) -> None:
    """When the connection breaks the page says so, and the same file, chosen again, is sent."""
    small_clip(tmp_path)
    with site.page("shop") as page:
        page.goto(f"{site.url}/console/new")
        page.get_by_text("Your own clip instead of footage").click()
        page.context.set_offline(True)
        page.get_by_label("A clip (MP4").set_input_files(tmp_path / "red.mp4")
        page.get_by_text("red.mp4 did not arrive: the connection broke").wait_for()
        page.context.set_offline(False)
        page.get_by_label("A clip (MP4").set_input_files(tmp_path / "red.mp4")
        page.get_by_text("1.0 s, 192").wait_for()
