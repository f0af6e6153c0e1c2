"""Captions lit by the word and a chosen poster, from the order to the film's edit: names, edits, kits, warnings."""

from dataclasses import replace
from typing import Any

import pytest

from shared.door.bodies import Mistakes
from shared.door.change_bodies import parse_edit
from shared.door.console.edits import edited as edited_form
from shared.pipeline.edit.assembly import Take, assemble
from shared.pipeline.edit.edit import Cue, Edit
from shared.pipeline.job.recut import Recut, laid_out
from shared.pipeline.job.revision import CannotChange
from shared.pipeline.plan.brand import Brand
from shared.pipeline.plan.composition import composition
from shared.pipeline.plan.dress import Kit
from shared.pipeline.plan.kit import filled_in, rebranded
from shared.pipeline.plan.picture import Poster
from shared.pipeline.plan.plan import Cutout
from shared.pipeline.plan.request import FilmRequest, from_document, to_document
from shared.pipeline.plan.typography import DARK, LIT, USUAL_TEXT, CaptionsBy, TextStyle, Typography, contrast, lit
from shared.pipeline.plan.warned import Warned
from tests.pipeline.breaks import BREAKS
from tests.pipeline.films import TABLES, film, filmed, planned

SAID = film(filmed(), avatar_script="One, two three.", captions=True)
BY_WORD = replace(SAID, captions_by=CaptionsBy.WORD)
KIT = Kit(Brand("summer@1"), captions=True, captions_by=CaptionsBy.WORD)


def edited(request: FilmRequest, *cues: Cue, voiced: tuple[tuple[float, float], ...] = ()) -> Edit:
    """Return the edit of a film of eight seconds in which somebody speaks for six."""
    takes = {"clip-1": Take(8.0), "presenter-1": Take(6.0, Cutout.ALPHA, cues, voiced)}
    return assemble(planned(request), request, takes, BREAKS)


def test_words_are_told_where_they_are_lit() -> None:
    """A caption's words stand in its time, follow the voice, and go where the caption's end is cut off."""
    one, two = edited(
        BY_WORD, Cue("One, two", 1.0, 2.0), Cue("three four", 5.0, 9.0), voiced=((1.0, 1.5), (2.5, 3.0))
    ).cues

    assert [(word.text, word.start) for word in one.words] == [("One, ", 1.0), ("two", 2.5)]
    assert two.words[-1].start + two.words[-1].seconds == pytest.approx(two.start + two.seconds)
    assert all(not cue.words for cue in edited(SAID, Cue("One, two", 1.0, 2.0)).cues)


def test_only_words_that_are_lit_rename_a_film() -> None:
    """Phrase is what films were, and without captions nothing is lit: neither makes another film."""
    phrase, silent = replace(SAID, captions_by=CaptionsBy.PHRASE), replace(BY_WORD, captions=False)

    assert composition(planned(SAID), SAID) == composition(planned(phrase), phrase)
    assert "captions_by" not in composition(planned(silent), silent)
    assert composition(planned(SAID), SAID) != composition(planned(BY_WORD), BY_WORD)


def test_an_edit_lights_words_and_turns_them_off() -> None:
    """Free, either way; an edit that says what is so already is refused."""
    on = laid_out(SAID, planned(SAID), Recut(captions_by=CaptionsBy.WORD), TABLES)
    off = laid_out(on.request, on.plan, Recut(captions_by=CaptionsBy.PHRASE), TABLES)

    assert (on.plan.clips, on.plan.speeches) == (planned(SAID).clips, planned(SAID).speeches)
    assert composition(off.plan, off.request) == composition(planned(SAID), SAID)
    with pytest.raises(CannotChange):
        laid_out(on.request, on.plan, Recut(captions_by=CaptionsBy.WORD), TABLES)
    assert parse_edit(b'{"captions_by": "word"}').recut() == Recut(captions_by=CaptionsBy.WORD)
    with pytest.raises(Mistakes):
        parse_edit(b'{"captions_by": "letter"}')


