"""What a tenant sends before it orders: images and music; their bytes are the body."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import flask

from shared.door.answers import answer
from shared.door.asked import WRITE
from shared.door.entrance import Entrance
from shared.door.incoming import upload_body
from shared.door.misplaced import FIRST_BYTES, WANTED, UploadPath, sent_to
from shared.door.public import Route
from shared.media.images import MOST_IMAGE_BYTES, ImageRefused, sniff_and_reencode
from shared.pipeline.plan.heard import MOST_MUSIC_BYTES, MusicFacts
from shared.steps.images import Images
from shared.steps.music_files import MusicFiles
from shared.steps.problems import Problem, not_found


@dataclass(frozen=True, slots=True)
class UploadsDoor:
    """The routes and what they need."""

    entrance: Entrance
    images: Images
    music: MusicFiles
    judge: Callable[[bytes], MusicFacts] | None  # None where this function does not carry what decodes music

    @property
    def routes(self) -> tuple[Route, ...]:
        """What is answered, for the router and for the OpenAPI description."""
        image = Route(
            "POST",
            "/uploads",
            self._image,
            "Upload an image: its bytes are the body (JPEG, PNG or WebP, at most 20 MB and 50 megapixels).",
            takes="bytes",
        )
        music = Route(
            "POST",
            "/uploads/audio",
            self._music,
            "Upload music: its bytes are the body (MP3, AAC, WAV or FLAC, 3 s to 10 min, mono or stereo, at most "
            "20 MB). It is decoded to its end and measured.",
            takes="bytes",
        )
        return (image, music) if self.judge else (image,)

    def _image(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        who = self.entrance(request, WRITE)
        data = upload_body(request, MOST_IMAGE_BYTES, WANTED[UploadPath.IMAGE])
        with sent_to(UploadPath.IMAGE, data[:FIRST_BYTES]):
            try:
                image = sniff_and_reencode(data, max_bytes=MOST_IMAGE_BYTES)
            except ImageRefused as refused:
                raise Problem(refused.code, refused.why, next_move=refused.next_move) from refused
        self.images.put(who.tenant.id, image)
        made = {"image": image.sha256, "width": image.width, "height": image.height, "bytes": len(image.data)}
        return answer(201, made)

    def _music(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        who = self.entrance(request, WRITE)
        if self.judge is None:
            raise not_found("call")
        data = upload_body(request, MOST_MUSIC_BYTES, WANTED[UploadPath.MUSIC])
        with sent_to(UploadPath.MUSIC, data[:FIRST_BYTES]):
            facts = self.judge(data)
        name = self.music.keep(who.tenant.id, data, facts)
        made = {"audio": name, "seconds": round(facts.seconds, 1), "loudness": round(facts.loudness, 1)}
        return answer(201, {**made, "bytes": len(data)})
