"""The fields of what the public calls answer, for the OpenAPI description (`answers.py`): types, units, words.

Times are RFC 3339 in UTC, money is decimal US dollars as a text (exact, so that sums add up), lengths are seconds.
"""

from collections.abc import Mapping
from typing import Any

from shared.pipeline.job.credits import CREDITS_EXPLAINED
from shared.pipeline.job.status import Stage, Status

Schema = Mapping[str, Any]
MONEY = r"^-?[0-9]+\.[0-9]{4,6}$"
CHARGE = r"^[0-9]+\.[0-9]{4,9}$"


def of(kind: str, says: str, *, null: bool = False, **more: Any) -> Schema:
    """Describe a field of this JSON type; `null` where it may say nothing."""
    return {"type": [kind, "null"] if null else kind, "description": says, **more}


def text(says: str, *, null: bool = False, **more: Any) -> Schema:
    """Describe a text."""
    return of("string", says, null=null, **more)


def word(says: str, words: Any) -> Schema:
    """Describe one of an enum's words."""
    return text(says, enum=[word.value for word in words])


def time(says: str, *, null: bool = False) -> Schema:
    """Describe a moment."""
    return text(says, null=null, format="date-time")


def money(says: str) -> Schema:
    """Describe US dollars."""
    return text(f"{says}, US dollars.", pattern=MONEY)


def charge(says: str) -> Schema:
    """Describe US dollars times a factor in thousandths."""
    return text(f"{says}, US dollars.", pattern=CHARGE)


def listed(says: str, items: Schema) -> Schema:
    """Describe a list."""
    return {"type": "array", "description": says, "items": items}


def ref(name: str, says: str = "", *, null: bool = False) -> Schema:
    """Name another object."""
    reference = {"$ref": f"#/components/schemas/{name}"}
    described = {"description": says} if says else {}
    return {"anyOf": [reference, {"type": "null"}], **described} if null else reference | described


def fields_of(says: str, fields: Mapping[str, Schema], *, maybe: Mapping[str, Schema] | None = None) -> Schema:
    """Describe an object: the fields it always has, and those it has where they say something."""
    return {
        "type": "object",
        "description": says,
        "required": list(fields),
        "properties": {**fields, **(maybe or {})},
    }


