"""What the command prints: JSON on stdout, or lines for people on a terminal; errors as one JSON object on stderr."""

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

Shown = TypeVar("Shown")
WIDE = 78  # characters of a line on a terminal


class Output:
    """Where results, questions and progress go."""

    def __init__(self, *, human: bool | None = None) -> None:
        self.human = sys.stdout.isatty() if human is None else human
        self.terminal = sys.stderr.isatty()
        self._line = 0  # how many characters the progress line has

    def result(self, shown: Shown, human: Callable[[Shown], str]) -> None:
        """Print a result: as JSON, or in the words of `human`."""
        self.clear()
        click.echo(_plain(human(shown)) if self.human else json.dumps(shown, indent=2, ensure_ascii=False))

    def line(self, shown: Shown, human: Callable[[Shown], str]) -> None:
        """Print one of many results: a line of JSON, or of the words of `human`."""
        self.clear()
        click.echo(_plain(human(shown)) if self.human else json.dumps(shown, ensure_ascii=False))

    def note(self, text: str) -> None:
        """Tell something that is no result: on stderr, and only to people."""
        if self.terminal:
            self.clear()
            click.echo(_plain(text), err=True)

    def progress(self, job: Mapping[str, Any]) -> None:
        """Show how a film stands, on one line that is written over."""
        if not self.terminal:
            return
        bar = "█" * (int(job["progress"]) // 5)
        line = _plain(f"{bar:░<20} {job['progress']:>3} %  {job['summary']}")[:WIDE]
        click.echo(f"\r{line:<{self._line}}", err=True, nl=False)
        self._line = len(line)

    def batch(self, told: Mapping[str, Any]) -> None:
        """Show how a batch stands, on the same line."""
        counts = told["counts"]
        done = int(told["rows"]) - int(counts["waiting"]) - int(counts["in_progress"])
        self.progress({"progress": 100 * done // max(1, int(told["rows"])), "summary": told["message"]})

    def clear(self) -> None:
        """End the progress line."""
        if self._line:
            click.echo(f"\r{' ' * self._line}\r", err=True, nl=False)
            self._line = 0

    def error(self, told: Mapping[str, Any]) -> None:
        """Print an error: one JSON object, or its sentences where a person reads."""
        self.clear()
        if not self.terminal:
            click.echo(json.dumps(told, ensure_ascii=False), err=True)
            return
        fields = [f"  {field}: {', '.join(said)}" for field, said in told.get("details", {}).items()]
        lines = [click.style(str(told["message"]), fg="red"), *map(_plain, fields), _plain(told.get("next_move") or "")]
        click.echo("\n".join(filter(None, lines)), err=True)


def _plain(text: str) -> str:
    """Return text that cannot steer a terminal: a film's title or a vendor's words may hold anything."""
    return "".join(each if each in "\n\t" or each.isprintable() else "�" for each in text)
