"""What of the stand-in can be set: its accounts, presenters and voices, and all that D-ID's page does not know.

Made from and written to JSON.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any, Self

DEMO_KEY = "ZGVtb0BleGFtcGxlLmNvbQ:did_demo_key"
FULL_HD = (1920, 1080)
DEFAULT_PRESENTER = "jack-Pt27VkP3hW"  # filmed when an order names none


class Order(StrEnum):
    """How a list is sorted: D-ID does not say."""

    NEWEST = "newest"
    OLDEST = "oldest"
    ID = "id"


@dataclass(frozen=True, slots=True)
class Presenter:
    """Somebody a clip can be ordered with."""

    id: str
    name: str
    green: bool = True  # filmed before a green screen: what is behind can be taken away
    gender: str = "female"
    voice_id: str = "en-US-JennyNeural"


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice of one of the makers D-ID passes texts to; `speaker` and `pitch` are eSpeak's."""

    id: str
    name: str
    provider: str = "microsoft"
    locale: str = "en-US"
    language: str = "English"
    gender: str = "female"
    speaker: str = "en-us+f3"
    pitch: int = 50
    styles: tuple[str, ...] = ()
    accent: str = ""
    access: str = "public"


PRESENTERS = (
    Presenter("v2_public_Amber@0zSz8kflCN", "Amber"),
    Presenter("v2_public_Noel@k2Rm7yTqWx", "Noel", gender="male", voice_id="en-US-GuyNeural"),
    Presenter("amy-Aq6OmGZnMt", "Amy at her desk", green=False),
    Presenter(DEFAULT_PRESENTER, "Jack", gender="male", voice_id="en-US-GuyNeural"),
)
VOICES = (
    Voice("en-US-JennyNeural", "Jenny", styles=("angry", "cheerful", "friendly", "newscast", "sad", "whispering")),
    Voice("en-US-GuyNeural", "Guy", gender="male", speaker="en-us+m3", pitch=40, styles=("cheerful", "newscast")),
    Voice("es-ES-ElviraNeural", "Elvira", locale="es-ES", language="Spanish", speaker="es+f2"),
    Voice("21m00Tcm4TlvDq8ikWAM", "Rachel", provider="elevenlabs", accent="American", access="premium"),
)


@dataclass(frozen=True, slots=True)
class DidSettings:
    """Everything about the stand-in that a test or a laptop may want otherwise; what nobody knows is a switch."""

    seconds_per_clip: float = 2.0  # from order to done
    at_once: int = 10  # unfinished clips of one account; beyond them 429
    retry_after_seconds: int | None = None  # what a 429 says; None: nothing, as far as anybody has seen
    accounts: Mapping[str, float] = field(default_factory=lambda: {DEMO_KEY: 400.0})  # key: credits left
    plan: str = "deid-pro"  # a trial's and a lite plan's clips carry a watermark
    seconds_per_credit: float = 15.0
    micros_per_second: int = 27_000
    bills_failures: bool = False
    presenters: tuple[Presenter, ...] = PRESENTERS
    voices: tuple[Voice, ...] = VOICES
    size: tuple[int, int] = FULL_HD  # every presenter's own shape; no order changes it
    list_order: Order = Order.NEWEST
    list_lag_seconds: float = 5.0  # a clip is not listed before
    look_lag_seconds: float = 0.0  # … nor found by its id
    page_size: int = 100  # at most, whatever `limit` asks for
    link_seconds: float = 24 * 3600.0  # how long a result URL works
    tells_errors: bool = True  # a failed clip says why
    insecure_hosts: tuple[str, ...] = ("127.0.0.1", "localhost")  # http is accepted for these, https demanded otherwise
    background: bool = True  # threads complete what is due; False: only complete_due() does

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read settings. Raises ValueError on a name that is none."""
        known = {part.name for part in fields(cls)}
        if unknown := set(content) - known:
            raise ValueError(f"D-ID stand-in: no such settings: {sorted(unknown)}")
        given = dict(content)
        if "presenters" in given:
            given["presenters"] = tuple(Presenter(**one) for one in given["presenters"])
        if "voices" in given:
            given["voices"] = tuple(Voice(**{**one, "styles": tuple(one.get("styles", ()))}) for one in given["voices"])
        if "size" in given:
            given["size"] = (int(given["size"][0]), int(given["size"][1]))
        if "list_order" in given:
            given["list_order"] = Order(given["list_order"])
        if "insecure_hosts" in given:
            given["insecure_hosts"] = tuple(given["insecure_hosts"])
        return cls(**given)

    def to_json(self) -> dict[str, Any]:
        """Write settings so that `from_json` reads the same."""
        content = asdict(self)
        content["list_order"] = self.list_order.value
        return {name: list(value) if isinstance(value, tuple) else value for name, value in content.items()}

    def presenter(self, presenter_id: str) -> Presenter | None:
        """Return the presenter of this id."""
        return next((one for one in self.presenters if one.id == presenter_id), None)

    def voice(self, provider: str, voice_id: str) -> Voice | None:
        """Return a maker's voice of this id."""
        return next((one for one in self.voices if (one.provider, one.id) == (provider, voice_id)), None)
