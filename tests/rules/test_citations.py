"""Reasons stand in the repository: every hole, heading, test and module that is cited is there."""

import re

import pytest

from tests.model.rules import Rule
from tests.rules.citations import (
    HOLES,
    Hole,
    astray,
    cited_headings,
    cited_holes,
    dead_links,
    headings,
    holes,
    unfounded,
)
from tests.rules.sources import ROOT, found, kept_files, name_of

PAGE = (ROOT / HOLES).read_text(encoding="utf-8")
KNOWN = holes(PAGE)
RULES = frozenset(rule.value for rule in Rule)
SPEAKS = (".hcl", ".json", ".md", ".py", ".sh", ".tf", ".toml", ".yaml")
GENERATED = ("requirements.txt", "requirements-dev.txt")
WHOLE = '- **Without:** a.\n- **Rule:** b.\n- **Where:** `shared/log.py`\n- **Breaks:** model rule "the sweep"\n'
SIGN = chr(0xA7)


def test_whatever_is_cited_is_in_the_repository() -> None:
    """No sentence leans on a hole or heading that is not there, or on a paper outside."""
    wrong: dict[str, object] = {}
    for path in kept_files():
        if path.suffix in SPEAKS and path.name not in GENERATED and path.stem != "test_citations":
            strays = astray(path.read_text(encoding="utf-8"), frozenset(KNOWN))
            wrong |= {name_of(path): "; ".join(strays)} if strays else {}

    assert not wrong, found(wrong)


def test_every_link_of_a_page_leads_somewhere() -> None:
    """A link inside the repository opens a file, and the heading it names."""
    dead: dict[str, object] = {}
    for path in kept_files():
        if path.suffix == ".md":
            links = dead_links(path.read_text(encoding="utf-8"), path)
            dead |= {name_of(path): "; ".join(links)} if links else {}

    assert not dead, found(dead)


@pytest.mark.parametrize("number", KNOWN, ids="hole {}".format)
def test_a_hole_names_what_closes_it_and_what_breaks_without(number: int) -> None:
    """Each of its modules, tests and rules of the model exists."""
    assert [] == unfounded(KNOWN[number], RULES)


def test_every_rule_of_the_model_closes_a_hole() -> None:
    """What the model cannot do without has its reason on the page."""
    named = {rule for rule in RULES if f'model rule "{rule}"' in " ".join(PAGE.split())}

    assert RULES == named


def test_the_page_is_found_from_its_own_list() -> None:
    """Each heading of the page's table of contents is one of its headings."""
    listed = set(re.findall(r"\[([^\]]+)\]\(#", " ".join(PAGE.split())))

    assert {"Laws", "Paid call", "Holes"} <= listed <= headings(PAGE)


def test_numbers_are_read_in_every_form() -> None:
    """One hole, several, a range; over the end of a line; not where the word only ends so."""
    text = "(Hole 1) holes 2, 3 and 7; holes 14-17, see hole\n# 20; the whole 256 KiB; a hole in a film"

    assert [1, 2, 3, 7, 14, 15, 16, 17, 20] == list(cited_holes(text))


def test_headings_are_read_in_every_form() -> None:
    """A page's name, then headings in quotes; over the end of a line, and in a comment."""
    text = '(pipeline README, "Paid call"). # (veo page, "Prices" and\n    # "The order")'

    assert [("pipeline", "Paid call"), ("veo", "Prices"), ("veo", "The order")] == list(cited_headings(text))


def test_a_comment_in_a_code_block_is_no_heading() -> None:
    """Only what a reader sees as a heading can be cited."""
    assert frozenset({"Real"}) == headings("# Real\n```\n# not one\n```\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("done so (hole 99)", "hole 99 has no heading"),
        ("closed by holes 98-99.", "hole 98 has no heading"),
        ('see (pipeline README, "Paid calls")', 'no heading "Paid calls"'),
        ('see (pipelines README, "Paid call")', "there is no page pipelines"),
        ("(facts" + ": gcp 3)", "outside the repository"),
        ("written from facts" + "/veo.md", "outside the repository"),
        ("(de" + f"sign {SIGN}1)", "outside the repository"),
        (f'"""{SIGN}4a: the answer."""', "outside the repository"),
        ("(proto" + "col hole 3)", "outside the repository"),
        ("see proto" + "col.md", "outside the repository"),
        ("(facts" + ": google 3)", "outside the repository"),
        ("as the fau" + "lts.md tells", "outside the repository"),
    ],
)
def test_a_planted_stray_is_found(text: str, said: str) -> None:
    """Each rule hears its own breach."""
    assert said in "\n".join(astray(text, frozenset(KNOWN)))


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("[a](nowhere.md)", "there is no nowhere.md"),
        ("[a](#no-such)", "the page has no heading #no-such"),
        ("[a](README.md#no-such)", "README.md has no heading #no-such"),
    ],
)
def test_a_planted_dead_link_is_found(link: str, said: str) -> None:
    """A file, a heading here and a heading there; what lives passes."""
    page = "# Some page: its title\n[b](#some-page-its-title) [c](README.md#holes) [d](job/) [e](https://a.example#b)\n"

    assert [] == dead_links(page, ROOT / "shared/pipeline/PAGE.md")
    assert [said] == dead_links(page + link, ROOT / "shared/pipeline/PAGE.md")


@pytest.mark.parametrize(
    "text",
    [
        '(pipeline README, "Paid call", holes 14-17)',
        "the film's facts: its length and size",
        "RFC 7233 " + SIGN + "2.1 says how ranges are counted",
        "the protocol's rules, by design",
    ],
)
def test_an_honest_sentence_passes(text: str) -> None:
    """Nothing is refused that leads somewhere, or nowhere."""
    assert [] == astray(text, frozenset(KNOWN))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("- **Rule:** b.\n", "", "no Rule"),
        ("`shared/log.py`", "the log", "names no module"),
        ("`shared/log.py`", "`shared/logs.py`", "there is no shared/logs.py"),
        ('model rule "the sweep"', "nothing", "names no test"),
        ('model rule "the sweep"', 'model rule "the broom"', 'no rule "the broom"'),
        ('model rule "the sweep"', "`tests/rules/test_citations.py::test_nothing`", "there is no tests/rules"),
    ],
)
def test_a_planted_hole_without_ground_is_found(old: str, new: str, said: str) -> None:
    """A section that names nothing, or what is not there, is refused; the whole one passes."""
    assert [] == unfounded(Hole(1, WHOLE), RULES)

    assert said in "\n".join(unfounded(Hole(1, WHOLE.replace(old, new)), RULES))
