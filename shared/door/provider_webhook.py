"""The `provider_webhook` function: one door for every vendor that calls an order's own address.

The path names vendor and attempt under one HMAC (callbacks.py), so what one vendor was told opens no other's door. What
is said is a hint by the vendor's own dialect: one look by the attempt's own key is enqueued, nothing else is believed,
and a repeat has the same task. Where an operator knows a vendor's networks, others are not listened to.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

import flask

from shared.cloud.secrets import Secrets
from shared.cloud.tasks import Task, Tasks
from shared.door.answers import answer
from shared.door.heygen_webhook import LARGEST_EVENT, read_event
from shared.door.incoming import raw_body
from shared.door.public import Route, serve
from shared.door.strangers import Strangers, address_of
from shared.log import Fact, JobRef, log, log_job
from shared.pipeline.job.line import WATCH_PRESENTER
from shared.pipeline.job.names import hint_name, read_attempt
from shared.providers.did import webhook as did
from shared.providers.heygen import webhook as heygen
from shared.steps.callbacks import callback_key, read_vendor_path
from shared.steps.message import Message
from shared.steps.problems import not_found

DIALECTS: Mapping[str, Callable[[Mapping[str, object]], tuple[str, str] | None]] = {
    "did": did.news_of,
    "heygen": heygen.news_of,
}
_MADE = re.compile(r"[!-~]{1,200}")  # an id is opaque, but it is an id


@dataclass(frozen=True, slots=True)
class ProviderWebhook:
    """The routes and what they need; `sources` empty listens to everybody."""

    secrets: Secrets
    tasks: Tasks
    deadline: Callable[[], float]
    strangers: Strangers
    sources: tuple[IPv4Network | IPv6Network, ...]

    def __call__(self, request: flask.Request) -> flask.Response:
        """Answer one delivery."""
        return serve(request, self.routes)

    @property
    def routes(self) -> tuple[Route, ...]:
        """What is answered, for the router and for the OpenAPI description."""
        return (
            Route("POST", "/{vendor}/{attempt}/{mark}", self._called_back),
            Route("OPTIONS", "/{vendor}/{attempt}/{mark}", lambda _request, _found: answer(200, {})),
        )

    def _called_back(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        vendor, attempt = found["vendor"], None
        if vendor in DIALECTS and read_attempt(found["attempt"]) and self._listened_to(request):
            attempt = read_vendor_path(vendor, found["attempt"], found["mark"], callback_key(self.secrets))
        if attempt is None:
            self.strangers.pay(request)
            log(Fact.FORGED, f"callback path {vendor[:20]} {found['attempt'][:60]}")
            raise not_found("callback")
        news = DIALECTS[vendor](read_event(raw_body(request, LARGEST_EVENT)))
        if news is None or not _MADE.fullmatch(news[1]):
            log_job(Fact.WEBHOOK_UNUSED, JobRef(attempt.job), f"no end told by {vendor}", node=attempt.node)
            return answer(200, {"received": True, "used": False})
        look = Message(attempt.job, attempt.node, attempt.take, attempt.attempt, hint=news[1])
        self.tasks.enqueue(
            Task(
                hint_name(attempt, "|".join(news)),
                WATCH_PRESENTER.queue or "",
                WATCH_PRESENTER.function,
                look.body,
                at=None,
                deadline=self.deadline(),
            )
        )
        return answer(200, {"received": True, "used": True})

    def _listened_to(self, request: flask.Request) -> bool:
        """Tell whether a call comes from where this operator expects it."""
        address = address_of(request)
        return not self.sources or (address is not None and any(address in source for source in self.sources))
