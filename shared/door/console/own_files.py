"""Files of a tenant's own that a form brings, or links to: a photo, a poster, a clip for a scene.

A form without script sends them along with whatever button is pressed; the script sends a clip as it is chosen, and
gets the part of the page about it back. Either way the form then holds the id, so that nothing is sent twice.
"""

import re
from collections.abc import Mapping
from typing import Any

import flask

from shared.door.console.plain_refusals import plain_file
from shared.door.console.visits import Visit, told
from shared.door.inside import Answered
from shared.door.misplaced import UploadPath
from shared.steps.problems import not_found

CLIP_FIELDS = ("clip", "clip_start", "clip_name", "clip_told", "clip_link")
PICTURE_FILES = {  # by the field of a file: the field its id is kept in, and where it is sent
    "photo": ("image", UploadPath.IMAGE),
    "poster_file": ("poster.image", UploadPath.IMAGE),
}
LONGEST_FILE_NAME = 120  # letters of a file's name that are shown
_AT = re.compile(r"(?:scenes|edit)\.[0-9]{1,2}")
_CLIP = re.compile(r"((?:scenes|edit)\.[0-9]{1,2})\.clip_(?:file|link)")


def kept(visit: Visit, filled: Mapping[str, str]) -> tuple[dict[str, str], Mapping[str, Any] | None]:
    """Return a form with its files in its tenant's store, their ids in their fields, and what was refused of them."""
    form, wrong = dict(filled), dict[str, list[str]]()
    for name, (field, path) in PICTURE_FILES.items():
        if name in visit.files:
            heard = visit.ask("POST", path, visit.files[name])
            if heard.failed:
                wrong[name] = refusal(heard)
            else:
                form[field] = str(heard.fields["image"])
    named = {*visit.files, *(name for name, text in filled.items() if text.strip())}
    for at in sorted({match[1] for name in named if (match := _CLIP.fullmatch(name))}):
        wrong |= _keep_clip(visit, form, at)
    return form, not_taken(wrong)


def not_taken(wrong: Mapping[str, list[str]]) -> Mapping[str, Any] | None:
    """Return what a page tells of files that were refused; None where none was."""
    if not wrong:
        return None
    move = "Choose another one, or leave it out; nothing else of the form is lost."
    return {"message": "A file was not taken.", "next_move": move, "details": wrong, "request_id": None}


def clip(visit: Visit, _found: Mapping[str, str]) -> flask.Response:
    """Take a clip for a scene, and answer the part of a form about it, with what is wrong; the script asks."""
    at = visit.request.args.get("at", "")
    if not _AT.fullmatch(at):
        raise not_found("scene")
    form = dict(visit.form)
    wrong = _keep_clip(visit, form, at)
    return visit.pages.page("clip.html", at=at, clip=shown_clip(form, at), wrong=wrong)


def shown_clip(form: Mapping[str, str], at: str) -> dict[str, str]:
    """Return what a form says of a scene's clip, as its part of the page shows it."""
    return {name: form.get(f"{at}.{name}", "") for name in CLIP_FIELDS}


def ordered_clip(scene: Mapping[str, Any], at: str) -> dict[str, str]:
    """Return the fields of the clip that a scene was ordered with; none where it was ordered without."""
    if not scene.get("clip"):
        return {}
    start, facts = scene.get("clip_start"), scene.get("clip_facts")
    about = {"clip": str(scene["clip"]), "clip_told": about_clip(facts) if facts else ""}
    return {f"{at}.{name}": text for name, text in {**about, "clip_start": f"{start:g}" if start else ""}.items()}


def _keep_clip(visit: Visit, form: dict[str, str], at: str) -> Mapping[str, list[str]]:
    """Keep the clip a form brings for a scene, its file before its link; return what is wrong with it by field."""
    file, link = visit.files.get(f"{at}.clip_file"), form.get(f"{at}.clip_link", "").strip()
    if file is None and not link:
        return {}
    if file is not None:
        field, name, heard = f"{at}.clip_file", file.filename or "", visit.ask("POST", UploadPath.CLIP, file)
    else:
        field, name = f"{at}.clip_link", link.partition("?")[0].rpartition("/")[2]
        heard = visit.ask("POST", "/tenant/uploads/clip_link", {"clip_url": link})
    if heard.failed:
        return {field: refusal(heard)}
    about = {
        "clip": str(heard.fields["clip"]),
        "clip_name": name[-LONGEST_FILE_NAME:],
        "clip_told": about_clip(heard.fields),
    }
    form.update({f"{at}.{each}": text for each, text in {**about, "clip_start": "", "clip_link": ""}.items()})
    return {}


def refusal(heard: Answered) -> list[str]:
    """Return why a file was not taken, and the next move."""
    about = told(heard)
    whys = [why for each in (about["details"] or {}).values() for why in each]
    return whys or [plain_file(about["message"] or "", about["next_move"] or "")]


def about_clip(facts: Mapping[str, Any]) -> str:
    """Tell a clip's length, size, whether it is HDR, and whether it is heard."""
    heard = ("HDR, " if facts.get("hdr") else "") + ("with sound" if facts["sound"] else "silent")
    return f"{facts['seconds']:.1f} s, {facts['width']} × {facts['height']}, {heard}"  # noqa: RUF001  # as people write it
