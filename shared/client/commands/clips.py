"""Clips of one's own in an order or an edit: a scene's `clip` may be a file on this machine, or a link."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import click

from ..client import Abroll

_GIVEN = re.compile(r"([1-9][0-9]?)=(.+)", re.DOTALL)
_LINK = re.compile(r"https?://", re.IGNORECASE)
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")


def placed(body: dict[str, Any], given: Sequence[str], *, edit: bool) -> dict[str, Any]:
    """Return an order, or an edit, whose scenes show these clips, each `2=cup.mp4`. Raises UsageError."""
    scenes = [dict(each) for each in _scenes(body)]
    for text in given:
        match = _GIVEN.fullmatch(text)
        if match is None:
            raise click.UsageError(f"--clip {text[:40]!r} is not like 2=cup.mp4: scene, then clip")
        number = int(match[1]) - 1
        scene = next((each for each in scenes if each.get("scene") == number), None) if edit else None
        if edit and scene is None:
            scenes.append(scene := {"scene": number})
        if not edit:
            if number > len(scenes):
                raise click.UsageError(f"--clip {text[:40]!r}: the order has {len(scenes)} scenes")
            scene = scenes[number] if number < len(scenes) else {}
            scenes[number : number + 1] = [scene]
        if scene is not None:
            scene["clip"] = match[2]
    return {**body, "scenes": scenes} if given else body


def sent(abroll: Abroll, body: dict[str, Any]) -> dict[str, Any]:
    """Return the same with its clips' ids: files are uploaded, links fetched. Raises AbrollError, OSError."""
    if not any(_named(body)):
        return body
    ids = cache(lambda clip: abroll.fetch_clip(clip) if _LINK.match(clip) else abroll.upload_clip(clip))
    scenes = [{**each, "clip": ids(each["clip"])} if _is_named(each) else each for each in _scenes(body)]
    return {**body, "scenes": scenes}


def digest(body: dict[str, Any]) -> str:
    """Tell the files of an order from others of the same names; "" where it names none. Raises OSError."""
    files = [clip for clip in _named(body) if not _LINK.match(clip)]
    return "".join(hashlib.sha256(Path(clip).read_bytes()).hexdigest() for clip in files)


def _named(body: dict[str, Any]) -> Iterator[str]:
    return (str(each["clip"]) for each in _scenes(body) if _is_named(each))


def _is_named(scene: Any) -> bool:
    """Tell whether a scene names a file or a link, and no upload's id."""
    clip = scene.get("clip") if isinstance(scene, dict) else None
    return isinstance(clip, str) and bool(clip) and not _ID.fullmatch(clip)


def _scenes(body: dict[str, Any]) -> Sequence[Any]:
    scenes = body.get("scenes")
    return scenes if isinstance(scenes, list) else ()
