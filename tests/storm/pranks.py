"""The pranks: calls from people who guess, borrow, forge and lie, each with the answers it may get.

Those on a forged path must be refused. Those on a true path are hints like any other, and are taken as such.
"""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from infra.local.google.identity.issuer import Issuer
from infra.local.world import INVOKER, TAKES
from shared.pipeline.job.names import AttemptName
from shared.steps.callbacks import callback_path

TOO_LARGE = 300 * 1024
TAKEN = (200,)
SUCCESS, FAIL = "avatar_video.success", "avatar_video.fail"
MALLORY = "mallory@abroll-local.iam.gserviceaccount.com"


@dataclass(frozen=True, slots=True)
class Prank:
    """One call, and how it may be answered."""

    name: str
    path: str
    body: bytes
    allowed: tuple[int, ...]
    headers: Mapping[str, str] = field(default_factory=dict)


class Prankster(Protocol):
    """Who plays them, and what they know."""

    @property
    def chance(self) -> random.Random:
        """Their dice."""
        ...

    @property
    def key(self) -> str:
        """The callbacks' key: HeyGen was told paths made with it."""
        ...

    @property
    def issuer(self) -> Issuer:
        """The token service of the project they have an account in."""
        ...

    @property
    def tenants(self) -> Sequence[str]:
        """Names of tenants."""
        ...

    @property
    def url(self) -> str:
        """Where the functions are."""
        ...

    def attempt(self) -> AttemptName:
        """Name a presenter's first attempt, of a job that was taken lately."""
        ...

    def video(self) -> str:
        """Return the id of some video, whoever's."""
        ...

    def own_video(self, attempt: AttemptName) -> str:
        """Return the id of this attempt's video, if HeyGen has one."""
        ...


def _guessed(by: Prankster) -> Prank:
    mark = f"{by.chance.getrandbits(128):032x}"
    return Prank("guessed path", f"/heygen_webhook/{by.attempt()}/{mark}", _news(by.video()), (404,))


def _borrowed(by: Prankster) -> Prank:
    mine = by.attempt()
    other = callback_path(AttemptName(mine.job, mine.node, mine.take, mine.attempt + 1), by.key)
    path = f"/heygen_webhook/{mine}/{other.rpartition('/')[2]}"
    return Prank("another attempt's mark", path, _news(by.video()), (404,))


def _unsigned(by: Prankster) -> Prank:
    tenant = by.chance.choice([*by.tenants, "nobody"])
    body = _news(by.video(), callback_id=str(by.attempt()))
    signature = {"Signature": f"{by.chance.getrandbits(256):064x}"}
    return Prank("wrong signature", f"/heygen_webhook/t/{tenant}/production", body, (401, 404), signature)


def _event(by: Prankster) -> Prank:
    """An object event from somebody who is not the platform: without a token, as another, for another function."""
    audience = f"{by.url}/veo_output"
    tokens = (
        "",
        by.issuer.mint(email=MALLORY, audience=audience),
        by.issuer.mint(email=INVOKER, audience=f"{by.url}/sweep"),
    )
    headers = {"Authorization": f"Bearer {by.chance.choice(tokens)}", "Content-Type": "application/json"}
    name = f"jobs/{by.attempt().job}/clip-1/t1-a1/film.mp4"
    body = json.dumps({"bucket": TAKES, "name": name}).encode()
    return Prank("forged event", "/veo_output", body, (401, 403), headers)


def _task(by: Prankster) -> Prank:
    function = by.chance.choice(("start_clip", "start_presenter", "watch_clip", "compose", "sweep"))
    body = json.dumps({"job": by.attempt().job, "node": "clip-1", "take": 1, "attempt": 1}).encode()
    return Prank("forged task", f"/{function}", body, (401,), {"Content-Type": "application/json"})


def _flood(by: Prankster) -> Prank:
    return Prank("oversize", _called_back(by.attempt(), by), b"x" * TOO_LARGE, (413,))


def _another(by: Prankster) -> Prank:
    return Prank("another's video", _called_back(by.attempt(), by), _news(by.video()), TAKEN)


def _failed(by: Prankster) -> Prank:
    body = _news(by.video(), FAIL)
    return Prank("false failure", _called_back(by.attempt(), by), body, TAKEN)


def _early(by: Prankster) -> Prank:
    """Say of a take that has hardly been ordered that it is finished."""
    mine = by.attempt()
    return Prank("early success", _called_back(mine, by), _news(by.own_video(mine)), TAKEN)


Plan = Callable[[Prankster], Prank]
FORGERIES: Sequence[Plan] = (_guessed, _borrowed, _unsigned, _event, _task, _flood)
PRANKS: Sequence[Plan] = (*FORGERIES, _another, _failed, _early)


def _called_back(attempt: AttemptName, by: Prankster) -> str:
    return f"/heygen_webhook{callback_path(attempt, by.key)}"


def _news(video: str, news: str = SUCCESS, **more: str) -> bytes:
    return json.dumps({"event_type": news, "event_data": {"video_id": video, **more}}).encode()
