"""What vendors can do, how long they take and what they cost, as data read from `shared/tables.json`.

Model ids retire and prices change (veo page, "Models" and "Prices"; heygen page, "Prices"): they are edited there,
frozen into each plan, and written nowhere in code. Money is in integer micro-dollars, lengths in seconds, sizes in
pixels.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from shared.pipeline.codec import Unreadable, from_plain, to_plain
from shared.pipeline.plan.looks import Engine
from shared.pipeline.plan.plan import Feature, Size
from shared.pipeline.plan.prompts import TOKENS
from shared.pipeline.plan.request import AspectRatio, Quality, Resolution, VoiceSettings

# A sentence for the reader; read by shared/pipeline/job/timeouts.py; read by shared/steps/plans.py.
ABOUT = ("about", "portions", "starts_per_second", "timeouts", "plans", "default_plan", "strangers_per_minute")
VOICE_FIELDS = tuple(item.name for item in fields(VoiceSettings))


class WrongTables(ValueError):
    """The tables cannot be used; `mistakes` are all of them, (path, why)."""

    def __init__(self, mistakes: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"tables.json {path}: {why}" for path, why in mistakes))
        self.mistakes = tuple(mistakes)


@dataclass(frozen=True, slots=True)
class Wait:
    """How long a call takes: usually, and when it is slow."""

    typical: float
    slow: float


@dataclass(frozen=True, slots=True)
class FootagePrice:
    """Micro-dollars per second of footage."""

    audio: int
    silent: int


@dataclass(frozen=True, slots=True)
class FootageModel:
    """One footage model; a clip is asked for in exactly one way (Feature), so what excludes each other cannot meet."""

    id: str
    ratios: tuple[AspectRatio, ...]
    lengths: Mapping[
        Feature, Mapping[Resolution, tuple[int, ...]]
    ]  # ascending; an extension has one, the added seconds
    longest_input: float  # seconds of film an extension may start from
    prices: Mapping[Resolution, FootagePrice]
    wait: Wait
    vendor: str = "veo"  # its row of the machine (shared/pipeline/job/vendors.py)
    name: str = "Veo"  # for people
    account: str = ""  # the tenant's integration that it films with and that pays; "" = ours
    at_once: int | None = None  # clips and takes together that one account has in the making
    filmed_as: Mapping[Resolution, str] = field(default_factory=dict)  # the vendor's own name, where it has another
    reference_prices: Mapping[Resolution, FootagePrice] = field(default_factory=dict)  # where references cost more
    prompt: int = TOKENS  # tokens that it reads at least; a scene's words are cut to TOKENS
    seeds: bool = False  # it takes a seed; none is sent, for with one a shot made anew would be the same shot
    off: str = ""  # why nothing is filmed with it; only models of `footage_off` have one

    def rate(self, feature: Feature, resolution: Resolution) -> FootagePrice:
        """Return what a second filmed this way costs."""
        known = self.reference_prices if feature is Feature.REFERENCE else self.prices
        return known.get(resolution, self.prices[resolution])

    def offers(self, feature: Feature, resolution: Resolution) -> tuple[int, ...]:
        """Return the lengths it films this way, ascending; none when it does not."""
        return self.lengths.get(feature, {}).get(resolution, ())


@dataclass(frozen=True, slots=True)
class AvatarService:
    """One avatar provider."""

    ratios: tuple[AspectRatio, ...]
    resolutions: tuple[Resolution, ...]
    engines: tuple[Engine, ...]  # in the order we prefer them
    at_once: int  # takes one account may have in the making
    wait: Wait  # for a take, whatever its length
    wait_per_second: float  # more, per second spoken
    script: int  # characters of one take
    voice: tuple[str, ...]  # the fields of an order's `voice` that voices of it can have; not each has all
    marked_plans: tuple[str, ...] = ()  # words of account plans whose takes carry the service's watermark


@dataclass(frozen=True, slots=True)
class Compute:
    """What finishing a film takes of our own machines."""

    wait: float  # seconds, whatever the length
    wait_per_second: Mapping[Resolution, float]  # more, per second of film
    most: float  # seconds of work one film may be estimated to take: half of what composing is given (a test holds it)
    price: int  # micro-dollars per second of work
    webm_per_second: Mapping[Resolution, float]  # more, per second of a film that is encoded as WebM, too
    file: float  # seconds more for each file that is made of the finished film, whatever the length
    decode_per_megapixel: float  # more, for what an own clip has beyond 1080p at 30
    hdr_per_second: Mapping[Resolution, float]  # more, per second that shows an own clip that is HDR
    parts_wait: float  # more, of a film in parts: until its painters have begun, and until it is joined
    parts_share: float  # of its seconds' work what one does alone, before and after its painters


@dataclass(frozen=True, slots=True)
class SpeechRate:
    """How fast people speak, characters per second."""

    letters: float  # alphabets, and scripts that write every vowel: Thai, Devanagari
    abjads: float  # Arabic, Hebrew: short vowels are said, not written
    syllables: float  # kana, Korean, Ethiopic
    ideographs: float  # Chinese characters


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one film may be."""

    scenes: int
    links: int  # clips in one chain
    film_seconds: int  # the longest film


