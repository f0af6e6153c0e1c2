"""What an avatar service offers to choose from: looks and voices, as `catalog` lists them."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class OfferedLook:
    """A look that can be ordered; its `id` is the request's avatar_id."""

    id: str
    name: str
    group: str  # the character it is a look of, "" when not told
    kind: str
    gender: str
    orientation: str
    engines: tuple[str, ...]
    default_voice_id: str | None
    image_url: str | None
    video_url: str | None


@dataclass(frozen=True, slots=True)
class OfferedVoice:
    """A voice that can be ordered; its `id` is the request's voice_id."""

    id: str
    name: str
    language: str
    gender: str
    sample_url: str | None


class Offers(Protocol):
    """Lists what a tenant's key may order; long lists, so ask rarely and keep the answer."""

    def looks(self, *, api_key: str) -> tuple[OfferedLook, ...]:
        """Every usable look, the service's own and the tenant's. Raises: KeyChanged, TryLater."""
        ...

    def voices(self, *, api_key: str) -> tuple[OfferedVoice, ...]:
        """Every voice, the service's own and the tenant's. Raises: KeyChanged, TryLater."""
        ...
