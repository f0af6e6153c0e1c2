"""The routes about footage: ordered and looked at (`/v3/models/videos`); its files and its bill are everybody's."""

from collections.abc import Iterable
from typing import Any

from flask import Response, request

from infra.local.vendors.heygen import wire
from infra.local.vendors.heygen.desk import Desk
from infra.local.vendors.heygen.refusals import RefusedError
from infra.local.vendors.heygen.settings import HeyGenSettings
from infra.local.vendors.heygen.studio import Studio
from infra.local.vendors.heygen.videos import Video, Videos
from infra.local.vendors.routing import Route

ROUTE = "/v3/models/videos"
_ACCEPTED = 202


class FootageRoutes:
    """`/v3/models/videos` and one of them."""

    def __init__(self, settings: HeyGenSettings, videos: Videos, studio: Studio, desk: Desk) -> None:
        self._settings = settings
        self._videos = videos
        self._studio = studio
        self._desk = desk

    def routes(self) -> Iterable[Route]:
        """Return the routes."""
        return ((ROUTE, self._order, "POST"), (f"{ROUTE}/<video_id>", self._look, "GET"))

    def _order(self) -> Response:
        self._videos.count("submits")
        account, key = self._allowed("videos:write"), request.headers.get("Idempotency-Key")
        if account in self._settings.trial_accounts:
            raise RefusedError("plan_upgrade_required", "Trial keys cannot use this model")
        body = request.get_json(force=True, silent=True)
        status, answer = self._desk.once(
            account, ROUTE, key, lambda: self._desk.order_footage(account, body, ROUTE, key), status=_ACCEPTED
        )
        self._studio.wake()
        return wire.answer(answer, status)

    def _look(self, video_id: str) -> Response:
        self._videos.count("polls")
        video = self._videos.find(video_id, self._allowed("videos:read"))
        if video is None or not video.footage:
            raise RefusedError("video_not_found", f"Video {video_id} not found")
        return wire.answer({"data": self._shown(video)})

    def _allowed(self, scope: str) -> str:
        account = wire.account_of(self._settings)
        if scope not in self._settings.scopes.get(account, (scope,)):
            raise RefusedError("forbidden", f"This API key lacks the scope {scope}")
        return account

    def _shown(self, video: Video) -> dict[str, Any]:
        done = video.outcome == "filmed"
        ratio, size = self._studio.footage.frame(video) if done else ("", None)
        took = (video.finished_at - video.created_at).total_seconds() if video.finished_at else None
        return {
            "status": video.status(self._studio.now()),
            "video_url": self._studio.link(video, ".mp4") if done else None,
            "duration": video.seconds,
            "width": size.width if size else None,
            "height": size.height if size else None,
            "aspect_ratio": ratio or None,
            "seed": video.request.get("seed"),
            "timings": {"inference": took} if done else None,
            "failure_code": video.failure_code,
            "failure_message": video.failure_message,
        }
