"""Clips of a tenant's own: kept as they were sent, with what they were found to be beside them; found for a film."""

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from shared.cloud.blobs import Blobs, NoFile
from shared.pipeline.codec import Unreadable, from_plain, to_plain
from shared.pipeline.job.names import brand_object, clip_object
from shared.pipeline.plan.cards import CARD_ROLES, card_clips
from shared.pipeline.plan.composition import laid_for, own_scenes
from shared.pipeline.plan.picture import OwnFile, card_key, refuse_late_start
from shared.pipeline.plan.plan import Plan
from shared.pipeline.plan.request import FilmRequest
from shared.steps.given_ids import GivenIds
from shared.steps.problems import invalid, unavailable

if TYPE_CHECKING:
    from shared.pipeline.job.recut import Recut

_MOST_FACTS = 4096  # bytes
CLIP_MIME = {"mp4": "video/mp4", "webm": "video/webm"}
_GONE = "the clip was deleted after its time; POST it to /tenant/uploads/clip again, and name it"


@dataclass(frozen=True, slots=True)
class OwnClips:
    """Where a tenant's clips come from and go to."""

    blobs: Blobs
    films_bucket: str

    def keep(self, tenant: str, path: Path, facts: OwnFile) -> str:
        """Keep a clip under its content's name; return the name."""
        with path.open("rb") as file:
            name = hashlib.file_digest(file, "sha256").hexdigest()
        self.blobs.write_file(self._uri(tenant, name, facts.suffix), path, mime=CLIP_MIME[facts.suffix])
        kept = json.dumps(to_plain(facts)).encode()
        self.blobs.write(self._uri(tenant, name, "json"), [kept], mime="application/json", expected=len(kept))
        return name

    def told(self, tenant: str, request: FilmRequest) -> FilmRequest:
        """Return an order with what each of its clips was found to be. Raises Problem naming every field that fails."""
        wrong: dict[str, list[str]] = {}
        scenes = list(request.scenes)
        found = cache(lambda name: self._facts(tenant, name))  # one clip may be shown in twenty scenes
        lacking = cache(lambda name: self.no_clip(tenant, name))
        for number, scene in enumerate(request.scenes):
            if scene.clip is None:
                continue
            facts = found(scene.clip)
            if facts is None:
                wrong[f"scenes.{number}.clip"] = [lacking(scene.clip)]
                continue
            late = refuse_late_start(f"scenes.{number}.clip_start", facts, scene.clip_start)
            wrong |= {path: [why] for path, why in late}
            scenes[number] = replace(scene, clip_facts=facts)
        asked = {role.value: card for role in CARD_ROLES if (card := getattr(request, role)) and card.video}
        cards: dict[str, Any] = {name: replace(card, video_facts=found(card.video)) for name, card in asked.items()}
        wrong |= {f"{name}.video": [lacking(card.video)] for name, card in cards.items() if card.video_facts is None}
        if wrong:
            raise invalid(wrong)
        return replace(request, scenes=tuple(scenes), **cards)

    def recut(self, tenant: str, recut: "Recut") -> "tuple[Recut, Mapping[str, list[str]]]":
        """Return an edit with what its new clips were found to be, and what is wrong by field of the edit."""
        wrong: dict[str, list[str]] = {}
        scenes, lacking = list(recut.scenes), cache(lambda name: self.no_clip(tenant, name))
        for index, each in enumerate(recut.scenes):
            facts = self._facts(tenant, each.clip) if each.clip else None
            if each.clip and facts is None:
                wrong[f"scenes.{index}.clip"] = [lacking(each.clip)]
            scenes[index] = replace(each, clip_facts=facts)
        asked = {role.value: card for role in CARD_ROLES if (card := getattr(recut, role)) and card.video}
        known = {name: replace(card, video_facts=self._facts(tenant, card.video)) for name, card in asked.items()}
        cards: dict[str, Any] = dict(known)
        wrong |= {f"{name}.video": [lacking(card.video)] for name, card in cards.items() if card.video_facts is None}
        return replace(recut, scenes=tuple(scenes), **cards), wrong

    def no_clip(self, tenant: str, name: str) -> str:
        """Say why an id is of no clip that is there, and the next move."""
        return GivenIds(self.blobs, self.films_bucket).told(tenant, name, "clip", "/tenant/uploads/clip")

    def files(self, tenant: str, request: FilmRequest, plan: Plan) -> Mapping[str, str]:
        """Return the clips a film shows, its cards' among them: the object of each file's key."""
        return self.of_cards(tenant, request) | {
            stretch.own or "": self._uri(tenant, scene.clip or "", scene.clip_facts.suffix)
            for stretch, scene in own_scenes(plan, request)
            if scene.clip_facts
        }

    def of_cards(self, tenant: str, request: FilmRequest) -> dict[str, str]:
        """Return the clips of a film's cards: the object of each file's key; a brand's is the brand's own."""
        return {
            card_key(role): self._uri(tenant, shown.clip, shown.facts.suffix)
            if getattr(request, role).video
            else self._brands(tenant, shown.clip, shown.facts.suffix)
            for role, shown in card_clips(request).items()
            if shown.facts
        }

    def outlast(self, tenant: str, name: str) -> OwnFile | None:
        """Keep a clip of a brand kit's where no age ends it; None where it is not there. Raises Problem.

        A kit that names it again finds it there when its upload was deleted after its time.
        """
        facts = self._facts(tenant, name)
        if facts is None:
            return self._brands_own(tenant, name)
        with TemporaryDirectory(prefix="clip-") as folder:
            path = Path(folder) / f"clip.{facts.suffix}"
            self.blobs.fetch(self._uri(tenant, name, facts.suffix), path)
            self.blobs.write_file(self._brands(tenant, name, facts.suffix), path, mime=CLIP_MIME[facts.suffix])
        kept = json.dumps(to_plain(facts)).encode()
        self.blobs.write(self._brands(tenant, name, "json"), [kept], mime="application/json", expected=len(kept))
        return facts

    def still_there(self, tenant: str, request: FilmRequest, plan: Plan) -> None:
        """See that every clip a film shows is still kept. Raises Problem."""
        shown = [self.files(tenant, *laid_for(plan, request, film.key)[::-1]) for film in plan.films]
        gone = {key for files in shown for key, uri in files.items() if not self._there(uri)}
        lost = (stretch for stretch, _ in own_scenes(plan, request) if stretch.own in gone)
        wrong = {f"scenes.{stretch.scene}.clip": [_GONE] for stretch in lost}
        wrong |= {f"{role}.video": [_GONE] for role in CARD_ROLES if card_key(role) in gone}
        if wrong:
            raise invalid(wrong)

    def _facts(self, tenant: str, name: str) -> OwnFile | None:
        """Return what a clip was found to be; None where it is not there (any more). Raises Problem."""
        try:
            return self._told(self._uri(tenant, name, "json"), lambda suffix: self._uri(tenant, name, suffix))
        except (ValueError, Unreadable) as wrong:
            raise unavailable("what the clip was found to be cannot be read") from wrong

    def _brands_own(self, tenant: str, name: str) -> OwnFile | None:
        """Return what a kit's clip was found to be; None where there is none: of music other facts stand there."""
        with suppress(ValueError, Unreadable):
            return self._told(self._brands(tenant, name, "json"), lambda suffix: self._brands(tenant, name, suffix))
        return None

    def _told(self, uri: str, file: Callable[[str], str]) -> OwnFile | None:
        """Return what a clip was found to be; None where it is not there. Raises ValueError, Unreadable."""
        try:
            facts = from_plain(OwnFile, json.loads(self.blobs.read(uri, 0, _MOST_FACTS)))
        except NoFile:
            return None
        return facts if self._there(file(facts.suffix)) else None

    def _there(self, uri: str) -> bool:
        try:
            self.blobs.stat(uri)
        except NoFile:
            return False
        return True

    def _brands(self, tenant: str, name: str, suffix: str) -> str:
        return f"gs://{self.films_bucket}/{brand_object(tenant, name, suffix)}"

    def _uri(self, tenant: str, name: str, suffix: str) -> str:
        return f"gs://{self.films_bucket}/{clip_object(tenant, name, suffix)}"
