"""A request's body in the form its call takes; no body at all is an empty one."""

from typing import TYPE_CHECKING, TypeVar

import flask

from shared.door.incoming import json_body
from shared.steps.problems import invalid

if TYPE_CHECKING:  # light functions read bodies only when one comes
    from shared.door.strict_body import Body

    AnyBody = TypeVar("AnyBody", bound=Body)


def body_asked(model: "type[AnyBody]", request: flask.Request) -> "AnyBody":
    """Read a request's body. Raises Problem naming every wrong field."""
    from shared.door.bodies import Mistakes, parse_body

    try:
        return parse_body(model, json_body(request) or b"{}")
    except Mistakes as mistakes:
        raise invalid(mistakes.details) from mistakes
