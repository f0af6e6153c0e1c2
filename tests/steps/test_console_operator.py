"""The operator's screens: who may see them, what stands first, and that nothing on them opens a file."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from urllib.parse import quote

import pytest

from shared.door.console.operator import hidden
from shared.pipeline.job.status import Status
from shared.steps.attention import OVERDUE
from tests.steps.calls import SCOPES, customer
from tests.steps.stage import CLIP, SPEECH, TENANT, Stage, footage, presented, staged
from tests.steps.visitor import Browser, signed_in


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, canned: Mapping[str, Path]) -> Iterator[Stage]:
    """Open one stage for all."""
    with staged(tmp_path_factory.mktemp("operator"), canned=canned) as opened:
        yield opened


@pytest.fixture(scope="module")
def operator(stage: Stage) -> Browser:
    """Return a browser whose person reads across tenants."""
    return signed_in(stage, customer(stage.wiring, "house", ("operator", "jobs:read")))


@pytest.fixture(scope="module")
def film(stage: Stage) -> str:
    """Return a tenant's finished film."""
    job = stage.order(presented(product_title="Mug"))
    stage.live(job)
    return job


def page(browser: Browser, path: str) -> str:
    """Return a page's text."""
    answer = browser.get(path)
    assert 200 == answer.status_code, path
    return answer.get_data(as_text=True)


def paths(stage: Stage, job: str) -> list[str]:
    """Return the path of each of the operator's screens."""
    routes = [
        each.path for each in stage.wiring.console.routes if each.path.startswith("/operator") and each.method == "GET"
    ]
    return [each.replace("{job}", job).replace("{tenant}", TENANT.id) for each in routes]


def test_they_exist_for_the_scope_operator_alone(stage: Stage, film: str) -> None:
    """A key with every other scope is told that there is no such page."""
    owner = signed_in(stage, customer(stage.wiring, TENANT.id, SCOPES))

    told = [owner.get(path).status_code for path in paths(stage, film)]

    assert {404} == set(told)
    assert "/operator" not in page(owner, "/films")


def test_every_screen_opens(stage: Stage, operator: Browser, film: str) -> None:
    """With films of another tenant on them, which its name stands beside."""
    texts = [page(operator, path) for path in paths(stage, film)]

    assert 8 == len(texts)
    assert all(TENANT.id in text or "Vendors" in text for text in texts)


def test_a_job_nobody_moves_is_stuck(stage: Stage, operator: Browser) -> None:
    """It stands first, with why, and its page has the command that ends it."""
    job = stage.order(footage(product_title="Forgotten"))
    stage.clock.forward(OVERDUE.total_seconds() + 600)

    attention, listed = page(operator, "/operator"), page(operator, "/operator/jobs?need=stuck")

    assert "Forgotten" in attention
    assert "Forgotten" in listed
    assert re.search(r'status failed">Stuck</span></td><th scope="row"><a href="[^"]+' + job, attention)
    assert f"python -m infra.admin jobs cancel {job}" in page(operator, f"/operator/jobs/{job}")
    assert "Forgotten" not in page(operator, "/operator/jobs?need=held")


def test_jobs_are_found_by_what_an_operator_has(operator: Browser, film: str) -> None:
    """Its id leads to it; a tenant, a status, an end narrow the list."""
    assert operator.get(f"/operator/jobs?q={film}").headers["Location"].endswith(f"/operator/jobs/{film}")
    assert film in page(operator, f"/operator/jobs?tenant={TENANT.id}")
    assert film in page(operator, "/operator/jobs?view=ended")
    assert film not in page(operator, f"/operator/jobs?view=ended&status={Status.FAILED.value}")
    assert film not in page(operator, f"/operator/jobs?tenant={TENANT.id}&status=failed")
    assert 404 == operator.get("/operator/jobs/none").status_code


def test_a_job_is_found_by_what_a_vendor_calls_a_part_of_it(stage: Stage, operator: Browser, film: str) -> None:
    """A HeyGen video's id, a Veo operation's whole name or its last part, for one read; another leads nowhere."""
    clip, take = (stage.node(film, key).provider_id for key in (CLIP, SPEECH))
    assert clip
    assert take
    assert "/" in clip
    page(operator, "/operator")  # who asks is known from now on
    before = stage.cloud.firestore.counts.reads

    led = [operator.get(f"/operator/jobs?q={quote(each, safe='')}") for each in (take, clip, clip.rpartition("/")[2])]

    assert [f"/console/operator/jobs/{film}"] * 3 == [each.headers["Location"] for each in led]
    assert 3 == stage.cloud.firestore.counts.reads - before
    assert film not in page(operator, "/operator/jobs?q=op-nobody-made")
    assert "provider_ids" not in {each.name for each in fields(stage.job(film))}
    assert 404 == operator.get("/operator/tenants/No").status_code


def test_what_is_stored_is_shown_without_what_opens_files(stage: Stage, operator: Browser, film: str) -> None:
    """Whoever looks over the operator's shoulder downloads nothing with what stands there."""
    token = stage.job(film).film_token
    raw = page(operator, f"/operator/jobs/{film}").partition("All that is stored of it")[2]

    assert '"product_title"' in raw.replace("&#34;", '"')
    assert token not in raw
    assert {"film_token": "(not shown)", "at": [{"url": "(not shown)"}], "url": None} == hidden(
        {"film_token": "t", "at": [{"url": "u"}], "url": None}
    )


def test_looking_is_a_handful_of_queries(stage: Stage, operator: Browser, film: str) -> None:
    """Jobs in work, ended ones, late webhooks, the sweep's last round: whatever there is, no query for each job."""
    page(operator, "/operator")
    before = len(stage.wire.calls)

    text = page(operator, "/operator")

    asked = [line for line in stage.wire.calls[before:] if line.startswith("firestore ")]
    assert 6 >= len(asked), asked
    assert film not in text


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/operator", 5),
        ("/operator/jobs", 2),
        ("/operator/jobs?view=ended", 2),
        ("/operator/jobs/{film}", 6),
        ("/operator/tenants", 3),
        ("/operator/tenants/acme", 4),
        ("/operator/vendors", 7),
        ("/operator/deliveries", 1),
        ("/operator/spend", 5),
    ],
)
def test_a_screen_reads_a_handful(stage: Stage, operator: Browser, film: str, path: str, most: int) -> None:
    """Documents, with two films and two tenants there; the key and its tenant were read for the page before."""
    page(operator, path.format(film=film))
    before = stage.cloud.firestore.counts.reads

    page(operator, path.format(film=film))

    assert most >= stage.cloud.firestore.counts.reads - before
