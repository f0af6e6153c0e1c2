"""What every command is given: whom to call and where to print. Files that people hand over are read here, bounded."""

import sys
from functools import cached_property
from pathlib import Path
from typing import Any

import click

from ..client import VERSION, Abroll
from ..errors import KeyRefused, Refused
from ..reading import parse
from .output import Output
from .profile import Profile, profile

MOST_JSON = 1024 * 1024  # bytes, as abroll takes them
AGENT = f"abroll-cli/{VERSION}"


class Session:
    """One run of the command."""

    def __init__(self, output: Output) -> None:
        self.output = output
        self.yes = False

    @cached_property
    def profile(self) -> Profile:
        """Whom to call. Raises Refused, KeyRefused where nobody said."""
        known = profile()
        if not known.url:
            raise Refused("no address of abroll", code="no_address", next_move="Run `abroll login`, or set ABROLL_URL.")
        if not known.key:
            raise KeyRefused("no API key", code="unauthorized", next_move="Run `abroll login`, or set ABROLL_KEY.")
        return known

    @cached_property
    def abroll(self) -> Abroll:
        """The abroll that is called."""
        return Abroll(self.profile.key, self.profile.url, agent=AGENT)


this = click.make_pass_decorator(Session)


def read_bytes(path: str, most: int, else_: str = "") -> bytes:
    """Return a file's bytes, or stdin's for `-`; `else_` says what to do with more than `most`. Raises UsageError."""
    try:
        if path == "-":
            raw = sys.stdin.buffer.read(most + 1)
        else:
            with Path(path).open("rb") as file:
                raw = file.read(most + 1)
    except OSError as failed:
        raise click.UsageError(f"{path} cannot be read: {failed.strerror}") from failed
    if len(raw) > most:
        raise click.UsageError(f"{path} has more than {most // 1024} KB{else_}")
    return raw


def read_json(path: str) -> dict[str, Any]:
    """Return the JSON object in a file, or on stdin for `-`. Raises UsageError."""
    try:
        found = parse(read_bytes(path, MOST_JSON).decode("utf-8-sig"))
    except ValueError as failed:
        raise click.UsageError(f"{path} holds no JSON: {failed}") from failed
    if not isinstance(found, dict):
        raise click.UsageError(f"{path} holds no JSON object")
    return found


def read_secret(prompt: str) -> str:
    """Return a secret: asked for unseen on a terminal, else the first line of stdin. Never from the command line."""
    if sys.stdin.isatty():
        return str(click.prompt(prompt, hide_input=True, err=True)).strip()
    return sys.stdin.readline(4096).strip()
