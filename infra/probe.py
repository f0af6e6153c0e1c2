"""`python -m infra.probe veo`: the one paid probe, run once by an operator: does Veo film with reference images here?

First it asks, free, whether the model exists. Then it says what the film costs and buys only with `--yes`: one film of
eight seconds, without sound, with a photo as a reference. If the film has come and lasts as long as it was ordered,
`--write` puts the capability's row into the tables; deployed, films of separate shots show the product in every shot.
"""

import argparse
import json
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shared.config import SHIPPED_TABLES, settings
from shared.media.mp4 import NotAFilm, read_mp4
from shared.pipeline.plan.capabilities import FootageModel
from shared.pipeline.plan.plan import LENGTH_TOLERANCE, MICROS, Feature
from shared.pipeline.plan.request import AspectRatio, Quality, Resolution
from shared.pipeline.vendors.radar import Seen
from shared.providers.ports import ClipOrder, Failure, Filmed, Misconfigured, NotSent, Refused, StoredMedia, TryLater
from shared.providers.ports import Unknown as Unclear
from shared.wiring import Wiring

SAMPLE = Path(__file__).parent / "local" / "samples" / "coffee.jpg"
PROMPT = "A slow dolly around the cup on a wooden table, soft morning light."
SECONDS = 8  # the one length Veo films with references
LOOK_SECONDS = 10.0  # between two looks
LONGEST = 1800.0  # seconds an operation may take


class Ends(Exception):
    """The probe has come to its end without a film; the message says why, and what was paid."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One probe of one model, and what it needs."""

    wiring: Wiring
    quality: Quality
    say: Callable[[str], object]
    sleep: Callable[[float], object]

    @property
    def model(self) -> FootageModel:
        """The row of the model that is probed."""
        return self.wiring.tables.footage[self.quality]

    @property
    def price(self) -> int:
        """Return what the film costs, micro-dollars."""
        return SECONDS * self.model.rate(Feature.REFERENCE, Resolution.HD).silent

    def __call__(self, *, buy: bool) -> float | None:
        """Return how many seconds the film lasts, None where none was bought. Raises Ends."""
        seen = self.wiring.veo.seen(self.model.id)
        self.say(f"{self.model.id} is {seen} (asked free)")
        if seen is not Seen.THERE:
            raise Ends(f"nothing was bought: {self.model.id} is {seen}")
        price = f"{self.price / MICROS:.2f}"
        if not buy:
            self.say(f"one film of {SECONDS} s with a reference image costs ${price}; add --yes to buy it")
            return None
        return self._filmed(f"${price} may be billed")

    def _filmed(self, paid: str) -> float:
        name = f"probe/{secrets.token_hex(8)}"
        bucket = self.wiring.settings.takes_bucket
        photo = self.wiring.blobs.write_file(f"gs://{bucket}/{name}/photo.jpg", SAMPLE, mime="image/jpeg")
        order = ClipOrder(
            model=self.model.id,
            prompt=PROMPT,
            output=f"gs://{bucket}/{name}/film/",
            seconds=SECONDS,
            aspect_ratio=AspectRatio.TALL,
            resolution=Resolution.HD,
            audio=False,
            references=(StoredMedia(photo.uri, "image/jpeg"),),
        )
        try:
            operation = self.wiring.veo.submit(order, total_seconds=60)
        except Unclear as unclear:
            raise Ends(f"{unclear} {paid}; look under {order.output} before you try again") from unclear
        except (NotSent, TryLater, Refused, Misconfigured) as refused:
            raise Ends(f"nothing was bought: {refused}") from refused
        self.say(f"ordered: {operation}")
        return self._length(self._uri(operation, paid), paid)

    def _uri(self, operation: str, paid: str) -> str:
        waited = 0.0
        while waited < LONGEST:
            self.sleep(LOOK_SECONDS)
            waited += LOOK_SECONDS
            try:
                seen = self.wiring.veo.poll(operation)
            except (TryLater, Misconfigured) as later:
                self.say(f"{later}")
                continue
            match seen:
                case Filmed(url):
                    return url
                case Failure(code, why):
                    raise Ends(f"no film, and nothing is billed for it: {why} ({code})")
        raise Ends(f"no film within {LONGEST / 60:.0f} minutes; {paid}; its operation is {operation}")

    def _length(self, uri: str, paid: str) -> float:
        blobs = self.wiring.blobs
        try:
            read = read_mp4(lambda start, length: blobs.read(uri, start, length), blobs.stat(uri).size)
        except NotAFilm as wrong:
            raise Ends(f"{uri} is no film ({wrong}); {paid}") from wrong
        self.say(f"{uri} lasts {read.seconds:.2f} s")
        if abs(read.seconds - SECONDS) > LENGTH_TOLERANCE:
            raise Ends(f"it was ordered to last {SECONDS} s: the row stays off; {paid}")
        return read.seconds


def write_row(tables: Path, quality: Quality) -> str:
    """Put the proven capability into the tables; say what was done."""
    text = tables.read_text(encoding="utf-8")
    lengths = json.loads(text)["footage"][quality]["lengths"]
    if Feature.REFERENCE in lengths:
        return f"{tables.name} has the row already"
    head, mark, tail = text.partition(f'"{quality}": {{\n')
    begin, line, rest = tail.partition('"text_to_video": ')
    if not (mark and line) or '"lengths"' not in begin:
        raise Ends(f'{tables} is laid out otherwise: add "reference_to_video": {{"720p": [{SECONDS}]}} by hand')
    row = f'"{Feature.REFERENCE.value}": {{"720p": [{SECONDS}]}},\n        '
    tables.write_text(head + mark + begin + row + line + rest, encoding="utf-8")
    return f"{tables.name}: footage.{quality} films with references, {SECONDS} s; deploy it"


def main() -> None:
    """Probe, and say what was learnt."""
    parser = argparse.ArgumentParser(prog="python -m infra.probe", description=__doc__)
    parser.add_argument("vendor", choices=["veo"])
    able = [quality.value for quality in Quality if quality is not Quality.LITE]  # Lite takes no references
    parser.add_argument("--model", choices=able, default=Quality.FAST.value, help="which row of the tables")
    parser.add_argument("--yes", action="store_true", help="buy the film")
    parser.add_argument("--write", action="store_true", help="put what was proven into shared/tables.json")
    given = parser.parse_args()
    probe = Probe(Wiring(settings(os.environ)), Quality(given.model), print, time.sleep)
    try:
        if probe(buy=given.yes) is not None and given.write:
            print(write_row(SHIPPED_TABLES, probe.quality))  # noqa: T201  # its one purpose
    except Ends as ends:
        raise SystemExit(str(ends)) from ends


if __name__ == "__main__":
    main()
