"""What abroll takes and answers, as types; printed by `python -m infra.client_types --write`."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

AppArea: TypeAlias = Literal["social", "reels", "tiktok", "shorts", "none"]


AspectRatio: TypeAlias = Literal["9:16", "16:9", "1:1", "4:5"]


class Avatar(TypedDict):
    """Somebody who can be filmed; `id` is an order's `avatar_id`."""

    id: str
    provider: str
    name: str
    gender: str
    group: str
    type: str
    engines: list[str]
    price_per_second: str
    default_voice_id: NotRequired[str]
    preview_image_url: NotRequired[str]
    preview_video_url: NotRequired[str]
    cutout: NotRequired[str]


class AvatarService(TypedDict):
    """An avatar service as it was ranked for an order."""

    provider: str
    fits: bool
    reason: str


class BRollBody(TypedDict):
    """How the footage is made."""

    join: NotRequired[Literal["extend", "cut"] | None]
    audio: NotRequired[Literal["bed", "mute", "duck"] | None]
    model: NotRequired[Literal["standard", "fast", "lite"] | None]
    provider: NotRequired[Literal["veo", "heygen", "auto"] | None]


BackgroundType: TypeAlias = Literal["color", "image", "preset"]


class Batch(TypedDict):
    """Many orders at once: each row is an order, or the variables of a template."""

    title: NotRequired[str | None]
    template: NotRequired[str | None]
    max_cost_usd: NotRequired[float | None]
    dry_run: NotRequired[bool]
    webhook_url: NotRequired[str | None]
    job_events: NotRequired[bool]
    rows: list[dict[str, Any]]


class BatchCounts(TypedDict):
    """Rows of a batch by how they stand."""

    waiting: int
    in_progress: int
    completed: int
    failed: int
    cancelled: int
    deleted: int
    refused: int
    not_begun: int


class BatchWaits(TypedDict):
    """Why a batch's next row waits."""

    code: str
    message: str


class BillLine(TypedDict):
    """One attempt."""

    node: str
    provider: str
    payer: Literal["us", "provider_account"]
    ended_at: str | None
    outcome: Literal[
        "claimed",
        "not_sent",
        "refused",
        "unclear",
        "sent",
        "given_up",
        "nothing_made",
        "failed",
        "done",
        "late",
    ]
    charged: bool
    final: bool
    cost: str
    not_charged: str
    price: str
    take: NotRequired[int]
    attempt: NotRequired[int]
    claimed_at: NotRequired[str]
    sent_at: NotRequired[str | None]
    provider_id: NotRequired[str | None]
    per_second: NotRequired[str | None]
    why: NotRequired[str | None]


Blend: TypeAlias = Literal["auto", "cut", "crossfade", "slide", "dip"]


class BrandKept(TypedDict):
    """A version of a brand kit."""

    name: str
    version: int
    created_at: str
    kit: dict[str, Any]
    made_by: str


class BrandRow(TypedDict):
    """A brand kit, without what is in it."""

    name: str
    version: int
    created_at: str


class Brands(TypedDict):
    """A tenant's brand kits."""

    brands: list[BrandRow]


Id: TypeAlias = str


class CancelMany(TypedDict):
    """Which jobs to end."""

    ids: NotRequired[list[Id] | None]
    dry_run: NotRequired[bool]


CaptionsBy: TypeAlias = Literal["phrase", "word"]


class CardBody(TypedDict):
    """
    A card before or after a film: a picture or a video, its own or the kit's, else the kit's logo on its colour.

    It comes on top of the film's seconds; words, music and sound move with it, and music goes on over it.
    """

    seconds: NotRequired[float | None]
    text: NotRequired[str | None]
    video: NotRequired[str | None]
    sound: NotRequired[Literal["heard", "mute"] | None]
    fit: NotRequired[Literal["crop", "pad"] | None]
    image_url: NotRequired[str | None]
    image: NotRequired[str | None]


CardFit: TypeAlias = Literal["crop", "pad"]


CardPlace: TypeAlias = Literal["auto", "left", "right"]


CardSound: TypeAlias = Literal["heard", "mute"]


CardTime: TypeAlias = Literal["always", "unshown", "never"]


class CatalogSource(TypedDict):
    """One account's list."""

    provider: str
    mode: str
    platform: bool
    count: int
    stale: bool
    notes: list[str]
    read_at: NotRequired[str]


class Change(TypedDict):
    """One change. It names fields, never what stands in them."""

    id: str
    at: str
    what: str
    about: str
    fields: list[str]
    by: str
    by_name: str


class Changes(TypedDict):
    """A page of a tenant's audit log, the newest change first."""

    changes: list[Change]
    next_cursor: str | None


class ClipLink(TypedDict):
    """Where a clip is fetched from, once."""

    clip_url: str


class ClipUploaded(TypedDict):
    """A clip of your own is stored."""

    clip: str
    seconds: float
    width: int
    height: int
    sound: bool
    hdr: bool
    bytes: int


class ColorBody(TypedDict):
    """A flat colour behind the presenter."""

    type: Literal["color"]
    color: str


class Colors(TypedDict):
    """A brand's colours, each "#rrggbb"."""

    primary: NotRequired[str]
    accent: NotRequired[str]
    text: NotRequired[str]
    panel: NotRequired[str]


class ColorsBody(TypedDict):
    """A brand's colours."""

    primary: NotRequired[str | None]
    accent: NotRequired[str | None]
    text: NotRequired[str | None]
    panel: NotRequired[str | None]


Container: TypeAlias = Literal["mp4", "mov", "webm"]


Corner: TypeAlias = Literal[
    "auto", "top_left", "top_right", "bottom_left", "bottom_right"
]


class Cost(TypedDict):
    """Money in two columns."""

    currency: Literal["USD"]
    paid_by_us: str
    billed_by_provider: str


class Deduction(TypedDict):
    """What a film loses points for."""

    about: str
    points: float
    says: str
    next_move: str
    start: NotRequired[float]
    end: NotRequired[float]


class Deleted(TypedDict):
    """It is gone."""

    deleted: bool


class DeletedJob(TypedDict):
    """What is left of a job: the figures of its bill, for thirteen months."""

    job_id: str
    created_at: str
    completed_at: str | None
    deleted_at: str
    deleted_by: str
    status: str
    ordered_by: str | None
    film_seconds: float
    credits_used: float
    currency: Literal["USD"]
    paid_by_us: str
    billed_by_provider: str
    price: str
    by_vendor: dict[str, Cost]


class DeletedJobs(TypedDict):
    """A page of what is left of deleted jobs, the newest order first."""

    jobs: list[DeletedJob]
    next_cursor: str | None


class DeliveryRow(TypedDict):
    """A webhook that was sent, or is on its way."""

    id: str
    job_id: str | None
    batch_id: str | None
    event: Literal[
        "job.completed",
        "job.failed",
        "job.cancelled",
        "job.progress",
        "batch.completed",
        "endpoint.test",
    ]
    endpoint: str | None
    url: str | None
    state: Literal["queued", "delivered", "given_up", "unwanted"]
    attempts: int
    created_at: str | None
    ended_at: str | None
    next_attempt_at: str | None
    answer_status: int | None
    answer: str | None
    replays: int


class Description(TypedDict):
    """All public calls, as OpenAPI 3.1."""

    openapi: str
    info: dict[str, Any]
    servers: list[dict[str, Any]]
    security: list[dict[str, Any]]
    paths: dict[str, Any]
    webhooks: dict[str, Any]
    components: dict[str, Any]


DjangoMistakes: TypeAlias = dict[str, list[str]]
"""What is wrong, by field; `non_field_errors` is of the whole body."""


class DjangoProblem(TypedDict):
    """Why a call was refused that is wrong in no field alone."""

    detail: str
    code: Literal[
        "account_in_use",
        "already_ended",
        "already_rotating",
        "avatar_is_group",
        "avatar_not_found",
        "avatar_not_usable",
        "batch_cap",
        "body_too_slow",
        "body_torn",
        "broken",
        "busy",
        "credits",
        "draining",
        "forbidden",
        "has_versions",
        "idempotency_conflict",
        "image_gone",
        "image_refused",
        "input_gone",
        "internal_error",
        "is_version",
        "job_deleted",
        "key_rejected",
        "method_not_allowed",
        "monthly_cap",
        "no_provider_key",
        "not_a_clip",
        "not_a_font",
        "not_an_image",
        "not_completed",
        "not_failed",
        "not_found",
        "not_music",
        "payload_too_large",
        "rate_limited",
        "retried_too_often",
        "spend_ceiling",
        "still_live",
        "still_on_its_way",
        "tenant_inactive",
        "too_large",
        "too_many_live_jobs",
        "too_many_pixels",
        "too_many_versions",
        "too_small",
        "unauthorized",
        "unavailable",
        "unsupported_format",
        "unsupported_media_type",
        "validation_error",
        "voice_not_found",
        "voice_not_usable",
    ]
    next_move: str
    request_id: str


