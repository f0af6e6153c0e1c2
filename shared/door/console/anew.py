"""A film made or tried anew: the words its form says otherwise, and what a form holds whose price was shown."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from shared.door.bodies import MOST_SCENES

_SEE, _SAY = "seen", "script"  # begin the names of a scene's fields
_WORDS_OF_A_SCENE = re.compile(r"scenes\.([0-9]{1,2})\.(visual_description|script)")


def other_words(form: Mapping[str, str], ordered: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is to be seen and said otherwise than was ordered; words left empty stay."""
    whole = _other(form, _SAY, ordered.get("avatar_script"))
    scenes = []
    for number, scene in enumerate((ordered.get("scenes") or ())[:MOST_SCENES]):
        seen = _other(form, f"{_SEE}.{number}", scene.get("visual_description"))
        script = _other(form, f"{_SAY}.{number}", scene.get("script"))
        if seen or script:
            about = {"visual_description": seen, "script": script}
            scenes.append({"scene": number, **{name: words for name, words in about.items() if words}})
    return {**({"avatar_script": whole} if whole else {}), **({"scenes": scenes} if scenes else {})}


def by_field(problem: Mapping[str, Any], body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a refusal by the fields of the form: those of the call count the scenes that change."""
    details = {_on_form(name, body): whys for name, whys in (problem.get("details") or {}).items()}
    return {**problem, "details": details}


def agreement(body: Mapping[str, Any]) -> str:
    """Return what a form holds whose price was shown for this body, and for no other."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _other(form: Mapping[str, str], name: str, had: str | None) -> str:
    """Return a field's words; none where they are those there are. Browsers send lines' ends their own way."""
    words = form.get(name, "").replace("\r\n", "\n").strip()
    return "" if words == (had or "").replace("\r\n", "\n").strip() else words


def _on_form(name: str, body: Mapping[str, Any]) -> str:
    match, rows = _WORDS_OF_A_SCENE.fullmatch(name), body.get("scenes", ())
    if match is None or int(match[1]) >= len(rows):
        return _SAY if name == "avatar_script" else name
    return f"{_SEE if match[2] == 'visual_description' else _SAY}.{rows[int(match[1])]['scene']}"
