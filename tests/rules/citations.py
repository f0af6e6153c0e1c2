"""What a text cites: holes by number, headings of README pages in quotes, tests and modules by name."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.rules.sources import ROOT

HOLES = "shared/pipeline/README.md"
# "hole 4", "holes 2, 3 and 7", "holes 14-17"; a comment's own sign may stand at the start of each line between.
_HOLES = re.compile(r"\bholes?\s+(?:#\s*)?(\d+(?:(?:\s*-\s*|,\s+|\s+and\s+)\d+)*)(?![\d-])", re.IGNORECASE)
# (pipeline README, "Paid call"), (veo page, "Prices" and "Extension")
_PAGE = re.compile(r'\b([a-z][\w/]*) (?:README|page),\s+((?:"[^"\n]+"(?:,\s+|\s+and\s+)?)+)')
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_HOLE = re.compile(r"^### Hole (\d+): ", re.MULTILINE)
# The papers of the planning stay outside; put together here, so that this file holds nothing it looks for.
_SIGN = chr(0xA7)
OUTSIDE = re.compile(
    rf"(?<!{'RFC'} \d{{4}} ){_SIGN}"
    rf"|\bfacts(?:/\w+|: \w+ [\d{_SIGN}]| on (?:X-|Veo|HeyGen)|\.md\b)"
    rf"|\b{'as the fa' + 'cts say'}|\bwhat the {'facts'}\b"
    rf"|\b{'proto' + 'col'}(?: hole| {_SIGN}|-vendors|-load|-model|\.md\b)"
    rf"|\b(?:{'de' + 'sign'}|{'fi' + 'lms'}|{'pa' + 'ge'}|{'st' + 'yle'}|{'fau' + 'lts'})\.md\b|\b{'Br' + 'ief'}: ",
    re.IGNORECASE,
)
_LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(#[^)\s]+)?\)")
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
_PLACE = re.compile(r"`((?:functions|infra|shared|tests)/[\w./-]+)`")
_RULE = re.compile(r'model rule "([^"]+)"')


@dataclass(frozen=True, slots=True)
class Hole:
    """A hole's section of the page."""

    number: int
    text: str

    @property
    def built(self) -> bool:
        """Tell whether a rule closes it; the other holes say why there is nothing to close."""
        return "- **Not built:** " not in self.text

    def part(self, name: str) -> str:
        """Return one of its four parts, "" when it is missing."""
        found = re.search(rf"^- \*\*{name}:\*\* (.*?)(?=^- \*\*|\Z)", self.text, re.MULTILINE | re.DOTALL)
        return re.sub(r"\s+", " ", found[1]).strip() if found else ""


def cited_holes(text: str) -> Iterator[int]:
    """Yield the number of every hole a text speaks of, ranges counted out."""
    for found in _HOLES.finditer(text):
        for part in re.split(r",\s+|\s+and\s+", found[1]):
            first, _, last = part.partition("-")
            yield from range(int(first), int(last or first) + 1)


def cited_headings(text: str) -> Iterator[tuple[str, str]]:
    """Yield (page, heading) of every heading a text cites."""
    for found in _PAGE.finditer(re.sub(r"\s*\n\s*(?:#\s*)?", " ", text)):
        for heading in re.findall(r'"([^"]+)"', found[2]):
            yield found[1], heading


def page_of(name: str) -> Path | None:
    """Return the README a citation calls `name`: a folder of the repository, of `shared/` or of its providers."""
    places = (ROOT / name, ROOT / "shared" / name, ROOT / "shared" / "providers" / name)
    return next((place / "README.md" for place in places if (place / "README.md").is_file()), None)


def headings(markdown: str) -> frozenset[str]:
    """Return a page's headings; what stands in a code block is none."""
    return frozenset(_HEADING.findall(_FENCE.sub("", markdown)))


def holes(markdown: str) -> Mapping[int, Hole]:
    """Return the holes of a page by their numbers."""
    _, *parts = _HOLE.split(markdown)
    return {int(number): Hole(int(number), text) for number, text in zip(parts[::2], parts[1::2], strict=True)}


def astray(text: str, known: frozenset[int]) -> list[str]:
    """Return what a text cites that is not there, and what lies outside the repository."""
    wrong = [f"hole {number} has no heading in {HOLES}" for number in cited_holes(text) if number not in known]
    for name, heading in cited_headings(text):
        page = page_of(name)
        if page is None:
            wrong.append(f"there is no page {name}")
        elif heading not in headings(page.read_text(encoding="utf-8")):
            wrong.append(f'{page.relative_to(ROOT)} has no heading "{heading}"')
    wrong += [f"outside the repository: {found.group()}" for found in OUTSIDE.finditer(text)]
    return wrong


def dead_links(markdown: str, home: Path) -> list[str]:
    """Return a page's links to files and headings that are not there; `home` is the page's own path."""
    wrong = []
    for place, anchor in _LINK.findall(_FENCE.sub("", markdown)):
        target = (home.parent / place).resolve() if place else home
        if place and not target.exists():
            wrong.append(f"there is no {place}")
        elif anchor and target.suffix == ".md":
            text = markdown if target == home else target.read_text(encoding="utf-8")
            if anchor[1:] not in {_slug(heading) for heading in headings(text)}:
                wrong.append(f"{place or 'the page'} has no heading {anchor}")
    return wrong


def _slug(heading: str) -> str:
    """Return a heading's anchor as GitHub makes it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def unfounded(hole: Hole, rules: frozenset[str]) -> list[str]:
    """Return what a hole's section lacks, and the modules, tests and rules of the model it names that do not exist."""
    if not hole.built:
        return []
    wrong = [f"no {part}" for part in ("Without", "Rule", "Where", "Breaks") if not hole.part(part)]
    if not _PLACE.search(hole.part("Where")):
        wrong.append("names no module")
    tests, named = _TEST.findall(hole.text), _RULE.findall(hole.part("Breaks"))
    if not (tests or named):
        wrong.append("names no test and no rule of the model")
    wrong += [f"there is no {place}" for place in _PLACE.findall(hole.text) if not (ROOT / place).exists()]
    wrong += [f"there is no {path}::{name}" for path, name in tests if not _defined(ROOT / path, name)]
    wrong += [f'the model has no rule "{rule}"' for rule in named if rule not in rules]
    return wrong


def _defined(path: Path, name: str) -> bool:
    return path.is_file() and bool(
        re.search(rf"^\s*(?:async )?def {name}\(", path.read_text(encoding="utf-8"), re.MULTILINE)
    )
