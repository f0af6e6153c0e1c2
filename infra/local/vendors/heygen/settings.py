"""What of the stand-in can be set: its accounts, looks and voices, how fast and how strict.

Made from and written to JSON.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any, Self

DEMO_KEY = "hg_demo_key"
III, IV, V = "avatar_iii", "avatar_iv", "avatar_v"
ENGINES = (IV, III)
STUDIO, TWIN, PHOTO = "studio_avatar", "digital_twin", "photo_avatar"
SIZES: Mapping[tuple[str, str], tuple[int, int]] = {
    ("720p", "9:16"): (720, 1280),
    ("720p", "16:9"): (1280, 720),
    ("720p", "1:1"): (720, 720),
    ("720p", "4:5"): (720, 900),
    ("720p", "5:4"): (900, 720),
    ("1080p", "9:16"): (1080, 1920),
    ("1080p", "16:9"): (1920, 1080),
    ("1080p", "1:1"): (1080, 1080),
    ("1080p", "4:5"): (1080, 1350),
    ("1080p", "5:4"): (1350, 1080),
}
# Micro-dollars a second by engine and what the look was made from (heygen page, "Prices").
PRICES: Mapping[str, int] = {
    f"{III} video": 16_700,
    f"{III} photo": 43_300,
    f"{IV} photo": 50_000,
    f"{IV} video": 66_700,
    f"{V} video": 66_700,
}

FOOTAGE_MODEL = "heygen-video-1"
FOOTAGE_SIZES: Mapping[tuple[str, str], tuple[int, int]] = {
    ("480p", "21:9"): (960, 416),
    ("480p", "16:9"): (832, 480),
    ("480p", "4:3"): (640, 480),
    ("480p", "1:1"): (480, 480),
    ("480p", "3:4"): (480, 640),
    ("480p", "9:16"): (480, 832),
    ("768p", "21:9"): (1536, 672),
    ("768p", "16:9"): (1344, 768),
    ("768p", "4:3"): (1024, 768),
    ("768p", "1:1"): (768, 768),
    ("768p", "3:4"): (768, 1024),
    ("768p", "9:16"): (768, 1344),
    ("1080p", "16:9"): (1890, 1080),
    ("1080p", "9:16"): (1080, 1890),
    ("2k", "16:9"): (2688, 1536),
    ("2k", "9:16"): (1536, 2688),
}
# Micro-dollars a second by resolution, and whether references are given (heygen_video page, "Prices").
FOOTAGE_PRICES: Mapping[tuple[str, bool], int] = {
    ("480p", False): 20_000,
    ("768p", False): 30_000,
    ("480p", True): 40_000,
    ("768p", True): 60_000,
}
SCOPES = ("videos:read", "videos:write", "assets:write")


class SignatureHeaders(StrEnum):
    """Under which names a registered endpoint's signature travels (heygen page, "Signature")."""

    SIGNATURE = "signature"
    HEYGEN = "heygen"  # Heygen-Signature, Heygen-Timestamp, Heygen-Event-Id
    LEGACY = "legacy"  # Signature
    X_HEYGEN = "x-heygen"  # X-Heygen-Signature


@dataclass(frozen=True, slots=True)
class Look:
    """An avatar a video can be ordered with; what the API does not tell (webm, matting, keyable) an order finds out."""

    id: str
    group_id: str
    name: str
    avatar_type: str = STUDIO
    engines: tuple[str, ...] = ENGINES
    webm: bool = False  # can be delivered with transparency
    matting: bool = False  # its own background can be removed; of no account for photos, where it always can
    keyable: bool = True  # accepts a background
    default_voice_id: str | None = None
    usable: bool = True
    gender: str = "female"
    orientation: str = "portrait"

    @property
    def photo(self) -> bool:
        """Whether it was made from a photo; else it is what HeyGen calls a video avatar."""
        return self.avatar_type == PHOTO


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice; `speaker` and `pitch` are eSpeak's."""

    id: str
    name: str
    language: str = "English"
    gender: str = "female"
    speaker: str = "en-us+f3"
    pitch: int = 50


# The most common stock looks know Avatar III only; about half of them were trained with matting.
LOOKS = (
    Look(
        "look_ana_studio",
        "group_ana",
        "Ana, studio",
        engines=(III,),
        webm=True,
        matting=True,
        default_voice_id="voice_en_ana",
    ),
    Look("look_eva_office", "group_eva", "Eva, office", engines=(III,), default_voice_id="voice_en_ana"),
    Look(
        "look_ben_studio",
        "group_ben",
        "Ben, studio",
        webm=True,
        matting=True,
        default_voice_id="voice_en_ben",
        gender="male",
    ),
    Look(
        "look_kai_desk",
        "group_kai",
        "Kai at the desk",
        TWIN,
        (V, IV),
        matting=True,
        default_voice_id="voice_en_ben",
        gender="male",
    ),
    Look("look_mia_twin", "group_mia", "Mia, twin", TWIN, (V,), webm=True, matting=True),
    Look(
        "look_old_photo",
        "group_ana",
        "Ana, an old photo",
        PHOTO,
        (IV,),
        keyable=False,
        default_voice_id="voice_en_ana",
    ),
    Look("look_zoe_photo", "group_zoe", "Zoe, a photo", PHOTO, (IV, III), default_voice_id="voice_en_ana"),
    Look("look_leo_photo", "group_leo", "Leo, a photo", PHOTO, (III,), default_voice_id="voice_en_ben", gender="male"),
    Look("look_refused", "group_famous", "A famous face", PHOTO, (IV,), usable=False),
)
VOICES = (
    Voice("voice_en_ana", "Ana"),
    Voice("voice_en_ben", "Ben", gender="male", speaker="en-us+m3", pitch=40),
    Voice("voice_es_lola", "Lola", language="Spanish", speaker="es+f2"),
)


