"""The links to footage alone: each opens its own shot to whoever has it, and nothing else."""

from collections.abc import Iterator

import pytest
from werkzeug.test import Client, TestResponse

from shared.door.keys import new_key
from shared.pipeline.plan.plan import Join
from shared.pipeline.plan.request import BRoll, SceneRequest
from tests.attack.doors import SCOPES
from tests.attack.served import served
from tests.steps.stage import CLIP, TENANT, Stage, footage, staged

SHOTS = tuple(SceneRequest(visual_description=f"A mug, view {number}", duration=4) for number in (1, 2))


class Visitor:
    """Somebody with links; the tenant's key is used to read the job only."""

    def __init__(self, stage: Stage) -> None:
        text, key = new_key(TENANT.id, SCOPES, stage.wiring.now())
        stage.wiring.tenants.put_api_key(key)
        self._key = {"Authorization": f"Bearer {text}"}
        self._door = Client(served(stage)["jobs"])

    def links(self, job: str) -> list[str]:
        """Return the paths of a job's footage links, behind the function's name."""
        told = self._door.get(f"/{job}", headers=self._key).get_json()
        return [str(shot["url"]).partition("/jobs")[2] for shot in told["footage_urls"]]

    def opens(self, path: str, method: str = "GET") -> TestResponse:
        """Follow a link without any key."""
        return self._door.open(path, method=method)


@pytest.fixture(scope="module")
def half(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, str]]:
    """Return a stage and a job of two shots, whose first is filmed."""
    with staged(tmp_path_factory.mktemp("links")) as stage:
        job_id = stage.order(footage(scenes=SHOTS, b_roll=BRoll(join=Join.CUT)))
        stage.wiring.start_clip(stage.message(job_id, CLIP))
        stage.filmed()
        stage.cloud.storage.deliver_events()
        yield stage, job_id


def test_a_link_leads_to_its_own_shot(half: tuple[Stage, str]) -> None:
    """Without a key: a signed link of the one clip's file; HEAD answers the same without a body."""
    stage, job_id = half
    visitor = Visitor(stage)
    (link,) = visitor.links(job_id)

    got, head = visitor.opens(link), visitor.opens(link, "HEAD")

    output = stage.node(job_id, CLIP).output
    assert output is not None
    assert (302, 302, b"") == (got.status_code, head.status_code, head.data)
    assert output.uri.removeprefix("gs://") in got.headers["Location"]
    assert got.headers["Location"].partition("?")[0] == head.headers["Location"].partition("?")[0]


@pytest.mark.parametrize("number", ["0", "3", "-1", "01", "1e0", "99999", ""])
def test_a_shot_that_is_none_is_not_found(half: tuple[Stage, str], number: str) -> None:
    """Its token is right: there is no such shot."""
    stage, job_id = half
    visitor = Visitor(stage)
    (link,) = visitor.links(job_id)

    answer = visitor.opens(link.replace("/footage-1/", f"/footage-{number}/"))

    assert (404, "not_found") == (answer.status_code, answer.get_json()["error"])


def test_a_shot_that_is_not_filmed_yet_is_not_found(half: tuple[Stage, str]) -> None:
    """It is in no answer; who guesses its link is told to look at the job."""
    stage, job_id = half
    visitor = Visitor(stage)
    (link,) = visitor.links(job_id)

    answer = visitor.opens(link.replace("/footage-1/", "/footage-2/"))

    assert 404 == answer.status_code
    assert answer.get_json()["next_move"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("token", ["", "wrong", "é", "A" * 4000])
def test_a_wrong_token_opens_nothing(half: tuple[Stage, str], token: str, method: str) -> None:
    """Nor does another job's right one: the answer is that of a job that does not exist."""
    stage, job_id = half
    visitor = Visitor(stage)
    (link,) = visitor.links(job_id)
    place = link.rpartition("/")[0]

    wrong = visitor.opens(f"{place}/{token}", method)
    other = visitor.opens(link.replace(job_id, "00000000-0000-4000-8000-000000000000"), method)

    assert (404, 404) == (wrong.status_code, other.status_code)
    assert "Location" not in wrong.headers
