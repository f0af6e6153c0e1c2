"""A film's request as it could be ordered again: plain, in fields that an order has and nothing else; pure.

What a brand kit filled in is left to the kit, which is named by the version the film wears: whoever names another kit
gets that one's looks. The ids and the manner of a persona are left to the persona. Of a version the scenes are those
that are seen, as they follow, each as long as an order may ask: an edit may have made one shorter.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.pipeline.codec import to_plain
from shared.pipeline.plan.brand import NO_BRAND
from shared.pipeline.plan.dress import Kit
from shared.pipeline.plan.kit import filled_in
from shared.pipeline.plan.request import FilmRequest, PresenterFailure
from shared.pipeline.plan.typography import USUAL_TEXT

_PAIRED_COLORS = {"text.color", "text.panel"}  # a pair: an order that gives one of them takes neither from a kit
_LEAST_ASKED, _MOST_ASKED = 4.0, 8.0  # seconds of a scene, as an order's body has it
_OF_PERSONA = ("avatar_id", "voice_id")


def said_again(request: FilmRequest, *, taken_over: bool, seen: Sequence[int | None] | None = None) -> dict[str, Any]:
    """Return a request as an order would say it; `taken_over`: other services stand ready for its first one.

    `seen` are its scenes as the film shows them; None: all, as they were ordered.
    """
    plain: dict[str, Any] = _spoken(to_plain(request))
    for path in _of_kits(request):
        _take_out(plain, path)
    plain.pop("said", None)
    plain["brand"] = request.brand.label if request.brand else NO_BRAND
    plain["outputs"] = [_film(each) for each in plain["outputs"]]
    order = range(len(request.scenes)) if seen is None else [number for number in seen if number is not None]
    plain["scenes"] = [_scene(plain["scenes"][number]) for number in order]
    if not plain["scenes"]:
        del plain["scenes"]
    for card in ("intro", "outro"):
        if card in plain:
            plain[card] = _without(plain[card], "video_facts")
    if taken_over and request.on_presenter_failure is None:  # it left its service open, which it names by now
        plain["on_presenter_failure"] = PresenterFailure.FALLBACK.value
    return plain


def _spoken(part: Mapping[str, Any]) -> dict[str, Any]:
    """Return a film or a scene without what its persona brings."""
    return _without(part, "persona_style", *(_OF_PERSONA if "persona" in part else ()))


def _scene(scene: Mapping[str, Any]) -> dict[str, Any]:
    """Return a scene as an order says it."""
    seconds = scene.get("duration")
    asked = {} if seconds is None else {"duration": min(_MOST_ASKED, max(_LEAST_ASKED, seconds))}
    return _spoken(_without(scene, "clip_facts")) | asked


def _film(output: Mapping[str, Any]) -> dict[str, Any]:
    """Return one film of several with the name of its kit."""
    if "dress" not in output:
        return dict(output)
    kit = output["dress"].get("kit")
    return {**_without(output, "dress"), "brand": kit["brand"]["label"] if kit else NO_BRAND}


def _of_kits(request: FilmRequest) -> set[str]:
    """Return the paths of what the order left to its kits: to its own one, or to one that a film of several wears."""
    found = set(request.brand.filled) if request.brand else set[str]()
    for output in request.outputs:
        if output.dress and output.dress.kit:
            found |= {*_worn(output.dress.kit)}
    return found | (_PAIRED_COLORS if found & _PAIRED_COLORS else set())


def _worn(kit: Kit) -> Iterator[str]:
    """Yield the paths a worn kit says; of letters those that are not the usual ones, for it tells no others apart."""
    for path in filled_in({}, kit)[1]:
        name, _, inner = path.partition(".")
        if name != "text" or getattr(kit.text, inner) != getattr(USUAL_TEXT, inner):
            yield path


def _take_out(plain: dict[str, Any], path: str) -> None:
    name, _, inner = path.partition(".")
    if not inner:
        plain.pop(name, None)
    elif name in plain:
        plain[name] = _without(plain[name], inner)


def _without(part: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in part.items() if name not in names}
