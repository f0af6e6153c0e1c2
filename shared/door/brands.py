"""The part of the `tenant` function about brand kits: logos, colours and looks that films are ordered with."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import flask

from shared.cloud.brands import NamedBrand
from shared.cloud.tenants import Tenant
from shared.door.answers import answer
from shared.door.asked import READ, Caller
from shared.door.entrance import Entrance
from shared.door.incoming import json_body, upload_body
from shared.door.misplaced import FIRST_BYTES, WANTED, UploadPath, sent_to
from shared.door.public import Route
from shared.door.templates import asked_version
from shared.media.images import MOST_IMAGE_BYTES, ImageRefused, reencode_logo
from shared.pipeline.codec import to_plain
from shared.pipeline.plan.brand import NO_BRAND
from shared.pipeline.plan.dress import Kit
from shared.steps.audited import Audited
from shared.steps.brand_cards import CARDS
from shared.steps.brand_kits import MOST_BRANDS, MOST_FONT_BYTES, BrandKits
from shared.steps.named_labels import no_version
from shared.steps.problems import Problem, invalid, not_found

if TYPE_CHECKING:
    from shared.media.font_files import FontFacts


FORGET = "DELETE /tenant/brand/{brand}"
_SHOWN = 5  # of a kit's fields


@dataclass(frozen=True, slots=True)
class BrandsDoor:
    """The routes and what they need."""

    kits: BrandKits
    entrance: Entrance
    admin: Callable[[flask.Request], Caller]
    judge_font: "Callable[[bytes], FontFacts] | None"  # None where this function does not carry what reads fonts

    @property
    def routes(self) -> tuple[Route, ...]:
        """What is answered, for the router and for the OpenAPI description."""
        font = Route(
            "POST",
            "/uploads/font",
            self._font,
            "Upload a font for brand kits: its bytes are the body (TTF or OTF, at most 5 MB, with Latin letters, and "
            "embedding allowed by its maker).",
            takes="bytes",
        )
        return (*self._kits, font) if self.judge_font else self._kits

    @property
    def _kits(self) -> tuple[Route, ...]:
        return (
            Route("GET", "/brand", self._all, "List the brand kits, the newest version of each."),
            Route(
                "GET",
                "/brand/{brand}",
                self._one,
                "Read a brand kit; `version` reads an older one.",
                reads=("version",),
            ),
            Route(
                "PUT",
                "/brand/{brand}",
                self._put,
                "Keep a brand kit's next version; `default` is that of orders that name none. Films keep the version "
                "they were ordered with.",
                takes="BrandKit",
            ),
            Route("DELETE", "/brand/{brand}", self._delete, "Forget a brand kit and its versions."),
            Route(
                "POST",
                "/uploads/logo",
                self._logo,
                "Upload a logo for brand kits: its bytes are the body (PNG or WebP with transparency, or JPEG, at most "
                "20 MB and 50 megapixels). The empty margin around it is cut off.",
                takes="bytes",
            ),
        )

    def _all(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        kept = self.kits.store.list(self.entrance(request, READ).tenant.id, MOST_BRANDS)
        return answer(200, {"brands": [_head(each) for each in kept]})

    def _one(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        tenant = self.entrance(request, READ).tenant.id
        name, version = _name(found), asked_version(request)
        kept = self.kits.store.get(tenant, name, version)
        if kept is None:
            raise no_version("brand kit", version, self.kits.store.get(tenant, name) if version else None)
        return answer(200, shown_kit(kept))

    def _put(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        from shared.door.bodies import Mistakes, parse_body
        from shared.door.brand_bodies import BrandKitBody

        who, name = self.admin(request), _name(found)
        if name == NO_BRAND:
            raise invalid({"brand": [f'"{NO_BRAND}" is what an order names that wants no brand kit']})
        try:
            body = parse_body(BrandKitBody, json_body(request))
        except Mistakes as mistakes:
            raise invalid(mistakes.details) from mistakes
        plain = body.plain()
        if not any(_says(field, said) for field, said in plain.items()):
            some = ", ".join([*BrandKitBody.model_fields][:_SHOWN])
            raise invalid({"body": [f"says nothing: give it {some} or another field; {FORGET} forgets a kit"]})
        line = who.line(Audited.BRAND_PUT, name, plain)
        return answer(200, shown_kit(self.kits.put(who.tenant, name, plain, who.key.id, line)))

    def _delete(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        who = self.admin(request)
        newest = self.kits.store.get(who.tenant.id, _name(found))
        if newest is None:
            raise not_found("brand kit")
        self.kits.delete(who.tenant, newest, who.line(Audited.BRAND_DELETED, newest.name))
        return answer(200, {"deleted": True})

    def _logo(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        who = self.admin(request)
        data = upload_body(request, MOST_IMAGE_BYTES, WANTED[UploadPath.LOGO])
        with sent_to(UploadPath.LOGO, data[:FIRST_BYTES]):
            try:
                logo = reencode_logo(data, max_bytes=MOST_IMAGE_BYTES)
            except ImageRefused as refused:
                raise Problem(refused.code, refused.why, next_move=refused.next_move) from refused
        name = self.kits.keep_logo(who.tenant.id, logo)
        made = {"image": name, "width": logo.width, "height": logo.height, "bytes": len(logo.data)}
        return answer(201, {**made, "transparent": logo.transparent})

    def _font(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        who = self.admin(request)
        if self.judge_font is None:
            raise not_found("call")
        data = upload_body(request, MOST_FONT_BYTES, WANTED[UploadPath.FONT])
        with sent_to(UploadPath.FONT, data[:FIRST_BYTES]):
            facts = self.judge_font(data)
        self.kits.keep_font(who.tenant.id, data, facts.sha256, facts.suffix)
        return answer(201, {"font": facts.sha256, "family": facts.family, "bytes": len(data)})


def kit_of(kits: Callable[[], BrandKits], tenant: Tenant, label: str | None) -> Kit | None:
    """Return the kit an order names, or its tenant's default. Raises Mistakes, StoreUnreachable."""
    from shared.door.bodies import Mistakes

    if label == NO_BRAND or (label is None and tenant.brand is None):
        return None
    try:
        return kits().wanted(tenant, label)
    except Problem as problem:
        raise Mistakes(problem.details) from problem


def _name(found: Mapping[str, str]) -> str:
    from shared.door.body_types import A_BRAND, is_template

    if not is_template(found["brand"]):
        raise invalid({"brand": [A_BRAND]})
    return found["brand"]


def _says(field: str, said: object) -> bool:
    """Tell whether a field of a kit says something; of a card, that there is one."""
    return field in CARDS or not isinstance(said, Mapping) or any(_says(*each) for each in said.items())


def _head(kept: NamedBrand) -> dict[str, Any]:
    return {"name": kept.name, "version": kept.version, "created_at": to_plain(kept.created_at)}


def shown_kit(kept: NamedBrand) -> dict[str, Any]:
    """Return a version as its tenant reads it."""
    return {**_head(kept), "kit": json.loads(kept.body), "made_by": kept.made_by}
