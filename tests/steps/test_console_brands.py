"""The page of brand kits: made, changed without loss, refused at the field, forgotten."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from shared.door.console.brands import body_of_kit
from tests.steps.calls import customer, told
from tests.steps.stage import TENANT, Stage, staged
from tests.steps.visitor import Browser, signed_in

PHOTO = (Path(__file__).parents[2] / "infra" / "local" / "samples" / "coffee.jpg").read_bytes()
PLACE = {"avatar_position": {"preset": "top_left"}}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Open one stage for all."""
    with staged(tmp_path_factory.mktemp("brands")) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser(stage: Stage) -> Browser:
    """Return a browser whose person may do everything."""
    return signed_in(stage, customer(stage.wiring, TENANT.id))


def test_a_kit_is_made_changed_and_forgotten(stage: Stage, browser: Browser) -> None:
    """With its pictures; what the form does not show stays; each time a version more."""
    owner = customer(stage.wiring, TENANT.id)
    told(owner.call("PUT", "/tenant/brand/spring", {**PLACE, "colors": {"primary": "#0b5c57", "text": "#ffffff"}}))
    form = {"name": "spring", "colors.primary": "#000000", "intro": "on", "intro.text": "Spring", "hold": "freeze"}
    files = {"logo_file": ("logo.jpg", PHOTO), "intro_file": ("intro.jpg", PHOTO)}

    made = browser.bring("/brands", form, files)
    kept = told(owner.call("GET", "/tenant/brand/spring"))
    page = browser.get("/brands?name=spring").get_data(as_text=True)
    wrong = browser.send("/brands", {"name": "spring", "intro": "on", "intro.seconds": "99", "colors.text": "blue"})
    gone = browser.send("/brands", {"remove": "spring"})

    kit = kept["kit"]
    assert (303, 303, 422) == (made.status_code, gone.status_code, wrong.status_code)
    assert (2, "Spring", "freeze", {"primary": "#000000"}) == (
        kept["version"],
        kit["intro"]["text"],
        kit["hold"],
        kit["colors"],
    )
    assert kit["logo"]["image"] == kit["intro"]["image"]
    assert PLACE["avatar_position"] == kit["avatar_position"]
    assert 'value="Spring"' in page
    for field in ("intro.seconds", "colors.text"):
        assert f'id="wrong-{field}"' in wrong.get_data(as_text=True)
    assert 'value="99"' in wrong.get_data(as_text=True)
    assert 404 == owner.call("GET", "/tenant/brand/spring").status_code


def test_who_does_not_manage_sees_no_form(stage: Stage) -> None:
    """The kits' names are all such a key needs."""
    reader = signed_in(stage, customer(stage.wiring, TENANT.id, ("jobs:read", "jobs:write")))

    assert "Keep this kit" not in reader.get("/brands").get_data(as_text=True)
    assert 422 == reader.send("/brands", {"name": "spring"}).status_code


@pytest.mark.parametrize(
    ("form", "before", "body"),
    [
        ({}, {}, {}),
        ({"intro": "on"}, {}, {"intro": {}}),
        ({"intro.text": "Hi"}, {"intro": {"text": "Old"}}, {}),
        ({"outro": "on", "outro.seconds": "2.5"}, {"outro": {"link": "x"}}, {"outro": {"link": "x", "seconds": 2.5}}),
        ({"logo.place": "top_left"}, {}, {}),
        ({"logo.image": "a", "drop.logo.image": "on"}, {"logo": {"image": "a", "opacity": 0.5}}, {}),
        (
            {"captions": "false", "hold": ""},
            {"hold": "freeze", "audio": {"a": 1}},
            {"captions": False, "audio": {"a": 1}},
        ),
        ({"text.size": "big"}, {}, {"text": {"size": "big"}}),
        ({"intro": "on"}, {"intro": {"video": "v", "fit": "pad"}}, {"intro": {"video": "v", "fit": "pad"}}),
        ({"intro": "on", "intro.image": "a"}, {"intro": {"video": "v", "fit": "pad"}}, {"intro": {"image": "a"}}),
    ],
)
def test_a_form_says_a_kit(form: Mapping[str, str], before: Mapping[str, Any], body: Mapping[str, Any]) -> None:
    """What is emptied is taken away, what is not shown is kept, what is no number is left for the call to refuse."""
    assert body == body_of_kit(form, before)
