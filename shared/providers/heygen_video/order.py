"""Writes a clip's order as HeyGen Video reads it; unknown fields are refused there, so nothing is sent unasked.

The mode is always stated: without it HeyGen takes references, the dearest. So is the ratio, but for a first frame,
whose own shape decides. The prompt is filmed as it was written: enhancing it, HeyGen's default, would add words nobody
asked for (heygen_video page, "The order").
"""

import base64
from typing import Any

from shared.providers.heygen_video.words import TOO_LARGE
from shared.providers.ports import Handed, KeyedClipOrder

LARGEST_PICTURE = 5 * 2**20  # bytes sent as base64
SAME_PRODUCT = "The product is the one in <Picture 1>."


def footage_body(order: KeyedClipOrder) -> dict[str, Any]:
    """Write the body of POST /v3/models/videos. Raises: Refused for a picture that is larger than HeyGen takes."""
    body: dict[str, Any] = {
        "model": order.model,
        "mode": "text_to_video",
        "prompt": order.prompt,
        "duration": order.seconds,
        "resolution": order.resolution,
        "prompt_enhancement": "disabled",
        "callback_id": order.name,
    }
    if order.image is not None:
        return {**body, "mode": "image_to_video", "image": _media(order.image)}
    if order.references:
        pictures = [_media(one) for one in order.references]
        prompt = f"{order.prompt} {SAME_PRODUCT}"
        body |= {"mode": "reference_to_video", "prompt": prompt, "reference_images": pictures}
    return {**body, "aspect_ratio": order.aspect_ratio}


def _media(picture: Handed) -> dict[str, str]:
    if len(picture.raw) > LARGEST_PICTURE:
        raise TOO_LARGE.fails()
    return {"type": "base64", "media_type": picture.mime, "data": base64.b64encode(picture.raw).decode("ascii")}
