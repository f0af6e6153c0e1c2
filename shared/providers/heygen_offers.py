"""Lists HeyGen's looks and voices, page by page (facts/heygen.md §2, CLI of 2026-07).

Groups are characters and cannot be ordered; looks can. Half a list is never returned as a whole one.
"""

from shared.egress import Egress
from shared.providers.answers import list_at, text_at
from shared.providers.heygen_ask import conversation
from shared.providers.offers import OfferedLook, OfferedVoice

LIST_SECONDS = 120.0


class HeyGenOffers:
    """`offers.Offers` over HeyGen v3; `endpoint` is its address without a slash at its end."""

    def __init__(self, *, endpoint: str, egress: Egress) -> None:
        self._endpoint = endpoint
        self._egress = egress

    def looks(self, *, api_key: str) -> tuple[OfferedLook, ...]:
        """Every look that is finished and was not rejected. Raises: KeyChanged, TryLater."""
        with conversation(self._egress, self._endpoint, api_key, LIST_SECONDS) as ask:
            found = list(ask.pages("/v3/avatars/looks", {"limit": "50"}))
        return tuple(_look(one) for one in found if text_at(one, "id") and text_at(one, "status") in {"", "completed"})

    def voices(self, *, api_key: str) -> tuple[OfferedVoice, ...]:
        """Every voice. Raises: KeyChanged, TryLater."""
        with conversation(self._egress, self._endpoint, api_key, LIST_SECONDS) as ask:
            found = list(ask.pages("/v3/voices", {"limit": "100"}))
        return tuple(_voice(one) for one in found if text_at(one, "voice_id"))


def _look(one: object) -> OfferedLook:
    return OfferedLook(
        id=text_at(one, "id"),
        name=text_at(one, "name"),
        group=text_at(one, "group_id"),
        kind=text_at(one, "avatar_type"),
        gender=text_at(one, "gender"),
        orientation=text_at(one, "preferred_orientation"),
        engines=tuple(engine for engine in list_at(one, "supported_api_engines") if isinstance(engine, str)),
        default_voice_id=text_at(one, "default_voice_id") or None,
        image_url=text_at(one, "preview_image_url") or None,
        video_url=text_at(one, "preview_video_url") or None,
    )


def _voice(one: object) -> OfferedVoice:
    return OfferedVoice(
        id=text_at(one, "voice_id"),
        name=text_at(one, "name"),
        language=text_at(one, "language"),
        gender=text_at(one, "gender"),
        sample_url=text_at(one, "preview_audio_url") or None,
    )
