"""Music of a tenant's: kept as it was sent, with what was measured of it beside it, and found again for a film."""

import hashlib
import json
from dataclasses import dataclass

from shared.cloud.blobs import Blobs, NoFile
from shared.pipeline.codec import Unreadable, from_plain, to_plain
from shared.pipeline.job.names import music_object
from shared.pipeline.plan.plan import SHORTEST_MUSIC, Music, MusicFacts
from shared.pipeline.plan.request import MusicOrder
from shared.steps.problems import invalid, unavailable

FIELD = "audio.music.audio"
_MOST_FACTS = 4096  # bytes
_MIME = {"mp3": "audio/mpeg", "aac": "audio/aac", "m4a": "audio/mp4", "wav": "audio/wav", "flac": "audio/flac"}


@dataclass(frozen=True, slots=True)
class MusicFiles:
    """Where music comes from and goes to."""

    blobs: Blobs
    films_bucket: str

    def keep(self, tenant: str, data: bytes, facts: MusicFacts) -> str:
        """Keep music under its content's name; return the name."""
        name = hashlib.sha256(data).hexdigest()
        mime = _MIME[facts.suffix]
        stored = self.blobs.write(self._uri(tenant, name, facts.suffix), [data], mime=mime, expected=len(data))
        kept = json.dumps(to_plain(Music(stored.uri, stored.generation, facts.seconds, facts.loudness))).encode()
        self.blobs.write(self._uri(tenant, name, "json"), [kept], mime="application/json", expected=len(kept))
        return name

    def found(self, tenant: str, order: MusicOrder) -> Music:
        """Return music as a film's plan keeps it. Raises Problem: it is not there (any more), or begins too late."""
        try:
            kept = json.loads(self.blobs.read(self._uri(tenant, order.audio, "json"), 0, _MOST_FACTS))
            music = from_plain(Music, kept)
            self.blobs.stat(music.uri)
        except NoFile as gone:
            says = "there is no such upload: POST the music to /tenant/uploads/audio"
            raise invalid({FIELD: [says]}) from gone
        except (ValueError, Unreadable) as wrong:
            raise unavailable("what was measured of the music cannot be read") from wrong
        if music.seconds - order.start < SHORTEST_MUSIC:
            least = f"leaves less than {SHORTEST_MUSIC:.0f} s of the music, which lasts {music.seconds:.1f} s"
            raise invalid({"audio.music.start": [least]})
        told = (music.uri, music.generation, music.seconds, music.loudness)
        return Music(*told, order.level, order.duck, order.start, order.fade_out)

    def there(self, music: Music) -> bool:
        """Tell whether a film's music is still kept."""
        try:
            self.blobs.stat(music.uri)
        except NoFile:
            return False
        return True

    def _uri(self, tenant: str, name: str, suffix: str) -> str:
        return f"gs://{self.films_bucket}/{music_object(tenant, name, suffix)}"
