"""Builders for the planner's and the editor's tests: each takes the one argument that matters there."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from shared.pipeline.plan.capabilities import Tables, tables
from shared.pipeline.plan.looks import Look, LookType
from shared.pipeline.plan.plan import Feature, Join, Plan, Size
from shared.pipeline.plan.planner import Defaults, plan
from shared.pipeline.plan.request import AspectRatio, BRoll, FilmRequest, Quality, Resolution, SceneRequest
from shared.pipeline.plan.speakers import speakers
from shared.pipeline.plan.staging import Background, BackgroundType

SHIPPED: dict[str, Any] = json.loads((Path(__file__).parents[2] / "shared" / "tables.json").read_text("utf-8"))
SHIPPED_TABLES = tables(SHIPPED)
TINY = {
    AspectRatio.TALL: Size(180, 320),
    AspectRatio.WIDE: Size(320, 180),
    AspectRatio.SQUARE: Size(180, 180),
    AspectRatio.PORTRAIT: Size(180, 226),
}
TABLES = replace(SHIPPED_TABLES, sizes={Resolution.HD: TINY, Resolution.FULL_HD: TINY})
PHOTO = "https://shop.example/mug.jpg"
WHITE = Background(BackgroundType.COLOR, color="#ffffff")
CUT = BRoll(join=Join.CUT)
DEFAULTS = Defaults(avatar_id="look-1", voice_id="voice-1")
HAS_VOICE: dict[str, Any] = {"default_voice_id": "voice-1"}


def filmed(duration: float = 8.0, **changed: Any) -> SceneRequest:
    """Return a scene with footage."""
    return SceneRequest(visual_description="A mug on a table", duration=duration, **changed)


def spoken(script: str = "Good morning.", **changed: Any) -> SceneRequest:
    """Return a scene in which somebody speaks before a white wall."""
    return SceneRequest(script=script, background=WHITE, **changed)


def film(*scenes: SceneRequest, **changed: Any) -> FilmRequest:
    """Return a film of these scenes."""
    return FilmRequest(**{"product_title": "Mug", "scenes": scenes} | changed)


def words(seconds: float) -> str:
    """Return a script that takes about this long to speak."""
    return ("word " * 1000)[: round(seconds * TABLES.speech.letters)].rstrip() + "."


def told(request: FilmRequest, **changed: Any) -> dict[str, Look]:
    """Return every look of a film as the avatar service may tell it: from video, with a voice, on Avatar IV."""
    look = Look(**{"id": "", "name": "Ana", "type": LookType.VIDEO, "engines": ("avatar_iv",)} | HAS_VOICE | changed)
    asked = [part.avatar_id for part in speakers(request, DEFAULTS) if part.avatar_id]
    return {each: replace(look, id=each) for each in asked}


def planned(request: FilmRequest, known: Tables = TABLES, **look: Any) -> Plan:
    """Plan with a tenant who has a default avatar, and looks the avatar service knows; `look` says how they differ."""
    return plan(request, known, DEFAULTS, told(request, **look))


def with_references(seconds: int = 8) -> Tables:
    """Return tables in which the standard model takes reference images, for clips of this length."""
    veo = TABLES.footage[Quality.STANDARD]
    able = replace(veo, lengths={**veo.lengths, Feature.REFERENCE: {Resolution.HD: (seconds,)}})
    return replace(TABLES, footage={**TABLES.footage, Quality.STANDARD: able})


def chain_lengths(made: Plan) -> list[int]:
    """Return how many links each chain has, in film order."""
    lengths: list[int] = []
    for clip in made.clips:
        if clip.before is None:
            lengths.append(0)
        lengths[-1] += 1
    return lengths


def shown(made: Plan) -> list[tuple[str | None, float, float]]:
    """Return (file, offset, seconds) of each stretch."""
    return [(stretch.chain, stretch.offset, stretch.seconds) for stretch in made.stretches]
