"""The routes about who can be filmed and heard: groups, looks, voices and their previews."""

from collections.abc import Iterable

from flask import Response, request

from infra.local.vendors.heygen import catalogue, wire
from infra.local.vendors.heygen.catalogue import Catalogue
from infra.local.vendors.heygen.refusals import RefusedError, invalid
from infra.local.vendors.heygen.settings import PHOTO, STUDIO, TWIN, HeyGenSettings
from infra.local.vendors.routing import Route


class CatalogueRoutes:
    """`/v3/avatars…`, `/v3/voices…` and `/preview/…`."""

    def __init__(self, settings: HeyGenSettings, shelf: Catalogue) -> None:
        self._settings = settings
        self._shelf = shelf

    def routes(self) -> Iterable[Route]:
        """Return the routes."""
        return (
            ("/v3/avatars", self._groups, "GET"),
            ("/v3/avatars/looks", self._looks, "GET"),
            ("/v3/avatars/looks/<look_id>", self._look, "GET"),
            ("/v3/avatars/<group_id>", self._group, "GET"),
            ("/v3/voices", self._voices, "GET"),
            ("/v3/voices/<voice_id>", self._voice, "GET"),
            ("/preview/<name>", self._preview, "GET"),
        )

    def _groups(self) -> Response:
        wire.account_of(self._settings)
        offset, limit = wire.page_of(50, 20)
        return wire.listing(self._shelf.groups() if _ownership() == "public" else [], offset, limit)

    def _looks(self) -> Response:
        wire.account_of(self._settings)
        kind = request.args.get("avatar_type")
        if kind not in (None, STUDIO, TWIN, PHOTO):
            raise invalid("avatar_type", f"avatar_type must be one of {STUDIO}, {TWIN}, {PHOTO}")
        offset, limit = wire.page_of(50, 20)
        found = self._shelf.looks(group=request.args.get("group_id"), kind=kind)
        return wire.listing(found if _ownership() == "public" else [], offset, limit)

    def _look(self, look_id: str) -> Response:
        wire.account_of(self._settings)
        look = self._settings.look(look_id)
        if look is None:
            raise RefusedError("avatar_not_found", f"Avatar {look_id} not found")
        return wire.answer({"data": self._shelf.look(look)})

    def _group(self, group_id: str) -> Response:
        wire.account_of(self._settings)
        found = next((group for group in self._shelf.groups() if group["id"] == group_id), None)
        if found is None:
            raise RefusedError("avatar_group_not_found", f"Avatar group {group_id} not found")
        return wire.answer({"data": found})

    def _voices(self) -> Response:
        wire.account_of(self._settings)
        offset, limit = wire.page_of(100, 20)
        if request.args.get("type", "public") not in ("public", "private"):
            raise invalid("type", "type must be public or private")
        found = self._shelf.voices(language=request.args.get("language"), gender=request.args.get("gender"))
        return wire.listing(found if request.args.get("type", "public") == "public" else [], offset, limit)

    def _voice(self, voice_id: str) -> Response:
        wire.account_of(self._settings)
        found = self._settings.voice(voice_id)
        if found is None:
            raise RefusedError("voice_not_found", f"Voice {voice_id} not found")
        return wire.answer(
            {"data": {**self._shelf.voice(found), "status": "complete", "support_interactive_avatar": False}}
        )

    def _preview(self, name: str) -> Response:
        stem, _, kind = name.rpartition(".")
        look, voice = self._settings.look(stem), self._settings.voice(stem)
        if kind == "png" and look is not None:
            return Response(catalogue.portrait(look), content_type="image/png")
        if kind == "wav" and voice is not None:
            return Response(catalogue.sample(voice), content_type="audio/wav")
        return Response("<Error><Code>NoSuchKey</Code></Error>", 404, content_type="application/xml")


def _ownership() -> str:
    ownership = request.args.get("ownership", "public")
    if ownership not in ("public", "private"):
        raise invalid("ownership", "ownership must be public or private")
    return ownership
