"""The commands about the tenant: signing in, avatar accounts, keys, personas."""

import json
import os
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Any, cast

import click

from ..client import Abroll
from . import words
from .profile import Profile, folder, forget, keep
from .session import AGENT, Session, read_secret, this

if TYPE_CHECKING:
    from ..schemas import Integration


@click.command()
@click.option("--url", help="abroll's address; ABROLL_URL where left out.")
@this
def login(session: Session, url: str | None) -> None:
    """Keep an address and an API key for the commands to come. The key is asked for, or read from stdin."""
    address = url or os.environ.get("ABROLL_URL")
    if not address:
        raise click.UsageError("--url is missing: the address of abroll")
    with Abroll(read_secret("API key"), address, agent=AGENT) as abroll:
        tenant = abroll.tenant()
        key = abroll.key
    file = keep(Profile(address, key))
    session.output.note(f"signed in; kept in {file}")
    session.output.result(tenant, words.tenant)


@click.command()
@this
def logout(session: Session) -> None:
    """Forget the kept key. It stays valid: `abroll keys revoke` ends one."""
    session.output.result({"forgotten": forget(), "folder": str(folder())}, words.fields)


@click.command()
@this
def whoami(session: Session) -> None:
    """Tell whom the key belongs to."""
    session.output.result(session.abroll.tenant(), words.tenant)


@click.group()
def accounts() -> None:
    """Your accounts at avatar services."""


@accounts.command("put")
@click.argument("provider")
@click.option("--avatar", help="Who speaks where an order names nobody.")
@click.option("--voice", help="The voice where an order names none.")
@this
def put_account(session: Session, provider: str, avatar: str | None, voice: str | None) -> None:
    """Put your key at an avatar service. It is asked for, or read from stdin, and then checked."""
    asked: dict[str, Any] = {"api_key": read_secret(f"key at {provider}"), "avatar_id": avatar, "voice_id": voice}
    account = cast("Integration", {name: value for name, value in asked.items() if value is not None})
    session.output.result(session.abroll.put_account(provider, account), words.fields)


@accounts.command("show")
@click.argument("provider")
@this
def show_account(session: Session, provider: str) -> None:
    """Show an account, without its key."""
    session.output.result(session.abroll.account(provider), words.fields)


@accounts.command("rotate-webhook")
@click.argument("provider")
@this
def rotate_webhook(session: Session, provider: str) -> None:
    """Let an avatar service sign what it tells abroll with a new secret."""
    session.output.result(session.abroll.rotate_account_webhook(provider), words.fields)


@click.group()
def keys() -> None:
    """Your API keys."""


@keys.command("ls")
@this
def list_keys(session: Session) -> None:
    """List the API keys, without their secret part."""
    found = session.abroll.keys()
    session.output.result(found, lambda told: "\n".join(f"{each['begins']}…  {each['id']}" for each in told["keys"]))


@keys.command("revoke")
@click.argument("key")
@this
def revoke_key(session: Session, key: str) -> None:
    """End an API key; within five seconds nobody takes it."""
    session.abroll.revoke_key(key)
    session.output.result({"revoked": key}, words.fields)


@click.command()
@this
def personas(session: Session) -> None:
    """List your presenters by name."""
    found = session.abroll.personas()
    session.output.result(found, lambda told: "\n".join(str(each["name"]) for each in told["personas"]))


@click.command()
@click.option("--cursor", help="`next_cursor` of the page before.")
@this
def audit(session: Session, cursor: str | None) -> None:
    """List who changed what of yours, newest first."""
    session.output.result(session.abroll.changes(cursor), _changes)


@click.command()
@click.option(
    "-o", "--out", type=click.File("w", encoding="utf-8", lazy=True), default="-", help="A file; else stdout."
)
@this
def export(session: Session, out: IO[str]) -> None:
    """Write everything abroll has stored of you: a line of JSON a record, with its kind."""
    counts: dict[str, int] = {}
    for kind, record in session.abroll.export():
        click.echo(json.dumps({"kind": kind, "record": record}, ensure_ascii=False), file=out)
        counts[kind] = counts.get(kind, 0) + 1
    session.output.note(", ".join(f"{count} {kind}" for kind, count in counts.items()))


def _changes(told: Mapping[str, Any]) -> str:
    lines = (
        f"{each['at'][:19]}  {each['what']:<22} {each['about']}  by {each['by_name'] or each['by']}"
        for each in told["changes"]
    )
    return "\n".join(lines) or "Nothing was changed."


COMMANDS = (login, logout, whoami, accounts, keys, personas, audit, export)
