"""Brings ordered footage to its end: films it, bills it, and calls back once, without a second try."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from infra.local.vendors import media
from infra.local.vendors.heygen.assets import Assets
from infra.local.vendors.heygen.footage_order import FootageOrder, Mode, parse_footage
from infra.local.vendors.heygen.footage_take import film_footage, frame_of
from infra.local.vendors.heygen.settings import HeyGenSettings
from infra.local.vendors.heygen.videos import Video, Videos
from infra.local.vendors.heygen.webhooks import Webhooks
from infra.local.vendors.veo.scenery import Size, UnreadablePhotoError


class FootageStudio:
    """Works one video of the record off; the studio says which, and when."""

    def __init__(
        self,
        videos: Videos,
        assets: Assets,
        webhooks: Webhooks,
        films: Path,
        settings: HeyGenSettings,
        clock: Callable[[], datetime],
    ) -> None:
        self._videos = videos
        self._assets = assets
        self._webhooks = webhooks
        self._films = films
        self._settings = settings
        self._clock = clock

    def work(self, video: Video, link: Callable[[Video, str], str], *, due: bool) -> None:
        """Film, and tell if it is time."""
        order = parse_footage(video.request, self._settings)
        try:
            failure = order.markers.failure
            seconds = self._film(video, order) if failure is None else 0.0
        except (media.UnreadableMediaError, UnreadablePhotoError, OSError):
            failure = "rendering_failed"
        if due and failure is not None:
            paid = self.price(order, order.seconds) if self._settings.footage_failures_billed else 0
            told = (failure, "The video could not be generated.")
            if self._videos.finish(video.id, self._clock(), seconds=None, amount=paid, failure=told):
                self._call_back(video, order, self._settings.footage_events[1], {"msg": told[1]})
        elif due:
            amount = self.price(order, seconds)
            if self._videos.finish(video.id, self._clock(), seconds=seconds, amount=amount, failure=None):
                self._call_back(video, order, self._settings.footage_events[0], {"url": link(video, ".mp4")})

    def price(self, order: FootageOrder, seconds: float) -> int:
        """Return what a film of this length costs, micro-dollars."""
        return round(seconds * self._settings.footage_prices[order.resolution, order.mode is Mode.REFERENCE])

    def frame(self, video: Video) -> tuple[str, Size]:
        """Return the ratio and the pixels a video is made in."""
        order = parse_footage(video.request, self._settings)
        return frame_of(order, self._pictures(video, order), self._settings)

    def _film(self, video: Video, order: FootageOrder) -> float:
        """Film to a file of ours unless that was done before; return its seconds."""
        target = self._films / f"{video.id}.mp4"
        if target.exists():
            return float(order.seconds)
        pictures = self._pictures(video, order)
        unfinished = target.with_suffix(".part")
        seconds = film_footage(order, pictures, frame_of(order, pictures, self._settings)[1], unfinished)
        unfinished.replace(target)
        return seconds

    def _pictures(self, video: Video, order: FootageOrder) -> tuple[bytes, ...]:
        handed = (one for one in order.files if one.family == "image/")
        return tuple(self._assets.input(video.id, one.param).read_bytes() for one in handed)

    def _call_back(self, video: Video, order: FootageOrder, kind: str, data: dict[str, str]) -> None:
        told = {"video_id": video.id, **data, "callback_id": order.callback_id}
        self._webhooks.called_back_once(
            video.account, kind, told, callback_url=order.callback_url, times=order.markers.callbacks
        )
