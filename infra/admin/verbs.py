"""How a function of a wiring becomes a command of the operator's."""

import os
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import cached_property
from typing import Any

import click

from infra.admin.told import Told, text_of
from shared.config import settings
from shared.wiring import Wiring

SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


class Operator:
    """What the commands work on: the parts of this environment, made when the first is needed."""

    def __init__(self, given: Wiring | None = None) -> None:
        self._given = given

    @cached_property
    def wiring(self) -> Wiring:
        """The parts, of the process's own settings unless others were given."""
        return self._given or Wiring(settings(os.environ))


DRY = click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
MODE = click.option("--mode", default="production", type=click.Choice(["production", "test"]), show_default=True)


def verb(group: click.Group, name: str, says: str, *options: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function of a wiring a command that prints what the function tells."""

    def wrapped(work: Callable[..., Told | str]) -> Callable[..., Told | str]:
        @click.pass_obj
        def run(operator: Operator, /, **given: Any) -> None:
            with redirect_stdout(sys.stderr):  # the product's log: a command's own answer is all of stdout
                told = work(operator.wiring, **given)
            click.echo(text_of(told))

        callback: Any = run
        for option in reversed(options):
            callback = option(callback)
        group.command(name, help=says, context_settings=SETTINGS)(callback)
        return work

    return wrapped
