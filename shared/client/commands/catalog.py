"""The commands about who can be filmed and heard, and about what was used."""

from collections.abc import Callable, Mapping
from typing import Any

import click

from . import words
from .session import Session, this

Command = Callable[..., Any]


def filtered(command: Command) -> Command:
    """Give a command the options that both lists have."""
    for option in (
        click.option(
            "-n", "--limit", type=click.IntRange(1, 100), default=50, show_default=True, help="A page's size."
        ),
        click.option("--cursor", help="`next_cursor` of the page before."),
        click.option("--refresh", is_flag=True, flag_value="true", default=None, help="Ask the services anew."),
        click.option("--mode", type=click.Choice(("production", "test")), help="Of the accounts of this mode."),
        click.option("--gender", help="Only of this gender, as the service words it."),
        click.option("--provider", help="Only of this avatar service."),
    ):
        command = option(command)
    return command


@click.command()
@click.argument("search", required=False)
@filtered
@click.option("--engine", help="Only what this engine films.")
@this
def avatars(session: Session, /, **asked: Any) -> None:
    """List who can be filmed at your accounts, or those with SEARCH in their name, group or id."""
    session.output.result(session.abroll.call("GET", "/catalog/avatars", None, **_given(asked)), _avatars)


@click.command()
@click.argument("search", required=False)
@filtered
@click.option("--age", help="Only of this age group, as the service words it.")
@click.option("--accent", help="Only with this accent, as the service words it.")
@click.option("--type", help="Only of this type: public, private.")
@click.option("--language", help="Only of this language or locale, by its beginning.")
@this
def voices(session: Session, /, **asked: Any) -> None:
    """List the voices at your accounts, or those with SEARCH in their name, language, accent or id."""
    session.output.result(session.abroll.call("GET", "/catalog/voices", None, **_given(asked)), _voices)


@click.command()
@click.option("--since", "created_from", help="Only of films ordered since this time (ISO 8601).")
@click.option("--until", "created_to", help="Only of films ordered before this time.")
@click.option("--product", "product_id", help="Only of this product_id.")
@click.option("-n", "--limit", type=click.IntRange(1, 100), default=100, show_default=True, help="A page's size.")
@click.option("--cursor", help="`next_cursor` of the page before.")
@this
def usage(session: Session, /, **asked: Any) -> None:
    """Tell what a page of films used: seconds, credits, and dollars in both columns, by vendor."""
    session.output.result(session.abroll.call("GET", "/jobs/usage", None, **_given(asked)), _usage)


def _given(asked: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in asked.items() if value is not None}


def _avatars(told: Mapping[str, Any]) -> str:
    lines = (f"{each['id']}  {each['name']}  {each['provider']}, {each['gender']}" for each in told["avatars"])
    return _page(list(lines), told, "Nobody.")


def _voices(told: Mapping[str, Any]) -> str:
    lines = (f"{each['id']}  {each['name']}  {each['provider']}, {each['language']}" for each in told["voices"])
    return _page(list(lines), told, "No voices.")


def _usage(told: Mapping[str, Any]) -> str:
    made = f"{told['films']} films, {told['film_seconds']:g} s, {told['credits_used']:g} credits"
    vendors = [f"{name:<20} {words.costs(each)}" for name, each in told["by_vendor"].items()]
    return _page([made, words.costs(told), *vendors], told, "")


def _page(lines: list[str], told: Mapping[str, Any], nothing: str) -> str:
    more = [f"More: --cursor {told['next_cursor']}"] if told["next_cursor"] else []
    return "\n".join([*lines, *more]) or nothing


COMMANDS = (avatars, voices, usage)
