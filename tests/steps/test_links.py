"""Permanent links: each opens one thing, ends when it is revoked, and leads to a signed link of five minutes."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.pipeline.edit.captions import parse_srt
from shared.pipeline.job.job import Ending
from shared.steps.links import link_names, linked_files
from tests.steps.calls import Customer, call, customer, told
from tests.steps.stage import TENANT, Stage, footage, presented, staged

WORDS = {"captions-srt": 302, "captions-vtt": 302}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, canned: Mapping[str, Path]) -> Iterator[Stage]:
    """Return a stage with one finished film, which all of these tests share."""
    with staged(tmp_path_factory.mktemp("links"), canned=canned) as opened:
        yield opened


@pytest.fixture(scope="module")
def finished(stage: Stage) -> str:
    job = stage.order(presented())
    stage.live(job)
    return job


@pytest.fixture
def acme(stage: Stage) -> Customer:
    return customer(stage.wiring, TENANT.id)


@pytest.fixture
def film(acme: Customer, finished: str) -> str:
    """Return the film with all its links as on its first day."""
    acme.call("POST", f"/jobs/{finished}/links")
    return finished


def path(stage: Stage, url: str) -> str:
    """Return what of a link stands behind the base address."""
    return url.removeprefix(stage.wiring.settings.public_url)


def shown(stage: Stage, acme: Customer, job: str) -> dict[str, str]:
    """Return a job's links by name, as paths."""
    fields = told(acme.call("GET", f"/jobs/{job}"))
    urls = [fields["final_video_url"], fields["poster_url"], *(each["url"] for each in fields["footage_urls"])]
    urls += fields["caption_urls"].values()
    return {url.split("/")[-2]: path(stage, url) for url in urls}


def statuses(stage: Stage, links: Mapping[str, str]) -> dict[str, int]:
    return {name: call(stage.wiring, "GET", link).status_code for name, link in links.items()}


def test_each_link_has_a_token_of_its_own(stage: Stage, acme: Customer, film: str) -> None:
    """The film's token opens the film; poster and footage are not to be had with it."""
    links = shown(stage, acme, film)
    tokens = {name: link.rpartition("/")[2] for name, link in links.items()}

    crossed = {
        (mine, other): call(stage.wiring, "GET", f"/jobs/{film}/{other}/{tokens[mine]}").status_code
        for mine in tokens
        for other in tokens
    }

    assert {"film", "poster", "footage-1", *WORDS} == set(links)
    assert {pair: 302 if pair[0] == pair[1] else 404 for pair in crossed} == crossed


def test_a_link_leads_to_its_own_file_for_five_minutes(stage: Stage, acme: Customer, film: str) -> None:
    """The signed link is made anew at each call, and no cache keeps the way to it."""
    files = linked_files(stage.job(film))

    for name, link in shown(stage, acme, film).items():
        answer = call(stage.wiring, "GET", link)
        signed = urlsplit(answer.headers["Location"])
        assert signed.path.endswith(files[name].removeprefix("gs://"))
        assert ["300"] == parse_qs(signed.query)["X-Goog-Expires"]
        assert "no-store" == answer.headers["Cache-Control"]


def test_a_link_opens_whatever_other_programs_hang_on_it(stage: Stage, acme: Customer, film: str) -> None:
    """It is pasted into programs that add words of their own; the same words at a call with a key are refused."""
    link = path(stage, told(acme.call("GET", f"/jobs/{film}"))["final_video_url"])

    assert 302 == call(stage.wiring, "GET", f"{link}?utm_source=mail&fbclid=x").status_code
    assert 400 == acme.call("GET", f"/jobs/{film}/film?utm_source=mail").status_code


def test_what_is_said_stands_beside_the_film(stage: Stage, film: str) -> None:
    """The presenter's words at their times, though the film shows no captions; both files tell the same."""
    files = linked_files(stage.job(film))

    srt, vtt = (stage.wiring.blobs.read(files[name], 0, 4096).decode() for name in WORDS)

    assert not stage.job(film).plan.captions
    assert srt.startswith("1\n00:00:0")
    assert [cue.text for cue in parse_srt(srt)] == [block.split("\n", 1)[1].strip() for block in vtt.split("\n\n")[1:]]


def test_one_link_is_revoked_alone(stage: Stage, acme: Customer, film: str) -> None:
    """The old one is 404 at once, the new one stands in the answer and in the job, the others live on."""
    before = shown(stage, acme, film)

    answer = told(acme.call("POST", f"/jobs/{film}/links", {"links": ["film"]}))

    after = shown(stage, acme, film)
    assert ["film"] == answer["revoked"]
    assert after == {name: path(stage, url) for name, url in answer["links"].items()}
    assert {"film": 404, "poster": 302, "footage-1": 302, **WORDS} == statuses(stage, before)
    assert {"film": 302, "poster": 302, "footage-1": 302, **WORDS} == statuses(stage, after)


