"""A tenant's brand kits: checked whole before they are kept, their files with them; found again for an order.

What a kit names is copied to where no age ends it, so that a kit does not wear out. A tenant whose kit `default` is
there says so in its own record, which every order reads anyway: without one, an order costs no read more.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from shared.cloud.audit import AuditLine
from shared.cloud.blobs import Blobs, NoFile
from shared.cloud.brands import Brands, NamedBrand
from shared.cloud.named_versions import VersionTaken
from shared.cloud.tenants import Tenant, Tenants
from shared.codes import Code
from shared.media.images import MOST_IMAGE_BYTES, ImageRefused, ReencodedImage, decode_logo
from shared.pipeline.codec import from_plain
from shared.pipeline.job.names import brand_object
from shared.pipeline.job.schema import SWITCHING
from shared.pipeline.plan.brand import (
    DEFAULT_BRAND,
    MOST_FONT_BYTES,
    NO_BRAND,
    Brand,
    Colors,
    Font,
    Fonts,
    Logo,
    LogoTime,
)
from shared.pipeline.plan.capabilities import Tables
from shared.pipeline.plan.dress import Kit
from shared.pipeline.plan.images import refuse_unknown_backdrop
from shared.pipeline.plan.kit import refuse_faint
from shared.pipeline.plan.picture import OwnFile
from shared.pipeline.plan.plan import Blend
from shared.steps.brand_cards import clips_of, ordered_cards, pictures_of, refuse_clips, refuse_empty
from shared.steps.given_ids import GivenIds
from shared.steps.music_files import MusicFiles
from shared.steps.named_labels import not_there
from shared.steps.own_clips import OwnClips
from shared.steps.problems import Problem, invalid, unavailable

__all__ = ["MOST_BRANDS", "MOST_FONT_BYTES", "BrandKits"]

_OF_ORDERS = (
    *("captions", "captions_by", "avatar_position", "audio", "background"),
    *("transition", "transition_color", "hold", "inset"),
)
FONT_MIME = {"ttf": "font/ttf", "otf": "font/otf"}
MOST_BRANDS = 20  # of a tenant
_PICTURE_UPLOAD = "/tenant/uploads/logo"
BRAND_PUTS_TRIED = 3  # against somebody who puts the same kit


@dataclass(frozen=True, slots=True)
class BrandKits:
    """The step and what it needs."""

    store: Brands
    tenants: Tenants
    blobs: Blobs
    music: MusicFiles
    form: Callable[[], int]  # new jobs are born in
    films_bucket: str
    tables: Tables
    now: Callable[[], datetime]

    def keep_logo(self, tenant: str, logo: ReencodedImage) -> str:
        """Keep a logo under its content's name; return the name."""
        uri = self._uri(tenant, logo.sha256, "png")
        self.blobs.write(uri, [logo.data], mime=logo.mime, expected=len(logo.data))
        return logo.sha256

    def keep_font(self, tenant: str, data: bytes, name: str, suffix: str) -> None:
        """Keep a font under its content's name."""
        self.blobs.write(self._uri(tenant, name, suffix), [data], mime=FONT_MIME[suffix], expected=len(data))

    def put(
        self, tenant: Tenant, name: str, body: Mapping[str, Any], made_by: str, line: AuditLine | None = None
    ) -> NamedBrand:
        """Keep a kit's next version. Raises Problem naming every mistake by field."""
        kit = self._kit(tenant.id, body)
        text = json.dumps(body, ensure_ascii=False)
        for _ in range(BRAND_PUTS_TRIED):
            before = self.store.get(tenant.id, name)
            if before is None and len(self.store.list(tenant.id, MOST_BRANDS)) >= MOST_BRANDS:
                says = f"there are {MOST_BRANDS} brand kits, and a tenant keeps no more"
                raise Problem(Code.VALIDATION_ERROR, says, next_move="DELETE /tenant/brand/{brand} of one not used")
            kept = NamedBrand(name, before.version + 1 if before else 1, kit, text, self.now(), made_by)
            kept = replace(kept, kit=replace(kit, brand=replace(kit.brand, label=kept.label)))
            try:
                self.store.put(tenant.id, kept, line)
            except VersionTaken:
                continue
            if name == DEFAULT_BRAND and tenant.brand is None:
                self._say_default(tenant, DEFAULT_BRAND)
            return kept
        raise Problem(Code.BUSY, "others put this brand kit all the time", retry_after=1)

    def delete(self, tenant: Tenant, newest: NamedBrand, line: AuditLine | None = None) -> None:
        """Forget a kit and its versions; films that were ordered with it keep theirs."""
        if newest.name == DEFAULT_BRAND:
            self._say_default(tenant, None)
        self.store.delete(tenant.id, newest, line)

    def wanted(self, tenant: Tenant, label: str | None) -> Kit | None:
        """Return the kit an order names, or its tenant's default. Raises Problem for one that is not there."""
        if label == NO_BRAND:
            return None
        if label is None:
            found = self.store.get(tenant.id, tenant.brand) if tenant.brand else None
            return found.kit if found else None
        name, _, version = label.partition("@")
        found = self.store.get(tenant.id, name, int(version) if version else None)
        if found is None:
            raise invalid({"brand": [not_there(label, self.store.list(tenant.id, MOST_BRANDS), "GET /tenant/brand")]})
        return found.kit

    def named(self, tenant: Tenant, labels: Mapping[str, str]) -> Mapping[str, Kit | None]:
        """Return the kits of these labels, which are given by their fields. Raises Problem by the fields that fail."""
        found, wrong = dict[str, Kit | None](), dict[str, list[str]]()
        for path, label in labels.items():
            try:
                found[label] = found[label] if label in found else self.wanted(tenant, label)
            except Problem as none:
                if not none.details:
                    raise
                wrong[path] = [why for whys in none.details.values() for why in whys]
        if wrong:
            raise invalid(wrong)
        return found

    def _kit(self, tenant: str, body: Mapping[str, Any]) -> Kit:
        """Read a kit and find its files. Raises Problem."""
        wrong: dict[str, list[str]] = {}
        logo = None
        if "logo" in body:
            try:
                logo = self._logo(tenant, body["logo"])
            except ImageRefused as refused:
                wrong["logo.image"] = [f"{refused.why}; {refused.next_move}"]
        colors = from_plain(Colors, body.get("colors", {}))
        letters = {"color": colors.text, "panel": colors.panel, "accent": colors.accent}
        text = {**body.get("text", {}), **{name: color for name, color in letters.items() if color}}
        own = {name: body[name] for name in _OF_ORDERS if name in body}
        own |= ordered_cards(body)
        own = _in_first_color(own, colors.primary)
        kit = from_plain(Kit, {"brand": {"label": ""}, **own, **({"text": text} if text else {})})
        fonts = self._fonts(tenant, body.get("fonts", {}), wrong)
        pictures = pictures_of(body, lambda picture: self._lacking(tenant, picture), wrong)
        kept = OwnClips(self.blobs, self.films_bucket)
        clips = clips_of(body, lambda clip: self._outlasting(tenant, clip), partial(kept.no_clip, tenant), wrong)
        brand = Brand("", logo, colors, fonts, pictures.get("intro"), pictures.get("outro"))
        brand = replace(brand, intro_clip=clips.get("intro"), outro_clip=clips.get("outro"))
        kit = replace(kit, brand=brand)
        for path, why in (
            *refuse_faint(kit),
            *refuse_unknown_backdrop("background", kit.background, self.tables),
            *(() if wrong else refuse_empty(kit)),
            *refuse_clips(kit),
        ):
            wrong.setdefault(path, []).append(why)
        if kit.audio and kit.audio.music:
            try:
                self.music.found(tenant, kit.audio.music)
                self.music.outlast(tenant, kit.audio.music.audio)
            except Problem as problem:
                if not problem.details:
                    raise
                wrong |= problem.details
        if wrong:
            raise invalid(wrong)
        return kit

    def _outlasting(self, tenant: str, clip: str) -> OwnFile | None:
        """Keep a card's clip with the kit. Raises Problem: older code would show films of the kit without it."""
        if self.form() < SWITCHING:
            raise unavailable("videos on a kit's cards are kept only when every function runs this release")
        return OwnClips(self.blobs, self.films_bucket).outlast(tenant, clip)

    def _logo(self, tenant: str, said: Mapping[str, Any]) -> Logo:
        """Find a logo's file and its size. Raises ImageRefused."""
        try:
            data = self.blobs.read(self._uri(tenant, said["image"], "png"), 0, MOST_IMAGE_BYTES)
        except NoFile as gone:
            why, move = self._given.refusal(tenant, said["image"], "logo", _PICTURE_UPLOAD)
            raise ImageRefused(Code.NO_UPLOAD, why, move) from gone
        width, height = decode_logo(data).size
        when = {"when": LogoTime.ALWAYS, "off_cards": True} if said.get("when") == "scenes" else {}
        return from_plain(Logo, {**said, **when, "width": width, "height": height})

    def _lacking(self, tenant: str, picture: str) -> str | None:
        """Say why a card's picture cannot be had, None where it can."""
        try:
            self.blobs.stat(self._uri(tenant, picture, "png"))
        except NoFile:
            return self._given.told(tenant, picture, "picture", _PICTURE_UPLOAD)
        return None

    def _say_default(self, tenant: Tenant, name: str | None) -> None:
        self.tenants.change_tenant(replace(tenant, brand=name), ("brand",))

    def _fonts(self, tenant: str, said: Mapping[str, str], wrong: dict[str, list[str]]) -> Fonts:
        """Find the files of fonts; what is not there is told in `wrong`."""
        found: dict[str, Font] = {}
        for role, name in said.items():
            for suffix in FONT_MIME:
                try:
                    self.blobs.stat(self._uri(tenant, name, suffix))
                except NoFile:
                    continue
                found[role] = Font(name, suffix)
            if role not in found:
                wrong[f"fonts.{role}"] = [self._given.told(tenant, name, "font", "/tenant/uploads/font")]
        return Fonts(found.get("heading"), found.get("body"))

    @property
    def _given(self) -> GivenIds:
        return GivenIds(self.blobs, self.films_bucket)

    def _uri(self, tenant: str, name: str, suffix: str) -> str:
        return f"gs://{self.films_bucket}/{brand_object(tenant, name, suffix)}"


def _in_first_color(own: dict[str, Any], color: str | None) -> dict[str, Any]:
    """Return what orders have of a kit: in the brand's first colour, where it names no other."""
    if color is None:
        return own
    dips = {"transition_color": color} if own.get("transition") == Blend.DIP else {}
    return {"background": {"type": "color", "color": color}, **dips, **own}
