"""Reads what a batch is sent as: an object with its rows, a bare list of orders, or a table.

Rows are counted from 1, in every message and in the results; a table's heading is not counted. What is said of the
whole batch stands in the object, or in the query of the call; not in both.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from pydantic import Field

from shared.door.batch_csv import read_table
from shared.door.bodies import parse_body
from shared.door.body_reading import Mistakes, read_object
from shared.door.body_types import Dollars, Link, TemplateName, Text500
from shared.door.gaps import in_columns
from shared.door.strict_body import Body
from shared.pipeline.job.batch import MOST_ROWS
from shared.pipeline.plan.request import FilmRequest
from shared.steps.new_batch import MOST_TOLD, BatchTerms

MOST_BATCH_BODY = 4 * 2**20  # bytes
TRUTHS = {"true": True, "false": False}
_NUMBERS, _TRUTHS = ("max_cost_usd",), ("dry_run", "job_events")


class BatchTermsBody(Body):
    """What is said of a whole batch, beside its rows."""

    elsewhere = dict.fromkeys(("orders", "row", "films", "jobs", "items"), "is unknown here; did you mean rows?")

    title: Annotated[Text500, Field(max_length=100)] | None = None
    template: Annotated[
        TemplateName | None, Field(description="The template of rows that name none; they bring its variables.")
    ] = None
    max_cost_usd: Annotated[
        Dollars | None, Field(description="What all rows together may cost, both columns; above it nothing is bought.")
    ] = None
    dry_run: bool = False
    webhook_url: Annotated[Link, Field(max_length=2048, description="Where batch.completed is sent, once.")] | None = (
        None
    )
    job_events: Annotated[
        bool, Field(description="Whether your webhook endpoints hear of each row's job too, as of single orders.")
    ] = False


class BatchBody(BatchTermsBody):
    """Many orders at once: each row is an order, or the variables of a template."""

    rows: Annotated[
        list[dict[str, Any]],
        Field(min_length=1, max_length=MOST_ROWS, description="Orders, as POST /create_job takes them, but dry_run."),
    ]


ReadFilm = Callable[[Mapping[str, Any]], FilmRequest]  # reads an order; raises Mistakes


@dataclass(frozen=True, slots=True)
class SentBatch:
    """A batch as it was sent."""

    rows: Sequence[Mapping[str, Any]]
    terms: BatchTerms
    dry_run: bool


def read_batch(
    raw: bytes, query: Mapping[str, str], *, schemes: Collection[str], judge: Callable[[str], str | None]
) -> SentBatch:
    """Return the rows of a body and what is said of them. Raises Mistakes naming all but what is wrong of orders."""
    text = _text(raw)
    asked = _asked(query)
    rows: list[Any]
    if text.lstrip()[:1] in ("[", "{"):
        said, rows, found = _json(text)
    else:
        said, rows, found = {}, read_table(text, asked.get("template") or None), []
    found += [(name, "is said in the query, too") for name in asked if name in said]
    try:
        terms = parse_body(BatchTermsBody, {**said, **asked}, schemes=schemes, judge=judge)
    except Mistakes as wrong:
        raise _told([*found, *((path, why) for path, whys in wrong.details.items() for why in whys)]) from wrong
    found += _not_rows(rows)
    if found:
        raise _told(found)
    common = {"template": terms.template} if terms.template else {}
    orders = [{**(common if each.get("template") is None else {}), **_given(each)} for each in rows]
    told = BatchTerms(terms.title or "", terms.max_cost_usd, terms.webhook_url, terms.job_events)
    return SentBatch(orders, told, terms.dry_run)


def read_rows(sent: SentBatch, read: ReadFilm) -> tuple[FilmRequest, ...]:
    """Return the orders of a batch. Raises Mistakes naming every wrong field of every row, a hundred at most."""
    films: list[FilmRequest] = []
    found: list[tuple[str, str]] = []
    wrong = 0
    for number, row in enumerate(sent.rows, start=1):
        try:
            film = read(row)
        except Mistakes as mistakes:
            wrong += 1
            found += [
                (f"rows.{number}.{in_columns(row, path)}", why)
                for path, whys in mistakes.details.items()
                for why in whys
                if len(found) < MOST_TOLD
            ]
            continue
        if film.dry_run:
            wrong += 1
            found.append((f"rows.{number}.dry_run", "is said of the whole batch"))
        films.append(film)
    if found:
        more = [("rows", f"{wrong} of {len(sent.rows)} rows are wrong; here are their first {MOST_TOLD} mistakes")]
        raise _told([*(more if len(found) > MOST_TOLD or wrong > MOST_TOLD else ()), *found[:MOST_TOLD]])
    return tuple(films)


def remembered(find: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Let rows of one batch that name the same template or brand kit ask the store once, where it has none too."""

    @cache
    def asked(wanted: Any) -> tuple[Any, Mapping[str, list[str]] | None]:
        try:
            return find(wanted), None
        except Mistakes as none:
            return None, none.details

    def found(wanted: Any) -> Any:
        made, wrong = asked(wanted)
        if wrong is not None:
            raise Mistakes(wrong)
        return made

    return found


def _text(raw: bytes) -> str:
    """Return a body as text. Raises Mistakes."""
    if not raw.strip():
        raise Mistakes({"body": ["is empty: send orders as JSON, or a table with a heading"]})
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else json.detect_encoding(raw)
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as wrong:
        named = encoding.removesuffix("-sig").upper()
        why = f'is no text in {named} (byte {wrong.start}): save the table as "CSV UTF-8"'
        raise Mistakes({"body": [why]}) from wrong


def _json(text: str) -> tuple[dict[str, Any], list[Any], list[tuple[str, str]]]:
    """Return what JSON says of the batch, its rows, and what is wrong with texts and keys. Raises Mistakes."""
    whole = f'{{"rows":{text}}}' if text.lstrip()[:1] == "[" else text
    body, found = read_object(whole.encode())
    rows = body.pop("rows", None)
    counted = [(_counted(path), why) for path, why in found]
    if not isinstance(rows, list):
        return body, [], [*counted, ("rows", "is required: a list of orders" if rows is None else "must be a list")]
    if len(rows) > MOST_ROWS:
        return body, [], [("rows", f"has {len(rows)} rows; at most {MOST_ROWS} are allowed: send several batches")]
    return body, rows, counted


def _counted(path: str) -> str:
    """Return a path with its row counted from 1."""
    name, _, rest = path.partition(".")
    number, dot, field = rest.partition(".")
    return f"rows.{int(number) + 1}{dot}{field}" if name == "rows" and number.isdecimal() else path


def _asked(query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the query says of the batch, as its fields take it; what fits none stays text and is told so."""
    asked: dict[str, Any] = {}
    for name, value in query.items():
        asked[name] = TRUTHS.get(value, value) if name in _TRUTHS else _number(value) if name in _NUMBERS else value
    return asked


def _number(text: str) -> float | str:
    try:
        return float(text[:40])
    except ValueError:
        return text


def _not_rows(rows: Sequence[Any]) -> list[tuple[str, str]]:
    if not rows:
        return [("rows", "has no row: send at least one order")]
    strays = (number for number, row in enumerate(rows, start=1) if not isinstance(row, Mapping))
    return [(f"rows.{number}", "must be an object: an order") for number in list(strays)[:MOST_TOLD]]


def _given(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def _told(found: Sequence[tuple[str, str]]) -> Mistakes:
    details: dict[str, list[str]] = {}
    for path, why in found[: MOST_TOLD + 1]:
        told = details.setdefault(path, [])
        if why not in told:
            told.append(why)
    return Mistakes(details)
