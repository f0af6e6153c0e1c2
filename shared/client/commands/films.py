"""The commands about films."""

import sys
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any, get_args, get_type_hints

import click

from ..client import Abroll
from ..errors import Refused
from ..schemas import JobRow
from . import clips, many, words
from .options import FILE, PHOTO, buying, laid_out, watching
from .ordering import Order, Wish, buy, follow
from .session import Session, read_json, this

STATUSES = get_args(get_type_hints(JobRow)["status"])
FILE_FIELDS = {"mov": "container", "webm": "container", "gif": "preview", "webp": "preview"}


@click.command()
@click.argument("order")
@PHOTO
@laid_out
@this
def price(session: Session, /, order: str, photo: Path | None, **asked: Any) -> None:
    """Tell what the order in a JSON file (- for stdin) would make and cost. Nothing is ordered.

    Its photo and its clips are uploaded for that: a scene's `clip` may be a file here, or a link.
    """
    body = clips.sent(session.abroll, _asked(read_json(order), asked, edit=False))
    if photo:
        body["image"] = session.abroll.upload(photo)
    session.output.result(session.abroll.films.price(body), words.price)


@click.command()
@click.argument("order")
@PHOTO
@laid_out
@buying
@this
def make(session: Session, /, order: str, photo: Path | None, **asked: Any) -> None:
    """Order the film described in a JSON file (- for stdin), at a price you agree to.

    A scene's `clip` may be a file on this machine (cup.mp4) or a link: it is shown in place of footage, and costs
    nothing; --clip 2=cup.mp4 says so without a change to the file. Further files of the film are fetched with
    `abroll download`. Interrupted, the same command goes on with the same film.
    """

    def create(abroll: Abroll, body: dict[str, Any], key: str | None) -> Mapping[str, Any]:
        return abroll.films.create(body, idempotency_key=key) if key else abroll.films.price(body)

    _buy(session, create, "create", _asked(read_json(order), asked, edit=False), photo, asked)


@click.command()
@click.argument("job", required=False)
@click.argument("changes", required=False)
@many.filtered(many.RETRIABLE)
@buying
@this
def retry(session: Session, /, job: str | None, changes: str | None, **asked: Any) -> None:
    """Try a failed or cancelled job again, with the changes in a JSON file if you like; what is finished is kept.

    Without a job, many: `abroll retry --status failed` shows each with its price before anything is bought.
    """
    if many.one_or_many(job, asked) or job is None:
        many.retry_many(session, asked)
        return

    def order(abroll: Abroll, body: dict[str, Any], key: str | None) -> Mapping[str, Any]:
        if key:
            return abroll.films.retry(job, body, idempotency_key=key)
        return abroll.films.retry(job, {**body, "dry_run": True})

    _buy(session, order, f"retry {job}", read_json(changes) if changes else {}, None, asked)


@click.command()
@click.argument("job")
@click.argument("changes", required=False)
@buying
@this
def regenerate(session: Session, /, job: str, changes: str | None, **asked: Any) -> None:
    """Make a new film from a finished one, with the changes in a JSON file."""

    def order(abroll: Abroll, body: dict[str, Any], key: str | None) -> Mapping[str, Any]:
        if key:
            return abroll.films.regenerate(job, body, idempotency_key=key)
        return abroll.films.regenerate(job, {**body, "dry_run": True})

    _buy(session, order, f"regenerate {job}", read_json(changes) if changes else {}, None, asked)


@click.command()
@click.argument("job")
@click.argument("changes", required=False)
@laid_out
@buying
@this
def edit(session: Session, /, job: str, changes: str | None, **asked: Any) -> None:
    """Make another version of a film from its takes, laid out as the changes in a JSON file (- for stdin) say.

    Nothing is bought. The options do without a file: `abroll edit JOB --container webm -o film.webm`,
    `abroll edit JOB --clip 2=other.mp4` (of a scene that shows a clip of yours).
    """
    body = _asked(read_json(changes) if changes else {}, asked, edit=True)
    if not body:
        raise click.UsageError("what is to be otherwise? Name a file of changes, --clip, --container or --preview")

    def order(abroll: Abroll, body: dict[str, Any], key: str | None) -> Mapping[str, Any]:
        if key:
            return abroll.films.edit(job, body, idempotency_key=key)
        return abroll.films.edit(job, {**body, "dry_run": True})

    _buy(session, order, f"edit {job}", body, None, asked)


@click.command("ls")
@click.option("--status", type=click.Choice(STATUSES), help="Only these.")
@click.option("--product", help="Only of this product_id.")
@click.option("--batch", help="Only the rows of this batch.")
@click.option("--since", help="Only ordered since this day or time (ISO 8601).")
@click.option("--until", help="Only ordered before this day or time.")
@click.option("-n", "--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many at most.")
@this
def list_films(session: Session, /, status: str | None, product: str | None, limit: int, **when: str | None) -> None:
    """List films, the newest first."""
    found = session.abroll.films.list(status=status, product_id=product, **when)
    session.output.result(list(islice(found, limit)), words.jobs)


