"""A refused order leaves no trace: no document, no object, no task, no generation."""

from pathlib import Path

from tests.journey.cinema import Cinema, close_cinema, open_cinema
from tests.journey.test_films import presented
from tests.system.test_refusals import FILM, MALFORMED, PRIVATE


def test_refused_orders_store_and_pay_nothing(tmp_path: Path) -> None:
    """Over fifty malformed, forbidden and impossible orders later the counts of writes, tasks and bills stand still.

    The sweep, which writes once a tick that it came by, is off.
    """
    refused = [body for body, _fields in MALFORMED]
    refused += [{**FILM, "image_url": link} for link in PRIVATE]
    refused += [
        presented(1) | {"avatar_id": "group_ana"},
        presented(1) | {"voice_id": "nobody"},
        {**FILM, "image": "0" * 64},
    ]
    cinema = open_cinema(tmp_path, sweep_seconds=3600)
    try:
        before = _traces(cinema)
        answers = [cinema.http.post("/create_job", json=body).status_code for body in refused]
        after = _traces(cinema)
    finally:
        close_cinema(cinema)

    assert {400, 422} == set(answers)
    assert before == after


def _traces(cinema: Cinema) -> tuple[object, ...]:
    counts, bills = cinema.counts(), cinema.bills()
    return counts["firestore"]["writes"], counts["tasks"]["created"], len(bills[0]), len(bills[1])