OrderItem: TypeAlias = int


class EditCardBody(TypedDict):
    """A card of another version of a film, in place of the film's; null takes it away."""

    seconds: NotRequired[float | Literal[0] | None]
    text: NotRequired[str | None]
    video: NotRequired[str | None]
    sound: NotRequired[Literal["heard", "mute"] | None]
    fit: NotRequired[Literal["crop", "pad"] | None]
    image_url: NotRequired[str | None]
    image: NotRequired[str | None]


class EditMusicBody(TypedDict):
    """Music in place of the film's."""

    audio: str
    level: NotRequired[float | None]
    duck: NotRequired[bool | None]
    start: NotRequired[float | None]
    fade_out: NotRequired[float | None]


class EditSoundBody(TypedDict):
    """What is heard beside the speech."""

    audio: NotRequired[Literal["bed", "mute", "duck"] | None]


class Exported(TypedDict):
    """A page of everything that is stored of a tenant, told as it is when the page is read: it is no snapshot."""

    kind: str
    records: list[dict[str, Any]]
    next_cursor: str | None


class Feedback(TypedDict):
    """
    How somebody finds a film: what the same key said of it before is replaced.

    A `score` there must be, or the older form's `rating`.
    """

    score: NotRequired[int | None]
    says: NotRequired[str | None]
    about: NotRequired[list[Literal["presenter", "words", "sound", "footage"]] | None]
    rating: NotRequired[int | None]
    reasons: NotRequired[
        list[
            Literal[
                "presenter", "voice", "words", "footage", "music", "timing", "other"
            ]
        ]
        | None
    ]
    text: NotRequired[str | None]


class FeedbackGiven(TypedDict):
    """What one key says of a film."""

    by: str
    at: str
    score: int
    scale: Literal[5, 10]
    says: str
    about: list[str]
    rating: int
    reasons: list[str]
    text: str


class FeedbackKept(TypedDict):
    """What is said of a film now."""

    job_id: str
    feedback: list[FeedbackGiven]


class FilmQuality(TypedDict):
    """How good a finished film is, measured on the film itself."""

    score: float | None
    verdict: Literal["ready", "look", "poor", "unmeasured"]
    deductions: list[Deduction]
    unmeasured: list[str]


Filmer: TypeAlias = Literal["veo", "heygen", "auto"]


class Focus(TypedDict):
    """The point of a picture that stays seen where another shape cuts it: shares of its width and height."""

    x: float
    y: float


class FocusBody(TypedDict):
    """The point of footage and background pictures that stays seen where a film's shape cuts them."""

    x: NotRequired[float]
    y: NotRequired[float]


class Font(TypedDict):
    """A brand's font: an upload's id, and the suffix of its kind."""

    font: str
    suffix: str


class FontUploaded(TypedDict):
    """A font is stored."""

    font: str
    family: str
    bytes: int


class Fonts(TypedDict):
    """A brand's fonts; None is our own."""

    heading: NotRequired[Font]
    body: NotRequired[Font]


class FontsBody(TypedDict):
    """A brand's fonts; letters they lack are painted with abroll's own."""

    heading: NotRequired[str | None]
    body: NotRequired[str | None]


class Footage(TypedDict):
    """One continuous shot, finished."""

    scenes: list[int]
    url: str


Hold: TypeAlias = Literal["auto", "push_in", "ping_pong", "freeze"]


IfUnclear: TypeAlias = Literal["wait", "pay_again"]


class ImageBody(TypedDict):
    """A picture behind the presenter: a link or an upload (both is told by rules.py)."""

    type: Literal["image"]
    image_url: NotRequired[str | None]
    image: NotRequired[str | None]
    motion: NotRequired[Literal["push_in", "pan_left", "pan_right"] | None]


ImageFit: TypeAlias = Literal["crop", "blur", "color"]


Inset: TypeAlias = Literal["auto", "rounded", "circle", "full", "beside"]


class Integration(TypedDict):
    """A tenant's account at an avatar service."""

    api_key: str
    mode: NotRequired[Literal["production", "test"]]
    avatar_id: NotRequired[str | None]
    voice_id: NotRequired[str | None]
    register_webhook: NotRequired[bool]


class JobDeleted(TypedDict):
    """A job is deleted; asked again, it answers the same."""

    deleted: bool
    job_id: str
    deleted_at: str
    message: str


class JobError(TypedDict):
    """Why a job failed."""

    code: str
    message: str
    next_move: str
    node: NotRequired[str]


class JobRow(TypedDict):
    """A job as a list shows it."""

    id: str
    status: Literal[
        "pending",
        "processing_veo",
        "processing_heygen",
        "completed",
        "failed",
        "cancelled",
    ]
    stage: Literal[
        "queued",
        "filming",
        "presenting",
        "filming_and_presenting",
        "composing",
        "stopping",
        "ended",
    ]
    progress: int
    summary: str
    product_title: str
    product_id: str | None
    metadata: dict[str, str]
    ordered_by: str | None
    batch_id: str | None
    created_at: str
    updated_at: str | None
    completed_at: str | None
    expires_at: str | None
    keep: bool
    estimated_completion_at: str | None
    estimated_completion_p90_at: str | None
    late_since: str | None
    ahead: int | None
    starts_by: str | None
    version: int
    version_of: str | None
    final_video_url: str | None
    poster_url: str | None
    error_message: str | None
    credits_used: float
    cost: Cost
    estimated_cost: Cost
    price: str


Join: TypeAlias = Literal["extend", "cut"]


class Keep(TypedDict):
    """Whether a job stays until somebody deletes it."""

    keep: bool


class Key(TypedDict):
    """A new API key."""

    name: str
    scopes: list[Literal["jobs:read", "jobs:write", "tenant:admin"]]
    expires_in_days: NotRequired[int | None]


class KeyKept(TypedDict):
    """An API key, without its secret part."""

    id: str
    name: str
    begins: str
    status: Literal["active", "expired", "revoked"]
    scopes: list[str]
    created_at: str
    this: bool
    expires_at: NotRequired[str]
    revoked_at: NotRequired[str]
    last_used_at: NotRequired[str]


class KeyMade(TypedDict):
    """A new API key, shown once."""

    id: str
    name: str
    begins: str
    status: Literal["active", "expired", "revoked"]
    scopes: list[str]
    created_at: str
    this: bool
    api_key: str
    message: str
    expires_at: NotRequired[str]
    revoked_at: NotRequired[str]
    last_used_at: NotRequired[str]
    replaces: NotRequired[str]
    older_works_until: NotRequired[str]


class Keys(TypedDict):
    """The tenant's API keys."""

    keys: list[KeyKept]


class KitCardBody(TypedDict):
    """The card of films of a kit."""

    seconds: NotRequired[float | None]
    text: NotRequired[str | None]
    video: NotRequired[str | None]
    sound: NotRequired[Literal["heard", "mute"] | None]
    fit: NotRequired[Literal["crop", "pad"] | None]
    image: NotRequired[str | None]


Lane = TypedDict(
    "Lane",
    {
        "node": str,
        "provider": str,
        "from": float,
        "to": float,
        "state": Literal[
            "blocked", "queued", "starting", "running", "done", "failed", "cancelled"
        ],
    },
)


Length: TypeAlias = Literal["longer", "film", "script"]


Link: TypeAlias = str


class Links(TypedDict):
    """Which permanent links to revoke, by name; all of them when none is named."""

    links: NotRequired[list[Link] | None]


class LinksMade(TypedDict):
    """Permanent links were revoked and made anew."""

    job_id: str
    revoked: list[str]
    links: dict[str, str]


class LogoBody(TypedDict):
    """A logo on every film of the kit, inside the safe area, off faces and words."""

    image: str
    place: NotRequired[
        Literal["auto", "top_left", "top_right", "bottom_left", "bottom_right"] | None
    ]
    size: NotRequired[float | None]
    when: NotRequired[Literal["always", "scenes", "outro"] | None]
    opacity: NotRequired[float | None]


LogoTime: TypeAlias = Literal["always", "outro"]


class LogoUploaded(TypedDict):
    """A logo is stored."""

    image: str
    width: int
    height: int
    bytes: int
    transparent: bool


