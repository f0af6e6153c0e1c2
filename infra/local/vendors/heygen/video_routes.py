"""The routes about videos: ordered, looked at, listed, deleted, downloaded; the account and its uploads."""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Response, request, send_file

from infra.local.vendors.heygen import wire
from infra.local.vendors.heygen.assets import Assets
from infra.local.vendors.heygen.contract import Markers
from infra.local.vendors.heygen.desk import Desk
from infra.local.vendors.heygen.refusals import RefusedError, invalid
from infra.local.vendors.heygen.settings import HeyGenSettings
from infra.local.vendors.heygen.studio import Studio, page
from infra.local.vendors.heygen.videos import Video, Videos
from infra.local.vendors.routing import Route
from infra.local.vendors.spoil import SPOILED, SUBTITLES

_MOST_STATUSES = 100


class VideoRoutes:
    """`/v3/videos…`, `/v3/users/me`, `/v3/assets`, `/resource/…` and the bill."""

    def __init__(
        self,
        settings: HeyGenSettings,
        videos: Videos,
        assets: Assets,
        studio: Studio,
        desk: Desk,
        now: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._videos = videos
        self._assets = assets
        self._studio = studio
        self._desk = desk
        self._now = now

    def routes(self) -> Iterable[Route]:
        """Return the routes."""
        return (
            ("/v3/videos", self._order, "POST"),
            ("/v3/videos", self._list, "GET"),
            ("/v3/videos/statuses", self._statuses, "GET"),
            ("/v3/videos/<video_id>", self._video, "GET"),
            ("/v3/videos/<video_id>", self._delete, "DELETE"),
            ("/v3/users/me", self._me, "GET"),
            ("/v3/assets", self._upload, "POST"),
            ("/resource/<name>", self._file, "GET"),
            ("/_stand_in/bill", self._bill, "GET"),
        )

    def _order(self) -> Response:
        self._videos.count("submits")
        account, key = wire.account_of(self._settings), request.headers.get("Idempotency-Key")
        body = request.get_json(force=True, silent=True)
        status, answer = self._desk.once(
            account, "/v3/videos", key, lambda: self._desk.order(account, body, "/v3/videos", key)
        )
        self._studio.wake()
        return wire.answer(answer, status)

    def _list(self) -> Response:
        account = wire.account_of(self._settings)
        title, folder = request.args.get("title"), request.args.get("folder_id")
        offset, limit = wire.page_of(100, 20)
        found = self._videos.listing(account, title=title, folder=folder, offset=offset, limit=limit + 1)
        return wire.listing([self._shown(video) for video in found], offset, limit, cut=False)

    def _statuses(self) -> Response:
        """Tell the state of several videos, in words of its own: what waits is queued, what is not, not_found."""
        account = wire.account_of(self._settings)
        asked = [one for one in request.args.get("video_ids", "").split(",") if one]
        if not 1 <= len(asked) <= _MOST_STATUSES:
            raise invalid("video_ids", f"video_ids must name 1 to {_MOST_STATUSES} videos")
        found = [(one, self._videos.find(one, account)) for one in asked]
        states = [(one, video.status(self._now()) if video else "not_found") for one, video in found]
        return wire.answer(
            {"data": [{"video_id": one, "status": "queued" if said == "pending" else said} for one, said in states]}
        )

    def _video(self, video_id: str) -> Response:
        self._videos.count("polls")
        return wire.answer({"data": self._shown(self._found(video_id))})

    def _delete(self, video_id: str) -> Response:
        self._videos.delete(self._found(video_id).id)
        return wire.answer({"data": {"id": video_id, "deleted": True}})

    def _shown(self, video: Video) -> dict[str, Any]:
        done = video.outcome == "filmed"
        return {
            "id": video.id,
            "status": video.status(self._now()),
            "title": video.title,
            "created_at": int(video.created_at.timestamp()),
            "completed_at": int(video.finished_at.timestamp()) if video.finished_at else None,
            "video_url": self._studio.link(video, video.suffix) if done else None,
            "captioned_video_url": None,
            "subtitle_url": self._studio.link(video, ".srt") if done and not video.footage else None,
            "thumbnail_url": None,
            "gif_url": None,
            "duration": video.seconds,
            "folder_id": video.request.get("folder_id"),
            "output_language": None,
            "failure_code": video.failure_code,
            "failure_message": video.failure_message,
            "video_page_url": page(video),
        }

    def _found(self, video_id: str) -> Video:
        video = self._videos.find(video_id, wire.account_of(self._settings))
        if video is None:
            raise RefusedError("video_not_found", f"Video {video_id} not found")
        return video

    def _me(self) -> Response:
        account = wire.account_of(self._settings)
        wallet = {
            "currency": "usd",
            "remaining_balance": round(self._desk.balance(account), 4),
            "auto_reload": {"enabled": False, "threshold_usd": None, "amount_usd": None},
        }
        names = {"username": account, "email": f"{account}@example.com", "first_name": "Stand", "last_name": "In"}
        return wire.answer({"data": {**names, "billing_type": "wallet", "wallet": wallet}})

    def _upload(self) -> Response:
        account, key = wire.account_of(self._settings), request.headers.get("Idempotency-Key")
        part = request.files.get("file")
        if part is None or not part.filename:
            raise invalid("file", "multipart/form-data with one part named file is expected")
        name, declared, raw = part.filename, part.mimetype, part.read()
        status, answer = self._desk.once(
            account,
            "/v3/assets",
            key,
            lambda: {"data": self._assets.add(account, name, declared, raw, request.host_url.rstrip("/"))},
        )
        return wire.answer(answer, status)

    def _file(self, name: str) -> Response:
        path = self._studio.opened(request.path, request.args.get("Expires", ""), request.args.get("Signature", ""))
        if path is None or not path.exists():
            code, why = (403, "AccessDenied") if path is None else (404, "NoSuchKey")
            return Response(
                f"<Error><Code>{why}</Code><Message>{name}</Message></Error>", code, content_type="application/xml"
            )
        if spoiled := self._spoiled(path):
            return spoiled
        mime = {".webm": "video/webm", ".mp4": "video/mp4"}.get(path.suffix, "application/x-subrip")
        return send_file(path, mimetype=mime, conditional=True)

    def _spoiled(self, path: Path) -> Response | None:
        """Serve what a script asked for in the place of its film or its subtitles."""
        video = self._videos.find(path.stem)
        words = video.request.get("prompt" if video.footage else "script") if video else None
        markers = Markers.of(str(words or ""))
        if path.suffix == ".srt":
            if markers.subtitles.isdigit():
                return Response("<Error/>", int(markers.subtitles), content_type="application/xml")
            if markers.subtitles == "private":
                return Response(status=302, headers={"Location": "https://10.0.0.1/subtitles.srt"})
            raw = SUBTITLES[markers.subtitles](path.read_bytes()) if markers.subtitles else None
            return None if raw is None else Response(raw, content_type="application/x-subrip")
        if not markers.file or self._videos.count(f"file of {path.stem}") > markers.files:
            return None
        kind = "text/html" if markers.file == "html" else "application/octet-stream"
        return Response(SPOILED[markers.file](path.read_bytes()), content_type=kind)

    def _bill(self) -> Response:
        return wire.answer(self._videos.bill())
