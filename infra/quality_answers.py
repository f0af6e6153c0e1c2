"""How the quality of a film, and what people say of it, are described: for the OpenAPI description."""

from collections.abc import Mapping

from infra.answer_fields import Schema, fields_of, listed, of, ref, text, time
from shared.pipeline.plan.film_quality import LOOK, READY
from shared.pipeline.quality.rules import Fault

QUALITY_SCHEMAS: Mapping[str, Schema] = {
    "FilmQuality": fields_of(
        "How good a finished film is, measured on the film itself.",
        {
            "score": of("number", "10 less what each reason takes; null where nothing could be measured.", null=True),
            "verdict": text(
                f"`ready` to publish from {READY:g} on, worth a `look` from {LOOK:g} on, `poor` below; `unmeasured`.",
                enum=["ready", "look", "poor", "unmeasured"],
            ),
            "deductions": listed("The reasons, dearest first.", ref("Deduction")),
            "unmeasured": listed("What could not be measured, and why; it takes nothing.", {"type": "string"}),
        },
    ),
    "Deduction": fields_of(
        "What a film loses points for.",
        {
            "about": text(f"The rule; there may be more one day: {', '.join(Fault)}."),
            "points": of("number", "What it takes; 0 where the same rule took its points for another place already."),
            "says": text("What is wrong and where, in seconds of the film."),
            "next_move": text("What can be done."),
        },
        maybe={
            "start": of("number", "Where it is seen or heard first, seconds."),
            "end": of("number", "Where that ends, seconds."),
        },
    ),
    "FeedbackKept": fields_of(
        "What is said of a film now.",
        {
            "job_id": text("The job's id."),
            "feedback": listed("The last word of each key, the newest last.", ref("FeedbackGiven")),
        },
    ),
    "FeedbackGiven": fields_of(
        "What one key says of a film.",
        {
            "by": text("The id of the API key."),
            "at": time("When."),
            "score": of("integer", "1 is useless, 10 is published as it is.", minimum=1, maximum=10),
            "scale": of("integer", "10, or 5 where it was said as a rating: 4 of 5 is shown as 8.", enum=[5, 10]),
            "says": text("In their own words; may be empty."),
            "about": listed("What it is about: presenter, words, sound, footage.", {"type": "string"}),
            "rating": of("integer", "The older form of score: from 1 to 5, half of it.", minimum=1, maximum=5),
            "reasons": listed("The older form of about; sound is `other` there.", {"type": "string"}),
            "text": text("The older form of says."),
        },
    ),
}
