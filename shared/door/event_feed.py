"""The part of the `jobs` function that tells what webhooks tell, for whoever cannot be called: a laptop, say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import flask

from shared.door.answers import answer
from shared.door.asked import READ, is_job_id
from shared.door.entrance import Entrance
from shared.door.job_lists import PAGED, cursor_of, moment_of, page_asked
from shared.door.public import Route
from shared.steps.problems import invalid

if TYPE_CHECKING:
    from shared.steps.event_feed import EventFeed


@dataclass(frozen=True, slots=True)
class FeedDoor:
    """The route and what it needs."""

    entrance: Entrance
    feed: "Callable[[], EventFeed]"

    @property
    def routes(self) -> tuple[Route, ...]:
        """What is answered, for the router and for the OpenAPI description; before the routes of one job."""
        says = "Read how jobs and batches ended, the oldest first, each as its webhook tells it."
        return (Route("GET", "/events", self._page, says, reads=None),)

    def _page(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        who = self.entrance(request, READ)
        limit, after, wrong = page_asked(request.args, _is_place, (*PAGED, "since"))
        if "since" in request.args:
            since = moment_of(request.args["since"])
            if since is None:
                wrong["since"] = ["must be a time like 2026-11-20T12:00:00Z"]
            elif after:
                wrong["since"] = ["leave it out: cursor says where to go on"]
            else:
                after = since, ""
        if wrong:
            raise invalid(wrong)
        page = self.feed()(who.tenant.id, after, limit)
        rows = [{"id": one.id, "event": one.event, "at": one.at, "payload": one.payload} for one in page.events]
        return answer(200, {"events": rows, "next_cursor": cursor_of(*page.following)})


def _is_place(name: str) -> bool:
    return not name or is_job_id(name)
