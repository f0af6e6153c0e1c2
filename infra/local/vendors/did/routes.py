"""The routes about clips, who may be filmed and heard, credits, and files."""

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Response, request, send_file

from infra.local.vendors.did.clips import Clip, Clips
from infra.local.vendors.did.contract import Markers
from infra.local.vendors.did.desk import Desk
from infra.local.vendors.did.refusals import RefusedError, unsound
from infra.local.vendors.did.settings import DidSettings, Presenter, Voice
from infra.local.vendors.did.studio import Studio
from infra.local.vendors.routing import Route
from infra.local.vendors.spoil import SPOILED

_USUAL_PAGE = 100


class Routes:
    """Everything that is served."""

    def __init__(
        self,
        settings: DidSettings,
        clips: Clips,
        studio: Studio,
        desk: Desk,
        now: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._clips = clips
        self._studio = studio
        self._desk = desk
        self._now = now

    def routes(self) -> Iterable[Route]:
        """Return the routes."""
        return (
            ("/clips", self._order, "POST"),
            ("/clips", self._list, "GET"),
            ("/clips/presenters", self._presenters, "GET"),
            ("/clips/presenters/<presenter_id>", self._presenter, "GET"),
            ("/clips/<clip_id>", self._clip, "GET"),
            ("/clips/<clip_id>", self._delete, "DELETE"),
            ("/tts/voices", self._voices, "GET"),
            ("/credits", self._credits, "GET"),
            ("/resource/<path:_name>", self._file, "GET"),
            ("/_stand_in/bill", self._bill, "GET"),
        )

    def _order(self) -> Response:
        self._clips.count("submits")
        account = self._desk.account()
        clip = self._desk.order(account, request.get_json(force=True, silent=True))
        if Markers.of(str(clip.request["script"]["input"])).webhook == "early":
            self._studio.complete(clip)
        self._studio.wake()
        shown = self._studio.shown(clip.id)
        return _answer({name: shown[name] for name in ("id", "object", "created_at", "status")}, 201)

    def _list(self) -> Response:
        self._clips.count("lists")
        account = self._desk.account()
        offset, limit = self._page()
        until = self._now() - timedelta(seconds=self._settings.list_lag_seconds)
        found = self._clips.listing(account, self._settings.list_order, until=until, offset=offset, limit=limit + 1)
        shown = [self._studio.shown(clip.id, listed=True) for clip in found[:limit]]
        return _paged("clips", shown, offset + limit if len(found) > limit else None)

    def _clip(self, clip_id: str) -> Response:
        self._clips.count("polls")
        return _answer(self._studio.shown(self._found(clip_id).id))

    def _delete(self, clip_id: str) -> Response:
        clip = self._found(clip_id)
        if clip.outcome == "pending":
            raise RefusedError("NotReadyError", "clip is in process, try again later")
        shown = self._studio.shown(clip.id)
        self._clips.delete(clip.id)
        return _answer(shown)

    def _found(self, clip_id: str) -> Clip:
        clip = self._clips.find(clip_id, self._desk.account())
        seen_from = timedelta(seconds=self._settings.look_lag_seconds)
        if clip is None or self._now() < clip.created_at + seen_from:
            raise RefusedError("NotFoundError", "not found")
        return clip

    def _presenters(self) -> Response:
        self._desk.account()
        offset, limit = self._page()
        rest = self._settings.presenters[offset:]
        shown = [_presenter(one) for one in rest[:limit]]
        return _paged("presenters", shown, offset + limit if len(rest) > limit else None)

    def _presenter(self, presenter_id: str) -> Response:
        self._desk.account()
        found = self._settings.presenter(presenter_id)
        if found is None:
            raise RefusedError("NotFoundError", "not found")
        return _answer(_presenter(found))

    def _voices(self) -> Response:
        self._desk.account()
        maker, voice_id = request.args.get("provider"), request.args.get("voice_id")
        return _answer(
            [
                _voice(one)
                for one in self._settings.voices
                if maker in (None, one.provider) and voice_id in (None, one.id)
            ]
        )

    def _credits(self) -> Response:
        account = self._desk.account()
        total = self._settings.accounts[account]
        left = round(self._desk.credits(account), 2)
        if not total:
            raise RefusedError("NotFoundError", "no credits found")
        held = {
            "remaining": left,
            "total": total,
            "valid_from": "2026-11-01T00:00:00.000Z",
            "expire_at": "2026-12-01T00:00:00.000Z",
            "plan_group": self._settings.plan,
        }
        return _answer({"credits": [held], "remaining": left, "total": total})

    def _page(self) -> tuple[int, int]:
        """Return (offset, limit) of the query; a token is an offset nobody needs to understand."""
        text = request.args.get("limit", str(_USUAL_PAGE))
        if not text.isdecimal() or not 1 <= int(text) <= _USUAL_PAGE:
            raise unsound("limit", f"must be 1 to {_USUAL_PAGE}")
        token = request.args.get("token")
        try:
            offset = int(base64.urlsafe_b64decode(token).removeprefix(b"from:")) if token else 0
        except (binascii.Error, ValueError) as error:
            raise unsound("token", "is not one of ours") from error
        return offset, min(int(text), self._settings.page_size)

    def _file(self, _name: str) -> Response:
        path = self._studio.opened(request.path, request.args.get("Expires", ""), request.args.get("Signature", ""))
        if path is None or not path.exists():
            code, why = (403, "AccessDenied") if path is None else (404, "NoSuchKey")
            says = "Request has expired" if path is None else "The specified key does not exist."
            xml = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{why}</Code><Message>{says}</Message></Error>'
            return Response(xml, code, content_type="application/xml")
        return self._spoiled(path) or send_file(path, mimetype=f"video/{path.suffix[1:]}", conditional=True)

    def _spoiled(self, path: Path) -> Response | None:
        """Serve what a script asked for in the place of its film."""
        clip = self._clips.find(path.stem)
        markers = Markers.of(str(clip.request["script"]["input"])) if clip else Markers()
        if not markers.file or self._clips.count(f"file of {path.stem}") > markers.files:
            return None
        kind = "text/html" if markers.file == "html" else "application/octet-stream"
        return Response(SPOILED[markers.file](path.read_bytes()), content_type=kind)

    def _bill(self) -> Response:
        return _answer(self._clips.bill())


def _presenter(one: Presenter) -> dict[str, Any]:
    return {
        "presenter_id": one.id,
        "name": one.name,
        "gender": one.gender,
        "is_greenscreen": one.green,
        "voice": {"type": "microsoft", "voice_id": one.voice_id},
        "created_at": "2026-01-01T00:00:00.000Z",
    }


def _voice(one: Voice) -> dict[str, Any]:
    told = {name: value for name, value in asdict(one).items() if name in {"id", "name", "gender", "provider"}}
    spoken = {"language": one.language, "locale": one.locale, "accent": one.accent}
    return {**told, "access": one.access, "languages": [spoken], "styles": list(one.styles)}


def _paged(name: str, items: list[dict[str, Any]], following: int | None) -> Response:
    """Answer a page: its token is absent from the last one."""
    page: dict[str, Any] = {name: items}
    if following is not None:
        page["token"] = base64.urlsafe_b64encode(f"from:{following}".encode()).decode()
    return _answer(page)


def _answer(content: object, status: int = 200) -> Response:
    return Response(json.dumps(content), status, content_type="application/json")
