"""A brand kit: a logo, colours, and what orders have where they are silent; pure.

An order's own word comes first, then its templates', then the kit's. A colour for letters and one for what is around
them are a pair: an order that gives one of them takes neither from the kit.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from shared.pipeline.codec import to_plain
from shared.pipeline.plan.brand import Brand
from shared.pipeline.plan.dress import Dress, Kit
from shared.pipeline.plan.request import FilmRequest, to_document
from shared.pipeline.plan.staging import USUAL_AUDIO, Audio
from shared.pipeline.plan.typography import LEGIBLE, USUAL_TEXT, Typography, contrast

_PAIR = ("color", "panel")
_PARTLY = ("text.", "audio.")  # what an order has in parts from its kit, and in parts its own
# Fields that an order has from its kit, or its own.
_TAKEN_WHOLE = ("transition", "transition_color", "hold", "inset", "intro", "outro")


@dataclass(frozen=True, slots=True)
class Rebrand:
    """Another kit for a film; None takes its brand away."""

    kit: Kit | None = None


def refuse_faint(kit: Kit) -> Iterator[tuple[str, str]]:
    """Yield why the kit's letters could not be read, by field."""
    if kit.text is None:
        return
    ratio = contrast(kit.text)
    if ratio < LEGIBLE:
        path = "colors.text" if kit.brand.colors.text else "colors.panel" if kit.brand.colors.panel else "text.style"
        says = f"letters in {kit.text.color} have a contrast of {ratio:.1f} to 1 before the worst picture"
        yield path, f"{says}; {LEGIBLE} is the least: choose colors.text and colors.panel further apart"


def filled_in(body: Mapping[str, Any], kit: Kit) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return a plain order with what the kit says where it is silent, and the paths of that."""
    made, filled = dict(body), list[str]()
    for name, said in _said(kit).items():
        own = made.get(name)
        if name == "background" and not _bare(body):
            continue
        if own is None:
            made[name] = said
            filled += [f"{name}.{inner}" for inner in said] if name in ("text", "audio") else [name]
        elif name in ("text", "audio") and isinstance(own, Mapping):
            given = {inner for inner, value in own.items() if value is not None}
            barred = {*given, *(_PAIR if given & {*_PAIR} else ())}
            added = {inner: value for inner, value in said.items() if inner not in barred}
            made[name] = {**added, **{inner: own[inner] for inner in own if inner in given or inner not in added}}
            filled += [f"{name}.{inner}" for inner in added]
    return made, tuple(filled)


def worn_over(body: Mapping[str, Any], kit: Kit | None, asked: str) -> Dress:
    """Return a kit as one film of several wears it: only what it says where the plain order, or edit, is silent."""
    if kit is None:
        return Dress(asked)
    _, filled = filled_in(body, kit)
    return Dress(asked, _only(kit, filled))


def without(dress: Dress, said: Collection[str]) -> Dress:
    """Return a film's kit without what the order says itself by now, by path."""
    if dress.kit is None:
        return dress
    left = [path for path in filled_in({}, dress.kit)[1] if path not in said and path.partition(".")[0] not in said]
    return replace(dress, kit=_only(dress.kit, left))


def _only(kit: Kit, paths: Collection[str]) -> Kit:
    """Return a kit that says these fields of an order alone; its logo, colours, fonts and pictures stay."""
    wanted = {path.partition(".")[0] for path in paths}
    named = {each.name for each in fields(Kit)} - {"unknown", "brand", "text", "audio"}
    left: dict[str, Any] = dict.fromkeys(named - wanted)
    of_text, of_audio = ([path.partition(".")[2] for path in paths if path.startswith(part)] for part in _PARTLY)
    text: dict[str, Any] = {name: getattr(kit.text, name) for name in of_text}
    audio: dict[str, Any] = {name: getattr(kit.audio, name) for name in of_audio}
    said = replace(USUAL_TEXT, **text) if text else None
    return replace(kit, **left, text=said, audio=replace(USUAL_AUDIO, **audio) if audio else None)


def _said(kit: Kit) -> dict[str, Any]:
    """Return the order's fields that a kit gives, plain."""
    plain: dict[str, Any] = to_plain(replace(kit, brand=Brand("")))
    return {name: value for name, value in plain.items() if name != "brand"}


def _bare(body: Mapping[str, Any]) -> bool:
    """Tell whether an order has a place for a background of the whole film."""
    scenes = body.get("scenes")
    if not isinstance(scenes, list | tuple) or not scenes:
        return True
    return any(
        isinstance(scene, Mapping)
        and all(scene.get(name) is None for name in ("visual_description", "clip", "background"))
        for scene in scenes
    )


def as_asked(order: Mapping[str, Any]) -> dict[str, Any]:
    """Return a plain order without what a kit has filled in: the same call is the same, whatever its kit is by now."""
    brand, worn_by = order.get("brand"), order.get("outputs", ())
    asked = {name: value for name, value in order.items() if name not in ("brand", "said")}
    asked |= {"outputs": [_undressed(each) for each in worn_by]} if any("dress" in each for each in worn_by) else {}
    if brand is None:
        return asked
    usual = to_document(FilmRequest(""))
    asked |= {"brand": brand["asked"]} if brand.get("asked") else {}
    for path in brand.get("filled", ()):
        name, _, inner = path.partition(".")
        if inner:
            asked[name] = _reset(asked[name], usual[name], inner)
        else:
            asked = _reset(asked, usual, name)
    return asked


