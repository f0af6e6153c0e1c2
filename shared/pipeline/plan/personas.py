"""Personas: one presenter under the ids each avatar service knows it by, so that an order need not name a service.

An order that names a persona is filled in before it is planned, so its ids stand in the stored request: a persona that
is changed later changes no job.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from shared.pipeline.codec import Stored
from shared.pipeline.plan.request import FilmRequest

STYLES = ("professional", "friendly", "energetic")  # names every tenant has, empty until it gives them ids


@dataclass(frozen=True, slots=True)
class PersonaIds(Stored):
    """How one avatar service knows a persona."""

    avatar_id: str
    voice_id: str | None = None  # None = the look's own voice
    style: str | None = None  # how it speaks where an order does not say; None = in no style


@dataclass(frozen=True, slots=True)
class Persona(Stored):
    """A presenter by a tenant's own name."""

    name: str
    title: str = ""  # for people
    at: Mapping[str, PersonaIds] = field(default_factory=dict)  # by avatar service
    gone: tuple[str, ...] | None = None  # "did avatar amber": whom abroll's account there did not know, asked last


def personas_named(request: FilmRequest) -> Mapping[str, tuple[str, ...]]:
    """Return every persona of a request with the fields that name it; those whose words nobody speaks are left out."""
    found: dict[str, tuple[str, ...]] = {}
    for name, path in _named(request):
        found[name] = (*found.get(name, ()), path)
    return found


def cast_by(request: FilmRequest, personas: Mapping[str, Persona], provider: str) -> FilmRequest:
    """Fill in the ids that `provider` knows the named personas by.

    Raises:
        KeyError: a named persona is not among `personas`, or has no ids at `provider`.
    """
    scenes = tuple(
        replace(scene, avatar_id=ids.avatar_id, voice_id=ids.voice_id, persona_style=ids.style)
        if scene.persona is not None and (ids := personas[scene.persona].at[provider])
        else scene
        for scene in request.scenes
    )
    filled = replace(request, scenes=scenes, provider=provider)
    if request.persona is None or "persona" not in personas_named(request).get(request.persona, ()):
        return filled
    ids = personas[request.persona].at[provider]
    return replace(filled, avatar_id=ids.avatar_id, voice_id=ids.voice_id, persona_style=ids.style)


def _named(request: FilmRequest) -> Iterator[tuple[str, str]]:
    speaking = [scene for scene in request.scenes if scene.script is not None]
    inherited = request.avatar_script is not None or any(
        scene.persona is None and scene.avatar_id is None for scene in speaking
    )
    if request.persona is not None and inherited:
        yield request.persona, "persona"
    for number, scene in enumerate(request.scenes):
        if scene.persona is not None and scene.script is not None:
            yield scene.persona, f"scenes.{number}.persona"
