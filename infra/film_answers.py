"""What the public calls answer about each film of an order: as it is planned, as it is made."""

from collections.abc import Mapping

from infra.answer_fields import BRAND, FILE_URLS, LASTING, TEXTS, Schema, fields_of, money, of, ref, text, word
from shared.pipeline.plan.cards import CARD_ROLES, CardSight

FILM_SCHEMAS: Mapping[str, Schema] = {
    "JobOutput": fields_of(
        "A film of a job, made of the same takes as its others.",
        {
            "aspect_ratio": text("Its shape."),
            "resolution": text("Its size class."),
            "brand": BRAND,
            "size": ref("Size", "Its picture."),
            **LASTING,
            "film_seconds": of("number", "How long it lasts, seconds.", null=True),
            "film_bytes": of("integer", "How large it is, bytes.", null=True),
            "final_video_url": text("Permanent link to it; needs no key.", null=True),
            "poster_url": text("Permanent link to its picture.", null=True),
            "file_urls": of("object", FILE_URLS, **TEXTS),
            "caption_urls": of("object", "Links to what is said in it: `srt` and `vtt`, or none.", **TEXTS),
            "quality": ref("FilmQuality", "How good the finished film is; null where it was not measured.", null=True),
            "error_message": text("Why it could not be composed while the others were.", null=True),
        },
    ),
    "PlannedOutput": fields_of(
        "A film an order would make, of the same takes as its others.",
        {
            "aspect_ratio": text("Its shape."),
            "resolution": text("Its size class."),
            "brand": BRAND,
            "size": ref("Size", "Its picture."),
            **LASTING,
            "cost": money("What composing it costs"),
        },
    ),
    "PlannedCard": fields_of(
        "A card before or after a film.",
        {
            "card": text("Which.", enum=[role.value for role in CARD_ROLES]),
            "shows": word("What is seen on it beside its text: `logo` on the kit's colour, `text` alone.", CardSight),
            "of_brand": of("boolean", "Whether that is the brand kit's, not the order's own."),
            "seconds": of("number", "How many seconds it adds to the film: of a video as many as are seen."),
            "text": text("What is read on it.", null=True),
        },
    ),
}
