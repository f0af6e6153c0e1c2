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
CHANGES_TOLD: Mapping[str, str] = {
    "cancelled": "The film is cancelled; what was never sent is refunded.",
    "changed": "Saved.",
    "ordered": "Ordered. This page follows the film.",
    "presenter": "This presenter speaks where an order names nobody.",
    "put": "The key works and is kept. Nobody can read it again.",
    "removed": "The account and its key are forgotten.",
    "retried": "The film is tried again; what was finished is kept.",
    "revoked": "The key is revoked; within five seconds nobody takes it.",
    "synced": "The service was asked anew.",
}
