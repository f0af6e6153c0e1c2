"""What a tenant sends before it orders a film with clips of its own: a clip, or the link it is fetched from.

A clip goes to a file as it comes, and is judged there before it is kept: no order meets one that cannot be shown.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import flask

from shared.codes import Code
from shared.door.answers import answer
from shared.door.asked import WRITE, Caller
from shared.door.bodies import Mistakes, parse_body
from shared.door.clip_bodies import ClipLinkBody
from shared.door.entrance import Entrance
from shared.door.incoming import json_body, upload_file
from shared.door.misplaced import FIRST_BYTES, WANTED, UploadPath, sent_to
from shared.door.public import Route
from shared.door.template import Links
from shared.egress.client import Egress
from shared.pipeline.plan.picture import LONGEST_CLIP, MOST_CLIP_BYTES, SHORTEST_CLIP, OwnFile
from shared.steps.fetching import Unfetched, Unfit, download
from shared.steps.own_clips import OwnClips
from shared.steps.problems import Problem, invalid, unavailable

CLIP_LINK_SECONDS = 25.0  # beside what judging takes, within the function's 60
_CLIP_BOUNDS = f"at most 4K and {MOST_CLIP_BYTES // 2**20} MB, HDR too"
_CLIP_KINDS = f"MP4, MOV or WebM, {SHORTEST_CLIP:g} to {LONGEST_CLIP:.0f} s, {_CLIP_BOUNDS}"
_CHECK = "check that the link works without a login and leads to the file itself, or upload the clip"


@dataclass(frozen=True, slots=True)
class ClipUploadsDoor:
    """The routes and what they need."""

    entrance: Entrance
    clips: OwnClips
    egress: Egress
    links: Links
    judge: Callable[[Path], OwnFile] | None  # None where this function does not carry what decodes clips

    @property
    def routes(self) -> tuple[Route, ...]:
        """What is answered, for the router and for the OpenAPI description."""
        sent = Route(
            "POST",
            "/uploads/clip",
            self._sent,
            f"Upload a clip of your own for a scene: its bytes are the body ({_CLIP_KINDS}). It is decoded.",
            takes="bytes",
        )
        linked = Route(
            "POST",
            "/uploads/clip_link",
            self._linked,
            f"Let a clip of your own be fetched from a link ({_CLIP_KINDS}). It is decoded.",
            takes="ClipLink",
        )
        return (sent, linked) if self.judge else ()

    def _sent(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        who = self.entrance(request, WRITE)
        with _table() as path:
            upload_file(request, MOST_CLIP_BYTES, path, WANTED[UploadPath.CLIP])
            return self._kept(who, path)

    def _linked(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        who = self.entrance(request, WRITE)
        try:
            wanted = parse_body(ClipLinkBody, json_body(request), schemes=self.links.schemes, judge=self.links.judge)
        except Mistakes as wrong:
            raise invalid(wrong.details) from wrong
        with _table() as path:
            try:
                download(self.egress, wanted.clip_url, path, most=MOST_CLIP_BYTES, seconds=CLIP_LINK_SECONDS)
            except (Unfit, Unfetched) as failed:
                details = {"clip_url": [f"{failed}; {_CHECK}"]}
                raise Problem(Code.NOT_A_CLIP, f"clip_url: {failed}", next_move=_CHECK, details=details) from failed
            return self._kept(who, path)

    def _kept(self, who: Caller, path: Path) -> flask.Response:
        """Judge a clip and keep it. Raises Problem."""
        if self.judge is None:
            raise Problem(Code.NOT_FOUND)
        size = path.stat().st_size
        if not size:
            raise Problem(Code.NOT_A_CLIP, "the link's file is empty", next_move=_CHECK)
        with sent_to(UploadPath.CLIP, _head(path)):
            facts = self.judge(path)
        name = self.clips.keep(who.tenant.id, path, facts)
        made = {"clip": name, "seconds": round(facts.seconds, 2), "width": facts.width, "height": facts.height}
        return answer(201, {**made, "sound": facts.sound, "hdr": facts.hdr, "bytes": size})


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(FIRST_BYTES)


@contextmanager
def _table() -> Iterator[Path]:
    """Give a clip a place to lie while it is judged. Raises Problem where there is no room."""
    try:
        with TemporaryDirectory(prefix="clip-") as folder:
            yield Path(folder) / "clip"
    except OSError as full:
        raise unavailable("the clip found no room here just now") from full
