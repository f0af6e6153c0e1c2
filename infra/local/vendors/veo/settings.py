"""What of the stand-in can be set: how fast, how big, how strict, at which price; made from and written to JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

MODELS = ("veo-3.1-generate-001", "veo-3.1-fast-generate-001", "veo-3.1-lite-generate-001")
REFERENCES = MODELS[:2]
SIZES: Mapping[tuple[str, str], tuple[int, int]] = {
    ("720p", "9:16"): (720, 1280),
    ("720p", "16:9"): (1280, 720),
    ("1080p", "9:16"): (1080, 1920),
    ("1080p", "16:9"): (1920, 1080),
}
# Micro-dollars a second: 720p with sound, 720p silent, 1080p with sound, 1080p silent (veo page, "Prices").
PRICES: Mapping[str, tuple[int, int, int, int]] = {
    MODELS[0]: (400_000, 200_000, 400_000, 200_000),
    MODELS[1]: (100_000, 80_000, 120_000, 100_000),
    MODELS[2]: (50_000, 30_000, 80_000, 50_000),
}


@dataclass(frozen=True, slots=True)
class VeoSettings:
    """Everything about the stand-in that a test or a laptop may want otherwise.

    What Veo's page calls once seen, inferred or unknown is a switch here.
    """

    seconds_per_clip: float = 2.0  # from submit to done
    per_minute: int = 50  # submits a minute and model
    sizes: Mapping[tuple[str, str], tuple[int, int]] = field(default_factory=lambda: dict(SIZES))
    models: tuple[str, ...] = MODELS
    references: tuple[str, ...] = REFERENCES  # models that take reference images
    cumulative: bool = True  # an extension returns the merged film
    late_combination_error: bool = False  # image with video etc.: refused in the operation instead of at the POST
    refuse_resize_mode_on_video: bool = True
    service_agent_cold: bool = False  # the first gs:// of a project ends in code 9
    operation_life_hours: float = 48.0
    bill_merged: bool = False  # an extension is billed for its merged length instead of its 7 seconds
    prices: Mapping[str, tuple[int, int, int, int]] = field(default_factory=lambda: dict(PRICES))
    background: bool = True  # a thread completes what is due; False: only complete_due() does

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read settings; sizes are {"720p 9:16": [720, 1280]}. Raises ValueError on a name that is none."""
        known = {part.name for part in fields(cls)}
        if unknown := set(content) - known:
            raise ValueError(f"Veo stand-in: no such settings: {sorted(unknown)}")
        given = dict(content)
        for name in ("models", "references"):
            if name in given:
                given[name] = tuple(given[name])
        if "sizes" in given:
            given["sizes"] = {
                (key.split()[0], key.split()[1]): (int(w), int(h)) for key, (w, h) in given["sizes"].items()
            }
        if "prices" in given:
            given["prices"] = {model: tuple(row) for model, row in given["prices"].items()}
        return cls(**given)

    def to_json(self) -> dict[str, Any]:
        """Write settings so that `from_json` reads the same."""
        content = asdict(self)
        content["sizes"] = {" ".join(key): list(size) for key, size in self.sizes.items()}
        content["prices"] = {model: list(row) for model, row in self.prices.items()}
        content["models"], content["references"] = list(self.models), list(self.references)
        return content

    def price(self, model: str, resolution: str, *, sound: bool) -> int:
        """Return micro-dollars a second."""
        row = self.prices.get(model, (0, 0, 0, 0))
        return row[(0 if resolution == "720p" else 2) + (0 if sound else 1)]