class LookBody(TypedDict):
    """How scene texts and captions look; their colours stand in `colors`."""

    style: NotRequired[Literal["panel", "outline", "shadow"] | None]
    position: NotRequired[Literal["auto", "top", "middle", "bottom"] | None]
    animation: NotRequired[Literal["fade", "none", "slide"] | None]
    size: NotRequired[float | None]


Loudness: TypeAlias = Literal[-14, -16, -23]


class ManyRow(TypedDict):
    """What becomes of one of many jobs."""

    id: str
    result: Literal[
        "priced", "retried", "found", "cancelled", "already", "refused", "left"
    ]
    status: NotRequired[
        Literal[
            "pending",
            "processing_veo",
            "processing_heygen",
            "completed",
            "failed",
            "cancelled",
        ]
    ]
    product_title: NotRequired[str]
    created_at: NotRequired[str]
    cost: NotRequired[Cost]
    remade: NotRequired[list[str]]
    estimated_cost: NotRequired[Cost]
    estimated_price: NotRequired[str]
    refunded: NotRequired[str]
    at_risk: NotRequired[Cost]
    error: NotRequired[str]
    message: NotRequired[str]
    next_move: NotRequired[str]


Mode: TypeAlias = Literal["production", "test"]


class Moment(TypedDict):
    """Something that happened."""

    at: str
    node: str
    what: str
    detail: str


Motion: TypeAlias = Literal["push_in", "pan_left", "pan_right"]


class MusicBody(TypedDict):
    """Music under the film, in place of abroll's own soft bed."""

    audio: str
    level: NotRequired[float | None]
    duck: NotRequired[bool | None]
    start: NotRequired[float | None]
    fade_out: NotRequired[float | None]


class MusicOrder(TypedDict):
    """Music under a film, as ordered."""

    audio: str
    level: float
    duck: bool
    start: float
    fade_out: float


class MusicUploaded(TypedDict):
    """Music is stored."""

    audio: str
    seconds: float
    loudness: float
    bytes: int


class NamedTemplateKept(TypedDict):
    """A version of a named template."""

    name: str
    version: int
    title: str
    brands: list[str]
    created_at: str
    variables: dict[str, Any]
    order: dict[str, Any]
    made_by: str


class NamedTemplatePut(TypedDict):
    """A template's newest version."""

    name: str
    version: int
    title: str
    brands: list[str]
    created_at: str
    variables: dict[str, Any]
    order: dict[str, Any]
    made_by: str
    needs: list[str]


class NewsCost(TypedDict):
    """What a job has cost, decimal US dollars."""

    currency: str
    paid_by_us: str
    billed_by_provider: str


class NewsError(TypedDict):
    """Why a job failed."""

    code: str
    message: str
    next_move: str


class NewsOutput(TypedDict):
    """One film of several."""

    aspect_ratio: str
    resolution: str
    final_video_url: NotRequired[str | None]
    poster_url: NotRequired[str | None]
    file_urls: NotRequired[dict[str, str] | None]
    brand: NotRequired[str | None]


class NewsQuality(TypedDict):
    """How good a finished film is; its job says what to do about each reason."""

    score: float | None
    verdict: str
    reasons: list[str]


class OutputBody(TypedDict):
    """One film: its shape, its size class and the brand kit it wears."""

    aspect_ratio: Literal["9:16", "4:5", "1:1", "16:9"]
    resolution: NotRequired[Literal["720p", "1080p"] | None]
    container: NotRequired[Literal["mp4", "mov", "webm"] | None]
    brand: NotRequired[str | None]


class OwnFile(TypedDict):
    """
    A judged clip: the suffix of its kind ("mp4", "webm"), seconds, pixels as a player shows them, has it sound.

    Frames a second, and whether its light or its colours are brought to BT.709, tell what it takes to show it; clips
    judged by older code do not say.
    """

    suffix: str
    seconds: float
    width: int
    height: int
    sound: bool
    fps: NotRequired[float]
    hdr: bool


class PersonaIds(TypedDict):
    """How one avatar service knows a persona."""

    avatar_id: str
    voice_id: NotRequired[str]
    style: NotRequired[str]


class PersonaIdsBody(TypedDict):
    """How one avatar service knows a persona."""

    avatar_id: str
    voice_id: NotRequired[str | None]
    style: NotRequired[str | None]


class PersonaKept(TypedDict):
    """A persona."""

    name: str
    title: str
    at: dict[str, PersonaIds]
    gone: NotRequired[list[str]]


class PersonaPut(TypedDict):
    """A persona as it is kept now."""

    name: str
    title: str
    at: dict[str, PersonaIds]
    warnings: list[str]


class Personas(TypedDict):
    """A tenant's personas."""

    personas: list[PersonaKept]


class PlanTerms(TypedDict):
    """What a plan says of films beside its limits."""

    name: str
    footage_models: list[Literal["standard", "fast", "lite"]]
    avatar_services: list[str]
    price_factor: float


class PlannedCard(TypedDict):
    """A card before or after a film."""

    card: Literal["intro", "outro"]
    shows: Literal["video", "image", "logo", "text"]
    of_brand: bool
    seconds: float
    text: str | None


class PlatformAccount(TypedDict):
    """An avatar account of abroll's own; nothing else of it is shown."""

    provider: str
    mode: str


class PositionBody(TypedDict):
    """Where the presenter stands."""

    scale: NotRequired[float | None]
    x: NotRequired[float | None]
    y: NotRequired[float | None]
    preset: NotRequired[
        Literal["bottom_right", "bottom_left", "top_right", "top_left", "center"] | None
    ]


class Poster(TypedDict):
    """What a film is shown by: a frame, or a picture; one that says nothing is the best frame of its beginning."""

    at: NotRequired[float]
    image_url: NotRequired[str]
    image: NotRequired[str]


class PosterBody(TypedDict):
    """The picture the film is shown by: a frame of it, a link or an upload; left out, the best of its first frames."""

    at: NotRequired[float | None]
    image_url: NotRequired[str | None]
    image: NotRequired[str | None]


Prefer: TypeAlias = Literal["quality", "cost", "speed"]


PresenterFailure: TypeAlias = Literal["fail", "fallback", "without"]


Preset: TypeAlias = Literal[
    "bottom_right", "bottom_left", "top_right", "top_left", "center"
]


class PresetBody(TypedDict):
    """A named backdrop."""

    type: Literal["preset"]
    preset: str


Preview: TypeAlias = Literal["none", "gif", "webp"]


class Problem(TypedDict):
    error: Literal[
        "account_in_use",
        "already_ended",
        "already_rotating",
        "avatar_is_group",
        "avatar_not_found",
        "avatar_not_usable",
        "batch_cap",
        "body_too_slow",
        "body_torn",
        "broken",
        "busy",
        "credits",
        "draining",
        "forbidden",
        "has_versions",
        "idempotency_conflict",
        "image_gone",
        "image_refused",
        "input_gone",
        "internal_error",
        "is_version",
        "job_deleted",
        "key_rejected",
        "method_not_allowed",
        "monthly_cap",
        "no_provider_key",
        "not_a_clip",
        "not_a_font",
        "not_an_image",
        "not_completed",
        "not_failed",
        "not_found",
        "not_music",
        "payload_too_large",
        "rate_limited",
        "retried_too_often",
        "spend_ceiling",
        "still_live",
        "still_on_its_way",
        "tenant_inactive",
        "too_large",
        "too_many_live_jobs",
        "too_many_pixels",
        "too_many_versions",
        "too_small",
        "unauthorized",
        "unavailable",
        "unsupported_format",
        "unsupported_media_type",
        "validation_error",
        "voice_not_found",
        "voice_not_usable",
    ]
    message: str
    details: dict[str, list[str]]
    next_move: str
    request_id: str


class ProductCard(TypedDict):
    """The product's photo as a card over the scenes."""

    when: CardTime
    place: CardPlace
    size: NotRequired[float]


class ProductCardBody(TypedDict):
    """
    The product's photo (image_url or image) as a card over the scenes.

    It slides in and goes with its scenes, and keeps clear of presenters, words, the logo and what apps cover.
    """

    when: NotRequired[Literal["always", "unshown", "never"] | None]
    place: NotRequired[Literal["auto", "left", "right"] | None]
    size: NotRequired[float | None]


Quality: TypeAlias = Literal["standard", "fast", "lite"]


Node1: TypeAlias = str


class Replay(TypedDict):
    """Which webhooks are sent anew: those since a time that were not taken, of one endpoint or all."""

    since: str
    endpoint: NotRequired[str | None]
    cursor: NotRequired[str | None]


