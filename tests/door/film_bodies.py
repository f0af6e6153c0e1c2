"""Bodies of create_job for the door's tests: a full one, a small one, and what is wrong with one."""

from typing import Any

import pytest

from shared.door.bodies import Mistakes, parse_film

FULL: dict[str, Any] = {
    "product_title": "Blue mug",
    "product_id": "sku-1",
    "scenes": [
        {
            "visual_description": "A mug",
            "camera_movement": "dolly in",
            "mood": "calm",
            "duration": 4.5,
            "text_overlay": '50% off: it\'s "ñandú" [new], {x} \\ €\nnow',
            "script": "Look at this.",
            "avatar_id": "look-2",
            "voice_id": "voice-2",
            "image_url": "https://shop.example/red.jpg",
        },
        {"script": "And this.", "background": {"type": "image", "image": "up_1"}},
    ],
    "image_url": "https://shop.example/mug.jpg?v=2",
    "avatar_id": "look-1",
    "voice_id": "voice-1",
    "avatar_position": {"scale": 0.5, "x": -1, "y": 1, "preset": "center"},
    "aspect_ratio": "16:9",
    "resolution": "1080p",
    "b_roll": {"join": "cut", "audio": "duck", "model": "fast"},
    "background": {"type": "color", "color": "#A1b2C3"},
    "voice": {"speed": 1.2, "pitch": -3, "locale": "en-US"},
    "captions": True,
    "length": "script",
    "provider": "heygen",
    "mode": "test",
    "webhook_url": "https://shop.example:8443/hook",
    "metadata": {"campaign": "spring", "empty": ""},
    "dry_run": True,
}


def body(**changed: Any) -> dict[str, Any]:
    """Return a right body with the fields that matter here changed."""
    return {"product_title": "Mug", "scenes": [{"visual_description": "A mug"}]} | changed


def mistakes(raw: bytes | dict[str, Any]) -> dict[str, list[str]]:
    """Return what is wrong with a body."""
    with pytest.raises(Mistakes) as raised:
        parse_film(raw)
    return raised.value.details
