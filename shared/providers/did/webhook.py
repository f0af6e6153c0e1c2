"""What D-ID calls an order's own address with: the clip itself, which is believed in nothing but its id."""

from collections.abc import Mapping

from shared.providers.reading import text_at

ENDS = ("done", "error", "rejected")


def news_of(event: Mapping[str, object]) -> tuple[str, str] | None:
    """Return (what happened, the clip's id); None where it says nothing of an end."""
    status, clip = text_at(event, "status"), text_at(event, "id")
    return (status, clip) if status in ENDS and clip else None
