"""How people find a film: one word a key, replaced by its next, kept with the job and gone with it."""

from collections.abc import Iterator

import pytest

from infra.admin import jobs as admin_jobs
from shared.pipeline.job.stay import MOST_FEEDBACK
from tests.steps.calls import Customer, customer, told
from tests.steps.stage import TENANT, Stage, footage, staged

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


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "rating"),
        ({"rating": 6}, "rating"),
        ({"rating": 3, "reasons": ["price"]}, "reasons.0"),
        ({"rating": 3, "text": "x" * 1001}, "text"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_its_field(
    stage: Stage, film: str, body: dict[str, object], field: str
) -> None:
    """A rating there must be, reasons are of the list, words are bounded."""
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
