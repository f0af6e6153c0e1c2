"""How far the expectation is from the end, over two hundred films whose vendors vary, and slow down half-way."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from statistics import median

import pytest

from shared.pipeline.job.eta import eta, maker
from shared.pipeline.job.job import Job, Node
from shared.pipeline.job.learning import samples
from shared.pipeline.plan.plan import Kind
from shared.pipeline.plan.priors import priors
from shared.pipeline.vendors.figures import Outlook, learnt
from shared.pipeline.vendors.state import Figure
from tests.pipeline.films import TABLES
from tests.pipeline.machine.story import CHAIN, FOOTAGE, PRESENTED, START, TWO_CLIPS, job
from tests.pipeline.machine.test_eta import SECOND, SWIFT, life

FILMS, TURN = 200, 100  # after so many Veo takes four times as long
APART = timedelta(minutes=30)  # between two orders
REQUESTS = (FOOTAGE, TWO_CLIPS, CHAIN, PRESENTED)
Learns = Callable[[dict[str, Figure], Job, int], dict[str, Figure]]


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of a film when it was ordered, and when it came, seconds after the order."""

    p50: float
    p90: float
    actual: float

    @property
    def error(self) -> float:
        """|p50 - actual|, as a share of the actual time."""
        return abs(self.p50 - self.actual) / self.actual


def learns(figures: dict[str, Figure], ended: Job, number: int) -> dict[str, Figure]:
    """Learn from every ended film."""
    return learnt(figures, samples(ended), START + number * APART)


def learns_nothing(figures: dict[str, Figure], _ended: Job, _number: int) -> dict[str, Figure]:
    """Go by the tables for ever."""
    return figures


def two_hundred(learn: Learns, seed: int = 11) -> list[Told]:
    """Let films be made one after the other; return what was told of each."""
    chance, figures, found = Random(seed), dict[str, Figure](), list[Told]()

    def lasts(number: int, node: Node) -> float:
        slower = 4.0 if node.kind is Kind.CLIP and number >= TURN else 1.0
        return node.expected * 1.3 * slower * chance.lognormvariate(0, 0.3)

    for number in range(FILMS):
        request = REQUESTS[number % len(REQUESTS)]
        ordered = job(request, SWIFT)
        told = eta(ordered, START, Outlook(figures, priors(TABLES), START + number * APART))
        *_, (end, ended) = life(request, lambda key, k=number, nodes=ordered.nodes: lasts(k, nodes[key]))  # type: ignore[misc]  # bound now
        assert told.p50 is not None
        assert told.p90 is not None
        found.append(Told(*((each - START) / SECOND for each in (told.p50, told.p90, end))))
        figures = learn(figures, ended, number)
    return found


@pytest.fixture(scope="module")
def learnt_films() -> list[Told]:
    """Return two hundred films of a abroll that learns."""
    return two_hundred(learns)


def test_the_expectation_is_a_fifth_off_while_vendors_are_as_they_were(learnt_films: list[Told]) -> None:
    """Of films whose parts vary by a third each; the tables alone, which know nothing of it, are further off."""
    steady = learnt_films[20:TURN]
    tables = two_hundred(learns_nothing)[20:TURN]

    off, off_by_tables = (median(film.error for film in films) for films in (steady, tables))

    print(f"|p50 - actual| / actual, median: {off:.2f} learnt, {off_by_tables:.2f} by the tables")
    assert off < 0.2
    assert off < off_by_tables


def test_a_vendor_that_slows_down_is_known_when_its_figures_have_halved(learnt_films: list[Told]) -> None:
    """Right after it the error is large; a day and a half later it is less than half of that."""
    at_once, later = learnt_films[TURN : TURN + 10], learnt_films[TURN + 70 :]

    before, after = (median(film.error for film in films) for films in (at_once, later))

    print(f"after x4: {before:.2f} at once, {after:.2f} a day and a half later")
    assert after < before / 2


def test_the_second_moment_knows_much_earlier(learnt_films: list[Told]) -> None:
    """Half a day after it two of three films are there by p90; by the tables alone hardly any."""
    slow, tables = (films[TURN + 24 : TURN + 70] for films in (learnt_films, two_hundred(learns_nothing)))

    there, by_tables = (sum(film.actual <= film.p90 for film in films) / len(films) for films in (slow, tables))

    print(f"there by p90 after x4: {there:.2f} learnt, {by_tables:.2f} by the tables")
    assert there >= 0.66
    assert by_tables < 0.25


def test_nine_of_ten_are_there_by_the_second_moment(learnt_films: list[Told]) -> None:
    """As long as vendors are as they were; to a few of a hundred."""
    steady = learnt_films[20:TURN]

    there = sum(film.actual <= film.p90 for film in steady) / len(steady)

    print(f"there by p90: {there:.2f}")
    assert there >= 0.85


def test_clips_and_takes_teach_their_own_makers() -> None:
    """A film with a presenter teaches three figures: the footage's model, the avatar's engine, our machines."""
    *_, (_, ended) = life(PRESENTED)

    names = {(one.vendor, one.model) for one in samples(ended)}

    assert names == {maker(ended, node) for node in ended.nodes.values() if node.kind is not Kind.IMAGE}