@click.command()
@click.argument("job")
@this
def show(session: Session, job: str) -> None:
    """Tell how a film stands."""
    session.output.result(session.abroll.films.get(job), words.job)


@click.command()
@click.argument("job")
@watching
@this
def wait(session: Session, job: str, to: Path | None, timeout: float | None) -> None:
    """Wait until a film is there; with -o fetch it."""
    follow(session, job, to, timeout)


@click.command("open")
@click.argument("job")
@this
def open_film(session: Session, job: str) -> None:
    """Show a finished film in the browser."""
    found = session.abroll.films.get(job)
    link = found["final_video_url"]
    if not link:
        move = "Wait for it: `abroll wait`." if not found["completed_at"] else "Read why: `abroll show`."
        raise Refused(f"there is no film: {found['summary']}", code="not_completed", next_move=move)
    click.launch(link)
    session.output.result(found, words.job)


@click.command()
@click.argument("job", required=False)
@many.filtered(many.GOING_ON)
@click.option("-y", "--yes", is_flag=True, help="Stop many without asking.")
@this
def cancel(session: Session, /, job: str | None, **asked: Any) -> None:
    """Stop a film, or those that filters find; what was never sent to a vendor is refunded."""
    if many.one_or_many(job, asked) or job is None:
        many.cancel_many(session, asked)
        return
    session.output.result(session.abroll.films.cancel(job), words.job)


@click.command()
@click.argument("job")
@click.option("-y", "--yes", is_flag=True, help="Delete without asking.")
@this
def delete(session: Session, job: str, *, yes: bool) -> None:
    """Delete an ended film for good: its links are gone at once, the figures of its bill stay."""
    if not yes:
        if not (sys.stdin.isatty() and session.output.terminal):
            move = "Add --yes to delete it for good; `abroll keep` keeps it beyond its days."
            raise Refused("nothing was deleted", code="not_agreed", next_move=move)
        if not click.confirm("Delete it for good?", err=True):
            raise Refused("nothing was deleted", code="not_agreed")
    session.output.result(session.abroll.films.delete(job), words.deleted)


@click.command()
@click.argument("job")
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option(
    "--output", "number", type=click.IntRange(1, 4), default=1, show_default=True, help="Which of its shapes."
)
@this
def download(session: Session, job: str, files: tuple[Path, ...], number: int) -> None:
    """Fetch a finished film into files, each as it is named: film.mp4, film.mov, film.webm, film.gif, film.webp.

    MOV and WebM are there where the order or an edit asked for that `container`, GIF and WebP where it asked for that
    `preview`.
    """
    fetched = [str(session.abroll.films.download(job, each, output=number)) for each in files]
    session.output.result({"files": fetched}, lambda told: "\n".join(told["files"]))


@click.command()
@click.argument("job")
@click.option("--off", is_flag=True, help="Keep it no more: its plan's days begin anew.")
@this
def keep(session: Session, job: str, *, off: bool) -> None:
    """Keep a film beyond its plan's days, until it is deleted."""
    session.output.result(session.abroll.films.keep(job, keep=not off), words.job)


@click.command()
@click.argument("job")
@this
def bill(session: Session, job: str) -> None:
    """Tell what every attempt cost, and what was not charged."""
    session.output.result(session.abroll.films.bill(job), words.bill)


@click.command()
@click.argument("job")
@this
def timeline(session: Session, job: str) -> None:
    """Tell what happened when."""
    session.output.result(session.abroll.films.timeline(job), words.timeline)


COMMANDS = (
    make,
    price,
    list_films,
    show,
    wait,
    open_film,
    retry,
    regenerate,
    edit,
    cancel,
    delete,
    download,
    keep,
    bill,
    timeline,
)


def _asked(body: dict[str, Any], asked: Mapping[str, Any], *, edit: bool) -> dict[str, Any]:
    """Return an order, or an edit, with what the options say of it. Raises UsageError."""
    said = {name: asked[name] for name in ("container", "preview") if asked[name]}
    return _with_file(clips.placed({**body, **said}, asked["own"], edit=edit), asked.get("to"))


def _with_file(body: dict[str, Any], to: Path | None) -> dict[str, Any]:
    """Return an order that asks for the file it is to be fetched into, by its name, where it does not say which."""
    asked = FILE_FIELDS.get(to.suffix[1:].lower()) if to else None
    return {asked: to.suffix[1:].lower(), **body} if asked and to else body


def _buy(
    session: Session, order: Order, call: str, body: dict[str, Any], photo: Path | None, asked: Mapping[str, Any]
) -> None:
    session.yes = asked["yes"]
    to: Path | None = asked["to"]
    wish = Wish(order, call, body, photo, asked["wait"] or to is not None, to, asked["timeout"], asked["anew"])
    buy(session, wish)
