"""What a form was refused for, as pages say it: each mistake by its field's words, without the API's names."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from shared.door.console.plainly import plain_field, plain_words

NO_LABELS: Mapping[str, str] = {}
NO_DETAILS: Mapping[str, Sequence[str]] = {}
FORM_LABELS: Mapping[str, str] = {  # of fields that are called otherwise on a form, or have a short name there
    "avatar_position.preset": "Place",
    "avatar_position.scale": "The presenter's height",
    "avatar_position.x": "The presenter's place across",
    "avatar_position.y": "The presenter's place down",
    "nodes": "Film or speak anew",
    "outputs": "The films",
    "photo": "Photo",
    "poster.at": "The poster's second",
    "poster.image": "Poster",
    "poster_file": "Poster",
    "says": "Your own words",
    "scenes": "The scenes",
    "score": "Your score",
}
_OF_A_SCENE = re.compile(r"(?:text|edit|script|seen)\.([0-9]{1,2})(?:\.(\w+))?")
_OF_FORMS = {
    "text": "text_overlay",
    "script": "script",
    "seen": "visual_description",
}  # what a film's page calls by its scene alone
_CALLED = re.compile(r"\b(?:GET|POST|PUT|PATCH|DELETE) /|`|\bcurl\b")
_ASIDE_CALL = re.compile(r" \((?:GET|POST|PUT|PATCH|DELETE) /[^ )]*\)")
_SENT_ANEW = re.compile(r"^POST (?:its file|it|the [a-z]+) to /tenant/uploads.*")  # on pages, files are chosen
_SET_ASIDE = re.compile(r" \([a-z_]+(?:\.[a-z0-9_]+)+\)")  # a field's path that explains words beside it
_BYTES = re.compile(r"\b([0-9]{7,}) bytes")
_EMPTY = re.compile(r"^the body is empty")
_MEGA = 1_048_576
_OF_A_TABLE = re.compile(
    r"(?:rows\.(?P<row>[0-9]{1,4})(?:\.(?P<field>.+))?|heading\.(?P<column>.+)|body|rows)", re.DOTALL
)
_TABLE = "rows"  # the field that holds a batch's table
_RETRIED = re.compile(r"\b(?:(R)|r)etry the job\b")
ANOTHER_FILE = "Choose another file"
_MEND = "Mend what is named here, then send it again."


def label_of_field(name: str) -> str:
    """Return people's words for a form's field: "Film 2's brand kit" for `outputs.1.brand`."""
    if name in FORM_LABELS:
        return FORM_LABELS[name]
    if match := _OF_A_SCENE.fullmatch(name):
        name = f"scenes.{match[1]}.{match[2] or _OF_FORMS.get(name.partition('.')[0], 'clip')}"
    said = plain_field(name)
    return said[:1].upper() + said[1:]


def plain_why(why: str) -> str:
    """Return why a field was refused; what is said of calls is left out, but that a file is to be sent."""
    parts = (_SENT_ANEW.sub("choose its file anew", part) for part in why.split("; "))
    kept = [part for part in parts if not _CALLED.search(part)]
    return plain_words(_file_words(_SET_ASIDE.sub("", "; ".join(kept)))) or "is not as it must be"


def plain_file(message: str, move: str) -> str:
    """Return why a file was not taken, and what to do, as sentences; how a call would send it is left out."""
    todo = "; ".join(part for part in move.split("; ") if not _CALLED.search(part)) or ANOTHER_FILE
    told = [_file_words(each.rstrip(".")) for each in (message, todo)]
    return ". ".join(each[:1].upper() + each[1:] for each in told)


def _file_words(text: str) -> str:
    """Tell bytes as people do, and call a body a file; a sentence within one ends once."""
    counted = _BYTES.sub(lambda match: f"{int(match[1]) // _MEGA} MB", _EMPTY.sub("the file is empty", text))
    return counted.replace(".;", ";")


def plain_next(move: str) -> str:
    """Return the next move of a film that failed, without calls: files are chosen on pages, and buttons pressed."""
    parts = (_SENT_ANEW.sub("choose its file anew", part) for part in _ASIDE_CALL.sub("", move).split("; "))
    told = "; ".join(part for part in parts if not _CALLED.search(part)) or move
    told = plain_words(_RETRIED.sub(lambda match: "Try it again" if match[1] else "try it again", told))
    return told[:1].upper() + told[1:]


def plain_refusal(
    problem: Mapping[str, Any], labels: Mapping[str, str] = NO_LABELS, in_columns: bool = False
) -> Mapping[str, Any]:
    """Return what a page tells of a refusal: `labels` are a page's own words for its fields.

    `in_columns`: of a table, whose columns people call as the API calls its fields.
    """
    details: Mapping[str, Sequence[str]] = problem.get("details") or NO_DETAILS
    if in_columns:
        mistakes = [(_TABLE, _cell(name), [_column_why(why) for why in whys]) for name, whys in details.items()]
        message = _counted(details) if details else str(problem.get("message") or "")
        return {**problem, "message": message, "mistakes": mistakes, "next_move": _MEND if details else ""}
    mistakes = [
        (name, labels.get(name) or label_of_field(name), [plain_why(why) for why in whys])
        for name, whys in details.items()
    ]
    message, move = str(problem.get("message") or ""), str(problem.get("next_move") or "")
    if any(whys and whys[0].rstrip(".") in message for whys in details.values()):
        message = _counted(details)
    if mistakes and _CALLED.search(move):
        move = _MEND
    return {
        "message": plain_words(_file_words(message)),
        "mistakes": mistakes,
        "next_move": "" if _CALLED.search(move) else plain_words(move),
        "request_id": problem.get("request_id"),
    }


def _counted(details: Mapping[str, Sequence[str]]) -> str:
    return "One thing is not right yet." if len(details) == 1 else f"{len(details)} things are not right yet."


def _cell(name: str) -> str:
    """Name a cell of a batch's table: its row, counted without the heading, and its column as it is written there."""
    match = _OF_A_TABLE.fullmatch(name)
    if match is None:
        return name
    if match["column"]:
        return f'Column "{match["column"]}"'
    if match["row"] is None:
        return "The table"
    return f"Row {match['row']}" + (f", {match['field']}" if match["field"] else "")


def _column_why(why: str) -> str:
    """Return why a cell was refused: columns are called as the API calls its fields, but nobody calls here."""
    kept = [part for part in why.split("; ") if not _CALLED.search(part)]
    told = "; ".join(kept).replace("or ?template=NAME", "or the template's name above")
    return _file_words(told) or "is not as it must be"
