"""Music of a tenant's: kept as it was sent, with what was measured of it beside it, and found again for a film."""

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass, replace

from shared.cloud.blobs import Blobs, NoFile
from shared.pipeline.codec import Unreadable, from_plain, to_plain
from shared.pipeline.job.names import brand_object, music_object
from shared.pipeline.plan.heard import MOST_MUSIC_BYTES, SHORTEST_MUSIC, Music, MusicFacts
from shared.pipeline.plan.picture import latest_start
from shared.pipeline.plan.plan import Plan
from shared.pipeline.plan.renditions import music_orders, with_music
from shared.pipeline.plan.request import FilmRequest
from shared.pipeline.plan.staging import MusicOrder
from shared.steps.given_ids import GivenIds
from shared.steps.problems import Problem, invalid, unavailable

FIELD = "audio.music.audio"
_MOST_FACTS = 4096  # bytes
MUSIC_MIME = {"mp3": "audio/mpeg", "aac": "audio/aac", "m4a": "audio/mp4", "wav": "audio/wav", "flac": "audio/flac"}


@dataclass(frozen=True, slots=True)
class MusicFiles:
    """Where music comes from and goes to."""

    blobs: Blobs
    films_bucket: str

    def keep(self, tenant: str, data: bytes, facts: MusicFacts) -> str:
        """Keep music under its content's name; return the name."""
        name = hashlib.sha256(data).hexdigest()
        mime = MUSIC_MIME[facts.suffix]
        stored = self.blobs.write(self._uri(tenant, name, facts.suffix), [data], mime=mime, expected=len(data))
        kept = json.dumps(to_plain(Music(stored.uri, stored.generation, facts.seconds, facts.loudness))).encode()
        self.blobs.write(self._uri(tenant, name, "json"), [kept], mime="application/json", expected=len(kept))
        return name

    def found(self, tenant: str, order: MusicOrder) -> Music:
        """Return music as a film's plan keeps it. Raises Problem: it is not there (any more), or begins too late."""
        try:
            music = self._known(tenant, order.audio)
        except NoFile as gone:
            given = GivenIds(self.blobs, self.films_bucket)
            says = given.told(tenant, order.audio, "music", "/tenant/uploads/audio")
            raise invalid({FIELD: [says]}) from gone
        except (ValueError, Unreadable) as wrong:
            raise unavailable("what was measured of the music cannot be read") from wrong
        if music.seconds - order.start < SHORTEST_MUSIC:
            least = f"leaves less than {SHORTEST_MUSIC:.0f} s of the music, which lasts {music.seconds:.1f} s"
            latest = f"begin at {latest_start(music.seconds, SHORTEST_MUSIC):g} s or earlier"
            raise invalid({"audio.music.start": [f"{least}: {latest}"]})
        told = (music.uri, music.generation, music.seconds, music.loudness)
        return Music(*told, order.level, order.duck, order.start, order.fade_out)

    def dressed(self, tenant: str, plan: Plan, request: FilmRequest) -> Plan:
        """Return a plan with the music of those of its films that wear another kit. Raises Problem by their fields."""
        found, wrong = dict[str, Music](), dict[str, list[str]]()
        for key, order in music_orders(plan, request).items():
            if order == request.audio.music and plan.music:
                found[key] = plan.music
                continue
            try:
                found[key] = self.found(tenant, order)
            except Problem as lost:
                if not lost.details:
                    raise
                number = [one.key for one in plan.renditions].index(key)
                wrong[f"outputs.{number}.brand"] = [
                    f"its music: {why}" for whys in lost.details.values() for why in whys
                ]
        if wrong:
            raise invalid(wrong)
        return with_music(plan, found)

    def outlast(self, tenant: str, name: str) -> None:
        """Keep music of a brand kit's where no age ends it. Raises NoFile."""
        music = self._known(tenant, name)
        suffix = music.uri.rpartition(".")[2]
        data = self.blobs.read(music.uri, 0, MOST_MUSIC_BYTES)
        uri = f"gs://{self.films_bucket}/{brand_object(tenant, name, suffix)}"
        stored = self.blobs.write(uri, [data], mime=MUSIC_MIME[suffix], expected=len(data))
        kept = json.dumps(to_plain(replace(music, uri=stored.uri, generation=stored.generation))).encode()
        facts = f"gs://{self.films_bucket}/{brand_object(tenant, name, 'json')}"
        self.blobs.write(facts, [kept], mime="application/json", expected=len(kept))

    def _known(self, tenant: str, name: str) -> Music:
        """Return what was measured of music that is there; that of a brand kit outlasts its upload.

        Raises NoFile, ValueError, Unreadable.
        """
        with suppress(NoFile):
            return self._told(self._uri(tenant, name, "json"))
        try:
            return self._told(f"gs://{self.films_bucket}/{brand_object(tenant, name, 'json')}")
        except (ValueError, Unreadable) as other:  # of a clip other facts stand there
            raise NoFile(f"there is no music {name}") from other

    def _told(self, uri: str) -> Music:
        music = from_plain(Music, json.loads(self.blobs.read(uri, 0, _MOST_FACTS)))
        self.blobs.stat(music.uri)
        return music

    def there(self, music: Music) -> bool:
        """Tell whether a film's music is still kept."""
        try:
            self.blobs.stat(music.uri)
        except NoFile:
            return False
        return True

    def _uri(self, tenant: str, name: str, suffix: str) -> str:
        return f"gs://{self.films_bucket}/{music_object(tenant, name, suffix)}"
