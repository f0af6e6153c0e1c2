"""Puts a film between its cards: all that was laid moves by the intro's whole frames; pure."""

from collections.abc import Iterator
from dataclasses import replace

from shared.pipeline.edit.edit import INTRO_KEY, OUTRO_KEY, Cue, Edit, Product, Shot, Title
from shared.pipeline.plan.beside import beside_key
from shared.pipeline.plan.blends import blend_seconds
from shared.pipeline.plan.cards import card_clips, intro_seconds, outro_seconds
from shared.pipeline.plan.picture import CardFit, CardSound, FilmCard, Role, card_key
from shared.pipeline.plan.plan import Blend, Drawn, Plan
from shared.pipeline.plan.request import FilmRequest

GROUND = "#1d232b"  # of a card where a brand has no colour
_KEYS = {Role.INTRO: INTRO_KEY, Role.OUTRO: OUTRO_KEY}  # of a brand's picture
_INSET = 0.2  # seconds a card's text keeps from its edges


def between_cards(edit: Edit, plan: Plan, request: FilmRequest) -> Edit:
    """Return an edit with the cards that were asked for before and after it."""
    before, after = (round(each * edit.fps) / edit.fps for each in (intro_seconds(request), outro_seconds(request)))
    if not before and not after:
        return edit
    how = request.transition or plan.transition or Blend.CUT
    how = Blend.CROSSFADE if how is Blend.AUTO else how
    blend = blend_seconds(request, how)
    shots, titles = list(edit.shots), [replace(each, start=each.start + before) for each in edit.titles]
    if before:
        shots = [_shot(plan, request, Role.INTRO, before), *shots]
        shots[1] = replace(shots[1], comes=how, blend=blend)
        titles += _text(request.intro, 0.0, before)
    if after:
        shots.append(replace(_shot(plan, request, Role.OUTRO, after), comes=how, blend=blend))
        titles += _text(request.outro, before + edit.seconds, after)
    return replace(
        edit,
        seconds=before + edit.seconds + after,
        shots=tuple(shots),
        appearances=tuple(replace(each, start=each.start + before) for each in edit.appearances),
        titles=tuple(titles),
        product=_moved(edit.product, before),
        cues=_later(edit.cues, before),
        spoken=_later(edit.spoken, before),
        scenes=(before, before + edit.seconds),
    )


def _shot(plan: Plan, request: FilmRequest, role: Role, seconds: float) -> Shot:
    brand, own = request.brand, beside_key(plan, role)
    if clip := card_clips(request).get(role):
        heard = clip.sound is not CardSound.MUTE
        padded = clip.fit is CardFit.PAD
        return Shot(seconds, card_key(role), footage=seconds, card=True, heard=heard, padded=padded)
    if own or (brand and getattr(brand, role)):
        return Shot(seconds, own or _KEYS[role], still=True, card=True)
    color = brand.colors.primary if brand else None
    return Shot(seconds, None, color=color or GROUND, drawn=Drawn.GRADIENT, card=True)


def _text(card: FilmCard | None, start: float, seconds: float) -> Iterator[Title]:
    if card and card.text:
        inset = min(_INSET, seconds / 8)
        yield Title(card.text, round(start + inset, 3), round(seconds - 2 * inset, 3))


def _moved(product: Product | None, seconds: float) -> Product | None:
    """Return the product's card so much later."""
    return product and replace(product, spans=tuple((start + seconds, end + seconds) for start, end in product.spans))


def _later(cues: tuple[Cue, ...], seconds: float) -> tuple[Cue, ...]:
    """Return captions so much later, and the words that are lit in them."""
    return tuple(
        replace(
            each,
            start=round(each.start + seconds, 3),
            words=tuple(replace(word, start=round(word.start + seconds, 3)) for word in each.words),
        )
        for each in cues
    )
