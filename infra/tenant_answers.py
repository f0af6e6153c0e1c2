"""What the calls of the `tenant` function answer, object by object, for the OpenAPI description."""

from collections.abc import Mapping

from infra.answer_fields import TEXTS, Schema, fields_of, listed, of, ref, text, time, word
from shared.cloud.tenants import AccountStatus

ACCOUNT = {
    "provider": text("The avatar service."),
    "mode": text("`production` or `test`."),
    "status": word("`inactive`: paused; `error`: the service refused its key when it was last asked.", AccountStatus),
    "api_key": text("Stands for the key; nothing of it is shown.", const="********"),
    "webhook_registered": of("boolean", "Whether the service tells abroll when a take is ready."),
}

PERSONA = {
    "name": text("What orders name it by."),
    "title": text("For people."),
    "at": of("object", "Its ids, by avatar service.", additionalProperties=ref("PersonaIds")),
}

PERSONA_MAYBE = {
    "gone": listed(
        "Whom abroll's own account at a service did not know when it was asked last, as `did avatar amber`, where "
        "you have none there: orders that name it there fail. It is asked anew within days.",
        {"type": "string"},
    )
}

TEMPLATE_HEAD = {
    "name": text("What orders name it by, alone or with `@version`."),
    "version": of("integer", "Which version this is, counted from 1."),
    "title": text("For people; may be empty."),
    "brands": listed("The brand kits it names; without any of them its orders are refused.", {"type": "string"}),
    "created_at": time("When this version was put."),
}
NAMED_TEMPLATE = {
    **TEMPLATE_HEAD,
    "variables": of("object", "By name: an `example`, which each order replaces, or a `default`."),
    "order": of("object", "Fields of an order, variables in their texts."),
    "made_by": text("The id of the key that put it."),
}

BRAND_HEAD = {
    "name": text("What orders name it by, alone or with `@version`."),
    "version": of("integer", "Which version this is, counted from 1."),
    "created_at": time("When this version was put."),
}

KEY = {
    "id": text("The key's id."),
    "name": text("What it was called when it was made."),
    "begins": text("What the key begins with, to be found by."),
    "status": text("`active`, `expired` or `revoked`.", enum=["active", "expired", "revoked"]),
    "scopes": listed("What it may do.", {"type": "string"}),
    "created_at": time("When it was made."),
    "this": of("boolean", "Whether it is the one this call came with."),
}
KEY_MAYBE = {
    "expires_at": time("When it ends by itself."),
    "revoked_at": time("When it was ended; it opens nothing any more."),
    "last_used_at": time("When it was used last, to the hour."),
}

