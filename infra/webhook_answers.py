"""What the calls about webhooks that were sent, and the feed of events, answer, for the OpenAPI description."""

from collections.abc import Mapping

from infra.answer_fields import Schema, fields_of, listed, of, ref, text, time, word
from shared.steps.event_feed import FEED_EVENTS
from shared.steps.webhook_events import WebhookEvent

DELIVERY = {
    "id": text("Its `webhook-id`."),
    "job_id": text("The job it tells of; `test` of a test; null of a batch.", null=True),
    "batch_id": text("The batch it tells of; null of a job.", null=True),
    "event": word("What it tells.", WebhookEvent),
    "endpoint": text("The endpoint it goes to; null where the job named an address itself.", null=True),
    "url": text("The address the job named; null where it goes to an endpoint.", null=True),
    "state": text(
        "`queued`; `delivered`; `given_up`; `unwanted`: its endpoint was gone, paused or disabled.",
        enum=["queued", "delivered", "given_up", "unwanted"],
    ),
    "attempts": of("integer", "How often it was tried, since it was last sent anew."),
    "created_at": time("When it happened.", null=True),
    "ended_at": time("When it was taken or given up.", null=True),
    "next_attempt_at": time("Before then it is not tried again.", null=True),
    "answer_status": of("integer", "HTTP's status of the last answer; null where none came.", null=True),
    "answer": text("The first bytes of the last answer that was no success, or why none came.", null=True),
    "replays": of("integer", "How often it was sent anew."),
}

WEBHOOK_SCHEMAS: Mapping[str, Schema] = {
    "Deliveries": fields_of(
        "A page of webhooks, newest first.",
        {
            "deliveries": listed("The webhooks.", {"anyOf": [ref("DeliveryRow"), ref("UnreadableDelivery")]}),
            "next_cursor": text("`cursor` of the next page; null on the last.", null=True),
        },
    ),
    "DeliveryRow": fields_of("A webhook that was sent, or is on its way.", DELIVERY),
    "DeliveryShown": fields_of(
        "A webhook, with what it says.",
        {
            **DELIVERY,
            "payload": ref("WebhookPayload", "Its body; `timestamp` is when it is sent: here, when this was answered."),
        },
    ),
    "Events": fields_of(
        "What happened, the oldest first. Nothing is passed by; the newest come again, told by their ids.",
        {
            "events": listed("The events; may be none.", ref("FeedEvent")),
            "next_cursor": text("`cursor` to go on with, also when nothing has happened yet."),
        },
    ),
    "FeedEvent": fields_of(
        "How a job or a batch ended last, as its webhook tells it.",
        {
            "id": text(
                "The `webhook-id` of the webhook to the order's own address; an endpoint's begins with it. Another "
                "ending of the same job has another one."
            ),
            "event": word("What happened.", FEED_EVENTS),
            "at": time("When."),
            "payload": ref("WebhookPayload", "The webhook's body; `timestamp` is when this was answered."),
        },
    ),
    "Replayed": fields_of(
        "Webhooks are sent anew.",
        {
            "replayed": of("integer", "How many."),
            "next_cursor": text("`cursor` to go on with; null where all were looked at.", null=True),
        },
    ),
    "TestSent": fields_of(
        "A test is on its way.",
        {"delivery": text("The test's `webhook-id`."), "message": text("How it is followed.")},
    ),
    "UnreadableDelivery": fields_of(
        "A webhook another version of abroll wrote; it goes on.",
        {"id": text("Its `webhook-id`."), "state": text("Always `unreadable`.", const="unreadable")},
    ),
}
