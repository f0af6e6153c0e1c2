"""Buying with the price in sight: priced, agreed to, ordered once, waited for, fetched; gone on with after a stop."""

import hashlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from ..client import Abroll
from ..errors import FilmFailed, Refused, StillRunning
from . import clips, words
from .purchases import Purchase, Purchases
from .session import Session

Order = Callable[[Abroll, dict[str, Any], str | None], Mapping[str, Any]]  # without a key: only priced


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be bought, and what then."""

    order: Order
    call: str  # tells this purchase from another with the same body
    body: dict[str, Any]
    photo: Path | None
    wait: bool
    to: Path | None
    timeout: float | None
    anew: bool  # order although the same was begun before


def buy(session: Session, wish: Wish) -> None:
    """Buy it, and print the job; raises AbrollError."""
    files = _digest(wish.photo) + clips.digest(wish.body)
    purchases = Purchases(session.profile.url, session.profile.key, wish.call, wish.body, files)
    begun = None if wish.anew else purchases.begun()
    if begun and begun.job:
        session.output.note(f"going on with {begun.job}, which this command ordered before; --anew orders another")
        job, answer = begun.job, None
    else:
        job, answer = _ordered(session, wish, purchases, begun)
    if not wish.wait:
        purchases.over()
        shown = answer if answer is not None else session.abroll.films.get(job)
        session.output.result(shown, words.accepted if answer is not None else words.job)
        return
    try:
        follow(session, job, wish.to, wish.timeout)
    except FilmFailed:
        purchases.over()
        raise
    purchases.over()


def follow(session: Session, job: str, to: Path | None, timeout: float | None) -> None:
    """Wait for a film, fetch it where `to` says so, and print its job. Raises AbrollError."""
    films = session.abroll.films
    try:
        done = films.wait(job, timeout=timeout, seen=session.output.progress)
    except KeyboardInterrupt:
        raise StillRunning(films.get(job)) from None
    if to:
        films.download(job, to)
        session.output.note(f"film written to {to}")
    session.output.result(done, words.job)


def _ordered(
    session: Session, wish: Wish, purchases: Purchases, begun: Purchase | None
) -> tuple[str, Mapping[str, Any]]:
    image = begun.image if begun else ""
    if wish.photo and not image:
        image = session.abroll.upload(wish.photo)
    body = clips.sent(session.abroll, {**wish.body, "image": image} if image else wish.body)
    if begun is None:
        _agree(session, wish.order(session.abroll, body, None))
        begun = purchases.begin()
    else:
        session.output.note("going on with the order this command began before")
    begun = replace(begun, image=image)
    purchases.keep(begun)
    try:
        answer = wish.order(session.abroll, body, begun.idempotency_key)
    except Refused:
        purchases.over()
        raise
    job = str(answer["job_id"])
    purchases.keep(replace(begun, job=job))
    return job, answer


def _agree(session: Session, told: Mapping[str, Any]) -> None:
    if session.yes:
        return
    if sys.stdin.isatty() and session.output.terminal:
        click.echo(words.price(told), err=True)
        if click.confirm("Order it?", err=True):
            return
        raise Refused("nothing was ordered", code="not_agreed")
    raise Refused(
        f"nothing was ordered: it would cost {words.costs(told['estimated_cost'])}",
        code="not_agreed",
        next_move="Add --yes to order at this price; `abroll price` shows the whole plan.",
    )


def _digest(photo: Path | None) -> str:
    if photo is None:
        return ""
    with photo.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
