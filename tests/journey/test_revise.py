"""A failed job tried again, a finished film made anew: what is finished is kept and never bought twice."""

from pathlib import Path
from typing import Any

from infra.local.vendors.marks import hash16, read_film
from tests.journey.cinema import Cinema
from tests.journey.test_films import SCRIPT, order, presented, prompts

REFUSED = " [[rai:63429089]]"


def billed(cinema: Cinema, *jobs: str) -> list[str]:
    veo, heygen = cinema.bills()
    return [line["key"] for line in (*veo, *heygen) if line["billed"] and any(job in line["key"] for job in jobs)]


def test_a_retry_with_other_words_keeps_what_is_finished(cinema: Cinema, tmp_path: Path) -> None:
    """Scene 2 was refused: with new words the job completes; scene 1 and the presenter are not paid again."""
    request = presented(2, b_roll={"join": "cut"})
    request["scenes"][1]["visual_description"] += REFUSED
    failed = cinema.ended(cinema.order(request))
    before = billed(cinema, failed["id"])

    words = {"scenes": [{"scene": 1, "visual_description": "a calm table by the window"}]}
    priced = cinema.http.post(f"/jobs/{failed['id']}/retry", json={**words, "dry_run": True})
    again = cinema.http.post(f"/jobs/{failed['id']}/retry", json=words)
    job = cinema.ended(failed["id"])

    request["scenes"][1]["visual_description"] = "a calm table by the window"
    film = read_film(cinema.film(job, tmp_path))
    assert ("failed", 200, 202) == (failed["status"], priced.status_code, again.status_code)
    assert ["clip-2", "compose"] == again.json()["remade"] == priced.json()["remade"]
    assert prompts(request) == list(dict.fromkeys(seen.footage.prompt for seen in film.seen if seen.footage))
    assert len(before) + 1 == len(billed(cinema, job["id"]))
    _adds_up(cinema, job["id"])


def test_a_retry_without_any_change_reserves_anew(cinema: Cinema) -> None:
    """What was refunded is reserved again, and the same refusal refunds it again."""
    request = order(1)
    request["scenes"][0]["visual_description"] += REFUSED
    job_id = cinema.ended(cinema.order(request))["id"]

    again = cinema.http.post(f"/jobs/{job_id}/retry")
    job = cinema.ended(job_id)

    bill = cinema.http.get(f"/jobs/{job_id}/bill").json()
    assert (202, "failed") == (again.status_code, job["status"])
    assert "0.0000" == bill["paid_by_us"]
    assert bill["reserved"] == bill["refunded"]


def test_regenerate_makes_a_new_job_that_adopts(cinema: Cinema, tmp_path: Path) -> None:
    """Another script: a new film with a parent, the same footage, one new take; the old film stays up."""
    parent = cinema.ended(cinema.order(presented(1)))
    other = "Good evening. The same cup, another time of day."

    answer = cinema.http.post(f"/jobs/{parent['id']}/regenerate", json={"avatar_script": other})
    job = cinema.ended(answer.json()["job_id"])

    new = read_film(cinema.film(job, tmp_path))
    old = read_film(cinema.film(cinema.job(parent["id"]), tmp_path))
    assert (202, parent["id"]) == (answer.status_code, job["parent"])
    assert ["compose", "presenter-1"] == answer.json()["remade"]
    assert {hash16(other)} == {seen.presenter.script for seen in new.seen if seen.presenter}
    assert {hash16(SCRIPT)} == {seen.presenter.script for seen in old.seen if seen.presenter}
    assert [f"{job['id']}.presenter-1.t1.a1"] == billed(cinema, job["id"])
    _adds_up(cinema, job["id"])


def test_regenerating_a_chains_first_link_makes_the_chain_again(cinema: Cinema) -> None:
    """Asked for clip-1 of a continuous shot, the links after it follow, and the price says so first."""
    parent = cinema.ended(cinema.order(order(2)))

    priced = cinema.http.post(f"/jobs/{parent['id']}/regenerate", json={"nodes": ["clip-1"], "dry_run": True}).json()
    stray = cinema.http.post(f"/jobs/{parent['id']}/regenerate", json={"nodes": ["clip-9"]})
    nothing = cinema.http.post(f"/jobs/{parent['id']}/regenerate", json={})

    assert ["clip-1", "clip-2", "compose"] == priced["remade"]
    assert float(priced["estimated_cost"]["paid_by_us"]) > 2.9
    assert [400, 400] == [stray.status_code, nothing.status_code]


def test_only_what_failed_is_retried_and_only_what_is_finished_is_made_anew(cinema: Cinema) -> None:
    """409 with the call that would work."""
    job = cinema.ended(cinema.order(order(1)))

    answer = cinema.http.post(f"/jobs/{job['id']}/retry")

    assert 409 == answer.status_code
    assert "regenerate" in answer.json()["next_move"]


def _adds_up(cinema: Cinema, job_id: str) -> None:
    bill: dict[str, Any] = cinema.http.get(f"/jobs/{job_id}/bill").json()
    charged = float(bill["reserved"]) - float(bill["refunded"])
    assert abs(charged - float(bill["paid_by_us"])) < 0.00005
