"""Options that several commands about films have."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

import click

from ..schemas import Film

Command = TypeVar("Command", bound=Callable[..., Any])
_FIELDS = get_type_hints(Film)
FILE = click.Path(path_type=Path)
PHOTO = click.option(
    "--photo", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="The product's photo."
)


CLIPS = click.option(
    "--clip",
    "own",
    multiple=True,
    metavar="SCENE=FILE",
    help="A clip of your own for a scene, counted from 1: 2=cup.mp4, or 2=https://…; may be given again.",
)
CONTAINERS, PREVIEWS = (get_args(get_args(_FIELDS[name])[0]) for name in ("container", "preview"))


def laid_out(command: Command) -> Command:
    """Give a command the options of what a film shows and is packed in, which an order and an edit both have."""
    for option in (
        click.option("--preview", type=click.Choice(PREVIEWS), help="Three silent seconds of it as a picture."),
        click.option("--container", type=click.Choice(CONTAINERS), help="A file beside the MP4, which is always made."),
        CLIPS,
    ):
        command = option(command)
    return command


def watching(command: Command) -> Command:
    """Give a command the options of waiting."""
    for option in (
        click.option("--timeout", type=click.FloatRange(min=0), help="Seconds to wait at most; then exit code 4."),
        click.option(
            "-o",
            "--output",
            "to",
            type=FILE,
            help="Fetch the film into this file; waits for it. .mov and .webm are asked for, too.",
        ),
    ):
        command = option(command)
    return command


def buying(command: Command) -> Command:
    """Give a command the options of whatever buys."""
    for option in (
        click.option("--anew", is_flag=True, help="Order although the same command was interrupted before."),
        click.option("-y", "--yes", is_flag=True, help="Order without asking."),
        click.option("--wait", is_flag=True, help="Wait until the film is there."),
    ):
        command = option(command)
    return watching(command)
