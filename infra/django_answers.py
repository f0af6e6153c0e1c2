"""What the paths of the older Django API answer, object by object, for the OpenAPI description."""

from collections.abc import Mapping

from infra.answer_fields import LISTED_ROW, Schema, fields_of, listed, of, text, word
from shared.door.django_api import MOST_COUNTED, MOST_NUMBERED
from shared.door.statuses import STATUS

DJANGO_SCHEMAS: Mapping[str, Schema] = {
    "NumberedJobs": fields_of(
        "A page of jobs by its number, newest first.",
        {
            "count": of("integer", f"How many jobs the whole list has, of at most {MOST_COUNTED}.", minimum=0),
            "next": text("Where the next page is; null on the last.", null=True),
            "previous": text(
                f"Where the page before is; null on the first, and where that one is beyond {MOST_NUMBERED}.", null=True
            ),
            "results": listed("The jobs.", LISTED_ROW),
        },
    ),
}
MISTAKE: Schema = {"type": "array", "items": {"type": "string"}}
REFUSALS: Mapping[str, Schema] = {
    "DjangoMistakes": {
        "type": "object",
        "description": "What is wrong, by field; `non_field_errors` is of the whole body.",
        "additionalProperties": MISTAKE,
    },
    "DjangoProblem": fields_of(
        "Why a call was refused that is wrong in no field alone.",
        {
            "detail": text("What is the matter."),
            "code": word("A stable word of the reference's errors.", sorted(STATUS)),
            "next_move": text("What to do about it."),
            "request_id": text("The request's id, as in the header X-Request-Id."),
        },
    ),
}