class Replayed(TypedDict):
    """Webhooks are sent anew."""

    replayed: int
    next_cursor: str | None


Resolution: TypeAlias = Literal["720p", "1080p"]


class Retries(TypedDict):
    """Jobs are tried again."""

    status: Literal["done"]
    message: str
    jobs: list[ManyRow]
    counts: dict[str, int]
    estimated_cost: Cost
    estimated_price: str


class RetriesPriced(TypedDict):
    """What retries would make and cost."""

    status: Literal["dry_run"]
    message: str
    jobs: list[ManyRow]
    counts: dict[str, int]
    estimated_cost: Cost
    estimated_price: str
    max_cost: float
    next_cursor: str | None


class RetryMany(TypedDict):
    """Which jobs to try again as they are, and what that may cost."""

    ids: NotRequired[list[Id] | None]
    max_cost: NotRequired[float | None]
    dry_run: NotRequired[bool]


class Rotate(TypedDict):
    """How long a key works on beside the one that replaces it."""

    overlap_hours: NotRequired[int]


class SceneBody(TypedDict):
    """One scene."""

    visual_description: NotRequired[str | None]
    camera_movement: NotRequired[str | None]
    mood: NotRequired[str | None]
    duration: NotRequired[float | None]
    text_overlay: NotRequired[str | None]
    script: NotRequired[str | None]
    persona: NotRequired[str | None]
    avatar_id: NotRequired[str | None]
    voice_id: NotRequired[str | None]
    background: NotRequired[ColorBody | ImageBody | PresetBody | None]
    image_url: NotRequired[str | None]
    clip: NotRequired[str | None]
    clip_start: NotRequired[float | None]
    transition: NotRequired[Literal["auto", "cut", "crossfade", "slide", "dip"] | None]


class SceneChangeBody(TypedDict):
    """New words for one scene, which is counted from 0."""

    scene: int
    visual_description: NotRequired[str | None]
    camera_movement: NotRequired[str | None]
    mood: NotRequired[str | None]
    text_overlay: NotRequired[str | None]
    script: NotRequired[str | None]
    avatar_id: NotRequired[str | None]
    voice_id: NotRequired[str | None]


class Size(TypedDict):
    """Pixels."""

    width: int
    height: int


Sound: TypeAlias = Literal["bed", "mute", "duck"]


class Story(TypedDict):
    """What happened when."""

    id: str
    events: list[Moment]
    lanes: list[Lane]


class Switch(TypedDict):
    """A take left one avatar service for the next."""

    at: str
    left: str
    why: str
    code: NotRequired[str]


class TemplateKept(TypedDict):
    """What orders have where they are silent."""

    template: dict[str, Any]


class TemplateRow(TypedDict):
    """A named template, without its order."""

    name: str
    version: int
    title: str
    brands: list[str]
    created_at: str
    variables: list[str]


class Templates(TypedDict):
    """A tenant's templates."""

    templates: list[TemplateRow]


class Tenant(TypedDict):
    """The caller's tenant."""

    id: str
    name: str
    status: Literal["active", "inactive", "error", "closing"]
    plan: str
    live_jobs: int
    heygen_footage: bool
    avatar_id: NotRequired[str]
    voice_id: NotRequired[str]
    brand: NotRequired[str]
    monthly_cap: NotRequired[int]
    closing_since: NotRequired[str]
    closed_at: NotRequired[str]


class TenantRow(TypedDict):
    """A tenant, as an operator's list shows it."""

    id: str
    name: str
    status: Literal["active", "inactive", "error", "closing"]
    plan: str


class Tenants(TypedDict):
    """A page of all tenants."""

    tenants: list[TenantRow]
    next_cursor: str | None


class TestSent(TypedDict):
    """A test is on its way."""

    delivery: str
    message: str


class TextBody(TypedDict):
    """How scene texts and captions look."""

    style: NotRequired[Literal["panel", "outline", "shadow"] | None]
    position: NotRequired[Literal["auto", "top", "middle", "bottom"] | None]
    animation: NotRequired[Literal["fade", "none", "slide"] | None]
    size: NotRequired[float | None]
    color: NotRequired[str | None]
    accent: NotRequired[str | None]
    panel: NotRequired[str | None]


TextMotion: TypeAlias = Literal["fade", "none", "slide"]


TextPlace: TypeAlias = Literal["auto", "top", "middle", "bottom"]


TextStyle: TypeAlias = Literal["panel", "outline", "shadow"]


class Typography(TypedDict):
    """The look of scene texts and captions; place and motion are of scene texts alone."""

    style: TextStyle
    position: TextPlace
    animation: TextMotion
    size: float
    color: str
    panel: NotRequired[str]
    accent: NotRequired[str]


class Understudy(TypedDict):
    """An avatar service that takes over a persona's takes."""

    persona: str
    provider: str
    nodes: list[str]
    cost: str
    reason: str


class UnreadableBatch(TypedDict):
    """A batch another version of abroll wrote; it goes on."""

    batch_id: str
    status: Literal["unreadable"]


class UnreadableDelivery(TypedDict):
    """A webhook another version of abroll wrote; it goes on."""

    id: str
    state: Literal["unreadable"]


class UnreadableRow(TypedDict):
    """A job another version of abroll wrote; it goes on."""

    id: str
    status: Literal["unreadable"]
    created_at: str
    error_message: str


class Uploaded(TypedDict):
    """An image is stored."""

    image: str
    width: int
    height: int
    bytes: int


class UsageRow(TypedDict):
    """What one job used."""

    job_id: str
    created_at: str
    status: Literal[
        "pending",
        "processing_veo",
        "processing_heygen",
        "completed",
        "failed",
        "cancelled",
    ]
    film_seconds: float
    credits_used: float
    currency: Literal["USD"]
    paid_by_us: str
    billed_by_provider: str
    price: str
    by_vendor: dict[str, Cost]
    completed_at: NotRequired[str | None]
    product_id: NotRequired[str | None]
    ordered_by: NotRequired[str | None]


class VariableBody(TypedDict):
    """What an order fills in: it must where there is an example only, it may where there is a default."""

    example: NotRequired[str | float | bool]
    default: NotRequired[str | float | bool]


class Version(TypedDict):
    """A version of a film."""

    version: int
    job_id: str
    made_from: str | None
    changed: list[str]
    created_at: str
    url: str
    film_url: str


class Voice(TypedDict):
    """A voice; `id` is an order's `voice_id`."""

    id: str
    provider: str
    name: str
    gender: str
    language: str
    locale: str
    age: str
    accent: str
    type: str
    styles: list[str]
    preview_audio_url: NotRequired[str]


class VoiceBody(TypedDict):
    """How the presenters speak."""

    speed: NotRequired[float | None]
    pitch: NotRequired[int | None]
    locale: NotRequired[str | None]
    style: NotRequired[str | None]


class VoiceSettings(TypedDict):
    """How the presenters speak; None leaves it to the provider."""

    speed: NotRequired[float]
    pitch: NotRequired[int]
    locale: NotRequired[str]
    style: NotRequired[str]


class Voices(TypedDict):
    """A page of voices, by name."""

    voices: list[Voice]
    next_cursor: str | None
    sources: list[CatalogSource]


class Webhook(TypedDict):
    """Where webhooks go, and which: every ending of a job where none is named."""

    url: str
    events: NotRequired[
        list[
            Literal[
                "job.completed",
                "job.failed",
                "job.cancelled",
                "job.progress",
                "batch.completed",
            ]
        ]
        | None
    ]
    name: NotRequired[str | None]


class WebhookChange(TypedDict):
    """What is to be other than it is at an endpoint; `active` also enables one that was disabled."""

    url: NotRequired[str | None]
    events: NotRequired[
        list[
            Literal[
                "job.completed",
                "job.failed",
                "job.cancelled",
                "job.progress",
                "batch.completed",
            ]
        ]
        | None
    ]
    name: NotRequired[str | None]
    status: NotRequired[Literal["active", "paused"] | None]


WebhookEvent: TypeAlias = Literal[
    "job.completed",
    "job.failed",
    "job.cancelled",
    "job.progress",
    "batch.completed",
    "endpoint.test",
]


class WebhookKept(TypedDict):
    """An endpoint webhooks go to."""

    id: str
    name: str
    url: str
    events: list[str]
    status: Literal["active", "paused", "disabled"]
    created_at: str
    failing_since: NotRequired[str]
    disabled_at: NotRequired[str]
    reason: NotRequired[str]
    next_move: NotRequired[str]


class WebhookSecret(TypedDict):
    """The secret webhooks are signed with."""

    secret: str
    older_sign_until: str
    message: str


