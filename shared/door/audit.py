"""The part of the `tenant` function about its audit log: who changed what, and when."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import flask

from shared.cloud.audit import AuditLine
from shared.cloud.audit_log import AuditLog
from shared.door.answers import answer
from shared.door.asked import Caller
from shared.door.job_lists import cursor_of, page_asked
from shared.door.public import Route
from shared.steps.problems import invalid

_LINE_ID = re.compile(r"[0-9a-f]{20}")


@dataclass(frozen=True, slots=True)
class AuditDoor:
    """The route and what it needs."""

    log: AuditLog
    who: Callable[[flask.Request], Caller]

    @property
    def routes(self) -> tuple[Route, ...]:
        """What is answered, for the router and for the OpenAPI description."""
        return (Route("GET", "/audit", self._list, "List who changed what, newest first.", reads=None),)

    def _list(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        who = self.who(request)
        limit, after, wrong = page_asked(request.args, is_line_id)
        if wrong:
            raise invalid(wrong)
        page = self.log.page(who.tenant.id, limit + 1, after)
        last = page[limit - 1] if len(page) > limit else None
        following = cursor_of(last.at, last.id) if last else None
        return answer(200, {"changes": [told_of_change(each) for each in page[:limit]], "next_cursor": following})


def told_of_change(line: AuditLine) -> dict[str, Any]:
    """Return a line of the log as its tenant reads it; it names fields, and nothing that stands in them."""
    return {
        "id": line.id,
        "at": line.at,
        "what": line.what,
        "about": line.about,
        "fields": list(line.fields),
        "by": line.by,
        "by_name": line.by_name,
    }


def is_line_id(text: str) -> bool:
    """Tell whether a text can be a line's id."""
    return bool(_LINE_ID.fullmatch(text))
