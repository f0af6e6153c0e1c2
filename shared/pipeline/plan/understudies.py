"""Who takes over from whom: a persona's takes are one cast, filmed by one avatar service at a time.

A node's `choice` counts: 0 is the plan's own take, k the k-th understudy of its persona. A take whose avatar was named
by a service's own id has no understudy, so nobody ever speaks with a face that was not chosen (hole 78).
"""

from dataclasses import replace

from shared.pipeline.plan.plan import Plan, Speech, Understudy
from shared.pipeline.plan.request import FilmRequest


def understudies_of(plan: Plan, key: str) -> tuple[Understudy, ...]:
    """Return who takes over a take, in the order they are asked."""
    return tuple(each for each in plan.understudies if any(take.key == key for take in each.takes))


def cast_of(plan: Plan, key: str) -> tuple[str, ...]:
    """Return the takes that change the service together, in film order; a take without an understudy stands alone."""
    others = understudies_of(plan, key)
    return tuple(take.key for take in others[0].takes) if others else (key,)


def take_at(plan: Plan, key: str, choice: int) -> Speech | None:
    """Return a take as its `choice`-th service films it; None when there is no such take."""
    takes = plan.speeches if choice == 0 else _takes(plan, key, choice)
    return next((take for take in takes if take.key == key), None)


def take_by(plan: Plan, key: str, provider: str) -> Speech | None:
    """Return a take as a named service films it, None where that service has no part in it."""
    if provider == plan.provider:
        return take_at(plan, key, 0)
    by = next((each for each in understudies_of(plan, key) if each.provider == provider), None)
    return next((take for take in by.takes if take.key == key), None) if by else None


def provider_at(plan: Plan, key: str, choice: int) -> str:
    """Return the service of a take's choice, "" when there is none."""
    others = understudies_of(plan, key)
    if choice == 0:
        return plan.provider
    return others[choice - 1].provider if choice <= len(others) else ""


def persona_of(request: FilmRequest, scene: int | None) -> str | None:
    """Return whose words a script are, by persona; None where the avatar was named by an id."""
    if scene is None:
        return request.persona
    asked = request.scenes[scene]
    return asked.persona or (request.persona if asked.avatar_id is None else None)


def refitted(old: Plan, new: Plan, request: FilmRequest) -> Plan:
    """Return a changed film's plan with the old one's understudies, who speak the new words as long as they last.

    Their ids, prices and styles stay as they were frozen; no voice is asked for another style, so without any it
    speaks then. A take that has an avatar of its own by now has none any more.
    """
    lengths = {take.key: take.seconds for take in new.speeches if persona_of(request, take.scene) is not None}
    kept = (
        replace(each, takes=tuple(_resaid(take, lengths, request) for take in each.takes if take.key in lengths))
        for each in old.understudies
    )
    return replace(
        new,
        understudies=tuple(each for each in kept if each.takes),
        without_presenter=old.without_presenter,
        pay_again=old.pay_again,
    )


def _resaid(take: Speech, lengths: dict[str, float], request: FilmRequest) -> Speech:
    if request.voice.style not in (None, take.style):
        take = replace(take, style=None)
    seconds = lengths[take.key]
    share = seconds / take.seconds if take.seconds else 1.0
    return replace(take, seconds=seconds, cost=round(take.cost * share)) if seconds != take.seconds else take


def _takes(plan: Plan, key: str, choice: int) -> tuple[Speech, ...]:
    others = understudies_of(plan, key)
    return others[choice - 1].takes if 0 < choice <= len(others) else ()
