"""What a tenant has, kind by kind, while it is closed: each trove finds some things by name, and ends those named.

Ending is harmless to repeat: whoever died amid it left the names, and they are ended again (closing.py).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from shared.cloud.belongings import OWN_KINDS, Belongings
from shared.cloud.blobs import Blobs
from shared.cloud.deletions import Deletions, FoundJob
from shared.cloud.jobs import Jobs
from shared.cloud.records import Filters, Unread
from shared.cloud.replaced_secrets import COLLECTION as REPLACED
from shared.cloud.secret_names import customer_webhook, vendor_key, vendor_webhook
from shared.cloud.secrets import Secrets
from shared.cloud.tenants import Tenants
from shared.pipeline.job.names import parts_folder
from shared.pipeline.plan.request import Mode
from shared.steps.audited import THE_OPERATOR
from shared.steps.delete_job import DeleteJob
from shared.steps.reap import NotYet, owners_of

RECEIPTS_AT_ONCE = 20
DOCUMENTS_OF_JOBS = 25  # at once: each has up to 1 MiB
NET = timedelta(days=7)  # then the reaper looks at a receipt's files by itself, should a closing never get there
Left = Mapping[str, str]  # by name, why it could not be ended
NOTHING_LEFT: Left = {}


class Trove(Protocol):
    """One kind of a tenant's things."""

    @property
    def kind(self) -> str:
        """What the report calls it."""

    def some(self, tenant: str, most: int) -> tuple[str, ...]:
        """Return the names of some that are there; none where none is. Raises NotYet, and what its store raises."""

    def end(self, tenant: str, names: tuple[str, ...], *, patient: bool) -> Left:
        """End these; return what could not be ended, and why. Raises NotYet, and what its store raises.

        `patient`: what does not answer now is waited for.
        """


@dataclass(frozen=True, slots=True)
class EndedJobsOf:
    """Jobs; each leaves its receipt. Versions are newer than their root, so they go before it."""

    jobs: Jobs
    deletions: Deletions
    delete_job: DeleteJob
    kind: str = "jobs"

    def some(self, tenant: str, most: int) -> tuple[str, ...]:
        """Return the newest that have ended and have no version left. Raises NotYet, StoreUnreachable."""
        page = self.jobs.page(tenant, Filters(), min(most, DOCUMENTS_OF_JOBS), None)
        ready = [each.id for each in page if not isinstance(each, Unread) and not self.delete_job.versions_of(each)]
        if page and not ready:
            raise NotYet(f"{len(page)} jobs cannot be read by this code, or are made of by such: {page[0].id}, …")
        return tuple(ready)

    def end(self, tenant: str, names: tuple[str, ...], *, patient: bool) -> Left:
        """Put a receipt in the place of each. Raises NotYet, Conflict, Doubtful, StoreUnreachable."""
        del patient
        for name in names:
            found = self.deletions.look(name)
            if not isinstance(found, FoundJob) or (found.job and (found.job.tenant != tenant or not found.job.ending)):
                raise NotYet(f"job {name} was written meanwhile")
            if found.job:
                self.delete_job.put(found, found.job, THE_OPERATOR, NET)
        return NOTHING_LEFT


@dataclass(frozen=True, slots=True)
class FilesOfJobs:
    """What the deleted jobs were made of, in both buckets; a receipt whose files are gone says so."""

    deletions: Deletions
    blobs: Blobs
    buckets: tuple[str, ...]
    kind: str = "files_of_jobs"

    def some(self, tenant: str, most: int) -> tuple[str, ...]:
        """Return files of the receipts that are not seen to. Raises NotYet, StoreUnreachable, FilesUnreachable."""
        while receipts := self.deletions.unreaped(tenant, RECEIPTS_AT_ONCE):
            for each in receipts:
                if not isinstance(each, FoundJob) or each.receipt is None:
                    raise NotYet(f"what is left of job {each.id} cannot be read by this code")
                within = [*(f"jobs/{owner}/" for owner in owners_of(each.receipt)), parts_folder(each.receipt.id)]
                folders = [f"gs://{bucket}/{folder}" for folder in within for bucket in self.buckets]
                if files := [uri for folder in folders for uri in self.blobs.some(folder, most)]:
                    return tuple(files[:most])
                self.deletions.move(each, reap_at=None, files=None)
        return ()

    def end(self, tenant: str, names: tuple[str, ...], *, patient: bool) -> Left:
        """Delete files. Raises FilesUnreachable."""
        del tenant, patient
        for name in names:
            self.blobs.delete(name)
        return NOTHING_LEFT