def test_a_poster_is_chosen_and_given_back() -> None:
    """Free, by an edit; null gives the best frame back, and the film its name. One beyond the film's end is told."""
    chosen = parse_edit(b'{"poster": {"at": 2.5}}').recut()
    made = laid_out(SAID, planned(SAID), chosen, TABLES)
    back = laid_out(made.request, made.plan, parse_edit(b'{"poster": null}').recut(), TABLES)
    late = replace(SAID, poster=Poster(99.0))

    assert edited(made.request).poster == 2.5
    assert composition(made.plan, made.request) != composition(planned(SAID), SAID)
    assert composition(back.plan, back.request) == composition(planned(SAID), SAID)
    assert [one for one in edited(late).warnings if "The poster was to be the frame at 99 s" in str(one)]
    for warned in (planned(late), laid_out(SAID, planned(SAID), Recut(poster=Poster(99.0)), TABLES).plan):
        assert [one for one in warned.warnings if "The poster is to be the frame at 99 s" in str(one)]
    assert planned(SAID).warnings == planned(replace(SAID, poster=Poster(0.5))).warnings
    with pytest.raises(Mistakes):
        parse_edit(b'{"poster": {"at": -1}}')


def test_a_kit_lights_words_of_orders_that_do_not_say() -> None:
    """The order's own word stays; another kit, or none, takes away what the first gave."""
    body, filled = filled_in({"product_title": "Mug"}, KIT)
    order = replace(from_document(body), brand=replace(KIT.brand, filled=filled))
    own, _ = filled_in({"product_title": "Mug", "captions_by": "phrase"}, KIT)

    assert order.captions_by is CaptionsBy.WORD
    assert own["captions_by"] == "phrase"
    assert rebranded(order, None).captions_by is None
    assert rebranded(rebranded(order, None), KIT).captions_by is CaptionsBy.WORD
    assert "captions_by" not in to_document(SAID)


def test_light_without_captions_is_told() -> None:
    """Nothing can be lit where no captions are: the dry run says so."""
    told = planned(replace(BY_WORD, captions=False)).warnings

    assert [one for one in told if Warned.LIGHT_UNUSED in str(one) or "captions_by is not used" in str(one)]
    assert not [one for one in planned(BY_WORD).warnings if "captions_by" in str(one)]


@pytest.mark.parametrize("style", TextStyle)
@pytest.mark.parametrize("color", ["#ffffff", "#ffd400", "#0c0e12", "#1a3c34"])
@pytest.mark.parametrize("accent", [None, "#ffffff", "#ffd400", "#113311", "#ff3366", "#7f7f7f"])
def test_a_lit_word_is_read_in_any_colors(style: TextStyle, color: str, accent: str | None) -> None:
    """Letters keep 4.5 to 1 on their pill, which is the accent only where that is seen before any picture."""
    look = Typography(style, color=color, accent=accent)

    pill, letters = lit(look)

    assert contrast(Typography(TextStyle.OUTLINE, color=letters, panel=pill)) >= 4.5
    assert pill in (accent or LIT, color)


def test_the_usual_light_is_yellow_with_dark_letters() -> None:
    """White letters on the dark panel, the spoken word dark on yellow."""
    assert lit(USUAL_TEXT) == (LIT, DARK)


@pytest.mark.parametrize(
    ("form", "ordered", "body"),
    [
        ({"captions": "on", "captions_by": "word"}, {"captions": True}, {"captions_by": "word"}),
        ({"captions": "on"}, {"captions": True, "captions_by": "word"}, {"captions_by": "phrase"}),
        ({"captions": "on", "captions_by": "word"}, {}, {"captions": True, "captions_by": "word"}),
        ({"captions_by": "word"}, {"captions": True}, {"captions": False}),
        ({"captions": "on", "captions_by": "word"}, {"captions": True, "captions_by": "word"}, {}),
    ],
)
def test_a_films_page_asks_for_what_is_otherwise(
    form: dict[str, str], ordered: dict[str, Any], body: dict[str, Any]
) -> None:
    """Its form lights words where captions are on, and says only what the film has not already."""
    assert edited_form({"texts": "on", **form}, ordered) == body
