"""Files of a brand kit on its page: sent as they are chosen, or with the form; seen, heard and read there again.

A picture, music or a video is shown by a link to the tenant's own file; of a font a specimen is painted.
"""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import flask

from shared.codes import Code
from shared.door.console import kit_choices
from shared.door.console.kit_form import filled_kit
from shared.door.console.own_files import LONGEST_FILE_NAME, about_clip, not_taken, refusal
from shared.door.console.visits import Visit
from shared.door.misplaced import UploadPath
from shared.pipeline.job.names import brand_object, clip_object, music_object
from shared.steps.problems import Problem, not_found

if TYPE_CHECKING:
    from shared.cloud.blobs import Blobs

CALLED = ".name"  # ends the field of a file's own name
PICTURE_TYPES = "image/png,image/webp,image/jpeg"
VIDEO_TYPES = "video/mp4,video/quicktime,video/webm,.mp4,.mov,.webm"
_VIDEO_NAMES = (".mp4", ".mov", ".webm", ".m4v")
OR_A_VIDEO = "Or choose a video: MP4, MOV or WebM"
_PICTURE_TOLD = "PNG, WebP or JPEG, at most 20 MB"
_FILE_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")


class KitFile(NamedTuple):
    """A file of a kit: its label, what it may be, which fields may name it, and of which kind each of them is."""

    label: str
    hint: str
    accept: str
    fields: Mapping[str, str]


def _card(card: str, label: str) -> KitFile:
    hint = f"{_PICTURE_TOLD}; or MP4, MOV or WebM, 1 to 10 s, at most 30 MB. Else it is the logo on the main colour."
    fields = {f"{card}.image": "picture", f"{card}.video": "clip"}
    return KitFile(label, hint, f"{PICTURE_TYPES},{VIDEO_TYPES}", fields)


def _font(role: str, label: str) -> KitFile:
    hint = "TTF or OTF, at most 5 MB, with a licence that allows embedding"
    return KitFile(label, hint, ".ttf,.otf,font/ttf,font/otf", {f"fonts.{role}": "font"})


KIT_FILES = {
    "logo": KitFile("Logo", f"{_PICTURE_TOLD}; best with transparency", PICTURE_TYPES, {"logo.image": "picture"}),
    "heading": _font("heading", "Font of scenes' texts"),
    "body": _font("body", "Font of captions"),
    "music": KitFile(
        "Music",
        "MP3, AAC (M4A), WAV or FLAC, 3 s to 10 min, at most 20 MB; it is looped or cut to the film",
        "audio/*,.mp3,.m4a,.aac,.wav,.flac",
        {"audio.music.audio": "music"},
    ),
    "intro": _card("intro", "Its picture or video"),
    "outro": _card("outro", "Its picture or video"),
}
FILE_NAMES = tuple(field + CALLED for file in KIT_FILES.values() for field in file.fields)
_SENDS = {  # by kind: where a file is sent, and what its id is called in the answer
    "picture": (UploadPath.LOGO, "image"),
    "clip": (UploadPath.CLIP, "clip"),
    "music": (UploadPath.MUSIC, "audio"),
    "font": (UploadPath.FONT, "font"),
}


def kept_files(visit: Visit, filled: Mapping[str, str]) -> tuple[dict[str, str], Mapping[str, Any] | None]:
    """Return a kit's form with its files in its tenant's store, their ids in their fields, and what was refused."""
    form, wrong = dict(filled), dict[str, list[str]]()
    for at in KIT_FILES:
        wrong |= _keep(visit, form, at)
    return form, not_taken(wrong)


def part(visit: Visit, _found: Mapping[str, str]) -> flask.Response:
    """Take one file, and answer the part of the form about it, with what is wrong; the script asks."""
    at = visit.request.args.get("at", "")
    if at not in KIT_FILES:
        raise not_found("file")
    form = {**filled_kit({}), **dict.fromkeys(FILE_NAMES, ""), **visit.form}
    wrong = _keep(visit, form, at)
    about, offered = KIT_FILES[at], kit_choices
    return visit.pages.page("kit_file.html", at=at, file=about, offered=offered, filled=form, wrong=wrong)


def dropped(form: Mapping[str, str], at: str) -> dict[str, str]:
    """Return a form without one of its files."""
    fields = KIT_FILES[at].fields if at in KIT_FILES else ()
    return {**form, **{each: "" for field in fields for each in (field, field + CALLED)}}


def _keep(visit: Visit, form: dict[str, str], at: str) -> dict[str, list[str]]:
    """Keep the file a form brings; return what is wrong with it by field."""
    name = f"{at}_file"
    if (file := visit.files.get(name)) is None:
        return {}
    called = (file.filename or "")[-LONGEST_FILE_NAME:]
    moving = (file.mimetype or "").startswith("video/") or called.lower().endswith(_VIDEO_NAMES)
    kinds = {kind: field for field, kind in KIT_FILES[at].fields.items()}
    kind = "clip" if moving and "clip" in kinds else next(iter(kinds))
    path, answered = _SENDS[kind]
    heard = visit.ask("POST", path, file)
    if heard.failed:
        return {name: [*refusal(heard), *((OR_A_VIDEO,) if kind == "picture" and "clip" in kinds else ())]}
    about = heard.fields.get("family") or (about_clip(heard.fields) if kind == "clip" else "")
    form.update(dropped(form, at))
    form[kinds[kind]] = str(heard.fields[answered])
    form[kinds[kind] + CALLED] = f"{called} · {about}" if about else called
    return {}


class KitFiles:
    """Shows a tenant its own files again."""

    def __init__(self, blobs: "Callable[[], Blobs]", bucket: str) -> None:
        self._blobs = blobs
        self._bucket = bucket

    def __call__(self, visit: Visit, found: Mapping[str, str]) -> flask.Response:
        """Lead to a picture, music or a video; or answer the specimen of a font."""
        kind, name = found["kind"], found["file"]
        uri = self._uri(visit.who.tenant.id, kind, name) if _FILE_ID.fullmatch(name) else None
        if uri is None:
            raise Problem(Code.NOT_FOUND, "There is no such file.", next_move="Go to your brands.")
        headers = {"Cache-Control": "private, max-age=600", "Vary": "Cookie"}
        if kind != "font":
            return flask.Response(status=302, headers={**headers, "Location": self._blobs().link(uri)})
        from shared.media.specimen import specimen
        from shared.pipeline.plan.brand import MOST_FONT_BYTES

        data = specimen(self._blobs().read(uri, 0, MOST_FONT_BYTES))
        return flask.Response(data, mimetype="image/png", headers=headers)

    def _uri(self, tenant: str, kind: str, name: str) -> str | None:
        """Find a file: as the brand's own, which no age ends, or as it was sent."""
        from shared.cloud.blobs import NoFile
        from shared.steps.brand_kits import FONT_MIME
        from shared.steps.music_files import MUSIC_MIME
        from shared.steps.own_clips import CLIP_MIME

        suffixes = {"picture": ("png",), "font": FONT_MIME, "music": MUSIC_MIME, "clip": CLIP_MIME}
        sent = {"music": music_object, "clip": clip_object}.get(kind, brand_object)
        for suffix in suffixes.get(kind, ()):
            for named in dict.fromkeys((sent, brand_object)):
                uri = f"gs://{self._bucket}/{named(tenant, name, suffix)}"
                try:
                    self._blobs().stat(uri)
                except NoFile:
                    continue
                return uri
        return None