@dataclass(frozen=True, slots=True)
class FilesOfTenant:
    """Files that are no job's: they stand in a folder of the tenant's own."""

    kind: str
    blobs: Blobs
    folder: str  # gs:// up to the tenant's id

    def some(self, tenant: str, most: int) -> tuple[str, ...]:
        """Return some of them. Raises FilesUnreachable."""
        return self.blobs.some(f"{self.folder}{tenant}/", most)

    def end(self, tenant: str, names: tuple[str, ...], *, patient: bool) -> Left:
        """Delete files. Raises FilesUnreachable."""
        del tenant, patient
        for name in names:
            self.blobs.delete(name)
        return NOTHING_LEFT


@dataclass(frozen=True, slots=True)
class Documents:
    """Documents of one kind in Firestore."""

    kind: str
    belongings: Belongings
    find: Callable[[str, int], tuple[str, ...]]

    def some(self, tenant: str, most: int) -> tuple[str, ...]:
        """Return the paths of some. Raises StoreUnreachable."""
        return self.find(tenant, most)

    def end(self, tenant: str, names: tuple[str, ...], *, patient: bool) -> Left:
        """Delete documents. Raises StoreUnreachable."""
        del tenant, patient
        self.belongings.delete(names)
        return NOTHING_LEFT


@dataclass(frozen=True, slots=True)
class SecretsOf:
    """The secrets that hold a tenant's keys: those its accounts name, and every name it may have one under."""

    secrets: Secrets
    tenants: Tenants
    providers: Callable[[], tuple[str, ...]]
    kind: str = "secrets"

    def some(self, tenant: str, most: int) -> tuple[str, ...]:
        """Return the names of those there are. Raises SecretsUnreachable, StoreUnreachable, Unreadable."""
        accounts = self.tenants.integrations(tenant)
        theirs = {name for each in accounts for name in (each.secret, each.webhook_secret) if name}
        found = [name for name in sorted(theirs | set(self.names(tenant))) if self.secrets.known(name)]
        return tuple(found[:most])

    def end(self, tenant: str, names: tuple[str, ...], *, patient: bool) -> Left:
        """Delete secrets with all their versions. Raises SecretsUnreachable."""
        del tenant, patient
        for name in names:
            self.secrets.delete(name)
        return NOTHING_LEFT

    def names(self, tenant: str) -> tuple[str, ...]:
        """Return every name a tenant may have a secret under."""
        both = [(provider, mode) for provider in self.providers() for mode in Mode]
        vendors = [name(provider, mode, tenant) for provider, mode in both for name in (vendor_key, vendor_webhook)]
        return (customer_webhook(tenant), *vendors)


def files_of_tenant(blobs: Blobs, bucket: str) -> tuple[Trove, ...]:
    """Return the troves of files a tenant has sent: photos, music, clips, its brand kits' files, rows of batches."""
    folders = {
        "photos": "images",
        "music": "music",
        "clips": "clips",
        "files_of_brand_kits": "brands",
        "rows_of_batches": "batches",
    }
    return tuple(FilesOfTenant(kind, blobs, f"gs://{bucket}/{folder}/") for kind, folder in folders.items())


def documents_of(belongings: Belongings, secrets: SecretsOf) -> tuple[Trove, ...]:
    """Return the troves of documents in the order they go: API keys last, whose holders are told what goes on."""

    def replaced(tenant: str, most: int) -> tuple[str, ...]:
        return belongings.there(f"{REPLACED}/{name}" for name in secrets.names(tenant))[:most]

    def own(kind: str) -> Trove:
        return Documents(kind, belongings, lambda tenant, most: belongings.own(tenant, kind, most))

    return (
        Documents("batches", belongings, belongings.batches),
        Documents("refused_rows_of_batches", belongings, belongings.refused_rows),
        Documents("deliveries", belongings, belongings.deliveries),
        Documents("notes_of_replaced_secrets", belongings, replaced),
        *map(own, OWN_KINDS),
        Documents("counts_of_calls", belongings, belongings.rates),
        Documents("lanes", belongings, belongings.lanes),
        Documents("api_keys", belongings, belongings.keys),
    )
