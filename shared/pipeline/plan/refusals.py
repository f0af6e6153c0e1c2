"""What only planning can see to be impossible: the request against the tables and the tenant's defaults.

Every reason names its field and the next move, and all of them come at once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from shared.codes import by_field
from shared.pipeline.plan import rules
from shared.pipeline.plan.beside import refuse_no_photo
from shared.pipeline.plan.capabilities import AvatarService, FootageModel, Tables
from shared.pipeline.plan.cards import cards_seconds, refuse_card_clips, refuse_empty_cards
from shared.pipeline.plan.composition import alone
from shared.pipeline.plan.images import refuse_unknown_backdrop
from shared.pipeline.plan.insets import refuse_beside
from shared.pipeline.plan.looks import Look, engine_for
from shared.pipeline.plan.packaging import each_second, showing_own, whatever_length
from shared.pipeline.plan.plan import Feature, Length, Speech
from shared.pipeline.plan.renditions import refuse_outputs
from shared.pipeline.plan.request import AspectRatio, Filmer, FilmRequest, Quality, Resolution
from shared.pipeline.plan.speakers import Speaker, tuned
from shared.pipeline.plan.timing import say
from shared.pipeline.plan.typography import OF_APPS, AppArea
from shared.pipeline.vendors.names import called


class CannotPlan(ValueError):
    """The request cannot become a film; `details` says why by field, each with the next move."""

    def __init__(self, details: Mapping[str, list[str]]) -> None:
        super().__init__("; ".join(by_field(path, why) for path, whys in details.items() for why in whys))
        self.details = dict(details)


def refuse_impossible(
    request: FilmRequest,
    tables: Tables,
    cast: tuple[Speaker, ...],
    provider: str,
    looks: Mapping[str, Look],
    models: Mapping[Quality, FootageModel],
    *,
    turned_on: bool,
) -> None:
    """Raise CannotPlan when the request cannot be planned; `provider` is "" when nobody speaks.

    `models` may film it; `turned_on`: the tenant's own account may film footage.
    """
    details: dict[str, list[str]] = {}
    found = (*_reasons(request, tables, cast, provider), *_looks(tables, cast, provider, looks))
    filmed = any(scene.visual_description is not None for scene in request.scenes)
    for path, why in (*found, *(_filming(request, models, turned_on=turned_on) if filmed else ())):
        reasons = details.setdefault(path, [])
        if why not in reasons:
            reasons.append(why)
    if details:
        raise CannotPlan(details)


def refuse_too_long(request: FilmRequest, tables: Tables, takes: tuple[Speech, ...], seconds: float) -> None:
    """Raise CannotPlan for a film that is longer than one may be, or than can be composed in time."""
    if long := dict(_too_long_dressed(request, tables, seconds)):
        raise CannotPlan(long)
    films = [alone(request, replace(one, dress=None)) for one in request.outputs] or [request]
    if seconds <= min(_longest(film, tables, seconds) for film in films):
        return
    plain = [replace(film, container=None, preview=None) for film in films]
    slowest = min(plain, key=lambda film: _longest(film, tables, seconds))
    most = _longest(slowest, tables, seconds)
    if seconds <= most:
        raise CannotPlan(dict(_too_long_packed(request, films, tables, seconds)))
    spoken = sum(take.seconds for take in takes)
    scenes = sum(scene.seconds for scene in request.scenes)
    why = (
        f"the film would last about {say(seconds)} (its scripts take {say(spoken)} to speak, its scenes "
        f"{say(scenes)}); at most {most} s are made at {slowest.resolution}: "
    )
    lighter = " send its clips as 1080p without HDR," if showing_own(slowest, tables) else ""
    fields = [f"scenes.{take.scene}.script" if take.scene is not None else "avatar_script" for take in takes]
    longest = max(takes, key=lambda take: take.seconds, default=None)
    path = fields[takes.index(longest)] if longest else "scenes"
    raise CannotPlan({path: [f"{why}shorten the scripts or the scenes,{lighter} or order more than one film"]})


def _too_long_dressed(request: FilmRequest, tables: Tables, seconds: float) -> Iterator[tuple[str, list[str]]]:
    """Yield, by field, which films are too long in their own kit, with its cards and files, and not in the order's."""
    for index, one in enumerate(request.outputs):
        if one.dress is None:
            continue
        film, plain = alone(request, one), alone(request, replace(one, dress=None))
        lasts = seconds - cards_seconds(request) + cards_seconds(film)
        most = _longest(film, tables, lasts)
        if lasts > most and seconds <= _longest(plain, tables, seconds):
            why = f"with this kit's cards the film would last about {say(lasts)}; at most {most} s are made"
            yield f"outputs.{index}.brand", [f"{why}: shorten the film, or name a kit with shorter cards"]


