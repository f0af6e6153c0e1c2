"""The screen of voices: who can be heard, a specimen of each to play, and who is the default.

A specimen is fetched by us, as a look's picture is: no vendor hears of the person who listens.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import flask

from shared.codes import Code
from shared.door.console.account import PROVIDERS
from shared.door.console.presenters import defaults, filters
from shared.door.console.visits import Visit
from shared.steps.problems import Problem

if TYPE_CHECKING:
    from shared.egress.client import Egress

MOST_SPECIMEN, SPECIMEN_SECONDS = 5_000_000, 10.0
VOICE_PLACES = ("search", "gender", "language", "provider", "cursor")
_MARKS: tuple[tuple[int, bytes, str], ...] = (  # where a file's mark stands, and what plays it
    (0, b"ID3", "audio/mpeg"),
    (0, b"RIFF", "audio/wav"),
    (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
    (4, b"ftyp", "audio/mp4"),
)
_MPEG_FRAMES = tuple(bytes((0xFF, low)) for low in range(0xE0, 0x100))  # begin MPEG audio that has no tag


class Specimens:
    """Fetches how a voice sounds."""

    def __init__(self, egress: "Callable[[], Egress]") -> None:
        self._egress = egress

    def __call__(self, visit: Visit, _found: Mapping[str, str]) -> flask.Response:
        """Answer the specimen a page of ours has signed."""
        from shared.egress.client import EgressFailed
        from shared.egress.rules import EgressRefused

        url = visit.sessions.unsigned("voice", visit.request.args.get("u", ""))
        if url is None:
            raise Problem(Code.NOT_FOUND, "There is no such voice.", next_move="Load the voices again.")
        try:
            data = self._egress().fetch(url, max_bytes=MOST_SPECIMEN, total_seconds=SPECIMEN_SECONDS).data
        except (EgressRefused, EgressFailed) as failed:
            raise Problem(Code.NOT_FOUND, "The voice cannot be heard.", next_move="Try again later.") from failed
        if (kind := sound_of(data)) is None:
            raise Problem(Code.NOT_FOUND, "The voice cannot be heard.", next_move="Choose it by its name.")
        headers = {"Cache-Control": "private, max-age=86400", "Vary": "Cookie"}
        return flask.Response(data, mimetype=kind, headers=headers)


def sound_of(data: bytes) -> str | None:
    """Tell which kind of sound a file is by its first bytes; None for anything else."""
    named = next((kind for at, mark, kind in _MARKS if data[at : at + len(mark)] == mark), None)
    return named or ("audio/mpeg" if data.startswith(_MPEG_FRAMES) else None)


def listed(visit: Visit, _found: Mapping[str, str]) -> flask.Response:
    """Show who can be heard."""
    asked = filters(visit, VOICE_PLACES)
    page = visit.need("GET", "/catalog/voices", query={"limit": "24", **asked})
    default = defaults(visit, "voice_id")
    voices = [
        {
            **voice,
            "specimen": visit.sessions.signed("voice", link) if (link := voice.get("preview_audio_url")) else None,
            "default": default.get(voice["provider"]) == voice["id"],
        }
        for voice in page["voices"]
    ]
    return visit.page(
        "voices.html",
        title="Voices",
        voices=voices,
        names=PROVIDERS,
        sources=page["sources"],
        cursor=page["next_cursor"],
        asked={name: asked.get(name, "") for name in VOICE_PLACES},
    )
