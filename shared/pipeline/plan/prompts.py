"""Writes what Veo reads for one scene: product title | what is seen | camera | mood | no text in the picture.

Only the customer's own words and the closing sentence stand in it. Veo reads about 1,024 tokens (veo page,
"The order"), more than our fields can hold in English; where a character is a token, title, camera and mood give way
first.
"""

from shared.pipeline.plan.request import FilmRequest

TOKENS = 1024
LETTERS_PER_TOKEN = 4  # English; anything beyond ASCII is counted as a token a character
SIDE_TOKENS = 128  # what title, camera and mood keep each when the whole is too long
NO_TEXT = "No text in the picture."


def clip_prompt(request: FilmRequest, scene: int) -> str:
    """Return the prompt of the scene with this index; the same for a base clip and an extension."""
    title, seen, camera, mood = _words(request, scene)
    if is_cut(request, scene):
        title, camera, mood = (_cut(text, SIDE_TOKENS) for text in (title, camera, mood))
        seen = _cut(seen, TOKENS - _tokens(_joined(title, "", camera, mood)) - 1)
    return _joined(title, seen, camera, mood)


def is_cut(request: FilmRequest, scene: int) -> bool:
    """Tell whether the scene's words are more than Veo reads."""
    return _tokens(_joined(*_words(request, scene))) > TOKENS


def _words(request: FilmRequest, number: int) -> tuple[str, str, str, str]:
    scene = request.scenes[number]
    return (
        _plain(request.product_title),
        _plain(scene.visual_description),
        _plain(scene.camera_movement),
        _plain(scene.mood),
    )


def _joined(title: str, seen: str, camera: str, mood: str) -> str:
    labelled = (camera and f"Camera: {camera}", mood and f"Mood: {mood}")
    return " | ".join(part for part in (title, seen, *labelled, NO_TEXT) if part)


def _plain(text: str | None) -> str:
    return " ".join((text or "").split())


def _tokens(text: str) -> int:
    plain = sum(character.isascii() for character in text)
    return -(-plain // LETTERS_PER_TOKEN) + len(text) - plain


def _cut(text: str, tokens: int) -> str:
    """Shorten to a number of tokens, at a space where there is one."""
    if _tokens(text) <= tokens:
        return text
    short = text
    while short and _tokens(short) > tokens:
        short = short[: -max(1, _tokens(short) - tokens)]
    head, space, _ = short.rpartition(" ")
    return head if space else short
