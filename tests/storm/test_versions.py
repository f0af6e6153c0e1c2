"""Two releases side by side; `VERSIONS_JOBS` makes it larger, `python -m tests.storm.versions` says more."""

import os
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.storm.gateway import Call
from tests.storm.releases import NEXT, SEED, dead, last_release
from tests.storm.versions import Options, Watch, versions

JOBS = int(os.environ.get("VERSIONS_JOBS", "12"))
LIMIT = 400.0 + 10 * JOBS


@pytest.mark.timeout(LIMIT + 200)
def test_a_roll_out_and_a_roll_back_cost_nothing(tmp_path: Path) -> None:
    """Jobs of two forms, two releases, some by two avatar services: each want is paid once and no field is lost."""
    left = versions(Options(jobs=JOBS, kills=JOBS // 6, limit=LIMIT), tmp_path)

    print(left.table)
    assert () == left.complaints
    assert left.newer > 0
    assert left.put_off > 0
    assert min(left.commits) > 0
    assert min(left.switching) > 0


@pytest.mark.timeout(LIMIT + 200)
@pytest.mark.skipif(last_release() is None, reason="the last release is not in this checkout, or cannot read its jobs")
def test_the_last_release_and_this_one_work_together(tmp_path: Path) -> None:
    """The recorded revision takes half of the calls, then all of them: whatever this code began it finishes."""
    left = versions(Options(jobs=JOBS // 2, kills=1, limit=LIMIT, other=last_release() or ""), tmp_path)

    print(left.table)
    assert () == left.complaints
    assert min(left.commits) > 0


def newer() -> dict[str, Any]:
    """Return a document as the next release writes it, in short."""
    seed = {"canary": SEED}
    return {
        "schema": NEXT,
        "request": {"scenes": [{"text": "x", **seed}], **seed},
        "plan": {"clips": [dict(seed)], **seed},
        "money": dict(seed),
        "nodes": {"clip-1": {"planted": SEED, **seed}},
        "purchases": [dict(seed)],
        "timeline": [dict(seed), {}],
        **seed,
    }


@pytest.mark.parametrize(
    ("path", "key", "said"),
    [
        ((), "canary", "document"),
        (("request", "scenes", 0), "canary", "request.scenes.0"),
        (("plan",), "canary", "plan"),
        (("plan", "clips", 0), "canary", "plan.clips.0"),
        (("money",), "canary", "money"),
        (("nodes", "clip-1"), "canary", "nodes.clip-1.canary"),
        (("nodes", "clip-1"), "planted", "nodes.clip-1.planted"),
        (("purchases", 0), "canary", "purchases.0"),
        (("timeline", 0), "canary", "timeline.0"),
    ],
)
def test_a_lost_field_is_found_wherever_it_stood(path: tuple[str | int, ...], key: str, said: str) -> None:
    """Code that wipes one unknown field fails the proof; one that keeps all passes."""
    document = newer()
    inside: Any = document
    for step in path:
        inside = inside[step]
    del inside[key]

    assert [said] == dead(document)
    assert [] == dead(newer())


def test_a_job_of_the_present_form_has_nothing_to_lose() -> None:
    """The gate was down when it was born."""
    document = deepcopy(newer()) | {"schema": NEXT - 1, "money": {}}

    assert [] == dead(document)


def test_a_failure_nobody_planted_is_named() -> None:
    """Only what is about a job the older code cannot read may be answered 5xx."""
    watch = Watch(
        [
            (Call("jobs", "GET", "/jobs/a-word", (), b""), 503),
            (Call("veo_output", "POST", "/veo_output", (), b'{"name": "jobs/a-word/clip-1/t1-a1/x.mp4"}'), 503),
            (Call("create_job", "POST", "/create_job", (("Idempotency-Key", "order-7"),), b"{}"), 503),
            (Call("start_clip", "POST", "/start_clip", (), b'{"job": "another"}'), 500),
        ]
    )

    assert ["500 from start_clip: POST /start_clip"] == list(watch.unplanted({"a-word": "order-7"}))
