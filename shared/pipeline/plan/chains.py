"""Divides the filmed scenes into chains: shots Veo films as a first clip and extensions of it.

Joined by extension, consecutive filmed scenes make one continuous shot. A shot ends before a scene that is not
filmed, before a scene with an image of its own (an extension cannot take an image in) and where a chain would get
longer than Veo can extend; then it is cut into chains of nearly equal length, so that none waits long for another
(7 = 4+3, 20 = 5+5+5+5). Joined by cuts, every scene is a chain of one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.pipeline.plan.advice import warning
from shared.pipeline.plan.capabilities import FootageModel, Limits
from shared.pipeline.plan.plan import Feature, Join
from shared.pipeline.plan.request import FilmRequest, Resolution
from shared.pipeline.plan.timing import say_scenes
from shared.pipeline.plan.warned import Warned, WarningText


@dataclass(frozen=True, slots=True)
class Chains:
    """Scene indices of each chain, in film order, and what the customer should know about the division."""

    chains: tuple[tuple[int, ...], ...]
    warnings: tuple[WarningText, ...] = ()


def divide(request: FilmRequest, veo: FootageModel, limits: Limits) -> Chains:
    """Divide the request's filmed scenes into chains."""
    filmed = [number for number, scene in enumerate(request.scenes) if scene.visual_description is not None]
    if request.b_roll.join is Join.CUT:
        return Chains(tuple((number,) for number in filmed))
    shots = _shots(request, filmed)
    most = longest_chain(veo, request.resolution, limits)
    chains = tuple(chain for shot in shots for chain in balanced(shot, most))
    own = [shot[0] for shot in shots if shot[0] - 1 in filmed]
    warnings = []
    if own:
        cause = "a scene's own image can only stand at the start of a shot"
        warnings.append(warning(Warned.SHOT_CUT, f"The shot is cut before {say_scenes(own)}: {cause}"))
    if len(chains) > len(shots):
        sizes = " + ".join(str(len(chain)) for chain in chains)
        longest = f"{veo.name} makes one shot at most {most} scene{'s' if most > 1 else ''} long"
        shots_made = f"{len(filmed)} scenes are filmed as {len(chains)} shots ({sizes} scenes) at the same time"
        warnings.append(warning(Warned.SHOT_DIVIDED, f"{shots_made}: {longest}"))
    return Chains(chains, tuple(warnings))


def _shots(request: FilmRequest, filmed: Sequence[int]) -> list[list[int]]:
    shots: list[list[int]] = []
    for number in filmed:
        goes_on = shots and shots[-1][-1] == number - 1 and request.scenes[number].image_url is None
        if goes_on:
            shots[-1].append(number)
        else:
            shots.append([number])
    return shots


def longest_chain(veo: FootageModel, resolution: Resolution, limits: Limits) -> int:
    """Return how many links a chain may have: by our limit, and by the longest film Veo extends."""
    added = veo.offers(Feature.EXTENSION, resolution)
    bases = [*veo.offers(Feature.TEXT, resolution), *veo.offers(Feature.IMAGE, resolution)]
    if not added or not bases or max(bases) > veo.longest_input:
        return 1
    return min(limits.links, 2 + int((veo.longest_input - max(bases)) // added[0]))


def balanced(scenes: Sequence[int], most: int) -> tuple[tuple[int, ...], ...]:
    """Cut scenes into as few chains of at most `most` as possible, equally long or the first ones longer by one."""
    count = -(-len(scenes) // most)
    short, longer = divmod(len(scenes), count)
    chains, start = [], 0
    for index in range(count):
        end = start + short + (index < longer)
        chains.append(tuple(scenes[start:end]))
        start = end
    return tuple(chains)