def test_all_links_are_revoked_together(stage: Stage, acme: Customer, film: str) -> None:
    """Also those that were made anew before, and whatever opens everything."""
    acme.call("POST", f"/jobs/{film}/links", {"links": ["poster"]})
    before, secret = shown(stage, acme, film), stage.job(film).film_token

    answer = told(acme.call("POST", f"/jobs/{film}/links"))

    old = {**before, "old": f"/jobs/{film}/film/{secret}"}
    assert ["film", "poster", "footage-1", *WORDS] == answer["revoked"]
    assert {404} == set(statuses(stage, old).values())
    assert {302} == set(statuses(stage, shown(stage, acme, film)).values())


@pytest.mark.parametrize("name", ["film", "poster", "footage-1", "footage"])
def test_a_link_of_before_they_were_told_apart_opens_what_it_opened(stage: Stage, film: str, name: str) -> None:
    """It holds the job's secret, which no link made since does."""
    secret = stage.job(film).film_token

    assert 302 == call(stage.wiring, "GET", f"/jobs/{film}/{name}/{secret}").status_code


def test_no_answer_says_the_secret_the_tokens_follow_from(stage: Stage, acme: Customer, film: str) -> None:
    """Whoever has one link could make the others of it."""
    secret = stage.job(film).film_token
    answers = [acme.call("GET", path) for path in (f"/jobs/{film}", "/jobs", f"/jobs/{film}/timeline")]
    answers.append(acme.call("POST", f"/jobs/{film}/links", {"links": ["film"]}))

    assert not [answer for answer in answers if secret in answer.get_data(as_text=True)]


def test_an_old_link_of_one_thing_ends_with_it_alone(stage: Stage, acme: Customer) -> None:
    """A link of the old kind is the same for all things, so it stays what it was for the others."""
    job = stage.order(footage())
    stage.live(job)
    secret = stage.job(job).film_token

    acme.call("POST", f"/jobs/{job}/links", {"links": ["film"]})

    old = {name: f"/jobs/{job}/{name}/{secret}" for name in ("film", "poster", "footage-1")}
    assert {"film": 404, "poster": 302, "footage-1": 302} == statuses(stage, old)


def test_revoking_moves_nothing_of_an_ended_job(stage: Stage, acme: Customer, film: str) -> None:
    """No node, no ending, no money, no webhook; its story tells it."""
    before = stage.job(film)
    waiting = len(stage.waiting())
    stage.clock.forward(1)

    acme.call("POST", f"/jobs/{film}/links", {"links": ["film", "poster"]})

    after = stage.job(film)
    assert (before.nodes, before.money, before.ended_at) == (after.nodes, after.money, after.ended_at)
    assert Ending.COMPLETED is after.ending
    assert ("links revoked", "film, poster") == (after.timeline[-1].what, after.timeline[-1].detail)
    assert waiting == len(stage.waiting())


def test_a_live_jobs_links_can_be_revoked_too(stage: Stage, acme: Customer) -> None:
    """A film that is to be retried has links already; the sweep goes on with it as before."""
    job = stage.order(footage())
    due = stage.node(job, "clip-1").due

    answer = acme.call("POST", f"/jobs/{job}/links")

    assert (200, {}) == (answer.status_code, told(answer)["links"])
    assert due == stage.node(job, "clip-1").due
    stage.live(job)
    assert Ending.COMPLETED is stage.job(job).ending


@pytest.mark.parametrize("names", [["footage-2"], ["film", "footage-99"], ["nothing"], [], "film", [7], ["footage-0"]])
def test_a_link_that_is_none_is_refused(stage: Stage, acme: Customer, film: str, names: object) -> None:
    """By its field, and nothing is revoked."""
    before = shown(stage, acme, film)

    answer = acme.call("POST", f"/jobs/{film}/links", {"links": names})

    assert 400 == answer.status_code
    assert ["links"] == [field.split(".")[0] for field in told(answer)["details"]]
    assert before == shown(stage, acme, film)


def test_a_job_has_a_link_for_each_shot(stage: Stage) -> None:
    """Whether it is finished or not."""
    job = stage.job(stage.order(footage()))

    assert ("film", "poster", "footage-1") == link_names(job)
    assert {} == linked_files(job)


def test_an_expired_signed_link_is_made_anew(stage: Stage, acme: Customer, film: str) -> None:
    """The permanent link outlives it."""
    link = shown(stage, acme, film)["film"]
    first = call(stage.wiring, "GET", link).headers["Location"]

    stage.clock.forward(timedelta(minutes=6).total_seconds())

    second = call(stage.wiring, "GET", link)
    assert 302 == second.status_code
    assert first.split("?")[0] == second.headers["Location"].split("?")[0]
