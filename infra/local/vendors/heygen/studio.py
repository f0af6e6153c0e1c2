"""Brings ordered videos to their end.

Speaks and films behind the scenes, bills, and calls back when the time has come.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from infra.local.vendors import media, take, voice
from infra.local.vendors.figure import Person
from infra.local.vendors.heygen.assets import Assets
from infra.local.vendors.heygen.contract import Markers, Order, parse, spoken
from infra.local.vendors.heygen.footage_studio import FootageStudio
from infra.local.vendors.heygen.settings import HeyGenSettings
from infra.local.vendors.heygen.videos import Video, Videos
from infra.local.vendors.heygen.webhooks import FAIL, SUCCESS, Webhooks
from infra.local.vendors.payload import hash16
from infra.local.vendors.presigned import Presigned
from infra.local.vendors.voice import Speaker, Speech
from infra.local.vendors.workshop import Job, Workshop

_SEMITONE = 2  # eSpeak's pitch steps in one of HeyGen's semitones


class Studio:
    """Works the record off, two videos at a time."""

    def __init__(
        self,
        videos: Videos,
        assets: Assets,
        webhooks: Webhooks,
        data: Path,
        settings: HeyGenSettings,
        clock: Callable[[], datetime],
    ) -> None:
        self._videos = videos
        self._assets = assets
        self._webhooks = webhooks
        self._films = data / "takes"
        self._films.mkdir(parents=True, exist_ok=True)
        self._settings = settings
        self._clock = clock
        self._links = Presigned(self._films, videos.secret("links"), settings.link_seconds, clock)
        self.footage = FootageStudio(videos, assets, webhooks, self._films, settings, clock)
        self._workshop = Workshop("heygen-studio", self._jobs, self._work, clock, early=True, hands=2)

    def start(self, base_url: str) -> None:
        """Begin to complete videos; links will point to `base_url`."""
        self._links.base_url = base_url
        if self._settings.background:
            self._workshop.start()

    def stop(self) -> None:
        """Stop; what is unfinished goes on at the next start."""
        self._workshop.stop()

    def wake(self) -> None:
        """Say that there is something new."""
        self._workshop.wake()

    def complete_due(self) -> None:
        """Bring everything to its end whose time has come by the handed-in clock, now and in this thread."""
        self._workshop.complete_due()

    def now(self) -> datetime:
        """Tell the time everything here lives in."""
        return self._clock()

    def link(self, video: Video, suffix: str) -> str:
        """Return a fresh presigned URL of a video's file."""
        return self._links.link(f"{video.id}{suffix}")

    def opened(self, path: str, until: str, signature: str) -> Path | None:
        """Return the file a presigned URL opens, or None when it has expired or was tampered with."""
        return self._links.opened(path, until, signature)

    def _jobs(self) -> list[Job]:
        return [Job(video.id, video.ready_at) for video in self._videos.pending()]

    def _work(self, video_id: str, due: bool) -> None:
        """Film, and tell if it is time."""
        video = self._videos.find(video_id)
        if video is None or video.outcome != "pending":
            return
        if video.footage:
            self.footage.work(video, self.link, due=due)
            return
        order = parse(video.request, self._settings)
        markers = Markers.of(order.script or "")
        if markers.failure is not None:
            if due:
                self._fail(video, order, markers.failure, "The video could not be rendered.")
            return
        try:
            seconds = self._film(video, order)
        except (voice.SpeechError, media.UnreadableMediaError, OSError) as error:
            if due:
                self._fail(video, order, "rendering_failed", f"The video could not be rendered: {error}")
            return
        if due:
            made_from = "photo" if order.look.photo else "video"
            amount = round(seconds * self._settings.prices[f"{order.engine} {made_from}"])
            if self._videos.finish(video.id, self._clock(), seconds=seconds, amount=amount, failure=None):
                self._tell(
                    video,
                    order,
                    SUCCESS,
                    {
                        "url": self.link(video, video.suffix),
                        "gif_download_url": None,
                        "video_page_url": page(video),
                        "video_share_page_url": None,
                        "folder_id": order.folder_id or "",
                    },
                )

    def _fail(self, video: Video, order: Order, code: str, message: str) -> None:
        if self._videos.finish(video.id, self._clock(), seconds=None, amount=0, failure=(code, message)):
            self._tell(video, order, FAIL, {"msg": message})

    def _tell(self, video: Video, order: Order, kind: str, data: dict[str, Any]) -> None:
        markers = Markers.of(order.script or "")
        told = {"video_id": video.id, **data, "callback_id": order.callback_id}
        self._webhooks.happened(
            video.account,
            kind,
            told,
            callback_url=order.callback_url,
            times=markers.callbacks,
            bad_signature=markers.bad_signature,
        )

    def _film(self, video: Video, order: Order) -> float:
        """Film to a file of ours unless that was done before; return its seconds."""
        target = self._films / f"{video.id}{video.suffix}"
        if target.exists():
            return media.probe(target).seconds
        speech = self._speech(video, order)
        width, height = self._settings.sizes[order.resolution, order.aspect_ratio]
        seed = hash16(order.look.group_id)
        filmed = take.TakeOrder(
            person=Person.of(seed, woman=order.look.gender == "female"),
            avatar=hash16(order.look.id),
            script=hash16(order.script) if order.script is not None else 0,
            width=width,
            height=height,
            backdrop=self._backdrop(video, order),
            speech=speech,
        )
        unfinished = target.with_suffix(".part")
        seconds = take.film(filmed, unfinished)
        self._films.joinpath(f"{video.id}.srt").write_text(voice.srt(speech.cues), encoding="utf-8")
        unfinished.replace(target)
        return seconds

    def _speech(self, video: Video, order: Order) -> Speech:
        if order.script is None or order.voice is None:
            return Speech(media.sound(self._assets.input(video.id, "audio")) * order.volume, ())
        speaker = Speaker(order.voice.speaker, order.voice.pitch + _SEMITONE * order.pitch, order.speed)
        speech = voice.speak(spoken(order.script), speaker)
        return Speech(speech.sound * order.volume, speech.cues)

    def _backdrop(self, video: Video, order: Order) -> take.Backdrop:
        if order.background is None or not order.removed:  # its own background stands before any other
            return take.Backdrop(transparent=order.webm)
        if order.background.color is not None:
            return take.Backdrop(color=order.background.color)
        return take.Backdrop(picture=self._assets.input(video.id, "background").read_bytes())


def page(video: Video) -> str:
    """Return the video's page in HeyGen's own app."""
    return f"https://app.heygen.com/videos/{video.id}"
