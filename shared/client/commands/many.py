"""Many films by one command: found by filters, shown with their price, agreed to, then tried again or stopped."""

import sys
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar, get_args, get_type_hints

import click

from ..errors import Refused
from ..films import ENDED
from ..many import PAGE
from ..schemas import JobRow
from . import words
from .session import Session

Command = TypeVar("Command", bound=Callable[..., Any])
FILTERS = ("status", "product", "since", "until")
MOST_ROUNDS = 20  # of one page whose jobs are left for later
RETRIABLE = ("failed", "cancelled")
GOING_ON = tuple(each for each in get_args(get_type_hints(JobRow)["status"]) if each not in ENDED)


def filtered(statuses: Sequence[str]) -> Callable[[Command], Command]:
    """Give a command the filters by which many films are found."""

    def given(command: Command) -> Command:
        for option in (
            click.option("--until", help="Only ordered before this day or time."),
            click.option("--since", help="Only ordered since this day or time (ISO 8601)."),
            click.option("--product", help="Only of this product_id."),
            click.option("--status", type=click.Choice(statuses), help="Many films: those in this state."),
        ):
            command = option(command)
        return command

    return given


def one_or_many(job: str | None, asked: Mapping[str, Any]) -> bool:
    """Tell whether many are meant. Raises UsageError where neither a job nor a filter is given, or both."""
    filters = [name for name in FILTERS if asked[name] is not None]
    if bool(job) == bool(filters):
        raise click.UsageError("name a job, or filters for many: --status, --product, --since, --until")
    if not job and (asked.get("wait") or asked.get("to")):
        raise click.UsageError("many are not waited for: `abroll ls` shows how they stand")
    return not job


def retry_many(session: Session, asked: Mapping[str, Any]) -> None:
    """Price retries by filters, ask, and buy them; prints a row a job. Raises AbrollError."""
    many = session.abroll.many
    pages = list(many.price_retries(**_filters(asked)))
    rows = [row for page in pages for row in page["jobs"]]
    found = {"jobs": rows, "max_cost": round(sum(page["max_cost"] for page in pages if _ids(page, "priced")), 2)}
    count = sum(row["result"] == "priced" for row in rows)
    if not count:
        session.output.result(found, words.many)
        return
    _agree(session, asked, found, f"Try {count} again for at most ${found['max_cost']:.2f}?", "bought")
    done: list[Mapping[str, Any]] = []
    for page in pages:
        if ids := _ids(page, "priced"):
            done += _to_the_end(partial(many.retry, ids, page["max_cost"], idempotency_key=str(uuid.uuid4())))
    _told(session, done)


def cancel_many(session: Session, asked: Mapping[str, Any]) -> None:
    """Show what filters find, ask, and stop it; prints a row a job. Raises AbrollError."""
    many = session.abroll.many
    rows = [row for page in many.cancellable(**_filters(asked)) for row in page["jobs"]]
    ids = _ids({"jobs": rows}, "found")
    if not ids:
        session.output.result({"jobs": rows}, words.many)
        return
    _agree(session, asked, {"jobs": rows}, f"Stop these {len(ids)}?", "stopped")
    done: list[Mapping[str, Any]] = []
    for first in range(0, len(ids), PAGE):
        done += _to_the_end(partial(many.cancel, ids[first : first + PAGE]))
    _told(session, done)


def _to_the_end(call: Callable[[], Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Make a call again while it leaves less and less."""
    told, left = call(), sys.maxsize
    for _ in range(MOST_ROUNDS):
        if not 0 < told["counts"].get("left", 0) < left:
            break
        left, told = told["counts"]["left"], call()
    rows: Sequence[Mapping[str, Any]] = told["jobs"]
    return rows


def _agree(session: Session, asked: Mapping[str, Any], found: Mapping[str, Any], ask: str, did: str) -> None:
    if asked["yes"]:
        return
    if sys.stdin.isatty() and session.output.terminal:
        click.echo(words.many(found), err=True)
        if click.confirm(ask, err=True):
            return
        raise Refused(f"nothing was {did}", code="not_agreed")
    price = f", for at most ${found['max_cost']:.2f}" if "max_cost" in found else ""
    count = sum(row["result"] in ("priced", "found") for row in found["jobs"])
    raise Refused(f"nothing was {did}: it would be {count} films{price}", code="not_agreed", next_move="Add --yes.")


def _told(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print what became of each; exit code 1 where one was refused or left."""
    session.output.result({"jobs": rows}, words.many)
    if any(row["result"] in ("refused", "left") for row in rows):
        raise click.exceptions.Exit(1)


def _ids(page: Mapping[str, Any], result: str) -> list[str]:
    rows: Iterable[Mapping[str, Any]] = page["jobs"]
    return [str(row["id"]) for row in rows if row["result"] == result]


def _filters(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {("product_id" if name == "product" else name): asked[name] for name in FILTERS}
