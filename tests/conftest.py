"""What every suite shares: properties that nothing hurries (the machines are noisy), one laptop for whom it suits."""

import gc
from collections.abc import Generator, Iterator
from pathlib import Path

import hypothesis
import pytest

hypothesis.settings.register_profile(
    "abroll",
    deadline=None,
    derandomize=False,
    print_blob=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("abroll")

LONGEST_NAME = 120  # characters of a text that names a test's case
SHARED = ("cinema", "abroll", "shops")  # fixtures that start processes for the whole session


def pytest_addoption(parser: pytest.Parser) -> None:
    """Attacks and fuzzing are small unless asked for in full."""
    parser.addoption("--large", action="store_true", help="attack and fuzz the doors at full size")
    parser.addoption("--shots", metavar="FOLDER", help="keep a picture of every screen of the pages there")


FIRST = (  # the longest of all others: begun last, they would keep one worker when nothing is left for the rest
    "tests/infra/test_terraform.py",
    "tests/journey/test_clocks.py",
    "tests/journey/test_frozen.py",
    "tests/journey/test_in_flight.py",
    "tests/journey/test_twenty_at_once.py",
    "tests/media/test_photo_memory.py",
    "tests/steps/test_every_point.py",
    "tests/steps/test_turn_points.py",
    "tests/storm/",
)
LONG = (  # nothing else is one, wherever it stands
    "tests/google/crash/",
    "tests/journey/test_clocks.py",
    "tests/journey/test_frozen.py",
    "tests/journey/test_gallery.py",
    "tests/journey/test_in_flight.py::test_films_survive_kills_at_random_moments",
    "tests/lives/",
    "tests/model/",
    "tests/steps/test_closing_kills.py",
    "tests/steps/test_parts_kills.py",
    "tests/steps/test_sweep_backlog.py",
    "tests/storm/",
)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Import nothing of which no proof is asked for, where only proofs are asked for."""
    if config.option.markexpr != "long" or config.args != config.getini("testpaths"):
        return None
    name = collection_path.relative_to(config.rootpath).as_posix() + "/" * collection_path.is_dir()
    return None if any(each.startswith(name) or name.startswith(each) for each in LONG) else True


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a long text by its length: a test's name stands in its processes' environment, which has a bound."""
    return f"{argname} of {len(val)}" if isinstance(val, str | bytes) and len(val) > LONGEST_NAME else None


def shares(item: pytest.Item) -> Iterator[str]:
    """Yield the names of the groups whose tests share what is dear to make: a laptop, or a module's own fixtures."""
    made = item._fixtureinfo.name2fixturedefs if isinstance(item, pytest.Function) else {}
    yield from (name for name in SHARED if name in made and made[name][-1].scope == "session")
    if any(each[-1].scope == "module" for each in made.values()):
        yield item.nodeid.partition("::")[0]


def turn(item: pytest.Item) -> int:
    """Return when a test begins: among those of a laptop, the longest, the groups, or all others."""
    groups = {mark.args[0] for mark in item.iter_markers("xdist_group")}
    early = (not groups.isdisjoint(SHARED), item.nodeid.startswith(FIRST), bool(groups))
    return early.index(True) if True in early else len(early)


def laptop(item: pytest.Item) -> str:
    """Return the folder whose fixture starts a test's laptop: each starts its own, and ends it with its last test."""
    made = item._fixtureinfo.name2fixturedefs if isinstance(item, pytest.Function) else {}
    return next((made[name][-1].baseid for name in SHARED if name in made and made[name][-1].scope == "session"), "")


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over what stays to the end: the modules and thousands of tests."""
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None]:
    """End a laptop with the last test of its group, where groups stay together: idle, it goes on sweeping."""
    yield
    if not getattr(item.config.option, "loadgroup", False) or not isinstance(item, pytest.Function):
        return
    following = nextitem._fixtureinfo.name2fixturedefs if isinstance(nextitem, pytest.Function) else {}
    for name in SHARED:
        made = item._fixtureinfo.name2fixturedefs.get(name)
        if made and following.get(name) != made:
            made[-1].finish(item._request)  # type: ignore[arg-type]  # any request will do


@pytest.hookimpl(tryfirst=True)  # xdist's own hook reads the groups' names
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests that share a fixture on the worker that has it; mark the proofs that take their time.

    What takes long begins first, and the tests of a laptop follow each other; the order that was drawn holds otherwise.
    """
    for item in items:
        if item.nodeid.startswith(LONG):
            item.add_marker(pytest.mark.long)
        group = next(shares(item), None)
        if group and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: (turn(item), laptop(item)))
