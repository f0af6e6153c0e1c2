"""What the stand-in tells about its looks, groups and voices, and the previews it draws and speaks of them."""

import io
import wave
from functools import lru_cache
from typing import Any

import numpy as np

from infra.local.vendors import figure, voice
from infra.local.vendors.figure import Person, Pose
from infra.local.vendors.heygen.settings import HeyGenSettings, Look, Voice
from infra.local.vendors.payload import hash16
from infra.local.vendors.tones import RATE
from infra.local.vendors.voice import Speaker

_SINCE = 1_767_225_600  # the day all of them were made, unix seconds
_PREVIEW_SCALE = 0.6


class Catalogue:
    """The settings' looks and voices in the API's words; `base_url` is where previews are served."""

    def __init__(self, settings: HeyGenSettings) -> None:
        self._settings = settings
        self.base_url = ""

    def groups(self) -> list[dict[str, Any]]:
        """Return the characters; their ids are no avatar ids."""
        return [self._group(group) for group in dict.fromkeys(look.group_id for look in self._settings.looks)]

    def looks(self, *, group: str | None, kind: str | None) -> list[dict[str, Any]]:
        """Return the looks, of one group or type if asked."""
        chosen = (
            look for look in self._settings.looks if group in (None, look.group_id) and kind in (None, look.avatar_type)
        )
        return [self.look(look) for look in chosen]

    def look(self, look: Look) -> dict[str, Any]:
        """Return one look."""
        told: dict[str, Any] = {
            "id": look.id,
            "name": look.name,
            "avatar_type": look.avatar_type,
            "group_id": look.group_id,
            "gender": look.gender,
            "tags": [],
            "preview_image_url": f"{self.base_url}/preview/{look.id}.png",
            "preview_video_url": None,
            "default_voice_id": look.default_voice_id,
            "supported_api_engines": list(look.engines),
            "preferred_orientation": look.orientation,
            "image_width": 720,
            "image_height": 1280,
            "status": "completed" if look.usable else "failed",
        }
        refusal = {
            "code": "avatar_not_usable",
            "message": "This avatar cannot be used because it did not pass content moderation.",
        }
        return told if look.usable else {**told, "error": refusal}

    def voices(self, *, language: str | None, gender: str | None) -> list[dict[str, Any]]:
        """Return the voices, of one language or gender if asked."""
        chosen = (
            one for one in self._settings.voices if language in (None, one.language) and gender in (None, one.gender)
        )
        return [self.voice(one) for one in chosen]

    def voice(self, one: Voice) -> dict[str, Any]:
        """Return one voice."""
        return {
            "voice_id": one.id,
            "name": one.name,
            "language": one.language,
            "gender": one.gender,
            "type": "public",
            "support_pause": True,
            "support_locale": True,
            "preview_audio_url": f"{self.base_url}/preview/{one.id}.wav",
        }

    def _group(self, group: str) -> dict[str, Any]:
        looks = [look for look in self._settings.looks if look.group_id == group]
        return {
            "id": group,
            "name": looks[0].name.split(",")[0].split(" at ")[0],
            "created_at": _SINCE,
            "looks_count": len(looks),
            "gender": looks[0].gender,
            "preview_image_url": f"{self.base_url}/preview/{looks[0].id}.png",
            "preview_video_url": None,
            "default_voice_id": looks[0].default_voice_id,
        }


def person_of(look: Look) -> Person:
    """Return who a look shows: the same person in all looks of a group."""
    return Person.of(hash16(look.group_id), woman=look.gender == "female")


@lru_cache(maxsize=32)
def portrait(look: Look) -> bytes:
    """Draw a look's preview, PNG."""
    width, height = round(figure.WIDTH * _PREVIEW_SCALE), round(figure.HEIGHT * _PREVIEW_SCALE)
    room = figure.studio(width, height, hash16(look.id))
    drawn = figure.draw(person_of(look), Pose(), _PREVIEW_SCALE, (0, 0, width, height))
    room.paste(drawn, mask=drawn)
    out = io.BytesIO()
    room.save(out, "PNG")
    return out.getvalue()


@lru_cache(maxsize=32)
def sample(one: Voice) -> bytes:
    """Speak a voice's preview, WAV."""
    speech = voice.speak(f"Hello, my name is {one.name}.", Speaker(one.speaker, one.pitch))
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((speech.sound * 32767).astype(np.int16).tobytes())
    return out.getvalue()
