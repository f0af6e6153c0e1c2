"""What films are warned of and lose points for, on the pages: people's words, no path, call or name of the API."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.door.change_bodies import EditBody
from shared.door.console.plain_moves import FAULT_MOVES, MOVES
from shared.door.console.plain_refusals import FORM_LABELS, label_of_field, plain_next, plain_refusal, plain_why
from shared.door.console.plainly import plain_move, plainly
from shared.door.film_bodies import FilmBody
from shared.pipeline.plan.advice import ADVICE, warning
from shared.pipeline.plan.film_quality import Deduction
from shared.pipeline.plan.warned import Warned
from shared.pipeline.quality.rules import RULES, Fault

PLACE = re.compile(r"\{(\w+)\}")
OF_THE_API = re.compile(
    r"\b(?:GET|POST|PUT|PATCH|DELETE)\b|[a-z]_[a-z]|[{}]|[a-z]\.[a-z0-9]|[0-9]\.[a-z]"
    r"|\b(?:clip|image|own|presenter|compose)-|\bnull\b|[0-9a-f]{32}"
)
NODES = ("clip-1", "image-2", "own-3", "own-intro", "presenter-4", "compose-2")


def paths(schema: Mapping[str, Any], defined: Mapping[str, Any]) -> Iterator[str]:
    """Yield the path of every field of a body, as refusals and warnings name them; scenes and films by number."""
    if "$ref" in schema:
        schema = defined[schema["$ref"].rpartition("/")[2]]
    for name, inner in schema.get("properties", {}).items():
        yield name
        yield from (f"{name}.{rest}" for rest in paths(inner, defined))
    for each in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from paths(each, defined)
    if "items" in schema:
        yield from (f"{number}.{rest}" for number in (0, 7) for rest in paths(schema["items"], defined))


EDIT = EditBody.model_json_schema()
SCHEMA = FilmBody.model_json_schema()
FIELDS = sorted(set(paths(SCHEMA, SCHEMA["$defs"])))
NAMES = st.sampled_from([*FIELDS, *NODES, "a" * 64])


def said(kind: Warned, name: str) -> str:
    """Return a warning of a kind about something, every place of its move filled in with it."""
    places = dict.fromkeys(set(PLACE.findall(ADVICE[kind].next_move)) - {"id"}, name)
    return plainly(warning(kind, f"{name} (720x1280) and the rest of {name} lasts 3.5 s", **places))


@given(st.sampled_from(Warned), NAMES)
def test_a_warning_has_no_name_of_the_api(kind: Warned, name: str) -> None:
    """For every kind of the register and every field, part and upload of an order: none is shown, nor any call."""
    assert not OF_THE_API.findall(said(kind, name)), said(kind, name)


def test_every_kind_and_fault_has_a_move_on_the_pages() -> None:
    """None is left to a move that is a call; each register's own sentences are people's words, too."""
    assert set(Warned) == set(MOVES)
    assert set(Fault) == set(FAULT_MOVES)
    assert [] == [move for move in (*MOVES.values(), *FAULT_MOVES.values()) if OF_THE_API.search(PLACE.sub("", move))]
    told = [plainly(f"{told.says.rstrip('.')}. {told.next_move}") for told in ADVICE.values()]
    assert [] == [each for each in told if OF_THE_API.search(PLACE.sub("", each))]


@given(st.sampled_from(Fault), st.sampled_from(NODES))
def test_a_deduction_has_no_name_of_the_api(fault: Fault, node: str) -> None:
    """Nor has what a film lost points for, and what can be done about it."""
    lost = asdict(Deduction(fault, 1.0, f"0.0-1.5 s: {node} is hardly heard", RULES[fault].next_move))

    assert not OF_THE_API.findall(f"{plainly(lost['says'])} {plain_move(lost)}")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("scenes.1.clip (640x480) is enlarged 1.5 times", "Scene 2's clip (640x480) is enlarged 1.5 times"),
        ("0.5-1.0 s: presenter-2 is seen", "0.5-1.0 s: presenter 2 is seen"),
        ('scene text "scenes.1.clip" is left out', 'Scene text "scenes.1.clip" is left out'),
        ("did did not answer in time", "D-ID did not answer in time"),
        ("clip-1 is short. POST /jobs/{id}/older makes it anew.", "Footage 1 is short."),
        ("POST /jobs/{id}/older makes it anew.", "Something is not as it was ordered."),
        ("It is at example.com/a_b.", "It is at example.com/a_b."),
    ],
)
def test_names_become_words(text: str, shown: str) -> None:
    """Scenes count from one; a customer's words stay; so does what is no name; a call that is no longer known goes."""
    assert shown == plainly(text)


