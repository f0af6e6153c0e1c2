"""How people find a film: one word a key, replaced by its next, kept with the job and gone with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from infra.admin import jobs as admin_jobs
from shared.door.feedback import given
from shared.door.feedback_bodies import REASONS, FeedbackBody
from shared.pipeline.codec import Stored, from_plain, to_stored
from shared.pipeline.job.stay import MOST_FEEDBACK, Feedback
from tests.steps.calls import Customer, customer, told
from tests.steps.forms import untouched
from tests.steps.stage import TENANT, Stage, footage, staged
from tests.steps.visitor import signed_in

ROUNDS = 200


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("feedback")) as opened:
        yield opened


@pytest.fixture(scope="module")
def film(stage: Stage) -> str:
    """Return the id of a finished film for all."""
    return finished(stage)


def finished(stage: Stage) -> str:
    """Make a film; return its id."""
    job_id = stage.order(footage())
    for _ in range(ROUNDS):
        stage.round()
        if stage.ended(job_id):
            return job_id
    raise AssertionError(f"not made: {stage.job(job_id)}")


def say(who: Customer, job: str, **body: object) -> tuple[int, object]:
    answer = who.call("POST", f"/jobs/{job}/feedback", body)
    return answer.status_code, told(answer)


def test_a_keys_last_word_stands_in_the_job_and_in_the_log(stage: Stage, film: str) -> None:
    """Said twice it is one, said otherwise it is replaced; another key has a word of its own."""
    one, other = customer(stage.wiring, TENANT.id), customer(stage.wiring, TENANT.id)

    first = say(one, film, rating=2, reasons=["voice", "voice"], text="Too fast.")
    again = say(one, film, rating=2, reasons=["voice"], text="Too fast.")
    say(one, film, rating=5)
    say(other, film, rating=4)

    kept = told(one.call("GET", f"/jobs/{film}"))["feedback"]
    changes = told(one.call("GET", "/tenant/audit?limit=100"))["changes"]
    lines = [each for each in changes if each["what"] == "feedback.given" and each["by"] in (one.key.id, other.key.id)]
    assert 200 == first[0]
    assert first == again
    assert [(one.key.id, 5, [], ""), (other.key.id, 4, [], "")] == [
        (each["by"], each["rating"], each["reasons"], each["text"]) for each in kept
    ]
    assert 3 == len(lines)
    assert [5, 4] == [each["rating"] for each in admin_jobs.show(stage.wiring, film)["feedback"]]


def test_both_scales_are_read_together(stage: Stage) -> None:
    """A score and an older rating are shown on one scale, each with its own, and their mean is of ten."""
    film = finished(stage)
    one, other = customer(stage.wiring, TENANT.id), customer(stage.wiring, TENANT.id)

    say(one, film, score=7, about=["sound", "words", "sound"], says="A little loud.")
    say(other, film, rating=2, reasons=["music", "timing"])

    shown = told(one.call("GET", f"/jobs/{film}"))
    assert [(7, 10, "A little loud.", ["sound", "words"], 4), (4, 5, "", ["sound"], 2)] == [
        tuple(each[name] for name in ("score", "scale", "says", "about", "rating")) for each in shown["feedback"]
    ]
    assert [["other", "words"], ["music", "timing"]] == [each["reasons"] for each in shown["feedback"]]
    assert 5.5 == shown["feedback_score"] == admin_jobs.show(stage.wiring, film)["feedback_score"]
    events = told(one.call("GET", f"/jobs/{film}/timeline"))["events"]
    assert ["7 of 10", "2 of 5"] == [each["detail"] for each in events if each["what"] == "feedback"]


def test_the_films_page_asks_from_1_to_10(stage: Stage) -> None:
    """What is chosen there is kept, and chosen again; without a score it is told so, and nothing typed is lost."""
    film = finished(stage)
    owner = customer(stage.wiring, TENANT.id)
    browser = signed_in(stage, owner)

    said = browser.send(f"/films/{film}/feedback", {"score": "9", "about.sound": "on", "says": "Loud & clear."})
    shown = untouched(browser.get(f"/films/{film}").get_data(as_text=True), "says")
    silent = {"feedback": "on", "says": "Typed <once>", "about.words": "on"}
    wrong = browser.send(f"/films/{film}/feedback", silent)
    kept = untouched(wrong.get_data(as_text=True), "says")

    page = browser.get(f"/films/{film}").get_data(as_text=True)
    mine = next(each for each in told(owner.call("GET", f"/jobs/{film}"))["feedback"] if each["by"] == owner.key.id)
    assert (303, 422) == (said.status_code, wrong.status_code)
    assert (9, ["sound"], "Loud & clear.") == (mine["score"], mine["about"], mine["says"])
    assert "9 of 10" in page
    assert ("9", "on", "Loud & clear.") == (shown["score"], shown["about.sound"], shown["says"])
    assert 'id="wrong-score"' in wrong.get_data(as_text=True)
    assert silent == {name: kept[name] for name in silent}
    assert {"score", "about.sound"}.isdisjoint(kept)


AT = datetime(2026, 11, 29, tzinfo=UTC)
OLDER_CODES = {"by": "key", "at": AT, "rating": 4, "reasons": ["voice", "other"], "text": "Clear."}


def test_what_older_code_kept_is_read() -> None:
    """It says no scale, which is that of five."""
    read = from_plain(Feedback, OLDER_CODES)

    assert (8, 5, ("sound",)) == (read.of_ten, read.scale, read.touches)


@pytest.mark.parametrize("score", range(1, 11))
def test_older_code_reads_what_is_kept(score: int) -> None:
    """It finds a rating from 1 to 5, the nearest, and gives back what it does not know."""
    event = given("key", FeedbackBody(score=score, about=["sound"], says="Clear."))
    kept = to_stored(Feedback(event.by, AT, event.rating, event.reasons, event.text, event.score, event.about))

    older = from_plain(OldersFeedback, kept)

    assert (score + 1) // 2 == older.rating
    assert set(older.reasons) <= set(REASONS)
    assert kept == to_stored(older)
    assert score == from_plain(Feedback, to_stored(older)).of_ten


@dataclass(frozen=True, slots=True)
class OldersFeedback(Stored):
    """What code reads that knows no score."""

    by: str
    at: datetime
    rating: int
    reasons: tuple[str, ...] = ()
    text: str = ""


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "score"),
        ({"score": 0}, "score"),
        ({"score": 11}, "score"),
        ({"score": "8"}, "score"),
        ({"score": 8, "rating": 4}, "rating"),
        ({"score": 8, "reasons": ["voice"]}, "reasons"),
        ({"score": 8, "text": "Good."}, "text"),
        ({"rating": 4, "says": "Good."}, "says"),
        ({"rating": 4, "about": ["sound"]}, "about"),
        ({"score": 8, "about": ["price"]}, "about.0"),
        ({"rating": 6}, "rating"),
        ({"rating": 3, "reasons": ["price"]}, "reasons.0"),
        ({"rating": 3, "text": "x" * 1001}, "text"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_its_field(
    stage: Stage, film: str, body: dict[str, object], field: str
) -> None:
    """A score there must be, in one form only; what it is about is of the list, words are bounded."""
    answer = customer(stage.wiring, TENANT.id).call("POST", f"/jobs/{film}/feedback", body)

    assert 400 == answer.status_code
    assert field in told(answer)["details"]


def test_only_ones_own_finished_film_is_judged(stage: Stage, film: str) -> None:
    """A film that is not there yet is no film; somebody else's is none either."""
    early = stage.order(footage())

    assert (409, 404) == (
        say(customer(stage.wiring, TENANT.id), early, rating=3)[0],
        say(customer(stage.wiring, "stranger"), film, rating=3)[0],
    )


def test_the_last_keys_words_stay(stage: Stage) -> None:
    """A document holds so many and no more."""
    film = finished(stage)
    people = [customer(stage.wiring, TENANT.id) for _ in range(MOST_FEEDBACK + 1)]

    for each in people:
        say(each, film, rating=3)

    kept = told(people[0].call("GET", f"/jobs/{film}"))["feedback"]
    assert [each.key.id for each in people[1:]] == [each["by"] for each in kept]
