"""What the calls of the `catalog` function answer, object by object, for the OpenAPI description."""

from collections.abc import Mapping

from infra.answer_fields import Schema, fields_of, listed, of, ref, text, time

COMMON = {
    "id": text("What an order names it by."),
    "provider": text("The avatar service that knows it."),
    "name": text("For people."),
    "gender": text("As the service words it; empty where it does not say."),
}
CURSOR = text("`cursor` of the next page; null on the last.", null=True)

CATALOG_SCHEMAS: Mapping[str, Schema] = {
    "Avatar": fields_of(
        "Somebody who can be filmed; `id` is an order's `avatar_id`.",
        {
            **COMMON,
            "group": text("Whose look it is; empty where the service does not say."),
            "type": text("`video` or `photo`: what it was made from."),
            "engines": listed("The service's engines that film it.", {"type": "string"}),
            "price_per_second": text("US dollars a second spoken, at the service."),
        },
        maybe={
            "default_voice_id": text("Its own voice."),
            "preview_image_url": text("A picture of it, at the service."),
            "preview_video_url": text("A film of it, at the service."),
            "cutout": text("How it is cut out, where a film has shown: `alpha`, `key`, `inset`."),
        },
    ),
    "Avatars": fields_of(
        "A page of those who can be filmed, by name.",
        {
            "avatars": listed("The looks.", ref("Avatar")),
            "next_cursor": CURSOR,
            "sources": listed("The accounts the list is made of.", ref("CatalogSource")),
        },
    ),
    "CatalogSource": fields_of(
        "One account's list.",
        {
            "provider": text("The avatar service."),
            "mode": text("`production` or `test`."),
            "platform": of(
                "boolean", "Whether it is abroll's own, for the tenant has none there: abroll pays its takes."
            ),
            "count": of("integer", "How many are on it, before any filter."),
            "stale": of("boolean", "Whether it is older than it should be, as the notes say."),
            "notes": listed("What to know about it.", {"type": "string"}),
        },
        maybe={"read_at": time("When it was read at the service.")},
    ),
    "Voice": fields_of(
        "A voice; `id` is an order's `voice_id`.",
        {
            **COMMON,
            "language": text("Its language; empty where the service does not say."),
            "locale": text("Its language tag; empty where the service does not say."),
            "age": text("Its age group; empty where the service does not say."),
            "accent": text("Its accent; empty where the service does not say."),
            "type": text("`public`, `private`, or what else the service calls it."),
            "styles": listed("What an order's `voice.style` can be with it.", {"type": "string"}),
        },
        maybe={"preview_audio_url": text("How it sounds, at the service.")},
    ),
    "Voices": fields_of(
        "A page of voices, by name.",
        {
            "voices": listed("The voices.", ref("Voice")),
            "next_cursor": CURSOR,
            "sources": listed("The accounts the list is made of.", ref("CatalogSource")),
        },
    ),
}
