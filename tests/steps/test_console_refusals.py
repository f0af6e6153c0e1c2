"""What a page refuses is told in people's words, and each mistake is a link to a field that is on the page."""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path

import pytest

from shared.door.console.plain_refusals import plain_file, plain_refusal, plain_why
from tests.steps.calls import customer
from tests.steps.stage import TENANT, Stage, staged
from tests.steps.visitor import Browser, signed_in

TABLE = "product_title,scenes.0.visual_description,scenes.0.duration\nMug,A mug,99\n,A pot,soon\n"
FORMS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "an empty order": ("/new", {"do": "price"}),
    "a wrong order": ("/new", {"do": "price", "product_title": "Mug", "scenes.0.duration": "soon", "poster.at": "x"}),
    "a key": ("/developers", {"name": "", "expires_in_days": "soon"}),
    "an account's key": ("/settings", {"do": "put", "provider": "did", "api_key": ""}),
    "an account's presenter": ("/settings", {"do": "change", "provider": "heygen", "avatar_id": "nobody"}),
    "a kit": ("/brands", {"name": "", "colors.primary": "reddish"}),
    "no table": ("/batches/new", {"rows": ""}),
    "words": ("/batches/new", {"rows": "hello"}),
    "a row too short": ("/batches/new", {"rows": "product_title,scenes.0.visual_description\nMug,A,B\n"}),
    "a table": ("/batches/new", {"rows": TABLE}),
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, canned: Mapping[str, Path]) -> Iterator[Stage]:
    """Open one stage for all."""
    with staged(tmp_path_factory.mktemp("refusals"), canned=canned) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser(stage: Stage) -> Browser:
    """Return a browser whose person may do everything."""
    return signed_in(stage, customer(stage.wiring, TENANT.id))


def trouble(text: str) -> str:
    """Return what a page says on top of what was refused."""
    told = re.search(r'<div class="trouble".*?</div>', text, re.DOTALL)
    assert told, text
    return unescape(told[0])


@pytest.mark.parametrize("form", FORMS)
def test_each_mistake_leads_to_its_field(browser: Browser, form: str) -> None:
    """No link of a refusal leads nowhere, and none of its words is of a call."""
    path, fields = FORMS[form]
    response = browser.send(path, fields)
    text = response.get_data(as_text=True)
    links = set(re.findall(r'href="#([^"]+)"', trouble(text)))

    assert 422 == response.status_code
    assert links
    assert set() == links - {unescape(each) for each in re.findall(r' id="([^"]+)"', text)}
    assert not re.search(r"`|\?template=|\bcurl\b|\bbody\b", trouble(text)), trouble(text)


def test_a_tables_mistakes_name_row_and_column(browser: Browser) -> None:
    """Columns as they are written there; each mistake is told once."""
    told = trouble(browser.send("/batches/new", {"rows": TABLE}).get_data(as_text=True))

    assert "3 things are not right yet." in told
    assert [1, 1] == [told.count(each) for each in ("must be at most 8", "must be a number")]
    assert "Row 1, scenes.0.duration" in told


def test_a_refused_key_keeps_what_was_typed(browser: Browser) -> None:
    """The name, the days and what it may."""
    form = {"name": "Till", "expires_in_days": "soon", "tenant:admin": "on"}
    text = browser.send("/developers", form).get_data(as_text=True)

    assert 'value="Till"' in text
    assert 'value="soon"' in text
    assert ["tenant:admin"] == re.findall(r'<input type="checkbox" id="([^"]+)"[^>]* checked', text)


def test_a_month_that_is_none_has_no_sums(browser: Browser) -> None:
    """Those of all months would be taken for its own; neither the page nor its file has them."""
    wrong = browser.get("/usage?month=2026-13")

    assert 422 == wrong.status_code
    assert "paid by us" not in wrong.get_data(as_text=True)
    assert 400 == browser.get("/usage.csv?month=november").status_code
    assert 200 == browser.get("/usage?month=2026-11").status_code


def test_files_that_are_too_large_are_told_in_megabytes(browser: Browser) -> None:
    """A form with too much of them says that nothing is lost."""
    heavy = browser.bring("/new", {"do": "price"}, {"photo": ("huge.jpg", bytes(32_000_000))})
    large = browser.bring("/new", {"do": "price"}, {"photo": ("large.jpg", bytes(21_000_000))})

    assert 413 == heavy.status_code
    assert "have more than 30 MB together" in heavy.get_data(as_text=True)
    assert "Go back: what you typed is there still." in heavy.get_data(as_text=True)
    assert "more than 20 MB" in trouble(large.get_data(as_text=True))


@pytest.mark.parametrize(
    ("why", "shown"),
    [
        ("is required, unless a product_id stands for it", "is required, unless your id of the product stands for it"),
        ("give either a visual_description or a clip", "give either what is seen or a clip"),
        ("or an avatar_script with a background", "or what the presenter says with a background"),
        ("the avatar_id is another", "the presenter is another"),
        ("give it a second", "give it a second"),
    ],
)
def test_a_fields_words_take_no_article_more(why: str, shown: str) -> None:
    """They have one, or need none."""
    assert shown == plain_why(why)


def test_what_is_seen_is_seen_in_a_scene() -> None:
    """A field whose words are part of a sentence has no owner."""
    told = plain_refusal({"message": "", "details": {"scenes.0.visual_description": ["is required"]}})

    assert "What is seen in scene 1" == told["mistakes"][0][1]


def test_a_refused_file_is_no_call() -> None:
    """How a call would send it is left out; the next move is a sentence of its own."""
    assert "The file is empty. Choose another file" == plain_file(
        "the body is empty", "send the logo: curl --data-binary @logo.png"
    )
    assert "It is a clip. Send a PNG" == plain_file("it is a clip", "send a PNG; `POST /tenant/uploads/clip` takes it")
    assert "The image is GIF. Send a PNG" == plain_file("the image is GIF.", "send a PNG.")
