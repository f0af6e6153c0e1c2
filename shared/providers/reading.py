"""Reads what a vendor answers without trusting any of it: whatever has the wrong shape is simply not there."""

import re
from datetime import timedelta
from typing import TypeVar

import httpx

from shared.nesting import parse
from shared.pipeline.vendors.breaker import Sign

QUESTION_SECONDS = 30.0  # of a question that costs nothing
PAGES = 50  # of a list, at most
SENDABLE_KEY = re.compile(r"[\x21-\x7e]+")  # what a header can carry
RETRY_SOON = timedelta(seconds=30)  # where a vendor names no wait of its own
UNDECIDED = frozenset({408, 425, 499})  # 4xx that do not say whether an order was taken
_RAW_CHARACTERS = 500
_LONGEST_WAIT = timedelta(hours=1)
_E = TypeVar("_E", bound=Exception)


def json_of(response: httpx.Response) -> object:
    """Return the body as JSON, None for anything else (empty, HTML, cut short, nested to death)."""
    try:
        return parse(response.content)
    except ValueError:
        return None


def at(value: object, *path: str) -> object:
    """Return what stands under the keys, None where a step is missing or no object."""
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def text_at(value: object, *path: str) -> str:
    """Return the text under the keys, "" for anything else."""
    found = at(value, *path)
    return found if isinstance(found, str) else ""


def list_at(value: object, *path: str) -> list[object]:
    """Return the list under the keys, [] for anything else."""
    found = at(value, *path)
    return found if isinstance(found, list) else []


def number_at(value: object, *path: str) -> float | None:
    """Return the number under the keys, None for anything else."""
    found = at(value, *path)
    if not isinstance(found, int | float) or isinstance(found, bool):
        return None
    try:
        return float(found)
    except OverflowError:
        return None


def sign_of_status(status: int) -> Sign | None:
    """Return what an answer's status shows of the vendor's health: only its own failures are any sign."""
    return Sign.SERVER_ERROR if httpx.codes.is_server_error(status) else None


def sign_of_break(error: Exception) -> Sign:
    """Return what a call that came to no answer shows of the vendor's health."""
    match error:
        case httpx.ConnectError() | httpx.ConnectTimeout():
            return Sign.UNREACHABLE
        case httpx.TimeoutException():
            return Sign.SLOW
    return Sign.SERVER_ERROR


def retry_after(response: httpx.Response, default: timedelta) -> timedelta:
    """Return the wait asked for in whole seconds, 1 s to 1 h; `default` when none is stated."""
    stated = response.headers.get("retry-after", "").strip()
    if not stated.isdecimal() or len(stated) > len("86400"):
        return default
    return min(max(timedelta(seconds=int(stated)), timedelta(seconds=1)), _LONGEST_WAIT)


def with_raw(error: _E, response: httpx.Response, *, hide: str = "") -> _E:
    """Note the vendor's own words on an error, for the log only: 500 characters, a secret blotted out."""
    raw = response.content.decode("utf-8", "replace")
    if hide:
        raw = raw.replace(hide, "[key]")
    error.add_note(f"vendor answered {response.status_code}: {raw[:_RAW_CHARACTERS]}")
    return error
