"""The `tenant` function: a tenant's own accounts (keys go in, never out), its defaults, and its uploads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import flask

from shared.cloud.audit_log import AuditLog
from shared.cloud.endpoints import Endpoints
from shared.cloud.revocations import Revocations
from shared.cloud.templates import Templates
from shared.cloud.tenant_pages import TenantPages
from shared.cloud.tenants import Tenants
from shared.door.answers import answer
from shared.door.asked import Caller
from shared.door.audit import AuditDoor
from shared.door.brands import BrandsDoor
from shared.door.clip_uploads import ClipUploadsDoor
from shared.door.entrance import Entrance
from shared.door.export import ExportDoor
from shared.door.integrations import IntegrationsDoor
from shared.door.keys import new_endpoint_id, new_webhook_secret
from shared.door.personas import PersonasDoor
from shared.door.public import Route, serve
from shared.door.template import Links, TemplateDoor
from shared.door.templates import TemplatesDoor
from shared.door.tenant_keys import KeysDoor
from shared.door.tenants import APART, TenantsDoor
from shared.door.uploads import UploadsDoor
from shared.door.webhooks import WebhooksDoor
from shared.egress.client import Egress
from shared.pipeline.codec import to_plain
from shared.pipeline.plan.heard import MusicFacts
from shared.steps.accounts import Accounts
from shared.steps.audited import Audited
from shared.steps.brand_kits import BrandKits
from shared.steps.images import Images
from shared.steps.music_files import MusicFiles
from shared.steps.own_clips import OwnClips
from shared.steps.personas import Cast
from shared.steps.replays import Replays
from shared.steps.rotation import Rotation
from shared.steps.webhook_payloads import Payloads

if TYPE_CHECKING:
    from pathlib import Path

    from shared.door.export_kinds import Kinds
    from shared.media.font_files import FontFacts
    from shared.pipeline.plan.picture import OwnFile

ADMIN = "tenant:admin"


@dataclass(frozen=True, slots=True)
class TenantDoor:
    """The routes and what they need."""

    entrance: Entrance
    tenants: Tenants
    accounts: Accounts
    images: Images
    music: MusicFiles
    judge_music: Callable[[bytes], MusicFacts] | None  # None where this function does not carry what decodes music
    rotation: Rotation
    revocations: Revocations
    cast: Cast
    links: Links
    endpoints: Endpoints
    replays: Replays
    payloads: Payloads
    pages: TenantPages
    templates: Templates
    audit_log: AuditLog
    now: Callable[[], datetime]
    kits: BrandKits
    exported: "Callable[[], Kinds]"
    clips: OwnClips
    egress: Egress
    judge_font: "Callable[[bytes], FontFacts] | None" = None  # None where this function does not carry what reads fonts
    judge_clip: "Callable[[Path], OwnFile] | None" = None  # nor what decodes clips

    def __call__(self, request: flask.Request) -> flask.Response:
        """Answer one request."""
        return serve(request, self.routes)

    @property
    def routes(self) -> tuple[Route, ...]:
        """What is answered, for the router and for the OpenAPI description."""
        return (
            Route("GET", "/", self._read, "Read the tenant."),
            Route(
                "POST",
                "/webhook_secret",
                self._webhook_secret,
                "Make the secret webhooks are signed with; shown once. Those before it sign beside it for a day.",
            ),
            *KeysDoor(self.tenants, self.revocations, self.entrance, self._who).routes,
            *UploadsDoor(self.entrance, self.images, self.music, self.judge_music).routes,
            *ClipUploadsDoor(self.entrance, self.clips, self.egress, self.links, self.judge_clip).routes,
            *IntegrationsDoor(self.accounts, self._who, self.entrance.key_put).routes,
            *TemplateDoor(self.tenants, self._who, self.links, self.kits).routes,
            *TemplatesDoor(self.templates, self._who, self.links, self.now, self.kits).routes,
            *BrandsDoor(self.kits, self.entrance, self._who, self.judge_font).routes,
            *PersonasDoor(self.cast, self._who).routes,
            *self._webhooks.routes,
            *AuditDoor(self.audit_log, self._who).routes,
            *ExportDoor(self.exported, self._who).routes,
            *TenantsDoor(self.tenants, self.pages, self.entrance).routes,
        )

    @property
    def _webhooks(self) -> WebhooksDoor:
        keys = self.entrance.key_put
        given = self.endpoints, self.replays, self._who, keys, self.links, self.payloads
        return WebhooksDoor(*given, new_endpoint_id)

    def _read(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        shown = to_plain(self._who(request).tenant)
        return answer(200, {name: value for name, value in shown.items() if name not in APART})

    def _webhook_secret(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        who = self._who(request)
        self.entrance.key_put(request, who)
        made = new_webhook_secret()
        until = self.rotation(who.tenant.id, made, who.line(Audited.WEBHOOK_SECRET_MADE))
        message = "shown once; verify webhooks by Standard Webhooks 1.0.0; a secret before it signs beside it for a day"
        return answer(201, {"secret": made, "older_sign_until": until, "message": message})

    def _who(self, request: flask.Request) -> Caller:
        return self.entrance(request, ADMIN)
