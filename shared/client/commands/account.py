"""The commands about the tenant: signing in, avatar accounts, keys, personas, webhooks."""

import os
from typing import TYPE_CHECKING, Any, cast

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


@click.group()
def webhooks() -> None:
    """What abroll tells your server."""


@webhooks.command("secret")
@this
def new_secret(session: Session) -> None:
    """Make the secret webhooks are signed with; it is shown this once."""
    session.output.result(session.abroll.new_webhook_secret(), words.fields)


COMMANDS = (login, logout, whoami, accounts, keys, personas, webhooks)