@dataclass(frozen=True, slots=True)
class HeyGenSettings:
    """Everything about the stand-in that a test or a laptop may want otherwise."""

    seconds_per_video: float = 2.0  # from order to done
    concurrency: int = 10  # unfinished videos of one account
    accounts: Mapping[str, float] = field(default_factory=lambda: {DEMO_KEY: 100.0})  # key: dollars in the wallet
    looks: tuple[Look, ...] = LOOKS
    voices: tuple[Voice, ...] = VOICES
    sizes: Mapping[tuple[str, str], tuple[int, int]] = field(default_factory=lambda: dict(SIZES))
    prices: Mapping[str, int] = field(default_factory=lambda: dict(PRICES))
    signature_headers: SignatureHeaders = SignatureHeaders.SIGNATURE
    link_seconds: float = 7 * 24 * 3600.0  # how long a result URL works
    retry_after_seconds: int = 30  # what a 429 says
    webhook_retry_seconds: float = 1.0  # before the second delivery; doubles each time
    webhook_give_up_hours: float = 24.0
    idempotency_hours: float = 24.0
    idempotency_replays_refusals: bool = False
    insecure_hosts: tuple[str, ...] = ("127.0.0.1", "localhost")  # http is accepted for these, https demanded otherwise
    footage_sizes: Mapping[tuple[str, str], tuple[int, int]] = field(default_factory=lambda: dict(FOOTAGE_SIZES))
    footage_prices: Mapping[tuple[str, bool], int] = field(default_factory=lambda: dict(FOOTAGE_PRICES))
    footage_longest: int = 15  # seconds; one reseller says 30
    footage_events: tuple[str, str] = ("avatar_video.success", "avatar_video.fail")  # what a callback calls its news
    footage_failures_billed: bool = False
    trial_accounts: tuple[str, ...] = ()  # their keys order no footage
    scopes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # what a key may do; all where it is not named
    background: bool = True  # threads complete what is due; False: only complete_due() does

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read settings; sizes are {"720p 9:16": [720, 1280]}, footage prices {"768p reference": 60000}.

        Raises ValueError on a name that is none.
        """
        known = {part.name for part in fields(cls)}
        if unknown := set(content) - known:
            raise ValueError(f"HeyGen stand-in: no such settings: {sorted(unknown)}")
        given = dict(content)
        for name, read in _READ.items():
            if name in given:
                given[name] = read(given[name])
        return cls(**given)

    def to_json(self) -> dict[str, Any]:
        """Write settings so that `from_json` reads the same."""
        content = asdict(self)
        content["sizes"] = {" ".join(key): list(size) for key, size in self.sizes.items()}
        content["footage_sizes"] = {" ".join(key): list(size) for key, size in self.footage_sizes.items()}
        content["footage_prices"] = {
            f"{resolution}{' reference' * with_references}": price
            for (resolution, with_references), price in self.footage_prices.items()
        }
        for name in ("footage_events", "trial_accounts"):
            content[name] = list(content[name])
        content["scopes"] = {key: list(may) for key, may in self.scopes.items()}
        for look in content["looks"]:
            look["engines"] = list(look["engines"])
        content["looks"], content["voices"] = list(content["looks"]), list(content["voices"])
        content["insecure_hosts"] = list(self.insecure_hosts)
        content["signature_headers"] = self.signature_headers.value
        return content

    def look(self, look_id: str) -> Look | None:
        """Return the look of this id."""
        return next((look for look in self.looks if look.id == look_id), None)

    def voice(self, voice_id: str) -> Voice | None:
        """Return the voice of this id."""
        return next((voice for voice in self.voices if voice.id == voice_id), None)


def _sizes(given: Mapping[str, Any]) -> dict[tuple[str, str], tuple[int, int]]:
    """Read sizes written as {"720p 9:16": [720, 1280]}."""
    return {(key.split()[0], key.split()[1]): (int(w), int(h)) for key, (w, h) in given.items()}


_READ: Mapping[str, Callable[[Any], object]] = {
    "looks": lambda given: tuple(Look(**{**one, "engines": tuple(one.get("engines", ENGINES))}) for one in given),
    "voices": lambda given: tuple(Voice(**one) for one in given),
    "sizes": _sizes,
    "insecure_hosts": tuple,
    "signature_headers": SignatureHeaders,
    "footage_sizes": _sizes,
    "footage_prices": lambda given: {
        (key.split()[0], key.endswith(" reference")): int(price) for key, price in given.items()
    },
    "footage_events": tuple,
    "trial_accounts": tuple,
    "scopes": lambda given: {key: tuple(may) for key, may in given.items()},
}