def _longest(film: FilmRequest, tables: Tables, seconds: float) -> int:
    """Return the seconds a film may last: as many as there are, and as can be made in time with its further files.

    Of a film of so many `seconds`: with as large a share of own clips that take more work.
    """
    each = each_second(film, tables) + showing_own(film, tables) / seconds
    worked = (tables.compute.most - whatever_length(film, tables)) / each
    return int(min(tables.limits.film_seconds, worked))


def _too_long_packed(
    request: FilmRequest, films: Sequence[FilmRequest], tables: Tables, seconds: float
) -> Iterator[tuple[str, list[str]]]:
    """Yield, by field, which further files of a film that can be made take too long."""
    for index, film in enumerate(films):
        if seconds <= (most := _longest(film, tables, seconds)):
            continue
        own = request.outputs and request.outputs[index].container
        path = f"outputs.{index}.container" if own else "container" if film.container else "preview"
        smaller = " at 720p," if film.resolution is not Resolution.HD else ""
        why = f"the film would last about {say(seconds)}; at most {most} s are packed so at {film.resolution}: "
        yield path, [f"{why}ask for mp4 or mov, order it{smaller} or shorten it"]


def _reasons(
    request: FilmRequest, tables: Tables, cast: tuple[Speaker, ...], provider: str
) -> Iterator[tuple[str, str]]:
    yield from rules.mistakes(rules.outline(request))
    shapes = [one.aspect_ratio for one in request.outputs] or [request.aspect_ratio]
    yield from refuse_app_area("safe_area", request.safe_area, shapes)
    yield from refuse_beside("inset", request.inset, shapes)
    yield from refuse_empty_cards(request)
    yield from refuse_card_clips(request)
    yield from refuse_no_photo(request)
    yield from refuse_outputs(request, tables)
    if len(request.scenes) > tables.limits.scenes:
        yield "scenes", f"are {len(request.scenes)}; a film has at most {tables.limits.scenes}"
    if request.aspect_ratio not in tables.sizes.get(request.resolution, {}):
        yield "resolution", f"{request.resolution} is not made in {request.aspect_ratio}"
    if cast:
        yield from _speaking(request, tables, cast, provider)
    elif request.length is Length.SCRIPT:
        yield "length", 'is "script", but there is no script: leave it out, or give an avatar_script'
    yield from refuse_unknown_backdrop("background", request.background, tables)
    for number, scene in enumerate(request.scenes):
        yield from refuse_unknown_backdrop(f"scenes.{number}.background", scene.background, tables)


def _filming(
    request: FilmRequest, models: Mapping[Quality, FootageModel], *, turned_on: bool
) -> Iterator[tuple[str, str]]:
    if request.b_roll.provider is Filmer.HEYGEN and not turned_on:
        yield (
            "b_roll.provider",
            (
                "footage by HeyGen is not turned on for you: whether it may be used commercially is unconfirmed; ask "
                "abroll's operator to turn it on, or leave b_roll.provider out, and Veo films"
            ),
        )
    quality = request.b_roll.model
    veo = models.get(quality)
    if veo is None:
        yield "b_roll.model", f"{quality} is not available; choose one of {_listed(models)}"
        return
    if request.aspect_ratio not in veo.ratios:
        able = f"footage is filmed in {_listed(veo.ratios)} only"
        alone = f"{request.aspect_ratio} is possible for a presenter alone, before a background"
        yield "aspect_ratio", f'{able}; {alone}, or with "b_roll": {{"provider": "heygen"}} where that is turned on'
    yield from _ways(request, veo)