class Webhooks(TypedDict):
    """The endpoints webhooks go to."""

    webhooks: list[WebhookKept]


class Well(TypedDict):
    """All is well."""

    status: str
    checks: dict[str, str]
    vendors: dict[str, str]
    orders: str
    message: str


class Account(TypedDict):
    """An avatar account, without its key."""

    provider: str
    mode: str
    status: Literal["active", "inactive", "error", "closing"]
    api_key: Literal["********"]
    webhook_registered: bool
    reason: NotRequired[str]
    next_move: NotRequired[str]
    balance: NotRequired[str]
    last_synced_at: NotRequired[str]
    provider_config: NotRequired[VoiceSettings]
    validated_at: NotRequired[str]
    billing: NotRequired[str]
    avatar_id: NotRequired[str]
    voice_id: NotRequired[str]
    webhook_id: NotRequired[str]
    webhook_rotated_at: NotRequired[str]
    busy_until: NotRequired[str]
    down_until: NotRequired[str]
    looks: NotRequired[dict[str, str]]


class Accounts(TypedDict):
    """The avatar accounts."""

    integrations: list[Account]
    platform: list[PlatformAccount]


class AskedCard(TypedDict):
    """A card before or after a film: a picture or a clip, its own or the brand's, else the logo on its colour."""

    seconds: NotRequired[float]
    text: NotRequired[str]
    image_url: NotRequired[str]
    image: NotRequired[str]
    video: NotRequired[str]
    sound: NotRequired[CardSound]
    fit: NotRequired[CardFit]


class AskedOutput(TypedDict):
    """One film of several that are composed of the same takes."""

    aspect_ratio: AspectRatio
    resolution: Resolution
    container: NotRequired[Container]
    brand: NotRequired[str]


class Audio(TypedDict):
    """What is heard of a film as a whole."""

    loudness: NotRequired[Loudness]
    music: NotRequired[MusicOrder]


class AudioBody(TypedDict):
    """How loud the film is, and its music."""

    loudness: NotRequired[Literal[-14, -16, -23] | None]
    music: NotRequired[MusicBody | None]


class Avatars(TypedDict):
    """A page of those who can be filmed, by name."""

    avatars: list[Avatar]
    next_cursor: str | None
    sources: list[CatalogSource]


class BRoll(TypedDict):
    """How the footage is made."""

    join: Join
    audio: Sound
    model: Quality
    provider: Filmer


class Background(TypedDict):
    """A backdrop; exactly the fields of its type are set."""

    type: BackgroundType
    color: NotRequired[str]
    image_url: NotRequired[str]
    image: NotRequired[str]
    preset: NotRequired[str]
    motion: NotRequired[Motion]


class BatchNews(TypedDict):
    """Which batch has ended, and how; its rows' results stand at `results_url`."""

    batch_id: str
    url: str
    results_url: str
    title: str
    status: str
    rows: int
    completed: int
    failed: int
    cancelled: int
    refused: int
    not_begun: int
    cost: NewsCost
    happened_at: str
    seconds: NotRequired[float | None]


class BatchPrice(TypedDict):
    """What a row would cost."""

    row: int
    product_id: str | None
    estimated_cost: Cost


class BatchShown(TypedDict):
    """A batch."""

    batch_id: str
    status: Literal["running", "stopping", "completed", "cancelled"]
    title: str
    message: str
    rows: int
    counts: BatchCounts
    waiting_for: BatchWaits | None
    ordered_by: str | None
    created_at: str
    completed_at: str | None
    estimated_completion_at: str | None
    expires_at: str | None
    max_cost_usd: str | None
    estimated_cost: Cost
    cost: Cost
    urls: dict[str, str]
    stopped_at: NotRequired[str]
    stopped_why: NotRequired[str]


class Batches(TypedDict):
    """A page of batches, the newest first."""

    batches: list[BatchShown | UnreadableBatch]
    next_cursor: str | None


class Bill(TypedDict):
    """Every attempt and its cost."""

    id: str
    currency: Literal["USD"]
    paid_by_us: str
    billed_by_provider: str
    price: str
    reserved: str
    charged: str
    refunded: str
    lines: list[BillLine]
    explained: dict[str, str]


class BrandKit(TypedDict):
    """A brand kit; each field is what orders have where they and their templates are silent."""

    logo: NotRequired[LogoBody | None]
    colors: NotRequired[ColorsBody | None]
    fonts: NotRequired[FontsBody | None]
    text: NotRequired[LookBody | None]
    captions: NotRequired[bool | None]
    captions_by: NotRequired[Literal["phrase", "word"] | None]
    avatar_position: NotRequired[PositionBody | None]
    audio: NotRequired[AudioBody | None]
    background: NotRequired[ColorBody | PresetBody | None]
    transition: NotRequired[Literal["auto", "cut", "crossfade", "slide", "dip"] | None]
    transition_color: NotRequired[str | None]
    hold: NotRequired[Literal["auto", "push_in", "ping_pong", "freeze"] | None]
    inset: NotRequired[Literal["auto", "rounded", "circle", "full"] | None]
    intro: NotRequired[KitCardBody | None]
    outro: NotRequired[KitCardBody | None]


class Cancels(TypedDict):
    """Jobs are cancelled, or would be."""

    status: Literal["done", "dry_run"]
    message: str
    jobs: list[ManyRow]
    counts: dict[str, int]
    next_cursor: NotRequired[str | None]


class CardClip(TypedDict):
    """A clip as a brand kit, or a film, has it on a card; `facts` is None where nobody has looked it up."""

    clip: str
    facts: NotRequired[OwnFile]
    sound: NotRequired[CardSound]
    fit: NotRequired[CardFit]


class Deliveries(TypedDict):
    """A page of webhooks, newest first."""

    deliveries: list[DeliveryRow | UnreadableDelivery]
    next_cursor: str | None


class EditAudioBody(TypedDict):
    """How loud the film is, and its music."""

    loudness: NotRequired[Literal[-14, -16, -23] | None]
    music: NotRequired[EditMusicBody | None]


class EditSceneBody(TypedDict):
    """How one scene, counted from 0 as in the order, is laid out."""

    scene: int
    visual_description: NotRequired[str | None]
    camera_movement: NotRequired[str | None]
    mood: NotRequired[str | None]
    text_overlay: NotRequired[str | None]
    script: NotRequired[str | None]
    avatar_id: NotRequired[str | None]
    voice_id: NotRequired[str | None]
    background: NotRequired[ColorBody | PresetBody | None]
    seconds: NotRequired[float | None]
    transition: NotRequired[Literal["auto", "cut", "crossfade", "slide", "dip"] | None]
    clip: NotRequired[str | None]
    clip_start: NotRequired[float | None]


class Film(TypedDict):
    """The whole body of create_job; its product's id is its title where it has none."""

    product_title: NotRequired[str | None]
    scenes: NotRequired[list[SceneBody] | None]
    image_url: NotRequired[str | None]
    image: NotRequired[str | None]
    image_fit: NotRequired[Literal["crop", "blur", "color"] | None]
    image_fit_color: NotRequired[str | None]
    persona: NotRequired[str | None]
    avatar_id: NotRequired[str | None]
    voice_id: NotRequired[str | None]
    avatar_script: NotRequired[str | None]
    avatar_position: NotRequired[PositionBody | None]
    aspect_ratio: NotRequired[Literal["9:16", "16:9", "1:1"] | None]
    resolution: NotRequired[Literal["720p", "1080p"] | None]
    outputs: NotRequired[list[OutputBody] | None]
    container: NotRequired[Literal["mp4", "mov", "webm"] | None]
    preview: NotRequired[Literal["none", "gif", "webp"] | None]
    focus: NotRequired[FocusBody | None]
    b_roll: NotRequired[BRollBody | None]
    background: NotRequired[ColorBody | ImageBody | PresetBody | None]
    voice: NotRequired[VoiceBody | None]
    captions: NotRequired[bool | None]
    captions_by: NotRequired[Literal["phrase", "word"] | None]
    text: NotRequired[TextBody | None]
    safe_area: NotRequired[
        Literal["social", "reels", "tiktok", "shorts", "none"] | None
    ]
    hold: NotRequired[Literal["auto", "push_in", "ping_pong", "freeze"] | None]
    inset: NotRequired[Literal["auto", "rounded", "circle", "full", "beside"] | None]
    poster: NotRequired[PosterBody | None]
    product_card: NotRequired[ProductCardBody | None]
    transition: NotRequired[Literal["auto", "cut", "crossfade", "slide", "dip"] | None]
    transition_seconds: NotRequired[float | None]
    transition_color: NotRequired[str | None]
    intro: NotRequired[CardBody | None]
    outro: NotRequired[CardBody | None]
    audio: NotRequired[AudioBody | None]
    brand: NotRequired[str | None]
    length: NotRequired[Literal["film", "script", "longer"] | None]
    provider: NotRequired[str | None]
    prefer: NotRequired[Literal["quality", "cost", "speed"] | None]
    max_cost: NotRequired[float | None]
    on_presenter_failure: NotRequired[Literal["fail", "fallback", "without"] | None]
    if_unclear: NotRequired[Literal["wait", "pay_again"] | None]
    mode: NotRequired[Literal["production", "test"] | None]
    mode_fallback: NotRequired[Literal["test"] | None]
    webhook_url: NotRequired[str | None]
    metadata: NotRequired[dict[str, str] | None]
    product_id: NotRequired[str | None]
    content_id: NotRequired[str | None]
    script: NotRequired[str | None]
    dry_run: NotRequired[bool | None]
    template: NotRequired[str | None]
    variables: NotRequired[dict[str, Any] | None]


