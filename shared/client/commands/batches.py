"""The commands about batches: many films from one file, priced first, then watched to their one end."""

import math
import sys
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import click

from ..errors import BatchRunning, Refused
from . import words
from .purchases import Purchases
from .session import Session, read_bytes, this

MOST_ROWS_FILE = 4 * 1024 * 1024  # bytes, as abroll takes them
LISTED = 20


@click.command()
@click.argument("file")
@click.option("--template", help="The template of rows that name none.")
@click.option("--title", help="What the batch is called.")
@click.option("--max-cost", type=click.FloatRange(min=0), help="Dollars all rows may cost together.")
@click.option("--webhook", help="Where batch.completed is sent.")
@click.option("--anew", is_flag=True, help="Send it although the same command was interrupted before.")
@click.option("-y", "--yes", is_flag=True, help="Send it without asking.")
@click.option("--wait", is_flag=True, help="Wait until it has ended.")
@click.option("--timeout", type=click.FloatRange(min=0), help="Seconds to wait at most; then exit code 4.")
@click.option("-o", "--output", "to", type=click.Path(path_type=Path), help="Write the results here (CSV); waits.")
@this
def batch(session: Session, /, file: str, **asked: Any) -> None:
    """Order the films in a file, CSV or JSON (- for stdin), a row each, at a price you agree to.

    Nothing is bought above the price that was shown. Interrupted, the same command goes on with the same batch.
    """
    rows, terms = read_bytes(file, MOST_ROWS_FILE, ": send it as several batches"), _terms(asked)
    purchases = Purchases(session.profile.url, session.profile.key, "batch", terms, rows.decode("latin-1"))
    begun = None if asked["anew"] else purchases.begun()
    if begun is None or not begun.image:
        told = session.abroll.batches.price(rows, **terms)
        _agree(session, told, yes=asked["yes"])
        begun = replace(begun or purchases.begin(), image=_at_most({**told["estimated_cost"]}))
        purchases.keep(begun)
    else:
        session.output.note("going on with the batch this command began before; --anew sends another")
    most = terms.get("max_cost_usd") or begun.image
    try:
        sent = session.abroll.batches.create(
            rows, idempotency_key=begun.idempotency_key, **{**terms, "max_cost_usd": most}
        )
    except Refused:
        purchases.over()
        raise
    if asked["wait"] or asked["to"]:
        sent = _followed(session, sent["batch_id"], asked["to"], asked["timeout"])
    purchases.over()
    session.output.result(sent, words.batch)


@click.command()
@click.argument("name", metavar="[BATCH]", required=False)
@click.option("--cancel", is_flag=True, help="Begin no more of its rows.")
@click.option("--delete", is_flag=True, help="Forget an ended one with its rows and results; its films stay.")
@click.option("--wait", is_flag=True, help="Wait until it has ended.")
@click.option("--timeout", type=click.FloatRange(min=0), help="Seconds to wait at most; then exit code 4.")
@click.option("-o", "--output", "to", type=click.Path(path_type=Path), help="Write its results here, as CSV.")
@this
def batches(
    session: Session,
    name: str | None,
    to: Path | None,
    timeout: float | None,
    *,
    cancel: bool,
    delete: bool,
    wait: bool,
) -> None:
    """List batches, or tell how one stands, stop it, fetch its results, or forget it."""
    if name is None:
        session.output.result(list(islice(session.abroll.batches.list(), LISTED)), words.batches)
        return
    told = session.abroll.batches.cancel(name) if cancel else session.abroll.batches.get(name)
    if wait:
        told = _followed(session, name, to, timeout)
    elif to:
        _write(session, name, to)
    if delete:
        session.abroll.batches.delete(name)
        session.output.note("the batch is forgotten; its films stay")
    session.output.result(told, words.batch)


def _followed(session: Session, name: str, to: Path | None, timeout: float | None) -> Any:
    """Wait for a batch, and write its results where `to` says so. Raises AbrollError."""
    try:
        done = session.abroll.batches.wait(name, timeout=timeout, seen=session.output.batch)
    except KeyboardInterrupt:
        raise BatchRunning(session.abroll.batches.get(name)) from None
    if to:
        _write(session, name, to)
    return done


def _write(session: Session, name: str, to: Path) -> None:
    to.write_text(session.abroll.batches.results(name), encoding="utf-8", newline="")
    session.output.note(f"results written to {to}")


def _agree(session: Session, told: Mapping[str, Any], *, yes: bool) -> None:
    """Let a person agree to a batch's price. Raises Refused."""
    if yes:
        return
    if sys.stdin.isatty() and session.output.terminal:
        click.echo(words.batch_price(told), err=True)
        if click.confirm("Send it?", err=True):
            return
        raise Refused("nothing was ordered", code="not_agreed")
    message = f"nothing was ordered: {told['rows']} films would cost {words.costs(told['estimated_cost'])}"
    raise Refused(message, code="not_agreed", next_move="Add --yes to order them at this price.")


def _at_most(cost: Mapping[str, Any]) -> str:
    """Return both columns together, rounded up to a cent: what was agreed to."""
    return f"{math.ceil(100 * (float(cost['paid_by_us']) + float(cost['billed_by_provider']))) / 100:.2f}"


def _terms(asked: Mapping[str, Any]) -> dict[str, str]:
    given = {"template": "template", "title": "title", "max_cost": "max_cost_usd", "webhook": "webhook_url"}
    return {name: str(asked[option]) for option, name in given.items() if asked[option] is not None}


COMMANDS = (batch, batches)
