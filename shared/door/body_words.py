"""Says in plain words what pydantic found wrong with a body, by our field paths."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from shared.door.body_places import MAP_KEY, bounds, known_fields, literals, models_at, our_steps, paths
from shared.door.body_reading import LONGEST_NAME, join
from shared.door.strict_body import Body

ALIKE = 0.75  # of a name, to be taken for a slip of the pen: avatar_position is none of avatar_script
MOST_FIELDS_NAMED = 12  # fields of an object that are all named; of a larger one, those most like what was sent
NEAREST_TOLD = 3
MOST_GUESSES = 20  # unknown fields of a body that are compared with the known ones, which takes time

_WORDS = {
    "missing": "is required",
    "string_type": "must be a text",
    "string_pattern_mismatch": "has characters that are not allowed here",
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "finite_number": "must be a number, neither NaN nor infinite",
}
_BOUNDS = {"ge": "at least", "gt": "more than", "le": "at most"}
_ONE_OF: Mapping[int | str, str] = {"scenes": "a scene", "outputs": "an output"}


def sentences(wrong: ValidationError, model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Yield (path, sentence) for everything pydantic found."""
    guesses = MOST_GUESSES
    for error in wrong.errors(include_url=False):
        if error["type"] == "string_unicode":  # body_reading names the character
            continue
        steps, choices = our_steps(model, error["loc"])
        if steps[-1:] == (MAP_KEY,) and error["type"] != "extra_forbidden":  # what is wrong is a map's key
            steps = steps[:-1]
        if error["type"].startswith("union_tag"):
            steps = (*steps, "type")
        path = ""
        for step in steps:
            path = join(path, str(step))
        if error["type"] == "extra_forbidden":
            guesses -= 1
            yield path, _unknown(steps, known_fields(model, steps[:-1]), model, guess=guesses >= 0)
        elif choices:
            yield path, _any_of(choices)  # pydantic tells what each of them lacks: the same sentence, told once
        else:
            yield path, _sentence(error["type"], error.get("ctx") or {}, error["input"])


def _sentence(kind: str, ctx: Mapping[str, Any], given: Any) -> str:
    match kind:
        case "value_error":
            return str(ctx["error"])
        case "literal_error":
            return f"must be {_choices(str(ctx['expected']))}"
        case "union_tag_invalid" | "union_tag_not_found":
            return f"must be {_choices(str(ctx.get('expected_tags', _BACKGROUND_TYPES)))}"
        case "string_too_long":
            return f"has {len(given)} characters; at most {ctx['max_length']} are allowed"
        case "string_too_short":
            return f"has {len(given)} characters; at least {ctx['min_length']} are needed"
        case "too_long":
            return f"has {len(given)} entries; at most {ctx['max_length']} are allowed"
        case "too_short":
            return f"has {len(given)} entries; at least {ctx['min_length']} are needed"
        case "greater_than_equal" | "greater_than" | "less_than_equal":
            return next(f"must be {_BOUNDS[name]} {bound:g}" for name, bound in ctx.items() if name in _BOUNDS)
        case _:
            return _WORDS.get(kind, "is not valid")


def _any_of(choices: Iterable[Any]) -> str:
    """Say what a field takes that takes a value of several kinds: some values as they are, or numbers in a range."""
    values = [str(value) for choice in choices for value in literals(choice)]
    ranges = [f"at least {least:g} and at most {most:g}" for least, most in filter(None, map(bounds, choices))]
    return f"must be {', or '.join([*values, *ranges])}"


_BACKGROUND_TYPES = "'color', 'image', 'preset'"


def _choices(expected: str) -> str:
    names = [name.strip() for part in expected.split(",") for name in part.split(" or ")]
    return f"one of {', '.join(name.strip(chr(39)) for name in names)}" if len(names) > 1 else names[0].strip("'")


def _unknown(steps: tuple[int | str, ...], known: frozenset[str], model: type[BaseModel], *, guess: bool) -> str:
    name = str(steps[-1])
    if name in known:  # of a union's other model
        return "does not belong to this type"
    if not guess or len(name) > LONGEST_NAME:
        return "is unknown"
    parts = {part: one for one in sorted(known, key=len, reverse=True) for part in one.split("_")}
    names = parts | {one: one for one in known}
    whole = model if issubclass(model, Body) else Body
    for one in models_at(model, steps[:-1]):
        if issubclass(one, Body) and name in one.elsewhere:
            return one.elsewhere[name]
    if len(steps) > 1 and name in model.model_fields:
        other = f"; did you mean {names[name]}?" if name in names else ""
        return f"belongs to {whole.called} itself, not to {_within(steps[:-1])}{other}"
    there = next((path for path in paths(model) if _named(path, name)), None)
    near = [name] if name in names else [] if there else get_close_matches(name, names, n=1, cutoff=ALIKE)
    if near:
        return f"is unknown; did you mean {names[near[0]]}?"
    if there:
        return f"is unknown here; did you mean {there}?"
    if len(known) <= MOST_FIELDS_NAMED:
        return f"is unknown here; this takes {', '.join(sorted(known))}" if known else "is unknown"
    like = sorted(known, key=lambda one: (-_shared(_pairs(name), _pairs(one)), one))[:NEAREST_TOLD]
    return f"is unknown here; of {len(known)} fields the nearest are {', '.join(like)}"


def _within(steps: tuple[int | str, ...]) -> str:
    """Name what a field stands in: one of a list by its kind, else by its field."""
    *before, last = steps
    return _ONE_OF.get(before[-1], str(before[-1])) if isinstance(last, int) and before else str(last)


def _shared(one: set[str], other: set[str]) -> float:
    """Return how much of two sets is in both, from 0 to 1 (Dice's coefficient)."""
    return 2 * len(one & other) / max(1, len(one) + len(other))


def _pairs(name: str) -> set[str]:
    """Return a name's pairs of letters: what two names share of them is found faster than how alike they are."""
    return {name[at : at + 2] for at in range(len(name) - 1)}


def _named(path: str, name: str) -> bool:
    """Tell whether somebody may call a field so: audio.music.level is "level", "music_level", "audio_music_level"."""
    steps = [step for step in path.split(".") if step != "0"]
    return any("_".join(steps[at:]) == name for at in range(len(steps)))
