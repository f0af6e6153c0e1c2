"""Decides a whole film before anything of it is painted: what is seen when, where it stands, words as pictures.

Nothing here reads or writes a frame of the film; what comes of it is painted in one place, or in parts side by side.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from shared.media.backdrops import with_backdrops
from shared.media.beds import Prepared, prepared
from shared.media.canvas import Lettering, PlacedPresenter
from shared.media.errors import MediaFailed, MediaRefused
from shared.media.faces import OwnFonts
from shared.media.ffmpeg import RUNS_AT_ONCE, Budget, Source
from shared.media.images import ImageRefused
from shared.media.lettering import letter
from shared.media.logo import PlacedLogo, logo_news, paint_logo, place_logo
from shared.media.painting import still
from shared.media.probe import FilmFacts, probe, probe_each
from shared.media.product_card import PlacedCard, paint_product, photo_of, place_product
from shared.media.segments import Cut, cuts, openings_of
from shared.media.sound import heard_of
from shared.media.sources import beside_encoder, source_of
from shared.media.standing import presenters_seen
from shared.media.take_notes import TakeFound
from shared.media.takes import MeasuredTake, measure
from shared.pipeline.edit.edit import BODY_KEY, HEADING_KEY, LOGO_KEY, MUSIC_KEY, Appearance, Edit
from shared.pipeline.plan.plan import Size
from shared.pipeline.plan.warned import WarningText

_PROBED_TOGETHER = 4  # files one run looks at: each has a decoder of its own, of up to 4K


@dataclass(frozen=True, slots=True)
class Known:
    """What was found already of some of a film's files, by node: what they are; of takes, all that is asked of them."""

    facts: Mapping[str, FilmFacts] = field(default_factory=dict)
    takes: Mapping[str, TakeFound] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bench:
    """One composition at work."""

    edit: Edit
    files: Mapping[str, Path]
    folder: Path  # emptied at the end
    budget: Budget
    known: Known

    def facts(self, nodes: Iterable[str]) -> dict[str, FilmFacts]:
        """Look at nodes' films, but for those somebody has looked at."""
        wanted = tuple(dict.fromkeys(nodes))
        unknown = {node: self.files[node] for node in wanted if node not in self.known.facts}
        found = {**self.known.facts, **probed(unknown, self.budget)}
        return {node: found[node] for node in wanted}

    def measured(self, looks: Sequence[Appearance]) -> list[MeasuredTake]:
        """Look at presenters' takes, in their order."""
        facts = self.facts(look.node for look in looks)

        def measured(look: Appearance) -> MeasuredTake:
            with TemporaryDirectory(prefix="take-", dir=self.folder) as own, named(look.node):
                take = self.known.takes.get(look.node)
                return measure(look, self.files[look.node], facts[look.node], Path(own), self.budget, take)

        with ThreadPoolExecutor(RUNS_AT_ONCE) as beside:
            return list(beside.map(measured, looks))


