"""What a film is composed from beside its files: of plan and request only what can change a frame or a sound.

The film's object is named by a hash of it (hole 191): a webhook's address, a price, a title for the console or a field
that newer code adds make no other film, and two releases give one film one name.
"""

import json
from collections.abc import Mapping
from typing import Any

from shared.pipeline.codec import to_plain
from shared.pipeline.plan.plan import Plan
from shared.pipeline.plan.request import FilmRequest, script_of
from shared.pipeline.plan.typography import USUAL_TEXT

RENDERER = 1  # raised whenever the same composition may give other frames or another sound


def composition(plan: Plan, request: FilmRequest) -> dict[str, Any]:
    """Return, plain, all that the edit is made from but the files themselves."""
    words = {"text": to_plain(request.text)} if request.text != USUAL_TEXT else {}
    apart = {"safe_area": request.safe_area.value} if request.safe_area else {}  # what nobody asks for renames nothing
    return (
        words
        | apart
        | {
            "renderer": RENDERER,
            "size": to_plain(plan.size),
            "length": plan.length.value,
            "sound": plan.sound.value,
            "captions": plan.captions,
            "place": to_plain(plan.place),
            "stretches": [to_plain(stretch) for stretch in plan.stretches],
            "clips": [[clip.key, clip.scene, clip.before, clip.seconds, clip.total] for clip in plan.clips],
            "speeches": [
                [speech.key, speech.scene, script_of(request, speech.scene) if plan.captions else ""]
                for speech in plan.speeches
            ],
            "scenes": [[scene.text_overlay, scene.visual_description is not None] for scene in request.scenes],
            "shape": request.aspect_ratio.value,
            "position": to_plain(request.avatar_position),
            "locale": request.voice.locale,
        }
    )


def canonical(value: object) -> str:
    """Return plain data as JSON that is the same wherever it was read: keys sorted, every number a float, ASCII."""
    return json.dumps(_even(value), sort_keys=True, separators=(",", ":"))


def _even(value: object) -> object:
    match value:
        case Mapping():
            return {key: _even(item) for key, item in value.items()}
        case list() | tuple():
            return [_even(item) for item in value]
        case int() if not isinstance(value, bool):
            return float(value)
    return value
