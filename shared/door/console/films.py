"""The list of films: by status, by product, a page at a time."""

from collections.abc import Mapping

import flask

from shared.door.asked import is_job_id
from shared.door.console.visits import Visit
from shared.door.mcp_tools import ENDED
from shared.pipeline.job.status import Status

FILMS_A_PAGE = "24"
LONGEST_SEARCH = 255  # characters


def listed(visit: Visit, _found: Mapping[str, str]) -> flask.Response:
    """Show a page of films: by status, by product, from a cursor on."""
    args = visit.request.args
    status, search = args.get("status", ""), args.get("q", "").strip()[:LONGEST_SEARCH]
    if is_job_id(search):
        return visit.go(f"/films/{search}")
    query = {"limit": FILMS_A_PAGE, "status": status, "product_id": search, "cursor": args.get("cursor", "")}
    page = visit.need("GET", "/jobs/", query={name: value for name, value in query.items() if value})
    return visit.page(
        "films.html",
        title="Films",
        rows=page["jobs"],
        cursor=page["next_cursor"],
        chosen=status,
        search=search,
        known=[each.value for each in Status],
        refreshed=any(row["status"] not in ENDED for row in page["jobs"]),
    )