class FilmCard(TypedDict):
    """A card before or after a film: a picture or a clip, its own or the brand's, else the logo on its colour."""

    seconds: NotRequired[float]
    text: NotRequired[str]
    image_url: NotRequired[str]
    image: NotRequired[str]
    video: NotRequired[str]
    sound: NotRequired[CardSound]
    fit: NotRequired[CardFit]
    video_facts: NotRequired[OwnFile]


class IntegrationChange(TypedDict):
    """What is to be other than it is at an account; a field that is null ends."""

    avatar_id: NotRequired[str | None]
    voice_id: NotRequired[str | None]
    provider_config: NotRequired[VoiceBody | None]
    status: NotRequired[Literal["active", "inactive"] | None]


class JobNews(TypedDict):
    """Which job an event is about, and how it stood then; `job_id` is `test` in a test."""

    job_id: str
    url: str
    metadata: dict[str, str]
    degraded: NotRequired[list[str]]
    product_id: NotRequired[str | None]
    status: NotRequired[str | None]
    stage: NotRequired[str | None]
    progress: NotRequired[int | None]
    happened_at: NotRequired[str | None]
    seconds: NotRequired[float | None]
    expires_at: NotRequired[str | None]
    error: NotRequired[NewsError | None]
    cost: NotRequired[NewsCost | None]
    price: NotRequired[str | None]
    film_version: NotRequired[int | None]
    version_of: NotRequired[str | None]
    final_video_url: NotRequired[str | None]
    poster_url: NotRequired[str | None]
    outputs: NotRequired[list[NewsOutput] | None]
    quality: NotRequired[NewsQuality | None]
    file_urls: NotRequired[dict[str, str] | None]


class JobOutput(TypedDict):
    """A film of a job, made of the same takes as its others."""

    aspect_ratio: str
    resolution: str
    brand: str | None
    size: Size
    planned_seconds: float
    cards: list[PlannedCard]
    film_seconds: float | None
    film_bytes: int | None
    final_video_url: str | None
    poster_url: str | None
    file_urls: dict[str, str]
    caption_urls: dict[str, str]
    quality: FilmQuality | None
    error_message: str | None


class Jobs(TypedDict):
    """A page of jobs, newest first."""

    jobs: list[JobRow | UnreadableRow]
    next_cursor: str | None


class Logo(TypedDict):
    """A logo on a film: a picture with its transparency, `width` x `height` pixels as it is kept."""

    image: str
    width: int
    height: int
    place: Corner
    size: NotRequired[float]
    when: LogoTime
    opacity: float
    off_cards: bool


class Look(TypedDict):
    """The look of scene texts and captions; place and motion are of scene texts alone."""

    style: NotRequired[TextStyle]
    position: NotRequired[TextPlace]
    animation: NotRequired[TextMotion]
    size: NotRequired[float]
    color: NotRequired[str]
    panel: NotRequired[str]
    accent: NotRequired[str]


class NamedTemplate(TypedDict):
    """A template: fields of an order with `{{variables}}` in their texts."""

    title: NotRequired[str | None]
    variables: NotRequired[dict[str, VariableBody] | None]
    order: dict[str, Any]


class Node(TypedDict):
    """One part of a film."""

    key: str
    kind: Literal["image", "clip", "presenter", "compose"]
    state: Literal[
        "blocked", "queued", "starting", "running", "done", "failed", "cancelled"
    ]
    provider: str
    needs: list[str]
    attempt: int
    take: int
    expected_seconds: float
    started_at: NotRequired[str]
    ended_at: NotRequired[str]
    seconds: NotRequired[float]
    why: NotRequired[str]
    next_move: NotRequired[str]
    switches: NotRequired[list[Switch]]
    left_out_at: NotRequired[str]


class NumberedJobs(TypedDict):
    """A page of jobs by its number, newest first."""

    count: int
    next: str | None
    previous: str | None
    results: list[JobRow | UnreadableRow]


class Persona(TypedDict):
    """A presenter, by avatar service."""

    title: NotRequired[str | None]
    at: dict[str, PersonaIdsBody]


class PlannedOutput(TypedDict):
    """A film an order would make, of the same takes as its others."""

    aspect_ratio: str
    resolution: str
    brand: str | None
    size: Size
    planned_seconds: float
    cards: list[PlannedCard]
    cost: str


class Position(TypedDict):
    """Where the presenter stands; what is given beside a preset wins over it."""

    scale: NotRequired[float]
    x: NotRequired[float]
    y: NotRequired[float]
    preset: NotRequired[Preset]


class PresenterRule(TypedDict):
    """What becomes of a film whose presenter cannot be had from its first avatar service."""

    rule: Literal["fail", "fallback", "without"]
    if_unclear: Literal["wait", "pay_again"]
    next: list[Understudy]
    cost_at_most: Cost


class Regenerate(TypedDict):
    """What to make anew: parts by key, and what to change."""

    avatar_script: NotRequired[str | None]
    avatar_id: NotRequired[str | None]
    voice_id: NotRequired[str | None]
    voice: NotRequired[VoiceBody | None]
    scenes: NotRequired[list[SceneChangeBody] | None]
    dry_run: NotRequired[bool]
    nodes: NotRequired[list[Node1] | None]


class Retry(TypedDict):
    """What to change before a failed job is tried again; nothing is fine."""

    avatar_script: NotRequired[str | None]
    avatar_id: NotRequired[str | None]
    voice_id: NotRequired[str | None]
    voice: NotRequired[VoiceBody | None]
    scenes: NotRequired[list[SceneChangeBody] | None]
    dry_run: NotRequired[bool]


class Revised(TypedDict):
    """A job is tried again, or a new film is made from a finished one."""

    job_id: str
    status: Literal[
        "pending",
        "processing_veo",
        "processing_heygen",
        "completed",
        "failed",
        "cancelled",
    ]
    message: str
    product_id: str | None
    metadata: dict[str, str]
    planned_seconds: float
    estimated_time_seconds: int
    estimated_completion_at: str | None
    estimated_completion_p90_at: str | None
    late_since: str | None
    ahead: int | None
    starts_by: str | None
    estimated_cost: Cost
    estimated_price: str
    presenter_failure: PresenterRule
    platform_accounts: list[str]
    warnings: list[str]
    urls: dict[str, str]
    remade: list[str]
    kept: list[str]
    parent: str | None


class RevisedDryRun(TypedDict):
    """What would be made again."""

    status: Literal["dry_run"]
    message: str
    warnings: list[str]
    planned_seconds: float
    cards: list[PlannedCard]
    outputs: list[PlannedOutput]
    remade: list[str]
    kept: list[str]
    estimated_cost: Cost
    estimated_price: str


class SceneRequest(TypedDict):
    """One scene: footage (a visual description) or a backdrop, and perhaps a presenter with a script of its own."""

    visual_description: NotRequired[str]
    camera_movement: NotRequired[str]
    mood: NotRequired[str]
    duration: NotRequired[float]
    text_overlay: NotRequired[str]
    script: NotRequired[str]
    persona: NotRequired[str]
    persona_style: NotRequired[str]
    avatar_id: NotRequired[str]
    voice_id: NotRequired[str]
    background: NotRequired[Background]
    image_url: NotRequired[str]
    clip: NotRequired[str]
    clip_start: NotRequired[float]
    clip_facts: NotRequired[OwnFile]
    transition: NotRequired[Blend]


