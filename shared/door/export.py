"""The part of the `tenant` function that gives a tenant everything abroll has stored of it, for it to take away.

A page is records of one kind, as the call that shows one shows it: so no secret, hash or token stands in it that no
other call shows. Pages and not one file, because a function's memory and time have bounds and a broken download goes on
where it broke; `abroll export` writes them as lines of JSON. It is no snapshot: what changes meanwhile is told as it is
when its page is read.
"""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import flask

from shared.cloud.tenants import Tenant
from shared.door.answers import answer
from shared.door.asked import Caller
from shared.door.job_lists import LONGEST_PLACE
from shared.door.public import Route
from shared.nesting import parse
from shared.steps.problems import invalid

if TYPE_CHECKING:
    from shared.door.export_kinds import Kinds, Records


@dataclass(frozen=True, slots=True)
class ExportPage:
    """Records of one kind, and where the next page begins; None on the last."""

    kind: str
    records: "Records"
    following: str | None


@dataclass(frozen=True, slots=True)
class ExportDoor:
    """The route and what it needs."""

    kinds: "Callable[[], Kinds]"
    who: Callable[[flask.Request], Caller]

    @property
    def routes(self) -> tuple[Route, ...]:
        """What is answered, for the router and for the OpenAPI description."""
        says = "Read everything that is stored of the tenant, page by page, kind by kind."
        file = "Be redirected to a file the tenant has uploaded, as an export names it; the link lives for minutes."
        return (
            Route("GET", "/export", self._page, says, reads=("cursor",)),
            Route("GET", "/uploads/{folder}/{file}", self._file, file),
        )

    def _page(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        who = self.who(request)
        kinds = self.kinds()
        place = (
            read_place(request.args["cursor"], kinds) if "cursor" in request.args else (next(iter(kinds.readers)), "")
        )
        page = page_at(kinds, who.tenant, *place) if place else None
        if page is None:
            raise invalid({"cursor": ["is not a cursor of ours: take next_cursor as it is"]})
        return answer(200, {"kind": page.kind, "records": page.records, "next_cursor": page.following})

    def _file(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        link = self.kinds().uploads.link(self.who(request).tenant.id, found["folder"], found["file"])
        return answer(302, {"file": found["file"]}, {"Location": link})


def page_at(kinds: "Kinds", tenant: Tenant, kind: str, after: str) -> ExportPage | None:
    """Return the page that begins there, or with the next kind that has any; None where nothing begins there."""
    names = list(kinds.readers)
    for name in names[names.index(kind) :]:
        found = kinds.readers[name](tenant, after)
        if found is None:
            return None
        records, following = found
        ahead = names[names.index(name) + 1 :]
        if following is not None:
            return ExportPage(name, records, _place(name, following))
        if records or not ahead:
            return ExportPage(name, records, _place(ahead[0], "") if ahead else None)
        after = ""
    return None


def all_pages(kinds: "Kinds", tenant: Tenant) -> Iterator[ExportPage]:
    """Yield every page of a tenant, one after another."""
    place: tuple[str, str] | None = (next(iter(kinds.readers)), "")
    while place:
        page = page_at(kinds, tenant, *place)
        if page is None:
            return
        yield page
        place = read_place(page.following, kinds) if page.following else None


def read_place(text: str, kinds: "Kinds") -> tuple[str, str] | None:
    """Return the kind a cursor names, and where in it; None for what is no cursor of ours."""
    if len(text) > LONGEST_PLACE:
        return None
    try:
        match parse(base64.urlsafe_b64decode(text)):
            case [str(kind), str(after)] if kind in kinds.readers:
                return kind, after
    except ValueError:  # no base64, no UTF-8, no JSON
        pass
    return None


def _place(kind: str, after: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([kind, after]).encode()).decode()
