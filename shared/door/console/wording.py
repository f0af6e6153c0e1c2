"""The pages' fixed words: statuses as people say them, and what is told after a change."""

from collections.abc import Mapping

STATUS_WORDS: Mapping[str, str] = {
    "pending": "Waiting",
    "processing_veo": "Filming",
    "processing_heygen": "Presenter",
    "completed": "Ready",
    "failed": "Failed",
    "cancelled": "Cancelled",
    "unreadable": "Not shown",
}
BATCH_WORDS: Mapping[str, str] = {
    **STATUS_WORDS,
    "running": "In work",
    "stopping": "Stopping",
    "waiting": "Waiting",
    "refused": "Not ordered",
    "not_begun": "Never begun",
    "deleted": "Deleted",
}
BATCH_LOOKS: Mapping[str, str] = {  # a status of films that looks alike
    "running": "processing_veo",
    "stopping": "processing_veo",
    "waiting": "pending",
    "refused": "failed",
    "not_begun": "cancelled",
    "deleted": "cancelled",
}
VENDOR_NAMES: Mapping[str, str] = {"abroll": "abroll", "did": "D-ID", "heygen": "HeyGen", "veo": "Google Veo"}
PART_NAMES: Mapping[str, str] = {
    "clip": "Footage",
    "compose": "Composition",
    "image": "Photo",
    "presenter": "Presenter",
}
STATE_WORDS: Mapping[str, str] = {
    "blocked": "waits for other parts",
    "queued": "waits for its turn",
    "starting": "being sent",
    "running": "being made",
    "done": "ready",
    "failed": "failed",
    "cancelled": "cancelled",
}
OUTCOME_WORDS: Mapping[str, str] = {
    "claimed": "being sent",
    "not_sent": "never sent",
    "refused": "refused",
    "unclear": "unknown whether it was sent",
    "sent": "sent",
    "given_up": "given up",
    "nothing_made": "nothing was made",
    "failed": "failed there",
    "done": "made",
    "late": "came too late",
}
NEED_WORDS: Mapping[str, str] = {
    "unreadable": "Unreadable",
    "held": "Held",
    "stuck": "Stuck",
    "slow": "Slow",
    "retrying": "Retrying",
    "working": "In work",
}
DELIVERY_WORDS: Mapping[str, str] = {
    "queued": "On its way",
    "delivered": "Taken",
    "given_up": "Given up",
    "unwanted": "Not wanted",
    "unreadable": "Not shown",
}
PLACE_WORDS: Mapping[str, str] = {
    "bottom_right": "Bottom right",
    "bottom_left": "Bottom left",
    "top_right": "Top right",
    "top_left": "Top left",
    "center": "Centre",
}
SHAPE_WORDS: Mapping[str, str] = {
    "9:16": "9:16, tall",
    "4:5": "4:5, portrait",
    "1:1": "1:1, square",
    "16:9": "16:9, wide",
}
SIZE_WORDS: Mapping[str, str] = {"720p": "720p, HD", "1080p": "1080p, full HD"}
QUALITY_WORDS: Mapping[str, str] = {
    "ready": "ready to publish",
    "look": "look at it first",
    "poor": "not good enough to publish",
    "unmeasured": "not measured",
}
CHANGES_TOLD: Mapping[str, str] = {
    "batch_deleted": "The batch is forgotten; its films stay.",
    "batch_ordered": "Ordered. The films are made one after the other.",
    "batch_stopped": "No more rows begin; the films that were begun are made.",
    "branded": "The brand kit is kept; films ordered from now on have it where it is named, or is the default.",
    "cancelled": "The film is cancelled; what was never sent is refunded.",
    "changed": "Saved.",
    "edited": "Another version is being made from the same takes, for free.",
    "had_ended": "The film had ended before; nothing was changed.",
    "named": "The persona is kept; orders may name it.",
    "nothing_late": "Nothing was pushed: no part of it waits for later or is overdue.",
    "ordered": "Ordered. This page follows the film.",
    "presenter": "This presenter speaks where an order names nobody.",
    "pushed": "What waited is tried now.",
    "put": "The key works and is kept. Nobody can read it again.",
    "removed": "The account and its key are forgotten.",
    "replayed": "The webhook is sent anew.",
    "retried": "The film is tried again; what was finished is kept.",
    "revoked": "The key is revoked; within five seconds nobody takes it.",
    "synced": "The service was asked anew.",
    "webhook_rotated": "The service signs what it tells abroll with a new secret.",
    "told": "Thank you: your words are kept with the film.",
    "unbranded": "The brand kit is forgotten; films that were ordered with it stay.",
    "unnamed": "The persona is forgotten; films that were ordered with it stay.",
    "voice": "This voice is heard where an order names none.",
}
