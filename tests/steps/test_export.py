"""What a tenant takes away: everything that is stored of it, nothing of another's, and no key to anything."""

import base64
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from infra.admin.commands import main
from shared.cloud.secret_names import customer_webhook, vendor_key, vendor_webhook
from shared.door.export import all_pages
from shared.steps.audited import THE_OPERATOR
from tests.steps.calls import Customer, customer, told
from tests.steps.furnished import MARK, Furnished, furnished, ordered
from tests.steps.stage import Stage, staged

KINDS = {
    "tenant": 1,
    "defaults": 1,
    "accounts": 1,
    "webhooks": 1,
    "personas": 1,
    "templates": 2,
    "brand_kits": 2,
    "uploads": 3,
    "months": 1,
    "batches": 1,
    "jobs": 2,
    "deliveries": 2,
    "deleted_jobs": 1,
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("export")) as each:
        yield each


@pytest.fixture(scope="module")
def mine(stage: Stage) -> Furnished:
    """Return a tenant with one of everything, a deleted job and another's things beside it."""
    furnished(stage, "theirs")
    made = furnished(stage, "mine")
    job = stage.job(made.ended)
    seen = stage.wiring.deletions.look(made.ended)
    assert seen
    stage.wiring.delete_job.put(seen, job, THE_OPERATOR)  # type: ignore[arg-type]  # it was just read
    known = stage.wiring.tenants.tenant("mine")
    assert known
    ordered(stage, "mine")
    return made


def exported(caller: Customer) -> list[tuple[str, dict[str, Any]]]:
    """Return all records, page by page."""
    records: list[tuple[str, dict[str, Any]]] = []
    cursor = ""
    while True:
        answer = caller.call("GET", f"/tenant/export{f'?cursor={cursor}' if cursor else ''}")
        assert 200 == answer.status_code, answer.get_data()
        page = told(answer)
        records += [(page["kind"], record) for record in page["records"]]
        if page["next_cursor"] is None:
            return records
        cursor = page["next_cursor"]


def test_everything_of_a_tenant_is_there(mine: Furnished) -> None:
    """Each kind with all its records; a job with its request, bill and timeline."""
    records = exported(mine.owner)

    counted = Counter(kind for kind, _ in records)
    assert KINDS == {kind: counted[kind] for kind in KINDS}
    assert set(KINDS) | {"api_keys", "changes"} == set(counted)
    jobs = [record for kind, record in records if kind == "jobs"]
    assert {mine.live} <= {each["id"] for each in jobs}
    assert all(MARK in each["request"]["scenes"][0]["visual_description"] for each in jobs)
    assert all(each["bill"]["reserved"] and each["timeline"]["events"] for each in jobs)
    assert [mine.ended] == [record["job_id"] for kind, record in records if kind == "deleted_jobs"]


def test_nothing_opens_anything_or_is_anothers(stage: Stage, mine: Furnished) -> None:
    """No key, hash, secret, secret's name or film token; no id of another tenant's."""
    text = json.dumps(exported(mine.owner))

    names = [vendor_key("heygen", "production", "mine"), vendor_webhook("heygen", "production", "mine")]
    tokens = [stage.job(mine.live).film_token]
    closed = [*names, *tokens, customer_webhook("mine"), "hash", "film_token", '"secret"', *mine.texts[1:5]]
    assert [] == [each for each in closed if each in text]
    assert [] == [each for each in ("theirs",) if each in text]


def test_pages_follow_each_other_whatever_their_size(stage: Stage, mine: Furnished) -> None:
    """A page a record tells the same as pages of twenty."""
    whole = exported(mine.owner)
    known = stage.wiring.tenants.tenant("mine")
    assert known

    pages = list(all_pages(replace(stage.wiring.export_kinds, small=1, large=1), known))

    single = ("jobs", "templates", "months", "deliveries", "uploads")
    assert {1, 0} >= {len(page.records) for page in pages if page.kind in single}
    names = ("id", "url", "job_id", "name", "version", "month")
    plain = [(page.kind, [str(each.get(name)) for name in names]) for page in pages for each in page.records]
    assert plain == [(kind, [str(each.get(name)) for name in names]) for kind, each in whole]


def test_uploads_are_named_and_lead_to_their_files(stage: Stage, mine: Furnished) -> None:
    """Each by its kind, id, size and a link that needs the tenant's own key; what was found of a file is none."""
    clip, facts = (f"{'b' * 64}.{suffix}" for suffix in ("mp4", "json"))
    for name in (clip, facts):
        stage.wiring.blobs.write(
            f"gs://{stage.wiring.settings.films_bucket}/clips/mine/{name}", [b"xy"], mime="video/mp4"
        )
    told_of = {each["kind"]: each for kind, each in exported(mine.owner) if kind == "uploads"}
    path = told_of["clip"]["url"].removeprefix(stage.wiring.settings.public_url)
    theirs = customer(stage.wiring, "theirs")

    led = mine.owner.call("GET", path)

    assert {"brand", "clip", "image", "music"} == {*told_of}
    assert ("b" * 64, 2, "video/mp4") == tuple(told_of["clip"][name] for name in ("id", "bytes", "type"))
    assert 302 == led.status_code
    assert clip in led.headers["Location"]
    others = [
        theirs.call("GET", path),
        *(
            mine.owner.call("GET", f"/tenant/uploads/{each}")
            for each in (f"clips/{facts}", f"jobs/{clip}", f"images/{clip}", "clips/..%2Fx.mp4")
        ),
    ]
    assert {404} == {each.status_code for each in others}
    stage.wiring.blobs.delete(f"gs://{stage.wiring.settings.films_bucket}/clips/mine/{clip}")


def coded(*place: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


@pytest.mark.parametrize(
    "place",
    [
        "x",
        "a" * 500,
        coded("jobs", "x"),
        coded("nothing", ""),
        coded("tenant", "x"),
        coded("templates", "../x"),
        coded("months", "x"),
        coded("uploads", "x"),
        coded("uploads", "jobs/"),
        coded("uploads", "clips/../../x"),
        coded(1, 2),
    ],
)
def test_a_cursor_of_no_page_is_refused(mine: Furnished, place: str) -> None:
    """By its field, whatever stands in it."""
    answer = mine.owner.call("GET", f"/tenant/export?cursor={place}")

    assert (400, {"cursor"}) == (answer.status_code, set(told(answer)["details"]))


def test_only_an_administrator_takes_it_away(stage: Stage, mine: Furnished) -> None:
    """The scope is tenant:admin."""
    clerk = customer(stage.wiring, mine.id, ("jobs:read", "jobs:write"))

    assert 403 == clerk.call("GET", "/tenant/export").status_code


def test_the_operator_writes_the_same_as_lines(
    stage: Stage, mine: Furnished, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line of JSON a record, in the same order."""
    whole = exported(mine.owner)
    capsys.readouterr()

    main(["tenants", "export", mine.id], stage.wiring)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"severity"' not in line[:14]]
    assert [kind for kind, _ in whole] == [line["kind"] for line in lines]
    with pytest.raises(SystemExit, match="there is no tenant"):
        main(["tenants", "export", "nobody"], stage.wiring)
