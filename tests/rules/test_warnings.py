"""Every warning has a next move that exists, and comes from the one register; nothing is warned of beside it."""

import ast
import re
from collections.abc import Iterator, Mapping

import pytest

from shared.door.change_bodies import RegenerateBody
from shared.door.film_bodies import FilmBody
from shared.pipeline.plan.advice import ADVICE, Advice, warning
from shared.pipeline.plan.warned import Warned
from tests.rules.sources import found, name_of, parsed, python_files
from tests.rules.test_named_things import PATHS, missing_fields, missing_paths, properties

REGISTER = "shared/pipeline/plan/advice.py"
ORDER = {*properties(FilmBody.model_json_schema()), *properties(RegenerateBody.model_json_schema())}
CALL = re.compile(r"\b(?:POST|PUT) (/[\w/{}]+)")
PLACE = re.compile(r"\{(\w+)\}")
IN_PATH = {"id"}  # left for the caller to fill in, as the pages write it


def idle(advice: Mapping[Warned, Advice]) -> dict[Warned, str]:
    """Return the next moves that name no field of an order or a change, and no call: nobody could do them."""
    return {
        kind: told.next_move
        for kind, told in advice.items()
        if not any(route.fullmatch(PLACE.sub("x", call)) for call in CALL.findall(told.next_move) for route in PATHS)
        and not {word for path in re.findall(r"[a-z_.]+", told.next_move) for word in path.split(".")} & ORDER
    }


def told(tree: ast.Module) -> Iterator[ast.Call]:
    """Yield every place where a warning is made."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "warning":
            yield call


def unfilled(call: ast.Call) -> set[str]:
    """Return the places in a kind's next move that are not filled in, and the names that fill in nothing."""
    named = {word.arg for word in call.keywords if word.arg}
    return {kind for kind in _kinds(call) if set(PLACE.findall(ADVICE[Warned[kind]].next_move)) - IN_PATH != named}


def _kinds(call: ast.Call) -> set[str]:
    return {part.attr for part in ast.walk(call.args[0]) if isinstance(part, ast.Attribute)}


def forged(tree: ast.Module) -> list[int]:
    """Return the lines that call a text a warning without asking the register."""
    return [
        call.lineno
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and (
            (isinstance(call.func, ast.Name) and call.func.id == "WarningText")
            or (isinstance(call.func, ast.Name) and call.func.id == "cast" and "WarningText" in ast.dump(call))
        )
    ]


PRODUCT = {name_of(path): parsed(path) for path in python_files("shared")}


def test_every_kind_is_explained() -> None:
    """No kind without a sentence, none twice."""
    assert set(Warned) == set(ADVICE)
    assert set() == {kind for kind, told in ADVICE.items() if not told.says.endswith(".")}
    assert len(Warned) == len({told.says for told in ADVICE.values()})


def test_every_kind_has_a_next_move_that_exists() -> None:
    """A field to change or a call to make."""
    assert {} == idle(ADVICE)
    moves = {kind: (missing_paths(told.next_move), missing_fields(told.next_move)) for kind, told in ADVICE.items()}
    assert {} == {kind: gone for kind, gone in moves.items() if gone != ([], [])}


@pytest.mark.parametrize(
    ("move", "found"),
    [
        ("Be patient.", True),
        ("POST /jobs/{id}/again and hope.", True),
        ("POST /jobs/{id}/regenerate films it again.", False),
        ('Use "image_fit": "blur".', False),
        ('Order with b_roll.join "cut".', False),
    ],
)
def test_a_move_nobody_can_make_is_found(move: str, found: bool) -> None:
    """The rule bites."""
    assert found == bool(idle({Warned.PROMPT_CUT: Advice("Something.", move)}))


def test_every_kind_is_warned_of_and_filled_in() -> None:
    """Each is used somewhere, and each place in its next move gets its word."""
    calls = [(place, call) for place, tree in PRODUCT.items() for call in told(tree)]

    assert {kind.name for kind in Warned} == {kind for _, call in calls for kind in _kinds(call)}
    gaps = {f"{place}:{call.lineno}": kinds for place, call in calls if (kinds := unfilled(call))}
    assert not gaps, found(dict(gaps))


def test_no_text_is_called_a_warning_beside_the_register() -> None:
    """The type checker refuses a plain text where a warning is meant; so nobody may make one up."""
    made_up = {place: lines for place, tree in PRODUCT.items() if place != REGISTER and (lines := forged(tree))}

    assert not made_up, found(dict(made_up))


def test_what_is_made_up_or_left_open_is_found() -> None:
    """The rules bite."""
    assert [1] == forged(ast.parse('WarningText("oh")'))
    assert [1] == forged(ast.parse('cast("WarningText", "oh")'))
    (lacking,) = told(ast.parse('warning(Warned.FOOTAGE_SHORT, "short")'))
    (filled,) = told(ast.parse('warning(Warned.FOOTAGE_SHORT, "short", node="clip-1")'))
    assert ({"FOOTAGE_SHORT"}, set()) == (unfilled(lacking), unfilled(filled))


def test_a_warning_is_the_case_and_its_move() -> None:
    """Two sentences, whatever the case ends with."""
    expected = 'Clip 1 is short. POST /jobs/{id}/regenerate with "nodes": ["clip-1"] films it again.'

    assert expected == warning(Warned.FOOTAGE_SHORT, "Clip 1 is short", node="clip-1")
    assert expected == warning(Warned.FOOTAGE_SHORT, "Clip 1 is short.", node="clip-1")
