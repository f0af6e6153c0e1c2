"""Thirty films at once, and the functions' process killed in the middle of them."""

import time
from contextlib import suppress
from pathlib import Path

import httpx

from tests.journey.cinema import Cinema, close_cinema, open_cinema
from tests.journey.test_films import order, presented


def test_thirty_jobs_survive_a_kill_of_the_functions(tmp_path: Path) -> None:
    """All thirty complete although `kill -9` hit their process half-way, and the vendors billed each take once."""
    cinema = open_cinema(tmp_path, heygen={"concurrency": 10})
    try:
        photo = cinema.upload()
        orders = [order(2, image=photo) if k % 3 else presented(1, image=photo) for k in range(30)]
        jobs = [cinema.order(each) for each in orders]

        time.sleep(3)
        half_way = [cinema.job(job)["status"] for job in jobs]
        cinema.laptop.kill("functions")
        _answering(cinema)
        ended = [cinema.ended(job) for job in jobs]

        veo, heygen = cinema.bills()
    finally:
        close_cinema(cinema)
    assert any(status != "completed" for status in half_way)
    assert [] == [(job["id"], job["error"]) for job in ended if job["status"] != "completed"]
    takes = [line["key"] for line in (*veo, *heygen) if line["billed"]]
    assert 60 == len(takes)  # two clips, or a clip and a presenter
    assert len(takes) == len({_take(key) for key in takes})


def _take(key: str) -> str:
    """Return a generation's job, node and take: the attempt is what may not matter."""
    if key.startswith("gs://"):
        job, node, attempt = key.split("/")[4:7]
        return f"{job} {node} {attempt.partition('-')[0]}"
    job, node, take, _attempt = key.split(".")
    return f"{job} {node} {take}"


def _answering(cinema: Cinema) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with suppress(httpx.TransportError):
            if cinema.http.get("/health").status_code == 200:
                return
        time.sleep(0.1)
    raise AssertionError("the functions did not come back")
