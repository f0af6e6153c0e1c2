"""The bodies of the `tenant` function."""

from typing import Annotated, Literal

from pydantic import Field

from shared.door.bodies import Body
from shared.door.body_types import Label, Link, Name, Style, Text500
from shared.door.voice_body import VoiceBody


class IntegrationBody(Body):
    """A tenant's account at an avatar service."""

    api_key: Annotated[str, Field(min_length=8, max_length=500, pattern=r"^[\x21-\x7e]+$")]
    mode: Literal["production", "test"] = "production"
    avatar_id: Name | None = None
    voice_id: Name | None = None
    register_webhook: bool = True


class IntegrationChangeBody(Body):
    """What is to be other than it is at an account; a field that is null ends."""

    avatar_id: Name | None = None
    voice_id: Name | None = None
    provider_config: VoiceBody | None = None
    status: Literal["active", "inactive"] | None = None


class KeyBody(Body):
    """A new API key."""

    name: Label
    scopes: Annotated[list[Literal["jobs:read", "jobs:write", "tenant:admin"]], Field(min_length=1, max_length=3)]
    expires_in_days: Annotated[int, Field(ge=1, le=3650)] | None = None


class RotateBody(Body):
    """How long a key works on beside the one that replaces it."""

    overlap_hours: Annotated[int, Field(ge=0, le=168)] = 24


EventWord = Literal["job.completed", "job.failed", "job.cancelled", "job.progress", "batch.completed"]
Events = Annotated[list[EventWord], Field(min_length=1, max_length=5)]
Address = Annotated[Link, Field(max_length=2048)]


class WebhookBody(Body):
    """Where webhooks go, and which: every ending of a job where none is named."""

    url: Address
    events: Events | None = None
    name: Label | None = None


class WebhookChangeBody(Body):
    """What is to be other than it is at an endpoint; `active` also enables one that was disabled."""

    url: Address | None = None
    events: Events | None = None
    name: Label | None = None
    status: Literal["active", "paused"] | None = None


class ReplayBody(Body):
    """Which webhooks are sent anew: those since a time that were not taken, of one endpoint or all."""

    since: Annotated[str, Field(max_length=40, json_schema_extra={"format": "date-time"})]
    endpoint: Label | None = None
    cursor: Annotated[str, Field(max_length=400)] | None = None


class PersonaIdsBody(Body):
    """How one avatar service knows a persona."""

    avatar_id: Name
    voice_id: Name | None = None
    style: Annotated[
        Style | None, Field(description="How it speaks where an order gives no voice.style, by the voice's own word.")
    ] = None


class PersonaBody(Body):
    """A presenter, by avatar service."""

    title: Annotated[Text500, Field(max_length=100)] | None = None
    at: Annotated[dict[Label, PersonaIdsBody], Field(max_length=10)]
