"""Mischief must notice a door that lets it in, and the audit a presenter that holds another's video."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from werkzeug.wrappers import Request, Response

from infra.local.google.identity.issuer import Issuer
from infra.local.google_cloud import now
from infra.local.vendors.serving import Serving
from tests.pipeline.machine.story import JOB, PRESENTED, PRESENTER, arrived, claimed, sent, story
from tests.storm.gateway import Call
from tests.storm.mischief import UNHEARD, Mischief, swapped
from tests.storm.pranks import FORGERIES, PRANKS

TITLE = f"{JOB}.{PRESENTER}.t1.a1"


@contextmanager
def mischief(folder: Path, answered: int) -> Iterator[Mischief]:
    """Let people loose on a door that answers everything so."""
    door = Serving("127.0.0.1", 0, Request.application(lambda _request: Response('{"data": []}', answered)))
    door.start()
    made = Mischief(
        door.url,
        door.url,
        lambda _call: httpx.Response(answered),
        Issuer(folder, clock=now),
        "key",
        [Call("heygen_webhook", "POST", f"/heygen_webhook/{TITLE}/0", (), b"{}")],
        [JOB],
        [],
        ["shop"],
        0.0,
        random.Random(1),
    )
    with made.http:
        yield made
    door.stop()


def test_a_door_that_lets_all_in_is_found(tmp_path: Path) -> None:
    """Every forgery that is taken is a complaint of its own."""
    with mischief(tmp_path, 200) as people:
        for prank in PRANKS:
            people.play(prank(people))

    assert len(FORGERIES) == len(people.wrong)
    assert 0 == people.refused()


@pytest.mark.parametrize("answered", [404, 503])
def test_a_door_that_is_shut_has_refused_or_not_answered(answered: int, tmp_path: Path) -> None:
    """A refusal counts as one; a store that failed is neither a refusal nor a complaint."""
    with mischief(tmp_path, answered) as people:
        people.play(FORGERIES[0](people))

    assert [] == people.wrong
    assert (1 if answered == 404 else 0) == people.refused()
    assert (1 if answered == 503 else 0) == sum(n for (_, said), n in people.tally.items() if said == UNHEARD)


def test_another_takes_video_is_found() -> None:
    """A presenter whose video was ordered under another title holds what is not its own."""
    done = story(PRESENTED, PRESENTER).hears(
        claimed(PRESENTER), sent(PRESENTER, name="video-1"), arrived(PRESENTER, name="video-1")
    )

    assert [] == list(swapped([done.job], {"video-1": TITLE}))
    assert [f"{JOB} {PRESENTER}: holds the video of another"] == list(swapped([done.job], {"video-1": "another"}))
    assert [f"{JOB} {PRESENTER}: holds the video of nobody's"] == list(swapped([done.job], {}))
