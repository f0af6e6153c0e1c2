"""The objects that tell who films a presenter, and who takes over: a part of the OpenAPI description (`answers.py`)."""

from collections.abc import Mapping

from infra.answer_fields import Schema, fields_of, listed, money, of, ref, text, time, word
from shared.pipeline.plan.request import IfUnclear, PresenterFailure

PRESENTER_OBJECTS: Mapping[str, Schema] = {
    "AvatarService": fields_of(
        "An avatar service as it was ranked for an order.",
        {
            "provider": text("The avatar service."),
            "fits": of("boolean", "Whether it can film the order; the first that can does."),
            "reason": text("Why it stands where it stands."),
        },
    ),
    "PresenterRule": fields_of(
        "What becomes of a film whose presenter cannot be had from its first avatar service.",
        {
            "rule": word("The rule the order was planned with.", PresenterFailure),
            "if_unclear": word("Whether a take may be ordered again that nobody can tell of.", IfUnclear),
            "next": listed("Who takes over, for each persona in the order they are asked.", ref("Understudy")),
            "cost_at_most": ref("Cost", "What the dearest way costs that the film may be made."),
        },
    ),
    "Switch": fields_of(
        "A take left one avatar service for the next.",
        {
            "at": time("When."),
            "left": text("The avatar service that was left."),
            "why": text("What for."),
        },
        maybe={"code": text("The same in one of the words of errors; a take that went with its cast has none.")},
    ),
    "Understudy": fields_of(
        "An avatar service that takes over a persona's takes.",
        {
            "persona": text("Whose takes."),
            "provider": text("The avatar service."),
            "nodes": listed("Their keys.", {"type": "string"}),
            "cost": money("What they cost there"),
            "reason": text("Why it comes at its place."),
        },
    ),
}
