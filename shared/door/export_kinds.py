"""What an export consists of, kind by kind: which page of its store, and how one of its records is shown."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shared.cloud.audit_log import AuditLog
from shared.cloud.batches import Batches
from shared.cloud.brands import Brands
from shared.cloud.deletions import Deletions
from shared.cloud.delivery_lists import DeliveryLists
from shared.cloud.jobs import Jobs
from shared.cloud.month_lists import MonthLists
from shared.cloud.personas import Personas
from shared.cloud.records import Filters, Month, Unread
from shared.cloud.revocations import Revocations
from shared.cloud.templates import Templates
from shared.cloud.tenants import Tenant, Tenants
from shared.door import bill_views, brands, integrations, personas, templates, views
from shared.door.asked import is_job_id
from shared.door.audit import is_line_id, told_of_change
from shared.door.batch_views import shown_batch
from shared.door.job_lists import cursor_of, read_cursor
from shared.door.lifecycle import left_of_job
from shared.door.tenant_keys import shown_key
from shared.door.tenants import APART
from shared.door.webhooks import is_delivery_id, shown, told_of
from shared.pipeline.codec import to_plain
from shared.pipeline.job.job import Job
from shared.pipeline.plan.dollars import dollars
from shared.pipeline.vendors.figures import Outlook
from shared.steps.own_uploads import UPLOADED, OwnUploads, Uploaded
from shared.steps.personas import MOST_PERSONAS

Records = list[dict[str, Any]]
Found = tuple[Records, str | None] | None  # and where the next page of it begins; None: that is no place in it
Reader = Callable[[Tenant, str], Found]
_VERSION = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}@[0-9]{1,9}")
_MONTH_DOC = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Kinds:
    """The stores that an export reads, and the kinds in their order."""

    tenants: Tenants
    revocations: Revocations
    people: Personas
    templates: Templates
    kits: Brands
    months: MonthLists
    batches: Batches
    jobs: Jobs
    deliveries: DeliveryLists
    deletions: Deletions
    audit_log: AuditLog
    uploads: OwnUploads
    public_url: str
    now: Callable[[], datetime]
    outlook: Callable[[], Outlook]
    small: int = 100  # records of a page
    large: int = 20  # … of those that hold whole orders

    @property
    def readers(self) -> Mapping[str, Reader]:
        """What reads each kind."""
        return {
            "tenant": self._tenant,
            "defaults": self._defaults,
            "accounts": self._accounts,
            "webhooks": self._webhooks,
            "personas": self._personas,
            "templates": self._templates,
            "brand_kits": self._brand_kits,
            "uploads": self._uploads,
            "api_keys": self._keys,
            "months": self._months,
            "batches": self._batches,
            "jobs": self._jobs,
            "deliveries": self._deliveries,
            "deleted_jobs": self._deleted,
            "changes": self._changes,
        }

    def _tenant(self, tenant: Tenant, after: str) -> Found:
        told = {name: value for name, value in to_plain(tenant).items() if name not in APART}
        return _whole([told], after)

    def _defaults(self, tenant: Tenant, after: str) -> Found:
        return _whole([json.loads(tenant.template)] if tenant.template else [], after)

    def _accounts(self, tenant: Tenant, after: str) -> Found:
        return _whole([integrations.shown_account(each) for each in self.tenants.integrations(tenant.id)], after)

    def _webhooks(self, tenant: Tenant, after: str) -> Found:
        return _whole([to_plain(shown(each)) for each in tenant.webhooks.values()], after)

    def _personas(self, tenant: Tenant, after: str) -> Found:
        return _whole([personas.shown_persona(each) for each in self.people.list(tenant.id, MOST_PERSONAS)], after)

    def _templates(self, tenant: Tenant, after: str) -> Found:
        if after and not _VERSION.fullmatch(after):
            return None
        page = self.templates.versions(tenant.id, self.large, after)
        last = page[-1].label if len(page) == self.large else None
        return [templates.shown_template(each) for each in page], last

    def _brand_kits(self, tenant: Tenant, after: str) -> Found:
        if after and not _VERSION.fullmatch(after):
            return None
        page = self.kits.versions(tenant.id, self.large, after)
        return [brands.shown_kit(each) for each in page], page[-1].label if len(page) == self.large else None

    def _uploads(self, tenant: Tenant, after: str) -> Found:
        found = self.uploads.page(tenant.id, after, self.small)
        return found and ([self._upload(each) for each in found[0]], found[1])

    def _upload(self, kept: Uploaded) -> dict[str, Any]:
        url = f"{self.public_url}/tenant/uploads/{kept.folder}/{kept.file}"
        told = {"kind": UPLOADED[kept.folder], "id": kept.file.partition(".")[0], "file": kept.file}
        return {**told, "type": kept.stored.mime, "bytes": kept.stored.size, "url": url}

    def _keys(self, tenant: Tenant, after: str) -> Found:
        return _whole([shown_key(each, self.now()) for each in self.revocations.keys(tenant.id)], after)

    def _months(self, tenant: Tenant, after: str) -> Found:
        if after and not _MONTH_DOC.fullmatch(after):
            return None
        page = self.months.page(tenant.id, self.small, after)
        return [_month(each) for each in page], page[-1].doc if len(page) == self.small else None

    def _batches(self, tenant: Tenant, after: str) -> Found:
        place = read_cursor(after, is_job_id) if after else None
        if after and place is None:
            return None
        page = self.batches.page(tenant.id, self.small, place)
        last = page[-1] if len(page) == self.small else None
        told = [to_plain(shown_batch(each, self.public_url, self.now())) for each in page]
        return told, cursor_of(last.created_at, last.id) if last else None

    def _jobs(self, tenant: Tenant, after: str) -> Found:
        place = read_cursor(after, is_job_id) if after else None
        if after and place is None:
            return None
        page, outlook = self.jobs.page(tenant.id, Filters(), self.large, place), self.outlook()
        last = page[-1] if len(page) == self.large else None
        return [self._job(each, outlook) for each in page], cursor_of(last.created_at, last.id) if last else None

    def _job(self, job: Job | Unread, outlook: Outlook) -> dict[str, Any]:
        if isinstance(job, Unread):
            return views.unreadable(job)
        told = views.whole(job, self.public_url, self.now(), outlook)
        more = {"request": views.asked(job), "bill": bill_views.billed(job), "timeline": views.story(job, self.now())}
        record: dict[str, Any] = to_plain(told | more)
        return record

    def _deliveries(self, tenant: Tenant, after: str) -> Found:
        place = read_cursor(after, is_delivery_id) if after else None
        if after and place is None:
            return None
        page = self.deliveries.page(tenant.id, self.small, after=place)
        last = page[-1] if len(page) == self.small else None
        following = cursor_of(last.created_at or datetime.min.replace(tzinfo=UTC), last.id) if last else None
        return [to_plain(told_of(each)) for each in page], following

    def _deleted(self, tenant: Tenant, after: str) -> Found:
        place = read_cursor(after, is_job_id) if after else None
        if after and place is None:
            return None
        page = self.deletions.receipts(tenant.id, None, None, self.small, place)
        last = page[-1] if len(page) == self.small else None
        return [left_of_job(each) for each in page], cursor_of(last.ordered_at, last.id) if last else None

    def _changes(self, tenant: Tenant, after: str) -> Found:
        place = read_cursor(after, is_line_id) if after else None
        if after and place is None:
            return None
        page = self.audit_log.page(tenant.id, self.small, place)
        last = page[-1] if len(page) == self.small else None
        return [to_plain(told_of_change(each)) for each in page], cursor_of(last.at, last.id) if last else None


def _whole(records: Records, after: str) -> Found:
    """Return all there is of a kind in one page."""
    return None if after else (records, None)


def _month(found: Month) -> dict[str, Any]:
    """Return a document of a month; where there are several, they add up."""
    spent = {name: dollars(getattr(found, name)) for name in ("reserved", "charged", "refunded")}
    return {"month": found.name, "part": int(found.doc[8:] or 0), "films": found.films, **spent}
