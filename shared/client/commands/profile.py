"""Whom the command calls, and under which key: the environment first, then what `abroll login` kept."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

import click

from ..reading import parse

APP = "abroll"


@dataclass(frozen=True, slots=True)
class Profile:
    """An address and a key; empty where none is known."""

    url: str
    key: str


def folder() -> Path:
    """Return where the command keeps what it must remember: `ABROLL_HOME`, else the system's place for settings."""
    return Path(os.environ.get("ABROLL_HOME") or click.get_app_dir(APP))


def profile() -> Profile:
    """Return whom to call: `ABROLL_URL` and `ABROLL_KEY`, and for what they leave out, what `login` kept."""
    kept = _kept()
    return Profile(os.environ.get("ABROLL_URL") or kept.url, os.environ.get("ABROLL_KEY") or kept.key)


def keep(chosen: Profile) -> Path:
    """Keep an address and a key for the commands to come, readable by this user only; return the file."""
    file = folder() / "login.json"
    write_private(file, json.dumps({"url": chosen.url, "key": chosen.key}))
    return file


def forget() -> bool:
    """Forget what `login` kept; tell whether there was something."""
    file = folder() / "login.json"
    there = file.exists()
    file.unlink(missing_ok=True)
    return there


def write_private(file: Path, text: str) -> None:
    """Write a file that only this user may read: whole, or not at all."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = file.with_suffix(f".{os.getpid()}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as opened:
            opened.write(text)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def read_object(file: Path) -> dict[str, str]:
    """Return a small file's JSON object of texts; an empty one where there is none, or none that can be read."""
    try:
        found = parse(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {name: value for name, value in found.items() if isinstance(value, str)} if isinstance(found, dict) else {}


def _kept() -> Profile:
    kept = read_object(folder() / "login.json")
    return Profile(kept.get("url", ""), kept.get("key", ""))
