"""`abroll`: films from the command line.

Results are JSON on stdout, words where stdout is a terminal (or --human, --json); errors are one JSON object on stderr.
Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 the key was refused, 4 the film is still being made.
"""

import sys
from typing import Any

import click

from ..client import VERSION
from ..errors import AbrollError, KeyRefused, StillRunning
from . import account, batches, catalog, films, mcp, webhooks
from .output import Output
from .session import Session

REFUSED, USAGE, KEY, RUNNING, INTERRUPTED = 1, 2, 3, 4, 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--json/--human", "as_json", default=None, help="How results are printed; words on a terminal, else JSON."
)
@click.version_option(VERSION, prog_name="abroll")
@click.pass_context
def abroll(context: click.Context, as_json: bool | None) -> None:
    """Product videos from one request.

    Start with `abroll login`; then `abroll price order.json` and `abroll make order.json --photo cup.jpg -o film.mp4`.

    Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 the key was refused, 4 the film is still being made: do
    not order it again.
    """
    context.obj = Session(Output(human=None if as_json is None else not as_json))


for _module in (films, batches, catalog, account, webhooks, mcp):
    for _command in _module.COMMANDS:
        abroll.add_command(_command)


def run(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit code."""
    output = Output()
    try:
        abroll.main(arguments, prog_name="abroll", standalone_mode=False)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as wrong:
        context: Any = getattr(wrong, "ctx", None)
        move = f"See `{context.command_path} --help`." if context else "See `abroll --help`."
        output.error({"error": "usage", "message": wrong.format_message(), "details": {}, "next_move": move})
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        output.error({"error": "interrupted", "message": "interrupted", "details": {}, "next_move": ""})
        return INTERRUPTED
    except AbrollError as failed:
        output.error(failed.as_json())
        return _code(failed)
    except OSError as failed:
        message = f"{failed.filename}: {failed.strerror}" if failed.filename else str(failed)
        output.error({"error": "file", "message": message, "details": {}, "next_move": ""})
        return REFUSED
    return 0


def main() -> None:
    """Run the command line's arguments."""
    sys.exit(run())


def _code(failed: AbrollError) -> int:
    if isinstance(failed, StillRunning):
        return RUNNING
    return KEY if isinstance(failed, KeyRefused) else REFUSED


if __name__ == "__main__":
    main()