def test_what_a_move_says_of_this_film_is_kept() -> None:
    """The sizes and counts a move is filled in with stand in the pages' own."""
    cropped = warning(Warned.IMAGE_CROPPED, "image_url is cropped to the film's shape", size="720x1280")

    assert plainly(cropped).startswith("The picture is cropped to the film's shape. Send one of 720x1280, or show")


ON_FORMS = (*FORM_LABELS, "text.0", "edit.1.clip_file", "edit.1.clip_start", "scenes.0.clip_link", "script.3", "script")


@given(st.sampled_from([*FIELDS, *paths(EDIT, EDIT["$defs"]), *ON_FORMS]), NAMES)
def test_a_mistake_has_no_name_of_the_api(name: str, other: str) -> None:
    """For every field of an order, an edit and the pages' own: neither its label, nor its reason, nor any call."""
    why, move = f"is {other}; GET /jobs lists those there are", "mend the fields that `details` names"
    told = plain_refusal({"message": f"{name}: {why}", "next_move": move, "details": {name: [why]}})

    said = [told["message"], told["next_move"], *((label, *whys) for _, label, whys in told["mistakes"])]
    assert not OF_THE_API.findall(str(said)), said
    assert "One thing is not right yet." == told["message"]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("outputs.1.brand", "Film 2's brand kit"),
        ("outputs.1", "Film 2"),
        ("scenes.0.duration", "Scene 1's seconds"),
        ("text.0", "Scene 1's text"),
        ("edit.1.clip_start", "Scene 2's second the clip begins at"),
        ("script.2", "Scene 3's script"),
        ("product_title", "The title"),
        ("name", "Name"),
    ],
)
def test_a_mistakes_field_has_words(name: str, label: str) -> None:
    """As the forms have it: scenes and films count from one."""
    assert label == label_of_field(name)


def test_why_a_field_was_refused_is_left_whole() -> None:
    """Calls go, what is quoted stays, and so does a sentence that names nothing of the API."""
    assert "wintr does not exist" == plain_why("wintr does not exist; GET /tenant/brand lists those there are")
    assert "its own kit is another" == plain_why("its own kit (outputs.1.brand) is another")
    assert 'must be "a_b"' == plain_why('must be "a_b"')
    assert "is not as it must be" == plain_why("POST /jobs/{id}/regenerate makes it")
    assert "there is none; choose its file anew" == plain_why("there is none; POST it to /tenant/uploads, and give it")


def test_the_next_move_of_a_failed_film_names_no_call() -> None:
    """A file is chosen, another call is left out; what would be nothing without its calls stays."""
    again = "Choose its file anew; then try it again"
    assert again == plain_next("POST its file to /tenant/uploads/font again; then retry the job")
    assert "Give it another clip, or none" == plain_next("give it another clip (POST /jobs/1-2/edit), or none")
    assert "Order a new film" == plain_next("order a new film")
    assert "Try it again: it orders footage 1 again" == plain_next("retry the job: it orders clip-1 again")
    assert "POST /jobs/1/retry" == plain_next("POST /jobs/1/retry")
