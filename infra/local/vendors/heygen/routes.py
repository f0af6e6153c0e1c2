"""The v3 routes: each parses its request, asks one thing and answers in the v3 envelope."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from flask import Flask, Response, request, send_file

from infra.local.vendors.heygen import catalogue
from infra.local.vendors.heygen.assets import Assets
from infra.local.vendors.heygen.catalogue import Catalogue
from infra.local.vendors.heygen.contract import check_url
from infra.local.vendors.heygen.desk import Desk
from infra.local.vendors.heygen.refusals import RefusedError, invalid
from infra.local.vendors.heygen.settings import PHOTO, STUDIO, TWIN, HeyGenSettings
from infra.local.vendors.heygen.studio import Studio, page
from infra.local.vendors.heygen.videos import Video, Videos
from infra.local.vendors.heygen.webhooks import EVENT_TYPES, Endpoint, Webhooks


class Routes:
    """The stand-in's HTTP surface."""

    def __init__(
        self,
        *,
        settings: HeyGenSettings,
        videos: Videos,
        assets: Assets,
        webhooks: Webhooks,
        studio: Studio,
        desk: Desk,
        shelf: Catalogue,
        now: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._videos = videos
        self._assets = assets
        self._webhooks = webhooks
        self._studio = studio
        self._desk = desk
        self._shelf = shelf
        self._now = now
        self.base_url = ""

    def add_to(self, app: Flask) -> None:
        """Register every route."""
        for rule, view, methods in (
            ("/v3/videos", self._order, "POST"),
            ("/v3/videos", self._list, "GET"),
            ("/v3/videos/<video_id>", self._video, "GET"),
            ("/v3/videos/<video_id>", self._delete, "DELETE"),
            ("/v3/avatars", self._groups, "GET"),
            ("/v3/avatars/looks", self._looks, "GET"),
            ("/v3/avatars/looks/<look_id>", self._look, "GET"),
            ("/v3/avatars/<group_id>", self._group, "GET"),
            ("/v3/voices", self._voices, "GET"),
            ("/v3/voices/<voice_id>", self._voice, "GET"),
            ("/v3/users/me", self._me, "GET"),
            ("/v3/assets", self._upload, "POST"),
            ("/v3/webhooks/endpoints", self._register, "POST"),
            ("/v3/webhooks/endpoints", self._endpoints, "GET"),
            ("/v3/webhooks/endpoints/<endpoint_id>", self._change, "PATCH"),
            ("/v3/webhooks/endpoints/<endpoint_id>", self._unregister, "DELETE"),
            ("/v3/webhooks/endpoints/<endpoint_id>/rotate-secret", self._rotate, "POST"),
            ("/v3/webhooks/event-types", self._event_types, "GET"),
            ("/v3/webhooks/events", self._events, "GET"),
            ("/resource/<name>", self._file, "GET"),
            ("/preview/<name>", self._preview, "GET"),
            ("/_stand_in/bill", self._bill, "GET"),
        ):
            app.add_url_rule(rule, endpoint=f"{methods} {rule}", view_func=view, methods=[methods])

    def _order(self) -> Response:
        self._videos.count("submits")
        account, key = self._account(), request.headers.get("Idempotency-Key")
        body = request.get_json(force=True, silent=True)
        status, answer = self._desk.once(
            account, "/v3/videos", key, lambda: self._desk.order(account, body, "/v3/videos", key)
        )
        self._studio.wake()
        return _json(answer, status)

    def _list(self) -> Response:
        account = self._account()
        title, folder = request.args.get("title"), request.args.get("folder_id")
        offset, limit = _page(100, 20)
        found = self._videos.listing(account, title=title, folder=folder, offset=offset, limit=limit + 1)
        return _listing([self._shown(video) for video in found], offset, limit, cut=False)

    def _video(self, video_id: str) -> Response:
        self._videos.count("polls")
        return _json({"data": self._shown(self._found(video_id))})

    def _delete(self, video_id: str) -> Response:
        self._videos.delete(self._found(video_id).id)
        return _json({"data": {"id": video_id, "deleted": True}})

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
            "subtitle_url": self._studio.link(video, ".srt") if done else None,
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
        video = self._videos.find(video_id, self._account())
        if video is None:
            raise RefusedError("video_not_found", f"Video {video_id} not found")
        return video

    def _groups(self) -> Response:
        self._account()
        offset, limit = _page(50, 20)
        return _listing(self._shelf.groups() if _ownership() == "public" else [], offset, limit)

    def _looks(self) -> Response:
        self._account()
        kind = request.args.get("avatar_type")
        if kind not in (None, STUDIO, TWIN, PHOTO):
            raise invalid("avatar_type", f"avatar_type must be one of {STUDIO}, {TWIN}, {PHOTO}")
        offset, limit = _page(50, 20)
        found = self._shelf.looks(group=request.args.get("group_id"), kind=kind)
        return _listing(found if _ownership() == "public" else [], offset, limit)

    def _look(self, look_id: str) -> Response:
        self._account()
        look = self._settings.look(look_id)
        if look is None:
            raise RefusedError("avatar_not_found", f"Avatar {look_id} not found")
        return _json({"data": self._shelf.look(look)})

    def _group(self, group_id: str) -> Response:
        self._account()
        found = next((group for group in self._shelf.groups() if group["id"] == group_id), None)
        if found is None:
            raise RefusedError("avatar_group_not_found", f"Avatar group {group_id} not found")
        return _json({"data": found})

    def _voices(self) -> Response:
        self._account()
        offset, limit = _page(100, 20)
        if request.args.get("type", "public") not in ("public", "private"):
            raise invalid("type", "type must be public or private")
        found = self._shelf.voices(language=request.args.get("language"), gender=request.args.get("gender"))
        return _listing(found if request.args.get("type", "public") == "public" else [], offset, limit)

    def _voice(self, voice_id: str) -> Response:
        self._account()
        found = self._settings.voice(voice_id)
        if found is None:
            raise RefusedError("voice_not_found", f"Voice {voice_id} not found")
        return _json({"data": {**self._shelf.voice(found), "status": "complete", "support_interactive_avatar": False}})

    def _me(self) -> Response:
        account = self._account()
        wallet = {
            "currency": "usd",
            "remaining_balance": round(self._desk.balance(account), 4),
            "auto_reload": {"enabled": False, "threshold_usd": None, "amount_usd": None},
        }
        names = {"username": account, "email": f"{account}@example.com", "first_name": "Stand", "last_name": "In"}
        return _json({"data": {**names, "billing_type": "wallet", "wallet": wallet}})

    def _upload(self) -> Response:
        account, key = self._account(), request.headers.get("Idempotency-Key")
        part = request.files.get("file")
        if part is None or not part.filename:
            raise invalid("file", "multipart/form-data with one part named file is expected")
        name, declared, raw = part.filename, part.mimetype, part.read()
        status, answer = self._desk.once(
            account, "/v3/assets", key, lambda: {"data": self._assets.add(account, name, declared, raw, self.base_url)}
        )
        return _json(answer, status)

    def _register(self) -> Response:
        account, key = self._account(), request.headers.get("Idempotency-Key")
        body = _body({"url", "events", "entity_id"})
        url, events = self._receiver(body, None)

        def register() -> dict[str, Any]:
            made = self._webhooks.add(account, url, events, body.get("entity_id"))
            if made is None:
                raise RefusedError("conflict", "This URL is registered already", param="url")
            return {"data": made.shown(with_secret=True)}

        status, answer = self._desk.once(account, "/v3/webhooks/endpoints", key, register)
        return _json(answer, status)

    def _endpoints(self) -> Response:
        offset, limit = _page(100, 20)
        return _listing([endpoint.shown() for endpoint in self._webhooks.endpoints(self._account())], offset, limit)

    def _change(self, endpoint_id: str) -> Response:
        endpoint = self._endpoint(endpoint_id)
        url, events = self._receiver(_body({"url", "events"}), endpoint)
        self._webhooks.change(endpoint_id, url=url, events=events)
        return _json({"data": self._endpoint(endpoint_id).shown()})

    def _unregister(self, endpoint_id: str) -> Response:
        self._webhooks.remove(self._endpoint(endpoint_id).id)
        return _json({"data": {"endpoint_id": endpoint_id, "deleted": True}})

    def _rotate(self, endpoint_id: str) -> Response:
        self._webhooks.rotate(self._endpoint(endpoint_id).id)
        return _json({"data": self._endpoint(endpoint_id).shown(with_secret=True)})

    def _event_types(self) -> Response:
        self._account()
        return _json({"data": [{"event_type": kind} for kind in EVENT_TYPES]})

    def _events(self) -> Response:
        account = self._account()
        offset, limit = _page(100, 20)
        return _listing(
            self._webhooks.history(account, request.args.get("event_type"), offset, limit + 1), offset, limit, cut=False
        )

    def _endpoint(self, endpoint_id: str) -> Endpoint:
        found = self._webhooks.endpoint(self._account(), endpoint_id)
        if found is None:
            raise RefusedError("webhook_not_found", f"Webhook endpoint {endpoint_id} not found")
        return found

    def _receiver(self, body: dict[str, Any], before: Endpoint | None) -> tuple[str, tuple[str, ...] | None]:
        url = body.get("url", before.url if before else None)
        if not isinstance(url, str) or not url:
            raise invalid("url", "url is required")
        check_url("url", url, self._settings)
        events = body.get("events", before.events if before else None)
        if events is not None and (not isinstance(events, list | tuple) or not set(events) <= set(EVENT_TYPES)):
            raise invalid("events", "events must be a list of known event types, or null for all")
        return url, None if events is None else tuple(events)

    def _file(self, name: str) -> Response:
        path = self._studio.opened(request.path, request.args.get("Expires", ""), request.args.get("Signature", ""))
        if path is None or not path.exists():
            code, why = (403, "AccessDenied") if path is None else (404, "NoSuchKey")
            return Response(
                f"<Error><Code>{why}</Code><Message>{name}</Message></Error>", code, content_type="application/xml"
            )
        mime = {".webm": "video/webm", ".mp4": "video/mp4"}.get(path.suffix, "application/x-subrip")
        return send_file(path, mimetype=mime, conditional=True)

    def _preview(self, name: str) -> Response:
        stem, _, kind = name.rpartition(".")
        look, voice = self._settings.look(stem), self._settings.voice(stem)
        if kind == "png" and look is not None:
            return Response(catalogue.portrait(look), content_type="image/png")
        if kind == "wav" and voice is not None:
            return Response(catalogue.sample(voice), content_type="audio/wav")
        return Response("<Error><Code>NoSuchKey</Code></Error>", 404, content_type="application/xml")

    def _bill(self) -> Response:
        return _json(self._videos.bill())

    def _account(self) -> str:
        key = request.headers.get("X-Api-Key", "")
        if key not in self._settings.accounts or "Authorization" in request.headers:
            raise RefusedError("unauthorized", "Unauthorized")
        return key


def _body(allowed: set[str]) -> dict[str, Any]:
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise invalid("body", "The request body must be a JSON object")
    if unknown := sorted(set(body) - allowed):
        raise invalid(unknown[0], f"Unknown field: {unknown[0]}")
    return body


def _ownership() -> str:
    ownership = request.args.get("ownership", "public")
    if ownership not in ("public", "private"):
        raise invalid("ownership", "ownership must be public or private")
    return ownership


def _page(most: int, usual: int) -> tuple[int, int]:
    """Return (offset, limit) of the query; a token is an offset nobody needs to understand."""
    text = request.args.get("limit", str(usual))
    if not text.isdigit() or not 1 <= int(text) <= most:
        raise invalid("limit", f"limit must be between 1 and {most}")
    token = request.args.get("token")
    try:
        return int(base64.urlsafe_b64decode(token).removeprefix(b"from:")) if token else 0, int(text)
    except (binascii.Error, ValueError) as error:
        raise invalid("token", "token is not one of ours") from error


def _listing(items: Sequence[dict[str, Any]], offset: int, limit: int, *, cut: bool = True) -> Response:
    """Answer a page of a list.

    `cut` False: the items begin at the offset already, and hold one more if there is one.
    """
    rest = items[offset:] if cut else items
    more = len(rest) > limit
    token = base64.urlsafe_b64encode(f"from:{offset + limit}".encode()).decode() if more else None
    return _json({"data": list(rest[:limit]), "has_more": more, "next_token": token})


def _json(content: object, status: int = 200) -> Response:
    return Response(json.dumps(content), status, content_type="application/json")
