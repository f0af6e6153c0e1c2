"""The commands about the tenant: signing in, avatar accounts, keys, personas, webhooks."""

import json
import os
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Any, cast
from urllib.parse import quote

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


@click.group()
def webhooks() -> None:
    """What abroll tells your server."""


@webhooks.command("secret")
@this
def new_secret(session: Session) -> None:
    """Make the secret webhooks are signed with; it is shown this once."""
    session.output.result(session.abroll.new_webhook_secret(), words.fields)


@webhooks.command("ls")
@this
def list_endpoints(session: Session) -> None:
    """List the endpoints, and how each does."""
    session.output.result(session.abroll.call("GET", "/tenant/webhooks"), _endpoints)


@webhooks.command("add")
@click.argument("url")
@click.option("--event", "events", multiple=True, help="Only this event; may be given again. Every ending otherwise.")
@click.option("--name", help="For people.")
@this
def add_endpoint(session: Session, url: str, events: tuple[str, ...], name: str | None) -> None:
    """Let webhooks go to an address."""
    asked: dict[str, Any] = {"url": url, "events": list(events) or None, "name": name}
    plain = {field: value for field, value in asked.items() if value is not None}
    session.output.result(session.abroll.call("POST", "/tenant/webhooks", plain), words.fields)


@webhooks.command("rm")
@click.argument("endpoint")
@this
def remove_endpoint(session: Session, endpoint: str) -> None:
    """Let no more webhooks go to an endpoint."""
    session.output.result(session.abroll.call("DELETE", f"/tenant/webhooks/{_segment(endpoint)}"), words.fields)


@webhooks.command("test")
@click.argument("endpoint")
@this
def test_endpoint(session: Session, endpoint: str) -> None:
    """Send an endpoint a test, signed as any other."""
    session.output.result(session.abroll.call("POST", f"/tenant/webhooks/{_segment(endpoint)}/test"), words.fields)


@webhooks.command("deliveries")
@click.option("--job", help="Only of this film.")
@click.option("-n", "--limit", type=click.IntRange(1, 100), default=20, show_default=True, help="A page's size.")
@click.option("--cursor", help="`next_cursor` of the page before.")
@this
def deliveries(session: Session, /, **asked: Any) -> None:
    """List what was sent, with the receivers' answers."""
    params = {name: str(value) for name, value in asked.items() if value is not None}
    session.output.result(session.abroll.call("GET", "/tenant/deliveries", None, **params), _deliveries)


@webhooks.command("replay")
@click.argument("delivery")
@this
def replay(session: Session, delivery: str) -> None:
    """Send a webhook anew, under the id it has."""
    path = f"/tenant/deliveries/{_segment(delivery)}/replay"
    session.output.result(session.abroll.call("POST", path), words.fields)


def _segment(name: str) -> str:
    return quote(name, safe="")


def _endpoints(told: Mapping[str, Any]) -> str:
    return "\n".join(f"{each['id']}  {each['status']:<8} {each['url']}" for each in told["webhooks"]) or "No endpoints."


def _changes(told: Mapping[str, Any]) -> str:
    lines = (
        f"{each['at'][:19]}  {each['what']:<22} {each['about']}  by {each['by_name'] or each['by']}"
        for each in told["changes"]
    )
    return "\n".join(lines) or "Nothing was changed."


def _deliveries(told: Mapping[str, Any]) -> str:
    lines = (f"{each['id']}  {each['state']:<10} {each.get('event', '')}" for each in told["deliveries"])
    return "\n".join(lines) or "Nothing was sent."


COMMANDS = (login, logout, whoami, accounts, keys, personas, audit, export, webhooks)
