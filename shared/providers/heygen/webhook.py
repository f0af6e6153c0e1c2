"""What HeyGen's webhooks tell: the events abroll registers for, and the only ones its door takes for a hint."""

from collections.abc import Mapping

from shared.providers.reading import text_at

NEWS = ("avatar_video.success", "avatar_video.fail")


def news_of(event: Mapping[str, object]) -> tuple[str, str] | None:
    """Return (what happened, the video's id); None where it says nothing of an end."""
    news, video = text_at(event, "event_type"), text_at(event, "event_data", "video_id")
    return (news, video) if news in NEWS and video else None
