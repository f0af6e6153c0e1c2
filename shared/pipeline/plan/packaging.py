"""The files that are made of a finished film beside its MP4, and what making a film takes with them.

The MP4 is always there: pages, versions and every measure stand on it. Another container and a preview are made of it
afterwards, so they change no frame, and a film that exists gets them without being composed again.
"""

from shared.pipeline.plan.capabilities import Tables
from shared.pipeline.plan.cards import card_clips
from shared.pipeline.plan.dividing import parts_wanted
from shared.pipeline.plan.picture import LONGEST_CARD, Container, OwnFile, Preview
from shared.pipeline.plan.request import FilmRequest

_USUALLY_DECODED = 63.0  # megapixels a second that every second of a film is reckoned to decode: 1080p at 30


def files_of(request: FilmRequest) -> tuple[str, ...]:
    """Return the suffixes of the further files an order of one film asks for, its container first."""
    container = request.container or Container.MP4
    preview = request.preview or Preview.NONE
    return tuple(each.value for each in (container, preview) if each not in (Container.MP4, Preview.NONE))


def each_second(request: FilmRequest, tables: Tables) -> float:
    """Return the seconds of work that each second of an order's one film takes."""
    more = tables.compute.webm_per_second[request.resolution] if request.container is Container.WEBM else 0.0
    return tables.compute.wait_per_second[request.resolution] + more


def whatever_length(request: FilmRequest, tables: Tables) -> float:
    """Return the seconds of work that an order's one film takes, however short it is."""
    return tables.compute.wait + tables.compute.file * len(files_of(request))


def showing_own(request: FilmRequest, tables: Tables) -> float:
    """Return the seconds of work more that the tenant's own clips take: 4K is slow to decode, HDR is brought to BT.709.

    Each counts from where its scene begins in it to its end, or as long as its scene or card is asked to last.
    """
    spoken = request.avatar_script is not None  # a scene may last longer than it was asked to
    scenes = [
        (scene.clip_facts, scene.clip_facts.left(scene.clip_start), None if spoken or scene.script else scene.duration)
        for scene in request.scenes
        if scene.clip_facts
    ]
    cards = [
        (clip.facts, min(clip.facts.seconds, LONGEST_CARD), getattr(request, role).seconds)
        for role, clip in card_clips(request).items()
        if clip.facts
    ]
    return sum(
        (left if asked is None else min(left, asked)) * _more(facts, request, tables)
        for facts, left, asked in (*scenes, *cards)
    )


def _more(facts: OwnFile, request: FilmRequest, tables: Tables) -> float:
    """Return the seconds of work more that each second of an own clip takes."""
    compute = tables.compute
    decoded = max(0.0, facts.width * facts.height * (facts.fps or 0.0) / 1e6 - _USUALLY_DECODED)
    return decoded * compute.decode_per_megapixel + (compute.hdr_per_second[request.resolution] if facts.hdr else 0.0)


def composing(request: FilmRequest, tables: Tables, seconds: float) -> float:
    """Return the seconds of work that an order's one film of so many seconds takes, with its further files."""
    return whatever_length(request, tables) + each_second(request, tables) * seconds + showing_own(request, tables)


def awaited(request: FilmRequest, tables: Tables, seconds: float) -> float:
    """Return the seconds until an order's one film is usually composed: a long one is painted in parts side by side.

    It may be composed in one place all the same: how long a film may be, and what it costs, goes by `composing`.
    """
    compute, parts = tables.compute, parts_wanted(seconds)
    work = composing(request, tables, seconds)
    if parts == 1:
        return work
    painted = compute.wait_per_second[request.resolution] * seconds + showing_own(request, tables)
    return work - painted + compute.parts_wait + painted * (compute.parts_share + (1 - compute.parts_share) / parts)
