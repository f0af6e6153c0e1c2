"""Where a body's fields stand: pydantic's own steps are in no path, and what a field may be is told as one sentence."""

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from shared.door import body_places
from shared.door.batch_bodies import read_batch
from shared.door.bodies import Mistakes, parse_body
from shared.door.body_places import bounds, literals, our_steps
from shared.door.change_bodies import parse_edit
from shared.door.strict_body import Body
from shared.door.template_bodies import NamedTemplateBody

CARD = "must be 0, or at least 1 and at most 10"


def edit_mistakes(**edit: Any) -> dict[str, list[str]]:
    """Return what is wrong with an edit."""
    with pytest.raises(Mistakes) as wrong:
        parse_edit(json.dumps(edit).encode())
    return wrong.value.details


def bodies() -> Iterator[type[Body]]:
    """Yield the models of all bodies."""
    for path in sorted(Path(body_places.__file__).parent.glob("*bod*.py")):
        for one in vars(import_module(f"shared.door.{path.stem}")).values():
            if isinstance(one, type) and issubclass(one, Body) and one is not Body:
                yield one


@pytest.mark.parametrize("card", ["intro", "outro"])
@pytest.mark.parametrize("seconds", [0.2, 10.5, -1, "2", True, [], {}])
def test_a_cards_seconds_that_fit_nowhere_are_one_mistake(card: str, seconds: object) -> None:
    """0, or those of a card: with the bounds, at the field's own path."""
    assert edit_mistakes(**{card: {"seconds": seconds}}) == {f"{card}.seconds": [CARD]}


@pytest.mark.parametrize("model", [*dict.fromkeys(bodies())])
def test_what_a_field_may_be_can_be_told(model: type[Body]) -> None:
    """A field of several kinds has a tag that tells them apart, or each is some values or numbers in a range."""
    for name in model.model_fields:
        steps, choices = our_steps(model, (name, "tried"))
        assert not choices or (name,) == steps
        assert all(literals(each) or bounds(each) for each in choices), name


@pytest.mark.parametrize(
    ("background", "path", "says"),
    [
        ({"type": "color", "color": 3}, "background.color", "must be a text"),
        ({"type": "video"}, "background.type", "must be one of color, preset"),
        ({"type": "color"}, "background.color", "is required"),
    ],
)
def test_a_tag_is_no_step(background: dict[str, Any], path: str, says: str) -> None:
    """Of the film's background, and of a scene's."""
    assert edit_mistakes(background=background) == {path: [says]}
    assert edit_mistakes(scenes=[{"scene": 0, "background": background}]) == {f"scenes.0.{path}": [says]}


def test_a_variable_may_be_called_as_a_field_that_has_a_tag() -> None:
    """What is wrong with the variable `background` keeps its own path."""
    with pytest.raises(Mistakes) as wrong:
        parse_body(NamedTemplateBody, {"order": {}, "variables": {"background": {"exmple": "a", "default": "b"}}})

    assert {"variables.background.exmple": ["is unknown; did you mean example?"]} == wrong.value.details


@pytest.mark.parametrize("name", ["orders", "row", "films"])
def test_a_batchs_rows_by_another_name_are_told_theirs(name: str) -> None:
    """Beside that they are required."""
    with pytest.raises(Mistakes) as wrong:
        read_batch(json.dumps({name: [{}]}).encode(), {}, schemes={"https"}, judge=lambda _link: None)

    assert ["is unknown here; did you mean rows?"] == wrong.value.details[name]
    assert {name, "rows"} == {*wrong.value.details}