def _ways(request: FilmRequest, veo: FootageModel) -> Iterator[tuple[str, str]]:
    asked = {"image_url": request.image_url, "image": request.image} | {
        f"scenes.{number}.image_url": scene.image_url for number, scene in enumerate(request.scenes)
    }
    able = [one for one in veo.prices if veo.offers(Feature.TEXT, one)]
    if request.resolution not in able:
        yield (
            "resolution",
            f"{veo.name}'s {request.b_roll.model} model does not film {request.resolution}; it films {_listed(able)}",
        )
    elif not (veo.offers(Feature.IMAGE, request.resolution) or veo.offers(Feature.REFERENCE, request.resolution)):
        for path in (path for path, image in asked.items() if image is not None):
            yield path, f"the {request.b_roll.model} model cannot start from an image; choose another b_roll.model"


def _speaking(
    request: FilmRequest, tables: Tables, cast: tuple[Speaker, ...], provider: str
) -> Iterator[tuple[str, str]]:
    service = tables.presenters.get(provider)
    if service is None:
        yield "provider", unavailable_service(provider, tables.presenters)
    else:
        if request.aspect_ratio not in service.ratios:
            yield "aspect_ratio", f"{called(provider)} films presenters in {_listed(service.ratios)}"
        if request.resolution not in service.resolutions:
            yield "resolution", f"{called(provider)} films presenters in {_listed(service.resolutions)}"
        yield from _tuning(request, service, cast, called(provider))
    if any(part.avatar_id is None for part in cast):
        usual = f"let PATCH /tenant/integrations/{provider} name who speaks where an order does not"
        yield "avatar_id", f"is required: nobody is named to speak; give an avatar_id, or {usual}"


def _tuning(
    request: FilmRequest, service: AvatarService, cast: tuple[Speaker, ...], name: str
) -> Iterator[tuple[str, str]]:
    for part in cast:
        if len(part.script) > service.script:
            path = "avatar_script" if part.scene is None else f"scenes.{part.scene}.script"
            much = f"has {len(part.script)} characters; {name} speaks {service.script} a take"
            yield path, f"{much}: split it over scenes"
    for field in tuned(request.voice):
        if field not in service.voice:
            yield f"voice.{field}", f"{name}'s voices have none: leave it out"


def unavailable_service(provider: str, known: Iterable[str]) -> str:
    """Say that there is no avatar service of this name, and which there are."""
    return f"{provider!r} is not available; choose one of {_listed(known)}"


def _looks(
    tables: Tables, cast: tuple[Speaker, ...], provider: str, looks: Mapping[str, Look]
) -> Iterator[tuple[str, str]]:
    """Refuse what the service itself told it cannot film: engines nobody priced, a look nobody gave a voice."""
    service = tables.presenters.get(provider)
    for part in cast if service else ():
        look = looks.get(part.avatar_id or "")
        if look and service:
            yield from _look(part, look, service)


def _look(part: Speaker, look: Look, service: AvatarService) -> Iterator[tuple[str, str]]:
    if look.engines and engine_for(look, service.engines) is None:
        ours = _listed(one.id for one in service.engines if look.type in one.prices)
        yield (
            part.avatar_field,
            f"{look.id} is filmed by {_listed(look.engines)} only, and abroll orders {ours}; choose another avatar",
        )
    if part.voice_id is None and look.default_voice_id is None:
        yield part.voice_field, f"is required: {look.id} has no voice of its own"


def refuse_app_area(path: str, area: AppArea | None, shapes: Sequence[AspectRatio]) -> Iterator[tuple[str, str]]:
    """Yield why an app shows none of these films, by field."""
    if area in OF_APPS and AspectRatio.TALL not in shapes:
        yield path, f"{area} shows 9:16 only: ask for that aspect_ratio, or for another safe_area"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(str(name) for name in names) or "nothing"
