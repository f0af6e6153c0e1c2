"""HeyGen's lists of looks and voices, the account's own first, page by page."""

from collections.abc import Iterator

from shared.pipeline.plan.looks import LookType
from shared.providers.catalog import ListedLook, ListedVoice, link_of, text_of
from shared.providers.heygen.questions import SENDABLE_ID, Conversation
from shared.providers.reading import list_at, text_at

MOST_PAGES = 200  # of a list: as many looks as fit 200 pages of fifty
PHOTO = "photo_avatar"  # studio_avatar and digital_twin were made from video


def listed_looks(ask: Conversation) -> Iterator[ListedLook]:
    """Yield every look that can be ordered. Raises: KeyChanged, TryLater."""
    for ownership in ("private", "public"):
        names = {
            text_at(one, "id"): text_of(text_at(one, "name"))
            for one in ask.pages("/v3/avatars", {"ownership": ownership, "limit": "50"}, MOST_PAGES)
        }
        for one in ask.pages("/v3/avatars/looks", {"ownership": ownership, "limit": "50"}, MOST_PAGES):
            if SENDABLE_ID.fullmatch(text_at(one, "id")) and text_at(one, "status") in {"", "completed"}:
                yield _look(one, names)


def listed_voices(ask: Conversation) -> Iterator[ListedVoice]:
    """Yield every voice. Raises: KeyChanged, TryLater."""
    for kind in ("private", "public"):
        for one in ask.pages("/v3/voices", {"type": kind, "limit": "100"}, MOST_PAGES):
            if SENDABLE_ID.fullmatch(text_at(one, "voice_id")):
                yield ListedVoice(
                    id=text_at(one, "voice_id"),
                    name=text_of(text_at(one, "name")),
                    language=text_of(text_at(one, "language")),
                    gender=text_of(text_at(one, "gender")).lower(),
                    type=text_at(one, "type")[:20] or kind,
                    preview_audio_url=link_of(text_at(one, "preview_audio_url")),
                )


def _look(one: object, groups: dict[str, str]) -> ListedLook:
    group = text_at(one, "group_id")
    return ListedLook(
        id=text_at(one, "id"),
        name=text_of(text_at(one, "name")),
        group=groups.get(group, ""),
        type=LookType.PHOTO if text_at(one, "avatar_type") == PHOTO else LookType.VIDEO,
        gender=text_of(text_at(one, "gender")).lower(),
        engines=tuple(each[:40] for each in list_at(one, "supported_api_engines")[:10] if isinstance(each, str)),
        default_voice_id=text_at(one, "default_voice_id")[:255] or None,
        preview_image_url=link_of(text_at(one, "preview_image_url")),
        preview_video_url=link_of(text_at(one, "preview_video_url")),
    )
