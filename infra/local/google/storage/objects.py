"""The JSON API's object methods: get, list, patch, update, delete, copy and rewrite."""

import base64
from dataclasses import dataclass, field

from werkzeug.wrappers import Response

from . import downloads
from .arrival import Arrival
from .partial import select
from .resources import Description, Stored, object_resource
from .rules import Verdict, condition_names, read_conditions
from .state import State, Wanted, Write
from .wire import (
    Query,
    answer_json,
    condition_not_met,
    invalid,
    no_method,
    read_json,
    unsupported,
)

_PAGE = 1000
_ONE = (*condition_names(), "generation")
_COPY = (*condition_names(), *condition_names("ifSource"), "sourceGeneration")
_LIST = (
    "delimiter",
    "endOffset",
    "includeTrailingDelimiter",
    "maxResults",
    "pageToken",
    "prefix",
    "startOffset",
    "versions",
)


def one(state: State, arrival: Arrival, bucket: str, name: str) -> Response:
    """Answer GET, PATCH, PUT and DELETE of /storage/v1/b/BUCKET/o/OBJECT."""
    query = arrival.query
    query.allow(_ONE)
    wanted = Wanted(bucket, name, query.number("generation"), read_conditions(query, arrival.headers))
    match arrival.method:
        case "GET" if query.text("alt") == "media":
            return downloads.serve(state, arrival, wanted)
        case "GET":
            stored = state.get(wanted)
            match wanted.conditions.judge(stored.version, reading=True):
                case Verdict.FAILED:
                    raise condition_not_met()
                case Verdict.UNCHANGED:
                    return Response(status=304, headers={"ETag": stored.version.etag})
                case Verdict.MET:
                    return _show(stored, arrival, query)
        case "PATCH" | "PUT":
            resource, whole = read_json(arrival.body()), arrival.method == "PUT"

            def change(description: Description) -> Description:
                return description.patched(resource, replacing=whole)

            return _show(state.describe(wanted, change), arrival, query)
        case "DELETE":
            state.delete(wanted)
            return Response(status=204)
        case method:
            raise no_method(method)


def copy(
    state: State, arrival: Arrival, source: tuple[str, str], target: tuple[str, str], *, rewrite: bool
) -> Response:
    """Answer copyTo and rewriteTo; a rewrite is always done in one call, so a rewriteToken is refused."""
    query = arrival.query
    query.allow(_COPY)
    if arrival.method != "POST":
        raise no_method(arrival.method)
    old = state.get(Wanted(*source, query.number("sourceGeneration")))
    if read_conditions(query, {}, "ifSource").judge(old.version, reading=False) is not Verdict.MET:
        raise condition_not_met()
    description = old.description.patched(read_json(arrival.body()))
    new = state.copy(old, Write(*target, description, read_conditions(query, {})))
    if not rewrite:
        return _show(new, arrival, query)
    size = str(new.size)
    body = {
        "kind": "storage#rewriteResponse",
        "totalBytesRewritten": size,
        "objectSize": size,
        "done": True,
        "resource": object_resource(new, arrival.host),
    }
    return answer_json(select(body, query.text("fields")))


@dataclass(slots=True)
class _Page:
    """One page of a listing while it is filled."""

    limit: int
    items: list[Stored] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    last: str = ""

    def full(self) -> bool:
        return len(self.items) + len(self.prefixes) >= self.limit


def listing(state: State, arrival: Arrival, bucket: str) -> Response:
    """Answer GET /storage/v1/b/BUCKET/o: by name, folded at the delimiter, a page at a time."""
    query = arrival.query
    query.allow(_LIST)
    if arrival.method != "GET":
        raise no_method(arrival.method)
    if query.flag("versions"):
        raise unsupported("listing versions (no bucket keeps them)")
    limit = query.number("maxResults")
    page = _Page(min(limit or _PAGE, _PAGE))
    more = _fill(state, bucket, query, page)
    body: dict[str, object] = {"kind": "storage#objects"}
    if more:
        body["nextPageToken"] = base64.urlsafe_b64encode(page.last.encode()).decode()
    if page.prefixes:
        body["prefixes"] = page.prefixes
    if page.items:
        body["items"] = [object_resource(stored, arrival.host) for stored in page.items]
    return answer_json(select(body, query.text("fields")))


def _fill(state: State, bucket: str, query: Query, page: _Page) -> bool:
    """Fill a page and tell whether there is more."""
    prefix, delimiter = query.text("prefix") or "", query.text("delimiter") or ""
    start, end = query.text("startOffset") or "", query.text("endOffset")
    after = _after(query)
    trailing = query.flag("includeTrailingDelimiter")
    for stored in state.walk(bucket, max(prefix, start, after)):
        if not stored.name.startswith(prefix) or (end and stored.name.encode() >= end.encode()):
            break
        cut = stored.name.find(delimiter, len(prefix)) if delimiter else -1
        folded = stored.name[: cut + len(delimiter)] if cut >= 0 else None
        if stored.name == after or (folded is not None and after == folded):
            continue
        shown = folded is None or (trailing and folded == stored.name)
        fresh = folded is not None and (not page.prefixes or page.prefixes[-1] != folded)
        if (shown or fresh) and page.full():
            return True
        if fresh and folded is not None:
            page.prefixes.append(folded)
            page.last = folded
        if shown:
            page.items.append(stored)
            page.last = stored.name
    return False


def _after(query: Query) -> str:
    token = query.text("pageToken")
    try:
        return base64.urlsafe_b64decode(token).decode() if token else ""
    except ValueError as error:
        raise invalid(f"Invalid pageToken: {token!r}.") from error


def _show(stored: Stored, arrival: Arrival, query: Query) -> Response:
    return answer_json(select(object_resource(stored, arrival.host), query.text("fields")))