class Template(TypedDict):
    """What a tenant's orders have where they are silent: any field of an order but what is one order's own."""

    product_title: NotRequired[str | None]
    scenes: NotRequired[list[SceneBody] | None]
    image_url: NotRequired[str | None]
    image: NotRequired[str | None]
    image_fit: NotRequired[Literal["crop", "blur", "color"] | None]
    image_fit_color: NotRequired[str | None]
    persona: NotRequired[str | None]
    avatar_id: NotRequired[str | None]
    voice_id: NotRequired[str | None]
    avatar_script: NotRequired[str | None]
    avatar_position: NotRequired[PositionBody | None]
    aspect_ratio: NotRequired[Literal["9:16", "16:9", "1:1"] | None]
    resolution: NotRequired[Literal["720p", "1080p"] | None]
    outputs: NotRequired[list[OutputBody] | None]
    container: NotRequired[Literal["mp4", "mov", "webm"] | None]
    preview: NotRequired[Literal["none", "gif", "webp"] | None]
    focus: NotRequired[FocusBody | None]
    b_roll: NotRequired[BRollBody | None]
    background: NotRequired[ColorBody | ImageBody | PresetBody | None]
    voice: NotRequired[VoiceBody | None]
    captions: NotRequired[bool | None]
    captions_by: NotRequired[Literal["phrase", "word"] | None]
    text: NotRequired[TextBody | None]
    safe_area: NotRequired[
        Literal["social", "reels", "tiktok", "shorts", "none"] | None
    ]
    hold: NotRequired[Literal["auto", "push_in", "ping_pong", "freeze"] | None]
    inset: NotRequired[Literal["auto", "rounded", "circle", "full", "beside"] | None]
    poster: NotRequired[PosterBody | None]
    product_card: NotRequired[ProductCardBody | None]
    transition: NotRequired[Literal["auto", "cut", "crossfade", "slide", "dip"] | None]
    transition_seconds: NotRequired[float | None]
    transition_color: NotRequired[str | None]
    intro: NotRequired[CardBody | None]
    outro: NotRequired[CardBody | None]
    audio: NotRequired[AudioBody | None]
    brand: NotRequired[str | None]
    length: NotRequired[Literal["film", "script", "longer"] | None]
    provider: NotRequired[str | None]
    prefer: NotRequired[Literal["quality", "cost", "speed"] | None]
    max_cost: NotRequired[float | None]
    on_presenter_failure: NotRequired[Literal["fail", "fallback", "without"] | None]
    if_unclear: NotRequired[Literal["wait", "pay_again"] | None]
    mode: NotRequired[Literal["production", "test"] | None]
    mode_fallback: NotRequired[Literal["test"] | None]
    webhook_url: NotRequired[str | None]
    metadata: NotRequired[dict[str, str] | None]


class Usage(TypedDict):
    """What a page of jobs used; its sums are those of the jobs' bills."""

    jobs: list[UsageRow]
    films: int
    film_seconds: float
    credits_used: float
    currency: Literal["USD"]
    paid_by_us: str
    billed_by_provider: str
    price: str
    by_vendor: dict[str, Cost]
    terms: PlanTerms
    unreadable: int
    next_cursor: str | None


class WebhookPayload(TypedDict):
    """The body of a delivery."""

    type: WebhookEvent
    timestamp: int
    data: JobNews | BatchNews
    version: NotRequired[int]


class Accepted(TypedDict):
    """Something was ordered."""

    job_id: str
    status: Literal[
        "pending",
        "processing_veo",
        "processing_heygen",
        "completed",
        "failed",
        "cancelled",
    ]
    message: str
    product_id: str | None
    metadata: dict[str, str]
    planned_seconds: float
    estimated_time_seconds: int
    estimated_completion_at: str | None
    estimated_completion_p90_at: str | None
    late_since: str | None
    ahead: int | None
    starts_by: str | None
    estimated_cost: Cost
    estimated_price: str
    presenter_failure: PresenterRule
    platform_accounts: list[str]
    warnings: list[str]
    urls: dict[str, str]


class AskedScene(TypedDict):
    """One scene: footage (a visual description) or a backdrop, and perhaps a presenter with a script of its own."""

    visual_description: NotRequired[str]
    camera_movement: NotRequired[str]
    mood: NotRequired[str]
    duration: NotRequired[float]
    text_overlay: NotRequired[str]
    script: NotRequired[str]
    persona: NotRequired[str]
    avatar_id: NotRequired[str]
    voice_id: NotRequired[str]
    background: NotRequired[Background]
    image_url: NotRequired[str]
    clip: NotRequired[str]
    clip_start: NotRequired[float]
    transition: NotRequired[Blend]


class BatchDryRun(TypedDict):
    """What a batch would cost; nothing was stored or spent."""

    status: Literal["dry_run"]
    message: str
    rows: int
    estimated_cost: Cost
    estimated_price: str
    warnings: list[str]
    row_prices: list[BatchPrice]


class Brand(TypedDict):
    """What a film has of a kit beside fields that an order could give itself."""

    label: str
    logo: NotRequired[Logo]
    colors: Colors
    fonts: Fonts
    intro: NotRequired[str]
    outro: NotRequired[str]
    intro_clip: NotRequired[CardClip]
    outro_clip: NotRequired[CardClip]
    asked: NotRequired[str]
    filled: list[str]


class Cancelled(TypedDict):
    """The job, cancelled, and what that saved."""

    id: str
    status: Literal[
        "pending",
        "processing_veo",
        "processing_heygen",
        "completed",
        "failed",
        "cancelled",
    ]
    stage: Literal[
        "queued",
        "filming",
        "presenting",
        "filming_and_presenting",
        "composing",
        "stopping",
        "ended",
    ]
    progress: int
    summary: str
    product_title: str
    product_id: str | None
    metadata: dict[str, str]
    ordered_by: str | None
    batch_id: str | None
    created_at: str
    updated_at: str | None
    completed_at: str | None
    expires_at: str | None
    keep: bool
    estimated_completion_at: str | None
    estimated_completion_p90_at: str | None
    late_since: str | None
    ahead: int | None
    starts_by: str | None
    version: int
    version_of: str | None
    final_video_url: str | None
    poster_url: str | None
    error_message: str | None
    credits_used: float
    cost: Cost
    estimated_cost: Cost
    price: str
    brand: str | None
    job_id: str
    waiting_for: list[str]
    processing_time_seconds: float
    planned_seconds: float
    cards: list[PlannedCard]
    film_seconds: float | None
    film_bytes: int | None
    size: Size
    feedback: list[FeedbackGiven]
    feedback_score: float | None
    quality: FilmQuality | None
    outputs: list[JobOutput]
    file_urls: dict[str, str]
    caption_urls: dict[str, str]
    veo_video_url: str | None
    footage_urls: list[Footage]
    error: JobError | None
    parent: str | None
    versions: list[Version]
    degraded: list[str]
    presenter_failure: PresenterRule
    platform_accounts: list[str]
    warnings: list[str]
    explained: dict[str, str]
    nodes: list[Node]
    urls: dict[str, str]
    refunded: str
    at_risk: Cost


class DeliveryShown(TypedDict):
    """A webhook, with what it says."""

    id: str
    job_id: str | None
    batch_id: str | None
    event: Literal[
        "job.completed",
        "job.failed",
        "job.cancelled",
        "job.progress",
        "batch.completed",
        "endpoint.test",
    ]
    endpoint: str | None
    url: str | None
    state: Literal["queued", "delivered", "given_up", "unwanted"]
    attempts: int
    created_at: str | None
    ended_at: str | None
    next_attempt_at: str | None
    answer_status: int | None
    answer: str | None
    replays: int
    payload: WebhookPayload


class DryRun(TypedDict):
    """What the order would make."""

    status: Literal["dry_run"]
    message: str
    warnings: list[str]
    avatar_services: list[AvatarService]
    planned_seconds: float
    cards: list[PlannedCard]
    outputs: list[PlannedOutput]
    estimated_time_seconds: int
    estimated_cost: Cost
    estimated_price: str
    presenter_failure: PresenterRule
    platform_accounts: list[str]
    terms: PlanTerms
    plan: dict[str, Any]
    explained: dict[str, str]


