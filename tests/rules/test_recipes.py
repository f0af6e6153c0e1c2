"""The recipes of CONTRIBUTING name every place: the example's own name is found there and nowhere else."""

import re
from collections.abc import Iterator, Mapping

import pytest

from tests.rules.sources import ROOT, kept_files, name_of

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
GENERATED = ("functions/REFERENCE.md", "shared/client/schemas.py", "shared/door/openapi.json")
SOURCES = (".hcl", ".json", ".py", ".tf", ".toml", ".yaml")
RECIPE = re.compile(r"^### (?P<title>.+)\n\n<!-- places: (?P<pattern>.+) -->\n(?P<says>(?:(?!#).*\n)+)", re.MULTILINE)
OWN = re.compile(r"(?:providers|vendors)/(?:did|heygen|heygen_video|veo)/")  # a vendor's own rooms are named as a whole
PLACE = re.compile(r"`((?:functions|infra|shared)/[\w./-]+\.\w+|pyproject\.toml|cloudbuild\.yaml)`")


def product() -> Iterator[tuple[str, str]]:
    """Yield every source of the product with its name; pages and generated files follow it."""
    for path in kept_files():
        name = name_of(path)
        inside = name.startswith(("functions/", "infra/", "shared/")) or name in ("pyproject.toml", "cloudbuild.yaml")
        if inside and path.suffix in SOURCES and name not in GENERATED:
            yield name, path.read_text(encoding="utf-8")


def unnamed(pattern: str, says: str, sources: Mapping[str, str]) -> tuple[set[str], set[str]]:
    """Return the places a recipe leaves out, and those it names in vain."""
    named = set(PLACE.findall(says))
    there = {name for name, text in sources.items() if re.search(pattern, text)}
    return there - named, {name for name in named - there if name in sources}


@pytest.mark.parametrize("recipe", [*RECIPE.finditer(TEXT)], ids=lambda recipe: recipe["title"])
def test_a_recipe_names_every_place(recipe: re.Match[str]) -> None:
    """Whoever follows it has forgotten nothing."""
    of_vendor = re.search(r"(avatar|footage) vendor$", recipe["title"])
    sources = {name: text for name, text in product() if not (of_vendor and OWN.search(name))}
    left_out, _ = unnamed(recipe["pattern"], recipe["says"], sources)

    assert set() == left_out
    assert set() == {place for place in PLACE.findall(recipe["says"]) if not (ROOT / place).exists()}


def test_there_are_recipes() -> None:
    """The pattern finds them: no recipe passes by not being read."""
    assert len(RECIPE.findall(TEXT)) == TEXT.count("<!-- places:")
    assert len(RECIPE.findall(TEXT)) >= 6


def test_a_place_that_is_left_out_is_found() -> None:
    """The rule bites."""
    sources = {"shared/a.py": "pitch = 1", "shared/b.py": "pitch = 2", "shared/c.py": ""}

    assert ({"shared/b.py"}, set()) == unnamed(r"\bpitch\b", "Here: `shared/a.py`.", sources)
    assert (set(), {"shared/c.py"}) == unnamed("pitch", "`shared/a.py`, `shared/b.py`, `shared/c.py`", sources)