@dataclass(frozen=True, slots=True)
class Layout:
    """What was decided of a film, but for the files it is painted from."""

    edit: Edit
    row: tuple[Cut, ...]
    loud: frozenset[str]  # whose own sound is heard, of footage and cards
    presenters: tuple[PlacedPresenter, ...]
    words: tuple[Lettering, ...]
    logo: PlacedLogo | None
    cards: tuple[PlacedCard, ...]
    warnings: tuple[WarningText, ...]

    @property
    def frames(self) -> int:
        """Return how many frames the film has."""
        return self.row[-1].end


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A film that can be painted: its layout, its footage, stills and marks as they lie on the bench, its music."""

    bench: Bench
    layout: Layout
    films: Mapping[str, Source]
    stills: Mapping[str, Path]
    marks: tuple[Lettering, ...]  # all that is laid over the picture but presenters, in its order
    music: Prepared | None
    heavy: Mapping[str, int]  # how many decoders' worth of memory each moving file takes


@contextmanager
def laid_out(
    edit: Edit, files: Mapping[str, Path], folder: Path, *, timeout: float, known: Known | None = None
) -> Iterator[LaidOut]:
    """Lay a film out on a bench in `folder`, which is cleared at the end; `files` maps each node's key to its file.

    `known` is what was found already of some of these files; the others are looked at.

    Raises MediaRefused when an input can't be used, naming its node, MediaFailed when the machine failed within
    `timeout` seconds.
    """
    missing = [node for node in edit.files if node not in files or not files[node].is_file()]
    if missing:
        raise MediaRefused(f"files are missing: {', '.join(missing)}", "Make these nodes first.")
    try:
        with TemporaryDirectory(prefix="bench-", dir=folder) as bench:
            with named(LOGO_KEY):
                edit, files = with_backdrops(edit, files, Path(bench))
            yield _laid(Bench(edit, files, Path(bench), Budget(timeout), known or Known()))
    except OSError as problem:
        raise MediaFailed(f"the machine could not write: {problem.strerror or problem}") from problem


def _laid(bench: Bench) -> LaidOut:
    edit = bench.edit
    known = bench.facts(shot.node for shot in edit.shots if shot.node and not shot.still)
    row, short = cuts(edit, {node: facts.seconds for node, facts in known.items()})
    if not row:
        raise MediaRefused("the edit shows nothing", "Give it at least one shot.")
    films = {node: source_of(bench.files[node], facts, *beside_encoder(facts)) for node, facts in known.items()}
    presenters, told = presenters_seen(edit, row, bench.measured, bench.folder)
    logo = place_logo(edit.logo, edit, presenters) if edit.logo else None
    cards, shown = _cards(bench, presenters, logo)
    words, lost = letter(edit, presenters, bench.folder, logo, _fonts(bench), cards)
    marks = (*shown, *_logo(bench, logo), *words)
    stills = _stills(bench)
    loud = heard_of(edit, [node for node, facts in known.items() if facts.audio_codec])
    warnings = tuple(dict.fromkeys((*edit.warnings, *short, *told, *lost, *(logo_news(logo) if logo else ()))))
    layout = Layout(edit, row, loud, tuple(presenters), words, logo, cards, warnings)
    heavy = {node: openings_of(facts.width, facts.height) for node, facts in known.items()}
    return LaidOut(bench, layout, films, stills, marks, _music(bench), heavy)


def probed(files: Mapping[str, Path], budget: Budget) -> dict[str, FilmFacts]:
    """Look at films side by side. Raises MediaRefused, naming the first one that is none, MediaFailed."""

    def looked_at(nodes: tuple[str, ...]) -> list[FilmFacts]:
        if len(nodes) == 1:
            with named(nodes[0]):
                return [probe(files[nodes[0]], timeout=budget.left())]
        try:
            return probe_each([files[node] for node in nodes], timeout=budget.left())
        except MediaRefused:  # one of them is refused: alone it says which, and the others are well
            return [facts for node in nodes for facts in looked_at((node,))]

    with ThreadPoolExecutor(RUNS_AT_ONCE) as beside:
        nodes = tuple(files)
        groups = [nodes[at : at + _PROBED_TOGETHER] for at in range(0, len(nodes), _PROBED_TOGETHER)]
        return dict(zip(nodes, chain.from_iterable(beside.map(looked_at, groups)), strict=True))


@contextmanager
def named(node: str) -> Iterator[None]:
    """Say in a refusal which node's file it is about."""
    try:
        yield
    except (MediaRefused, ImageRefused) as refused:
        raise MediaRefused(f"{node}: {refused.why}", refused.next_move, node) from refused


def _music(bench: Bench) -> Prepared | None:
    """Open the film's music."""
    if bench.edit.music is None:
        return None
    with named(MUSIC_KEY):
        return prepared(bench.edit.music, bench.files[MUSIC_KEY], bench.edit.seconds, bench.folder, bench.budget)


def _fonts(bench: Bench) -> OwnFonts:
    """Name the files of the brand's fonts."""
    return OwnFonts(
        heading=str(bench.files[HEADING_KEY]) if bench.edit.fonts.heading else "",
        body=str(bench.files[BODY_KEY]) if bench.edit.fonts.body else "",
    )


def _logo(bench: Bench, placed: PlacedLogo | None) -> Iterator[Lettering]:
    """Paint the film's logo, if it has one."""
    if bench.edit.logo and placed:
        with named(LOGO_KEY):
            yield paint_logo(bench.edit.logo, placed, bench.files[LOGO_KEY], bench.folder)


def _cards(
    bench: Bench, presenters: Sequence[PlacedPresenter], logo: PlacedLogo | None
) -> tuple[tuple[PlacedCard, ...], tuple[Lettering, ...]]:
    """Place and paint the product's photo, if it is seen as a card."""
    edit, product = bench.edit, bench.edit.product
    if product is None:
        return (), ()
    with named(product.node):
        photo = photo_of(product, bench.files[product.node])
        placed = place_product(edit, presenters, logo, Size(*photo.size))
        return placed, tuple(paint_product(edit, placed, photo, bench.folder))


def _stills(bench: Bench) -> dict[str, Path]:
    """Paint every still to the film's size."""
    made: dict[str, Path] = {}
    for node in dict.fromkeys(shot.node for shot in bench.edit.shots if shot.still):
        if node:
            with named(node):
                made[node] = still(
                    bench.files[node], bench.edit.size, bench.edit.focus, bench.folder / f"still-{len(made)}.png"
                )
    return made