class Edit(TypedDict):
    """What is laid out otherwise in another version of the film; words to film or to speak are bought, and refused."""

    avatar_script: NotRequired[str | None]
    avatar_id: NotRequired[str | None]
    voice_id: NotRequired[str | None]
    voice: NotRequired[VoiceBody | None]
    scenes: NotRequired[list[EditSceneBody] | None]
    dry_run: NotRequired[bool]
    order: NotRequired[list[OrderItem] | None]
    avatar_position: NotRequired[PositionBody | None]
    captions: NotRequired[bool | None]
    captions_by: NotRequired[Literal["phrase", "word"] | None]
    brand: NotRequired[str | None]
    text: NotRequired[TextBody | None]
    safe_area: NotRequired[
        Literal["social", "reels", "tiktok", "shorts", "none"] | None
    ]
    audio: NotRequired[EditAudioBody | None]
    background: NotRequired[ColorBody | PresetBody | None]
    length: NotRequired[Literal["film", "script", "longer"] | None]
    b_roll: NotRequired[EditSoundBody | None]
    aspect_ratio: NotRequired[Literal["9:16", "16:9", "1:1"] | None]
    resolution: NotRequired[Literal["720p", "1080p"] | None]
    outputs: NotRequired[list[OutputBody] | None]
    container: NotRequired[Literal["mp4", "mov", "webm"] | None]
    preview: NotRequired[Literal["none", "gif", "webp"] | None]
    focus: NotRequired[FocusBody | None]
    hold: NotRequired[Literal["auto", "push_in", "ping_pong", "freeze"] | None]
    inset: NotRequired[Literal["auto", "rounded", "circle", "full", "beside"] | None]
    poster: NotRequired[PosterBody | None]
    product_card: NotRequired[ProductCardBody | None]
    transition: NotRequired[Literal["auto", "cut", "crossfade", "slide", "dip"] | None]
    transition_seconds: NotRequired[float | None]
    transition_color: NotRequired[str | None]
    intro: NotRequired[EditCardBody | None]
    outro: NotRequired[EditCardBody | None]


class FeedEvent(TypedDict):
    """How a job or a batch ended last, as its webhook tells it."""

    id: str
    event: Literal["job.completed", "job.failed", "job.cancelled", "batch.completed"]
    at: str
    payload: WebhookPayload


class Job(TypedDict):
    """A job as it stands."""

    id: str
    status: Literal[
        "pending",
        "processing_veo",
        "processing_heygen",
        "completed",
        "failed",
        "cancelled",
    ]
    stage: Literal[
        "queued",
        "filming",
        "presenting",
        "filming_and_presenting",
        "composing",
        "stopping",
        "ended",
    ]
    progress: int
    summary: str
    product_title: str
    product_id: str | None
    metadata: dict[str, str]
    ordered_by: str | None
    batch_id: str | None
    created_at: str
    updated_at: str | None
    completed_at: str | None
    expires_at: str | None
    keep: bool
    estimated_completion_at: str | None
    estimated_completion_p90_at: str | None
    late_since: str | None
    ahead: int | None
    starts_by: str | None
    version: int
    version_of: str | None
    final_video_url: str | None
    poster_url: str | None
    error_message: str | None
    credits_used: float
    cost: Cost
    estimated_cost: Cost
    price: str
    brand: str | None
    job_id: str
    waiting_for: list[str]
    processing_time_seconds: float
    planned_seconds: float
    cards: list[PlannedCard]
    film_seconds: float | None
    film_bytes: int | None
    size: Size
    feedback: list[FeedbackGiven]
    feedback_score: float | None
    quality: FilmQuality | None
    outputs: list[JobOutput]
    file_urls: dict[str, str]
    caption_urls: dict[str, str]
    veo_video_url: str | None
    footage_urls: list[Footage]
    error: JobError | None
    parent: str | None
    versions: list[Version]
    degraded: list[str]
    presenter_failure: PresenterRule
    platform_accounts: list[str]
    warnings: list[str]
    explained: dict[str, str]
    nodes: list[Node]
    urls: dict[str, str]


class Kit(TypedDict):
    """A version of a tenant's kit: the brand itself, and fields of an order; None leaves them to the order."""

    brand: Brand
    text: NotRequired[Typography]
    captions: NotRequired[bool]
    captions_by: NotRequired[CaptionsBy]
    avatar_position: NotRequired[Position]
    audio: NotRequired[Audio]
    background: NotRequired[Background]
    transition: NotRequired[Blend]
    transition_color: NotRequired[str]
    hold: NotRequired[Hold]
    inset: NotRequired[Inset]
    intro: NotRequired[FilmCard]
    outro: NotRequired[FilmCard]


class Request(TypedDict):
    """An order as it can be sent to create_job again, defaults filled in; what was left out is not there, and what its brand kits said is left to them. Of a version it has the scenes that are seen, as they follow. Two things of an edit no order says: a scene of less than 4 s (here it has 4, and one of more than 8 has 8), and music, a card or a place taken away from a kit, which brings them again."""

    product_title: str
    product_id: NotRequired[str]
    scenes: NotRequired[list[AskedScene]]
    image_url: NotRequired[str]
    image: NotRequired[str]
    image_fit: ImageFit
    image_fit_color: NotRequired[str]
    persona: NotRequired[str]
    avatar_id: NotRequired[str]
    voice_id: NotRequired[str]
    avatar_script: NotRequired[str]
    avatar_position: NotRequired[Position]
    aspect_ratio: AspectRatio
    resolution: Resolution
    focus: NotRequired[Focus]
    outputs: list[AskedOutput]
    b_roll: BRoll
    background: NotRequired[Background]
    voice: VoiceSettings
    captions: NotRequired[bool]
    captions_by: NotRequired[CaptionsBy]
    text: Look
    hold: NotRequired[Hold]
    inset: NotRequired[Inset]
    poster: NotRequired[Poster]
    product_card: NotRequired[ProductCard]
    container: NotRequired[Container]
    preview: NotRequired[Preview]
    safe_area: NotRequired[AppArea]
    audio: Audio
    transition: NotRequired[Blend]
    transition_seconds: NotRequired[float]
    transition_color: NotRequired[str]
    intro: NotRequired[AskedCard]
    outro: NotRequired[AskedCard]
    length: Length
    provider: NotRequired[str]
    prefer: NotRequired[Prefer]
    max_cost: NotRequired[float]
    on_presenter_failure: NotRequired[PresenterFailure]
    if_unclear: NotRequired[IfUnclear]
    mode: Mode
    mode_fallback: NotRequired[Mode]
    webhook_url: NotRequired[str]
    metadata: dict[str, str]
    template: NotRequired[str]
    dry_run: bool
    brand: str


class Dress(TypedDict):
    """The kit of one film of several in place of the order's: what of it the order leaves open."""

    asked: str
    kit: NotRequired[Kit]


class Events(TypedDict):
    """What happened, the oldest first. Nothing is passed by; the newest come again, told by their ids."""

    events: list[FeedEvent]
    next_cursor: str


class OutputRequest(TypedDict):
    """One film of several that are composed of the same takes."""

    aspect_ratio: AspectRatio
    resolution: Resolution
    container: NotRequired[Container]
    dress: NotRequired[Dress]


class Understood(TypedDict):
    """An order as it was understood, defaults filled in, and what its brand kits, its personas and its clips said; what was left out is not there."""

    product_title: str
    product_id: NotRequired[str]
    scenes: list[SceneRequest]
    image_url: NotRequired[str]
    image: NotRequired[str]
    image_fit: ImageFit
    image_fit_color: NotRequired[str]
    persona: NotRequired[str]
    persona_style: NotRequired[str]
    avatar_id: NotRequired[str]
    voice_id: NotRequired[str]
    avatar_script: NotRequired[str]
    avatar_position: NotRequired[Position]
    aspect_ratio: AspectRatio
    resolution: Resolution
    focus: NotRequired[Focus]
    outputs: list[OutputRequest]
    b_roll: BRoll
    background: NotRequired[Background]
    voice: VoiceSettings
    captions: bool
    captions_by: NotRequired[CaptionsBy]
    text: Typography
    hold: NotRequired[Hold]
    inset: NotRequired[Inset]
    poster: NotRequired[Poster]
    product_card: NotRequired[ProductCard]
    container: NotRequired[Container]
    preview: NotRequired[Preview]
    safe_area: NotRequired[AppArea]
    audio: Audio
    transition: NotRequired[Blend]
    transition_seconds: NotRequired[float]
    transition_color: NotRequired[str]
    intro: NotRequired[FilmCard]
    outro: NotRequired[FilmCard]
    length: Length
    provider: NotRequired[str]
    prefer: NotRequired[Prefer]
    max_cost: NotRequired[float]
    on_presenter_failure: NotRequired[PresenterFailure]
    if_unclear: NotRequired[IfUnclear]
    mode: Mode
    mode_fallback: NotRequired[Mode]
    webhook_url: NotRequired[str]
    metadata: dict[str, str]
    brand: NotRequired[Brand]
    template: NotRequired[str]
    dry_run: bool