TENANT_SCHEMAS: Mapping[str, Schema] = {
    "Account": fields_of(
        "An avatar account, without its key.",
        ACCOUNT,
        maybe={
            "reason": text("Why it is not active."),
            "next_move": text("What can be done about it."),
            "balance": text("US dollars it could spend when it was last asked; absent where the service does not say."),
            "last_synced_at": time("When the service was last asked about it: key, bill and balance."),
            "provider_config": ref("VoiceSettings", "How its presenters speak where an order does not say."),
            "validated_at": time("When its key was last found to work."),
            "billing": text("How the service bills the account."),
            "avatar_id": text("Who speaks where an order names nobody."),
            "voice_id": text("The voice where an order names none."),
            "webhook_id": text("The service's name of abroll's webhook."),
            "webhook_rotated_at": time("When that webhook's signing secret was last changed."),
            "busy_until": time("Until when the service takes no orders: it said so."),
            "down_until": time("Until when abroll orders nothing from it: it failed too often."),
            "looks": of("object", "How each look can be cut out, as far as it was found out.", **TEXTS),
        },
    ),
    "Accounts": fields_of(
        "The avatar accounts.",
        {
            "integrations": listed("The tenant's own, by service and mode.", ref("Account")),
            "platform": listed(
                "abroll's own that film where the tenant has none: the takes are in what abroll pays and charges.",
                ref("PlatformAccount"),
            ),
        },
    ),
    "PlatformAccount": fields_of(
        "An avatar account of abroll's own; nothing else of it is shown.",
        {"provider": text("The avatar service."), "mode": text("`production` or `test`.")},
    ),
    "KeyKept": fields_of("An API key, without its secret part.", KEY, maybe=KEY_MAYBE),
    "KeyMade": fields_of(
        "A new API key, shown once.",
        {
            **KEY,
            "api_key": text("The key itself; nobody can read it again."),
            "message": text("How it is used."),
        },
        maybe=KEY_MAYBE
        | {
            "replaces": text("The id of the key it was made to replace."),
            "older_works_until": time("Until when that one works beside it."),
        },
    ),
    "Keys": fields_of("The tenant's API keys.", {"keys": listed("The keys.", ref("KeyKept"))}),
    "PersonaIds": fields_of(
        "How one avatar service knows a persona.",
        {"avatar_id": text("The look.")},
        maybe={
            "voice_id": text("The voice; without one it is the look's own."),
            "style": text("How it speaks where an order gives no `voice.style`."),
        },
    ),
    "PersonaKept": fields_of("A persona.", PERSONA, maybe=PERSONA_MAYBE),
    "PersonaPut": fields_of(
        "A persona as it is kept now.",
        {**PERSONA, "warnings": listed("What could not be checked.", {"type": "string"})},
    ),
    "Personas": fields_of("A tenant's personas.", {"personas": listed("By name.", ref("PersonaKept"))}),
    "BrandKept": fields_of(
        "A version of a brand kit.",
        {
            **BRAND_HEAD,
            "kit": of("object", "The kit, as it was put."),
            "made_by": text("The id of the key that put it."),
        },
    ),
    "BrandRow": fields_of("A brand kit, without what is in it.", BRAND_HEAD),
    "Brands": fields_of("A tenant's brand kits.", {"brands": listed("By name.", ref("BrandRow"))}),
    "FontUploaded": fields_of(
        "A font is stored.",
        {
            "font": text("Its id: name it in `fonts` of a brand kit."),
            "family": text("Its own name."),
            "bytes": of("integer", "Size, bytes."),
        },
    ),
    "LogoUploaded": fields_of(
        "A logo is stored.",
        {
            "image": text("Its id: name it as `logo.image` in a brand kit."),
            "width": of("integer", "Pixels across, without the margin."),
            "height": of("integer", "Pixels down, without the margin."),
            "bytes": of("integer", "Size as stored, bytes."),
            "transparent": of("boolean", "Whether something shines through it; else it is shown as a rectangle."),
        },
    ),
    "NamedTemplateKept": fields_of("A version of a named template.", NAMED_TEMPLATE),
    "NamedTemplatePut": fields_of(
        "A template's newest version.",
        {
            **NAMED_TEMPLATE,
            "needs": listed("What an order by it must bring itself, as it stands.", {"type": "string"}),
        },
    ),
    "TemplateKept": fields_of(
        "What orders have where they are silent.",
        {"template": of("object", "Fields of an order, as it was put.")},
    ),
    "TemplateRow": fields_of(
        "A named template, without its order.",
        {**TEMPLATE_HEAD, "variables": listed("The names of its variables.", {"type": "string"})},
    ),
    "Templates": fields_of("A tenant's templates.", {"templates": listed("By name.", ref("TemplateRow"))}),
    "Tenant": fields_of(
        "The caller's tenant.",
        {
            "id": text("The tenant's id."),
            "name": text("Its name."),
            "status": word("Whether it may order.", AccountStatus),
            "plan": text("The plan its limits come from; empty is the default's."),
            "live_jobs": of("integer", "How many jobs may be made at once."),
            "heygen_footage": of("boolean", "Whether its own HeyGen account films footage where an order asks for it."),
        },
        maybe={
            "avatar_id": text("Who speaks where an order names nobody."),
            "voice_id": text("The voice where an order names none."),
            "brand": text("The brand kit of orders that name none."),
            "monthly_cap": of("integer", "What abroll may pay for it a month, millionths of a US dollar."),
            "closing_since": time("Since when it is being closed: nothing of it is made or told any more."),
            "closed_at": time("When nothing was left of it but its report."),
        },
    ),
    "Uploaded": fields_of(
        "An image is stored.",
        {
            "image": text("Its id: name it as `image` in an order."),
            "width": of("integer", "Pixels across, as stored."),
            "height": of("integer", "Pixels down, as stored."),
            "bytes": of("integer", "Size as stored, bytes."),
        },
    ),
    "MusicUploaded": fields_of(
        "Music is stored.",
        {
            "audio": text("Its id: name it as `audio.music.audio` in an order."),
            "seconds": of("number", "How long it lasts, as it was decoded."),
            "loudness": of("number", "Its integrated loudness, LUFS (EBU R 128)."),
            "bytes": of("integer", "Size, bytes."),
        },
    ),
    "ClipUploaded": fields_of(
        "A clip of your own is stored.",
        {
            "clip": text("Its id: name it as `scenes[].clip` in an order."),
            "seconds": of("number", "How long it lasts, by its pictures."),
            "width": of("integer", "Pixels across, as it is shown."),
            "height": of("integer", "Pixels down, as it is shown."),
            "sound": of("boolean", "Whether it has a sound track."),
            "hdr": of("boolean", "Whether it is HDR, or of wider colours: a film shows it in BT.709."),
            "bytes": of("integer", "Size, bytes."),
        },
    ),
    "TenantRow": fields_of(
        "A tenant, as an operator's list shows it.",
        {
            "id": text("The tenant's id."),
            "name": text("Its name."),
            "status": word("Whether it may order.", AccountStatus),
            "plan": text("The plan its limits come from; empty is the default's."),
        },
    ),
    "Tenants": fields_of(
        "A page of all tenants.",
        {
            "tenants": listed("By id.", ref("TenantRow")),
            "next_cursor": text("`cursor` of the next page; null on the last.", null=True),
        },
    ),
    "WebhookKept": fields_of(
        "An endpoint webhooks go to.",
        {
            "id": text("Its id."),
            "name": text("What it was called; may be empty."),
            "url": text("Its address."),
            "events": listed("What it is told.", {"type": "string"}),
            "status": text(
                "`active`; `paused`: by you; `disabled`: it answered 410, or took nothing for days.",
                enum=["active", "paused", "disabled"],
            ),
            "created_at": time("When it was made."),
        },
        maybe={
            "failing_since": time("The first webhook it was given up over since it last took one."),
            "disabled_at": time("Since when nothing is sent there."),
            "reason": text("Why it was disabled."),
            "next_move": text("What can be done about it."),
        },
    ),
    "Webhooks": fields_of(
        "The endpoints webhooks go to.", {"webhooks": listed("The oldest first.", ref("WebhookKept"))}
    ),
    "WebhookSecret": fields_of(
        "The secret webhooks are signed with.",
        {
            "secret": text("Shown once."),
            "older_sign_until": time("Until when the secrets before it sign beside it."),
            "message": text("How it is used."),
        },
    ),
}
