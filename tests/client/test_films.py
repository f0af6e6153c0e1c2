"""Films are followed to their end and fetched whole."""

import json
from pathlib import Path
from typing import Any

import pytest
from werkzeug.wrappers import Response

from shared.client import FilmFailed, StillRunning, Unavailable
from tests.client.canned import Canned, canned, plain

JOB = "6f0d9a54-3f0b-4f7a-8f5d-0a4b1c2d3e4f"
SHORT = 10.0  # seconds of a clock that moves only when the client sleeps


def job(status: str, progress: int = 0, **more: Any) -> Response:
    shown = {"id": JOB, "status": status, "stage": "filming", "progress": progress, "summary": status, "error": None}
    return plain(json.dumps(shown | more))


def test_each_change_is_told_once(server: Canned) -> None:
    """Looks come slower while nothing changes, and faster again after a change."""
    still = [job("processing_veo", 20)] * 3
    server.answer(job("pending"), *still, job("processing_veo", 60), job("completed", 100))

    seen = [each["progress"] for each in server.abroll().films.events(JOB)]

    assert [0, 20, 60, 100] == seen
    assert [1.0, 1.0, 2.0, 3.0, 1.0] == server.slept


def test_a_film_that_is_there_is_waited_for_no_longer(server: Canned) -> None:
    """One look."""
    server.answer(job("completed", 100))

    assert "completed" == server.abroll().films.wait(JOB)["status"]
    assert [] == server.slept


def test_a_failed_film_says_why(server: Canned) -> None:
    """As abroll tells it, with the next move."""
    error = {"code": "credits", "message": "the account is empty", "next_move": "top it up"}
    server.answer(job("failed", error=error))

    with pytest.raises(FilmFailed) as failed:
        server.abroll().films.wait(JOB)

    assert ("credits", "top it up", JOB) == (failed.value.code, failed.value.next_move, failed.value.job["id"])


def test_a_cancelled_film_is_no_film(server: Canned) -> None:
    """Waiting ends, and not with success."""
    server.answer(job("cancelled"))

    with pytest.raises(FilmFailed) as failed:
        server.abroll().films.wait(JOB)

    assert "cancelled" == failed.value.code


def test_the_time_to_wait_ends(server: Canned) -> None:
    """Not at a multiple of the looks' pauses, and not as a failure."""
    server.answer(job("processing_veo", 20))

    with pytest.raises(StillRunning, match="still being made") as late:
        server.abroll().films.wait(JOB, timeout=SHORT)

    assert sum(server.slept) == SHORT
    assert JOB == late.value.job["id"]


def test_a_busy_moment_while_waiting_is_waited_out(server: Canned) -> None:
    """A look that fails is repeated, and the film goes on."""
    server.answer(job("pending"), plain("{}", 503), job("completed", 100))

    assert "completed" == server.abroll().films.wait(JOB)["status"]


def test_pages_are_asked_for_as_they_are_looked_at(server: Canned) -> None:
    """The second page only once somebody comes to its first film."""
    server.answer(plain('{"jobs": [{"id": "1"}, {"id": "2"}], "next_cursor": "c&1"}'))
    rows = server.abroll().films.list(status="failed")

    assert ["1", "2"] == [next(rows)["id"], next(rows)["id"]]
    assert 1 == len(server.heard)
    server.answers[:] = [plain('{"jobs": [{"id": "3"}], "next_cursor": null}')]
    assert ["3"] == [row["id"] for row in rows]
    assert ["/jobs?limit=100&status=failed", "/jobs?limit=100&status=failed&cursor=c%261"] == [
        path for _, path, _, _ in server.heard
    ]


def test_a_film_is_fetched_whole(server: Canned, tmp_path: Path) -> None:
    """The file is there, and nothing beside it."""
    with canned() as store:
        store.answer(Response(b"film" * 50_000))
        server.answer(Response("", 302, headers={"Location": store.url}))

        server.abroll().films.download(JOB, tmp_path / "film.mp4")

    assert {"film.mp4": b"film" * 50_000} == {path.name: path.read_bytes() for path in tmp_path.iterdir()}


@pytest.mark.parametrize(
    ("to", "file", "query"),
    [
        ("film.webm", None, "?file=webm"),
        ("film.GIF", None, "?file=gif"),
        ("film.x", "mov", "?file=mov"),
        ("x", None, ""),
    ],
)
def test_a_films_other_files_are_fetched(server: Canned, tmp_path: Path, to: str, file: str | None, query: str) -> None:
    """The one a file is named as, or the one that is said; the MP4 otherwise."""
    with canned() as store:
        store.answer(Response(b"film"))
        server.answer(Response("", 302, headers={"Location": store.url}))

        server.abroll().films.download(JOB, tmp_path / to, file=file)

    assert f"/jobs/{JOB}/film{query}" == server.heard[0][1]
    assert b"film" == (tmp_path / to).read_bytes()


def test_a_film_that_breaks_off_is_fetched_again(server: Canned, tmp_path: Path) -> None:
    """Half a film is no film: the file it would replace stays until the whole one is there."""
    (tmp_path / "film.mp4").write_bytes(b"old")
    torn = Response(iter([b"fi"]), headers={"Content-Length": "4"})
    with canned() as store:
        store.answer(torn, Response(b"film"))
        server.answer(Response("", 302, headers={"Location": store.url}))

        server.abroll().films.download(JOB, tmp_path / "film.mp4")

    assert {"film.mp4": b"film"} == {path.name: path.read_bytes() for path in tmp_path.iterdir()}


def test_a_film_that_never_comes_whole_leaves_nothing(server: Canned, tmp_path: Path) -> None:
    """Three tries, then the error; no part lies about."""
    with canned() as store:
        store.answer(Response(b"gone", 503))
        server.answer(Response("", 302, headers={"Location": store.url}))

        with pytest.raises(Unavailable):
            server.abroll().films.download(JOB, tmp_path / "film.mp4")

        assert 3 == len(store.heard)
    assert [] == list(tmp_path.iterdir())


def test_an_edit_is_sent_under_one_key(server: Canned) -> None:
    """Its answer lost, it is sent again under the same key; null takes a text away, so it is sent too."""
    server.answer(Response("", 503), plain('{"job_id": "v2", "remade": ["compose"]}', 202))

    made = server.abroll().films.edit(JOB, {"scenes": [{"scene": 0, "text_overlay": None}]})

    assert {"job_id": "v2", "remade": ["compose"]} == dict(made)
    assert {("POST", f"/jobs/{JOB}/edit")} == {(method, path) for method, path, _, _ in server.heard}
    assert 1 == len({headers["Idempotency-Key"] for _, _, headers, _ in server.heard})
    assert [{"scenes": [{"scene": 0, "text_overlay": None}]}] * 2 == [json.loads(body) for *_, body in server.heard]


def test_a_price_orders_nothing(server: Canned) -> None:
    """Whatever the order says, only a dry run is sent, under no key."""
    server.answer(plain('{"status": "dry_run"}'))

    server.abroll().films.price({"product_title": "Mug", "dry_run": False})

    _, _, headers, body = server.heard[0]
    assert (True, False) == (json.loads(body)["dry_run"], "Idempotency-Key" in headers)