def _undressed(output: Mapping[str, Any]) -> dict[str, Any]:
    """Return a plain output as it was asked for: with its kit's name alone."""
    named = {"brand": output["dress"]["asked"]} if output.get("dress") else {}
    return {name: value for name, value in output.items() if name != "dress"} | named


def _reset(said: Mapping[str, Any], usual: Mapping[str, Any], name: str) -> dict[str, Any]:
    rest = {each: value for each, value in said.items() if each != name}
    return {**rest, name: usual[name]} if name in usual else rest


def said_paths(body: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a plain order says itself, by path; of its text each part."""
    for name, value in body.items():
        if name == "text" and isinstance(value, Mapping):
            yield from (f"text.{inner}" for inner in value if value[inner] is not None)
        elif value is not None:
            yield name


def unseen(request: FilmRequest, paths: Collection[str]) -> tuple[str, ...] | None:
    """Return those of what was said that look as if they had not been; None where the values tell all of it."""
    found = [path for path in sorted({*paths}) if _usual(request, path)]
    return tuple(found) or None


def _usual(request: FilmRequest, path: str) -> bool:
    name, _, inner = path.partition(".")
    match name:
        case "captions":
            return not request.captions
        case "text":
            return bool(inner) and getattr(request.text, inner) == getattr(USUAL_TEXT, inner)
        case "audio":
            return inner == "music" and request.audio.music is None
        case "avatar_position" | "intro" | "outro":
            return getattr(request, name) is None
    return False


def rebranded(request: FilmRequest, kit: Kit | None) -> FilmRequest:
    """Return an order as another kit would have filled it in; None takes the brand away."""
    old = request.brand.filled if request.brand else ()
    said = request.said or ()
    text, of_text = _text(request.text, old, kit, said)
    audio, of_audio = _audio(request.audio, old, kit, said)
    captions, of_captions = request.captions, list[str]()
    silent = not request.captions and "captions" not in said
    if "captions" in old or (silent and kit and kit.captions):
        captions, of_captions = bool(kit and kit.captions), ["captions"] if kit and kit.captions else []
    by, of_by = request.captions_by, list[str]()
    if by is None or "captions_by" in old:
        by = kit.captions_by if kit else None
        of_by = ["captions_by"] if by else []
    position, of_position = request.avatar_position, list[str]()
    if (position is None and "avatar_position" not in said) or "avatar_position" in old:
        position = kit.avatar_position if kit else None
        of_position = ["avatar_position"] if position else []
    background, of_background = request.background, list[str]()
    if kit and kit.background and "background" in old:
        background, of_background = kit.background, ["background"]
    request, of_whole = _whole(request, old, kit)
    filled = (*of_text, *of_audio, *of_captions, *of_by, *of_position, *of_background, *of_whole)
    return replace(
        request,
        text=text,
        audio=audio,
        captions=captions,
        captions_by=by,
        avatar_position=position,
        background=background,
        brand=replace(kit.brand, filled=filled) if kit else None,
    )


def _whole(request: FilmRequest, old: tuple[str, ...], kit: Kit | None) -> tuple[FilmRequest, list[str]]:
    """Return an order with the kit's fields that are taken whole, and which these are."""
    left = {name for name in _TAKEN_WHOLE if getattr(request, name) is None} - {*(request.said or ())}
    taken = [name for name in _TAKEN_WHOLE if name in left or name in old]
    given: dict[str, Any] = {name: getattr(kit, name) if kit else None for name in taken}
    return replace(request, **given), [name for name in taken if given[name] is not None]


def still_filled(brand: Brand | None, said: Collection[str]) -> Brand | None:
    """Return a brand without having filled in what is said otherwise by now, by path."""
    if brand is None:
        return None
    kept = (path for path in brand.filled if path not in said and path.partition(".")[0] not in said)
    return replace(brand, filled=tuple(kept))


def _text(
    own: Typography, old: tuple[str, ...], kit: Kit | None, said: tuple[str, ...]
) -> tuple[Typography, list[str]]:
    named = {each.name for each in fields(Typography)} - {"unknown"}
    kept = {name for name in named if f"text.{name}" not in old and getattr(own, name) != getattr(USUAL_TEXT, name)}
    kept |= {name for name in named if f"text.{name}" in said}
    kept |= {*_PAIR} if kept & {*_PAIR} else set()
    new = (kit and kit.text) or USUAL_TEXT
    filled = sorted(name for name in named - kept if getattr(new, name) is not None) if kit and kit.text else []
    return replace(new, **{name: getattr(own, name) for name in kept}), [f"text.{name}" for name in filled]


def _audio(own: Audio, old: tuple[str, ...], kit: Kit | None, said: tuple[str, ...]) -> tuple[Audio, list[str]]:
    new, made, filled = (kit and kit.audio) or Audio(), own, list[str]()
    if own.loudness is None or "audio.loudness" in old:
        made = replace(made, loudness=new.loudness)
        filled += ["audio.loudness"] if new.loudness else []
    if (own.music is None and "audio.music" not in said) or "audio.music" in old:
        made = replace(made, music=new.music)
        filled += ["audio.music"] if new.music else []
    return made, filled