@dataclass(frozen=True, slots=True)
class Tables:
    """Everything the planner knows about the world."""

    sizes: Mapping[Resolution, Mapping[AspectRatio, Size]]
    footage: Mapping[Quality, FootageModel]
    presenters: Mapping[str, AvatarService]
    compute: Compute
    image_wait: float  # seconds to fetch and store an image
    speech: SpeechRate
    backdrops: Mapping[str, str]  # name of a preset -> "#rrggbb"
    limits: Limits
    tenant_footage: Mapping[str, Mapping[Quality, FootageModel]]  # by the tenant's integration that films and pays
    footage_off: Mapping[str, FootageModel] = field(default_factory=dict)  # known, and no order is filmed with them


def tables(data: Mapping[str, Any]) -> Tables:
    """Read the tables; raises WrongTables naming every mistake at once."""
    known = {key: value for key, value in data.items() if key not in ABOUT}
    try:
        read = from_plain(Tables, known)
    except Unreadable as wrong:
        raise WrongTables(list(wrong.mistakes)) from wrong
    if found := [*_strays(known, to_plain(read), ""), *_contradictions(read)]:
        raise WrongTables(found)
    return read


def _strays(data: object, read: object, path: str) -> Iterator[tuple[str, str]]:
    """What was written but not read is a slip of the pen."""
    if isinstance(data, list) and isinstance(read, list):
        for number, (one, other) in enumerate(zip(data, read, strict=True)):
            yield from _strays(one, other, f"{path}{number}.")
    if not isinstance(data, Mapping) or not isinstance(read, Mapping):
        return
    for key, value in data.items():
        if key in read:
            yield from _strays(value, read[key], f"{path}{key}.")
        else:
            yield f"{path}{key}", "is unknown"


def _contradictions(read: Tables) -> Iterator[tuple[str, str]]:
    if not read.footage:
        yield "footage", "names no model"
    yield from _models(read)
    for name, service in read.presenters.items():
        yield from _service(f"presenters.{name}", service)
    yield from _sizes(read)
    if min(read.speech.letters, read.speech.abjads, read.speech.syllables, read.speech.ideographs) <= 0:
        yield "speech", "rates must be above 0"
    if min(read.limits.scenes, read.limits.links, read.limits.film_seconds) < 1:
        yield "limits", "must be 1 or more"


def _models(read: Tables) -> Iterator[tuple[str, str]]:
    for quality, veo in read.footage.items():
        yield from _veo(f"footage.{quality}", veo, read)
    for account, models in read.tenant_footage.items():
        for quality, model in models.items():
            yield from _veo(f"tenant_footage.{account}.{quality}", model, read)
            if model.account != account or (model.at_once or 0) < 1:
                yield f"tenant_footage.{account}.{quality}", "needs its account's name, and how many it has at once"
    for name, model in read.footage_off.items():
        yield from _veo(f"footage_off.{name}", model, read)
        if not model.off:
            yield f"footage_off.{name}.off", "must say why it is off"


def _sizes(read: Tables) -> Iterator[tuple[str, str]]:
    if not 0 <= read.compute.parts_share <= 1:
        yield "compute.parts_share", "must be a share, 0 to 1"
    for resolution, ratios in read.sizes.items():
        if read.compute.wait_per_second.get(resolution, 0) <= 0:
            yield f"compute.wait_per_second.{resolution}", "missing, or not above 0"
        if read.compute.webm_per_second.get(resolution, 0) <= 0:
            yield f"compute.webm_per_second.{resolution}", "missing, or not above 0"
        if read.compute.hdr_per_second.get(resolution, 0) <= 0:
            yield f"compute.hdr_per_second.{resolution}", "missing, or not above 0"
        for ratio, size in ratios.items():
            if any(side < 1 or side % 2 for side in (size.width, size.height)):
                yield f"sizes.{resolution}.{ratio}", "width and height must be even"


def _service(path: str, service: AvatarService) -> Iterator[tuple[str, str]]:
    if service.at_once < 1:
        yield f"{path}.at_once", "must be 1 or more"
    if not service.engines or not all(one.prices for one in service.engines):
        yield f"{path}.engines", "needs an engine, and each engine a price"
    if any(price < 0 for one in service.engines for price in one.prices.values()):
        yield f"{path}.engines", "prices must be 0 or more"
    if service.script < 1:
        yield f"{path}.script", "must be 1 or more"
    if unknown := [name for name in service.voice if name not in VOICE_FIELDS]:
        yield f"{path}.voice", f"{', '.join(unknown)} is no field of an order's voice"


def _veo(path: str, veo: FootageModel, read: Tables) -> Iterator[tuple[str, str]]:
    if veo.prompt < TOKENS:
        yield f"{path}.prompt", f"a scene's words are cut to {TOKENS} tokens, and no shorter"
    if veo.off and not path.startswith("footage_off."):
        yield f"{path}.off", "is for models that are known and film nothing"
    for feature, by_resolution in veo.lengths.items():
        for resolution, lengths in by_resolution.items():
            where = f"{path}.lengths.{feature}.{resolution}"
            if not lengths or list(lengths) != sorted(set(lengths)) or lengths[0] < 1:
                yield where, "must be rising whole seconds"
            if feature is Feature.EXTENSION and len(lengths) != 1:
                yield where, "an extension adds exactly one length"
            if resolution not in veo.prices:
                yield f"{path}.prices.{resolution}", "missing"
            for ratio in veo.ratios:
                if ratio not in read.sizes.get(resolution, {}):
                    yield f"sizes.{resolution}.{ratio}", "missing"
