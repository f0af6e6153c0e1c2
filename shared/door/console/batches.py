"""The screens of batches: all of them, one with its rows, and a table that is priced before it is ordered.

As the form for a film does: each button sends all of it, and the page comes back with the table kept, so that a mistake
can be mended in place. An order carries the price it was shown as `max_cost_usd`, and the name its page was made with
as Idempotency-Key.
"""

import csv
import io
import re
from collections.abc import Mapping
from decimal import ROUND_UP, Decimal
from typing import Any
from uuid import uuid4

import flask

from shared.door.asked import is_job_id
from shared.door.console.moves import once
from shared.door.console.visits import CallRefused, Visit, told
from shared.door.mcp_tools import CENT
from shared.door.usage import uncelled
from shared.steps.problems import not_found

BATCHES_A_PAGE = "20"
ROWS_A_PAGE = 100
EXAMPLE = "product_title,scenes.0.visual_description,scenes.0.duration\nMug,A mug on a table,4\n"
_AGREED = re.compile(r"[0-9]{1,6}(\.[0-9]{1,3})?")
_ROW = re.compile(r"[0-9]{1,4}")


def listed(visit: Visit, _found: Mapping[str, str]) -> flask.Response:
    """Show a page of batches, from a cursor on."""
    query = {"limit": BATCHES_A_PAGE, "cursor": visit.request.args.get("cursor", "")}
    page = visit.need("GET", "/batches/", query={name: value for name, value in query.items() if value})
    return visit.page("batches.html", title="Batches", rows=page["batches"], cursor=page["next_cursor"])


def shown(visit: Visit, found: Mapping[str, str]) -> flask.Response:
    """Show a batch and what became of each of its rows, a hundred at a time."""
    batch, since = visit.need("GET", f"/batches/{_name(found)}"), visit.request.args.get("from", "")
    heard = visit.ask("GET", f"/batches/{_name(found)}/results.csv")
    lines = [] if heard.failed else list(csv.DictReader(io.StringIO(heard.response.get_data(as_text=True))))
    first = int(since) if _ROW.fullmatch(since) and 0 < int(since) <= len(lines) else 1
    return visit.page(
        "batch.html",
        title="Batch",
        batch=batch,
        rows=[
            {name: uncelled(text or "") for name, text in line.items()}
            for line in lines[first - 1 : first - 1 + ROWS_A_PAGE]
        ],
        trouble_of=told(heard) if heard.failed else None,
        before=max(1, first - ROWS_A_PAGE) if first > 1 else None,
        after=first + ROWS_A_PAGE if first + ROWS_A_PAGE <= len(lines) else None,
    )


def results(visit: Visit, found: Mapping[str, str]) -> flask.Response:
    """Hand a batch's results on, as CSV."""
    heard = visit.ask("GET", f"/batches/{_name(found)}/results.csv")
    if heard.failed:
        raise CallRefused(heard)
    return heard.response


def change(visit: Visit, found: Mapping[str, str]) -> flask.Response:
    """Begin no more rows of a batch, or forget it; the button says which."""
    path = f"/batches/{_name(found)}"
    if visit.form.get("do") == "delete":
        visit.need("DELETE", path)
        return visit.go("/batches", "batch_deleted")
    visit.need("POST", f"{path}/cancel")
    return visit.go(path, "batch_stopped")


def form(visit: Visit, _found: Mapping[str, str]) -> flask.Response:
    """Show an empty form."""
    return _form(visit, {"_once": str(uuid4())})


def sent(visit: Visit, _found: Mapping[str, str]) -> flask.Response:
    """Tell a table's price, or order it; the button says which. A file takes the place of what was written."""
    filled = dict(visit.form)
    if table := visit.files.get("file"):
        filled["rows"] = _text(table.read())
    agreed = filled.pop("agreed", "")
    if filled.pop("do", "price") == "order" and _AGREED.fullmatch(agreed) and not table:
        query = {**_terms(filled), "max_cost_usd": agreed}
        heard = visit.ask("POST", "/batches/", _table(filled), query=query, headers=once(visit))
        if not heard.failed:
            return visit.go(f"/batches/{heard.fields['batch_id']}", "batch_ordered")
        return _form(visit, filled, told(heard), status=422)
    heard = visit.ask("POST", "/batches/", _table(filled), query={**_terms(filled), "dry_run": "true"})
    if heard.failed:
        return _form(visit, filled, told(heard), status=422)
    cost = heard.fields["estimated_cost"]
    both = Decimal(cost["paid_by_us"]) + Decimal(cost.get("billed_by_provider") or 0)
    return _form(visit, {**filled, "agreed": str(max(both.quantize(CENT, ROUND_UP), CENT))}, priced=heard.fields)


def _form(
    visit: Visit,
    filled: Mapping[str, str],
    problem: Mapping[str, Any] | None = None,
    *,
    priced: Mapping[str, Any] | None = None,
    status: int = 200,
) -> flask.Response:
    return visit.page(
        "new_batch.html",
        status,
        title="New batch",
        filled={"rows": "", "title": "", "template": "", **filled},
        problem=problem,
        wrong=(problem or {}).get("details") or {},
        priced=priced,
        shown=(priced or {}).get("row_prices", ())[:ROWS_A_PAGE],
        example=EXAMPLE,
    )


def _terms(filled: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name in ("title", "template") if (text := filled.get(name, "").strip())}


def _table(filled: Mapping[str, str]) -> bytes:
    return filled.get("rows", "").encode("utf-8", "surrogatepass")


def _text(file: bytes) -> str:
    """Return a spreadsheet's file as it may be shown and sent again; what is no text is told so by the call."""
    encoding = "utf-16" if file[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return file.decode(encoding, "replace")


def _name(found: Mapping[str, str]) -> str:
    if not is_job_id(found["batch"]):
        raise not_found("batch")
    return found["batch"]
