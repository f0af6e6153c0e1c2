"""The `heygen_webhook` function: checks who speaks, enqueues one look, answers; no document is touched.

The path's HMAC names the attempt (callbacks.py). An event is only a hint: its words are not believed, a signature is
checked in addition where the account's endpoint secret is known (`/t/{tenant}`), a repeat has the same task
(heygen page, "Webhooks"; holes 25-27).
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import flask

from shared.cloud.secret_names import vendor_webhook
from shared.cloud.secrets import NoSecret, Secret, Secrets
from shared.cloud.tasks import Task, Tasks
from shared.codes import Code
from shared.door.answers import answer
from shared.door.incoming import raw_body
from shared.door.public import Route, serve
from shared.door.strangers import Strangers
from shared.log import Fact, JobRef, log, log_job
from shared.nesting import parse
from shared.pipeline.job.line import WATCH_PRESENTER
from shared.pipeline.job.names import AttemptName, hint_name, read_attempt
from shared.pipeline.plan.request import Mode
from shared.pipeline.vendors.names import PLATFORM
from shared.providers.heygen.webhook import NEWS
from shared.steps.callbacks import callback_key, read_callback
from shared.steps.message import Message
from shared.steps.problems import Problem, not_found

LARGEST_EVENT = 256 * 1024
HEADERS = ("Signature", "Heygen-Signature", "X-Heygen-Signature")
_TENANT = re.compile(rf"{PLATFORM}|[a-z0-9-]{{1,63}}")
_VIDEO = re.compile(r"[!-~]{1,200}")  # an id is opaque, but it is an id


@dataclass(frozen=True, slots=True)
class HeygenWebhook:
    """The routes and what they need."""

    secrets: Secrets
    tasks: Tasks
    deadline: Callable[[], float]
    strangers: Strangers

    def __call__(self, request: flask.Request) -> flask.Response:
        """Answer one delivery; HeyGen waits ten seconds and asks OPTIONS when an endpoint is registered."""
        return serve(request, self.routes)

    @property
    def routes(self) -> tuple[Route, ...]:
        """What is answered, for the router and for the OpenAPI description."""
        return (
            Route("POST", "/t/{tenant}/{mode}", self._registered),
            Route("OPTIONS", "/t/{tenant}/{mode}", lambda _request, _found: answer(200, {})),
            Route("POST", "/{attempt}/{mark}", self._called_back),
            Route("OPTIONS", "/{attempt}/{mark}", lambda _request, _found: answer(200, {})),
        )

    def _called_back(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        attempt = None
        if read_attempt(found["attempt"]):  # what cannot be ours costs no look at the key
            attempt = read_callback(f"{found['attempt']}/{found['mark']}", callback_key(self.secrets))
        if attempt is None:
            self.strangers.pay(request)
            log(Fact.FORGED, f"callback path {found['attempt'][:60]}")
            raise not_found("callback")
        return self._hint(attempt, read_event(raw_body(request, LARGEST_EVENT)))

    def _registered(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        if found["mode"] not in set(Mode) or not _TENANT.fullmatch(found["tenant"]):
            raise not_found("endpoint")
        name = vendor_webhook("heygen", found["mode"], found["tenant"])
        if charged := not self.strangers.proven(name):
            self.strangers.pay(request)
        if self.strangers.unknown(name):
            raise not_found("endpoint")
        try:
            kept = self.secrets.get(name)
        except NoSecret as unknown:
            self.strangers.miss(name)
            raise not_found("endpoint") from unknown
        raw = raw_body(request, LARGEST_EVENT)
        signature = next((request.headers[name] for name in HEADERS if name in request.headers), "")
        if not _signs(kept.value, raw, signature):
            if not charged:
                self.strangers.pay(request)
                charged = True
            if not any(_signs(each, raw, signature) for each in self._rotated(name, kept)):
                log(Fact.FORGED, "bad signature on a registered endpoint", tenant=found["tenant"])
                raise Problem(Code.UNAUTHORIZED, "the signature is wrong", next_move="sign the raw body")
        self.strangers.prove(name)
        if charged:
            self.strangers.pay_back(request)
        event = read_event(raw)
        data = event.get("event_data")
        callback_id = data.get("callback_id") if isinstance(data, dict) else None
        attempt = read_attempt(callback_id) if isinstance(callback_id, str) else None
        if attempt is None:
            return answer(200, {"received": True, "used": False})
        return self._hint(attempt, event, found["tenant"])

    def _rotated(self, name: str, kept: Secret) -> Iterator[str]:
        """Yield what may have signed beside the secret we remember: what it replaced, and what was made since."""
        if kept.version != "1":
            with suppress(NoSecret):  # a day after it was replaced it is destroyed (old_versions.py)
                yield self.secrets.get(name, str(int(kept.version) - 1)).value
        with suppress(NoSecret):
            yield self.secrets.get(name, fresh=True).value

    def _hint(self, attempt: AttemptName, event: Mapping[str, Any], teller: str = "") -> flask.Response:
        news, data = event.get("event_type"), event.get("event_data")
        video = data.get("video_id") if isinstance(data, dict) else None
        if news not in NEWS or not isinstance(video, str) or not _VIDEO.fullmatch(video):
            log_job(Fact.WEBHOOK_UNUSED, JobRef(attempt.job), f"event {str(news)[:60]}", node=attempt.node)
            return answer(200, {"received": True, "used": False})
        look = Message(attempt.job, attempt.node, attempt.take, attempt.attempt, video, teller)
        self.tasks.enqueue(
            Task(
                hint_name(attempt, f"{news}|{video}"),
                WATCH_PRESENTER.queue or "",
                WATCH_PRESENTER.function,
                look.body,
                at=None,
                deadline=self.deadline(),
            )
        )
        return answer(200, {"received": True, "used": True})


def _signs(secret: str, raw: bytes, signature: str) -> bool:
    wanted = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    return hmac.compare_digest(signature.strip().lower().encode(), wanted.encode())


def read_event(raw: bytes) -> Mapping[str, Any]:
    """Return what a delivery says, {} for whatever is no JSON object."""
    try:
        event = parse(raw)
    except ValueError:  # no JSON, a number of too many digits, or nested too deeply
        return {}
    return event if isinstance(event, dict) else {}