LISTED_ROW: Schema = {"anyOf": [ref("JobRow"), ref("UnreadableRow")]}
FILE_URLS = "Permanent links to what was made of it beside its MP4, by suffix: its other container and its preview."
TEXTS: Schema = {"additionalProperties": {"type": "string"}}
EXPLAINED = of("object", "What fields of this answer mean, by name.", **TEXTS)
METADATA = of("object", "The order's metadata, as it was sent.", **TEXTS)
WARNINGS = listed("What to know, each with a next move; nothing that stops the film.", {"type": "string"})
DRY = {
    "status": text("Always `dry_run`.", const="dry_run"),
    "message": text("Says that nothing was stored or spent."),
    "warnings": WARNINGS,
}
URLS = of("object", "Where the job is read, and the calls about it, by name.", **TEXTS)
COST = ref("Cost", "What is expected to be paid, from the plan.")
PRICE = charge("What abroll is expected to charge you: `paid_by_us` times your plan's `price_factor`")
TERMS = ref("PlanTerms", "What your plan says of films, as it is now.")
STATUS = word("The job's state. While a film with footage is composed it is `processing_veo`.", Status)
ETA = time(
    "When the film is expected, as it stands now: it is as likely to be there earlier as later. Null once there is "
    "nothing to wait for, and while nobody can tell (`late_since`).",
    null=True,
)
ETA_P90 = time("By when nine of ten such films are there, as it stands now; null like the estimate.", null=True)
LATE = time(
    "Since when a part of the film takes longer than ninety-nine of a hundred such parts, so that nobody can tell when "
    "it will be there; null otherwise.",
    null=True,
)
AHEAD = of(
    "integer",
    "How many starts of the whole house wait where the film's own next one does, as counted in the last minutes; null "
    "where hardly any do.",
    null=True,
)
STARTS_BY = time(
    "By when these are started, if all of them go first; a tenant whose other films wait too gives way sooner. Null "
    "like `ahead`.",
    null=True,
)
EXPECTED = {
    "estimated_completion_at": ETA,
    "estimated_completion_p90_at": ETA_P90,
    "late_since": LATE,
    "ahead": AHEAD,
    "starts_by": STARTS_BY,
}
FAILURE = ref("PresenterRule", "What becomes of the film if its presenter cannot be had.")
LENT = listed(
    "Avatar services that film it with abroll's own account, for the tenant has none there: abroll pays their takes.",
    {"type": "string"},
)
WAIT = of("integer", "How long such a film usually takes from its order, seconds.")
PLANNED = of("number", "How long the planned film lasts, seconds; with its cards.")
BRAND = text("The brand kit it wears, `name@version`.", null=True)
LASTING = {
    "planned_seconds": PLANNED,
    "cards": listed(
        "The cards before and after the film, whose seconds come on top of its scenes'; none where it has none.",
        ref("PlannedCard"),
    ),
}
PLANNED_FILMS = {
    **LASTING,
    "outputs": listed("Each film it would make; one where no more are asked for.", ref("PlannedOutput")),
}
REVISED = {
    "remade": listed("Keys of the parts that are made again.", {"type": "string"}),
    "kept": listed("Keys of the parts that stay and are not bought again.", {"type": "string"}),
    "estimated_cost": COST,
    "estimated_price": PRICE,
}
ACCEPTED = {
    "job_id": text("The job's id."),
    "status": STATUS,
    "message": text("What was done, in words."),
    "product_id": text("The order's product_id.", null=True),
    "metadata": METADATA,
    "planned_seconds": PLANNED,
    "estimated_time_seconds": WAIT,
    **EXPECTED,
    "estimated_cost": COST,
    "estimated_price": PRICE,
    "presenter_failure": FAILURE,
    "platform_accounts": LENT,
    "warnings": WARNINGS,
    "urls": URLS,
}
ROW = {
    "id": text("The job's id."),
    "status": STATUS,
    "stage": word("Finer than the status: footage and presenters are made at the same time.", Stage),
    "progress": of("integer", "From 0 to 100, by usual times; 100 is a finished film.", minimum=0, maximum=100),
    "summary": text("One sentence about how it stands."),
    "product_title": text("The order's title."),
    "product_id": text("The order's product_id.", null=True),
    "metadata": METADATA,
    "ordered_by": text("The id of the API key that ordered it.", null=True),
    "batch_id": text("The batch it is a row of.", null=True),
    "created_at": time("When it was ordered."),
    "updated_at": time("When it last changed.", null=True),
    "completed_at": time("When it ended, whatever way.", null=True),
    "expires_at": time("When it is deleted with its film and files; null while it is being made or kept.", null=True),
    "keep": of("boolean", "Whether it stays until somebody deletes it."),
    **EXPECTED,
    "version": of("integer", "Which version of its film it makes; 1 is the film as it was ordered.", minimum=1),
    "version_of": text("The job whose film it is another version of.", null=True),
    "final_video_url": text("Permanent link to the film; needs no key.", null=True),
    "poster_url": text("Permanent link to the film's picture.", null=True),
    "error_message": text("Why it failed.", null=True),
    "credits_used": of("number", CREDITS_EXPLAINED, minimum=0),
    "cost": ref("Cost", "What it has cost so far."),
    "estimated_cost": COST,
    "price": charge("What abroll charges you for it so far: `paid_by_us` times your plan's `price_factor`"),
}
JOB = {
    **ROW,
    "brand": text("The brand kit it was made with, `name@version`.", null=True),
    "job_id": text("The same as id."),
    "waiting_for": listed("Keys of the parts that are being worked on.", {"type": "string"}),
    "processing_time_seconds": of("number", "From the order to its end, or until now."),
    **LASTING,
    "film_seconds": of("number", "How long the finished film lasts, seconds.", null=True),
    "film_bytes": of("integer", "How large the finished film is, bytes.", null=True),
    "size": ref("Size", "The film's picture."),
    "feedback": listed("What people say of the film, the last word of each key.", ref("FeedbackGiven")),
    "feedback_score": of(
        "number", "The mean of their scores, 1 to 10; null where nobody has said anything.", null=True
    ),
    "quality": ref("FilmQuality", "How good the finished film is; null where it was not measured.", null=True),
    "outputs": listed("Each film it makes of the same takes; one where the order asked for no more.", ref("JobOutput")),
    "file_urls": of("object", FILE_URLS, **TEXTS),
    "caption_urls": of("object", "Links to what is said, `srt` and `vtt`; empty where nobody speaks.", **TEXTS),
    "veo_video_url": text("Link to the footage alone, where it is one continuous shot; else null.", null=True),
    "footage_urls": listed("A link to each finished continuous shot.", ref("Footage")),
    "error": ref("JobError", "Why it failed, and what can be done.", null=True),
    "parent": text("The job this film was made from anew.", null=True),
    "versions": listed("All versions of this job's film, itself the first; none where there is one.", ref("Version")),
    "degraded": listed("Keys of the presenter's takes the film is made without.", {"type": "string"}),
    "presenter_failure": FAILURE,
    "platform_accounts": LENT,
    "warnings": WARNINGS,
    "explained": EXPLAINED,
    "nodes": listed("The parts the film is made of.", ref("Node")),
    "urls": URLS,
}
BOTH = {
    "currency": text("Always `USD`.", const="USD"),
    "paid_by_us": money("What abroll pays Google; it counts towards your month's cap"),
    "billed_by_provider": money("What your own account at a vendor bills you"),
}
