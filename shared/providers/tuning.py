"""How a voice is asked to speak, and who can tell before an order whether a voice can do so."""

from typing import Protocol, runtime_checkable

from shared.pipeline.plan.request import VoiceSettings
from shared.providers.ports import Refused


@runtime_checkable
class JudgesVoices(Protocol):
    """A service some of whose voices lack what others can.

    One that is none takes every order's `voice` but its style: its voices have none.
    """

    def untunable(self, voice_id: str | None, voice: VoiceSettings) -> tuple[str, Refused] | None:
        """Return the field a voice cannot do, and why; None where it can do all but the style. Asks nobody.

        `voice_id` None is the presenter's own voice.
        """
        ...

    def styleless(self, voice_id: str | None) -> str | None:
        """Return why a voice can have no style; None where it may, and the service tells which. Asks nobody."""
        ...
