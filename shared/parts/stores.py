"""The parts that everything stands on: settings, clocks, the tables, and what is kept in Google's stores."""

import time
from datetime import UTC, datetime
from functools import cached_property, partial
from secrets import token_hex
from typing import TYPE_CHECKING

from shared.cloud.clients import Clients
from shared.cloud.epochs import Epochs
from shared.cloud.jobs import Jobs
from shared.cloud.lanes import Lanes
from shared.cloud.revocations import Revocations
from shared.cloud.secrets import Secrets
from shared.cloud.tasks import Tasks
from shared.cloud.tenants import Tenants
from shared.cloud.ticks import Ticks
from shared.config import Settings, read_tables
from shared.pipeline.job.portions import Portions, read_portions
from shared.pipeline.job.timeouts import Timeouts, read_timeouts
from shared.pipeline.vendors.pressure import Pressure, Rates, read_rates

if TYPE_CHECKING:  # each function imports only what its own property below names
    from collections.abc import Mapping

    from shared.cloud.audit_log import AuditLog
    from shared.cloud.batch_jobs import BatchJobs
    from shared.cloud.batches import Batches
    from shared.cloud.belongings import Belongings
    from shared.cloud.blobs import Blobs
    from shared.cloud.brands import Brands
    from shared.cloud.catalogs import Catalogs
    from shared.cloud.closings import Closings
    from shared.cloud.deletions import Deletions
    from shared.cloud.deliveries import Deliveries
    from shared.cloud.delivery_lists import DeliveryLists
    from shared.cloud.endings import Endings
    from shared.cloud.endpoints import Endpoints
    from shared.cloud.personas import Personas
    from shared.cloud.replaced_secrets import ReplacedSecrets
    from shared.cloud.templates import Templates
    from shared.cloud.vendor_states import VendorStates
    from shared.pipeline.plan.capabilities import Tables
    from shared.pipeline.vendors.figures import Outlook, Prior
    from shared.steps.reap_batches import ReapBatches
    from shared.steps.webhook_payloads import Payloads


def utc_now() -> datetime:
    """Read the wall clock."""
    return datetime.now(UTC)


class StoreParts:
    """Settings, clocks, tables and stores of one instance."""

    def __init__(self, found: Settings) -> None:
        self.settings = found
        self.clients = Clients(found)
        self.now = utc_now
        self.monotonic = time.monotonic

    @cached_property
    def _data(self) -> dict[str, object]:
        return read_tables(self.settings.tables)

    @cached_property
    def timeouts(self) -> Timeouts:
        return read_timeouts(given if isinstance(given := self._data.get("timeouts"), dict) else {})

    @cached_property
    def portions(self) -> Portions:
        return read_portions(given if isinstance(given := self._data.get("portions"), dict) else {})

    @cached_property
    def start_rates(self) -> Rates:
        return read_rates(given if isinstance(given := self._data.get("starts_per_second"), dict) else {})

    @cached_property
    def tables(self) -> "Tables":
        from shared.pipeline.plan.capabilities import tables

        return tables(self._data)

    @cached_property
    def jobs(self) -> Jobs:
        return Jobs(self.clients)

    @cached_property
    def lanes(self) -> Lanes:
        return Lanes(self.clients)

    @cached_property
    def tenants(self) -> Tenants:
        return Tenants(self.clients, self.epochs)

    @cached_property
    def epochs(self) -> Epochs:
        return Epochs(self.clients, self.monotonic, self.now)

    @cached_property
    def revocations(self) -> Revocations:
        return Revocations(self.clients, self.epochs)

    @cached_property
    def tasks(self) -> Tasks:
        return Tasks(self.clients, self.settings)

    @cached_property
    def secrets(self) -> Secrets:
        return Secrets(self.clients, self.settings)

    @cached_property
    def replaced_secrets(self) -> "ReplacedSecrets":
        from shared.cloud.replaced_secrets import ReplacedSecrets

        return ReplacedSecrets(self.clients)

    @cached_property
    def blobs(self) -> "Blobs":
        from shared.cloud.blobs import Blobs

        return Blobs(self.clients, self.settings)

    @cached_property
    def catalogs(self) -> "Catalogs":
        from shared.cloud.catalogs import Catalogs

        return Catalogs(self.clients, partial(token_hex, 4))

    @cached_property
    def personas(self) -> "Personas":
        from shared.cloud.personas import Personas

        return Personas(self.clients)

    @cached_property
    def brands(self) -> "Brands":
        from shared.cloud.brands import Brands

        return Brands(self.clients)

    @cached_property
    def templates(self) -> "Templates":
        from shared.cloud.templates import Templates

        return Templates(self.clients)

    @cached_property
    def deliveries(self) -> "Deliveries":
        from shared.cloud.deliveries import Deliveries

        return Deliveries(self.clients)

    @cached_property
    def batches(self) -> "Batches":
        from shared.cloud.batches import Batches

        return Batches(self.clients)

    @cached_property
    def reap_batches(self) -> "ReapBatches":
        from shared.steps.reap_batches import ReapBatches

        return ReapBatches(self.batches, self.blobs, self.now)

    @cached_property
    def batch_jobs(self) -> "BatchJobs":
        from shared.cloud.batch_jobs import BatchJobs

        return BatchJobs(self.clients)

    @cached_property
    def deletions(self) -> "Deletions":
        from shared.cloud.deletions import Deletions

        return Deletions(self.clients)

    @cached_property
    def closings(self) -> "Closings":
        from shared.cloud.closings import Closings

        return Closings(self.clients, self.epochs)

    @cached_property
    def belongings(self) -> "Belongings":
        from shared.cloud.belongings import Belongings

        return Belongings(self.clients)

    @cached_property
    def audit_log(self) -> "AuditLog":
        from shared.cloud.audit_log import AuditLog

        return AuditLog(self.clients)

    @cached_property
    def delivery_lists(self) -> "DeliveryLists":
        from shared.cloud.delivery_lists import DeliveryLists

        return DeliveryLists(self.clients)

    @cached_property
    def endings(self) -> "Endings":
        from shared.cloud.endings import Endings

        return Endings(self.clients)

    @cached_property
    def payloads(self) -> "Payloads":
        from shared.steps.webhook_payloads import Payloads

        here = self.settings.public_url
        return Payloads(f"{here}/jobs/{{}}".format, f"{here}/batches/{{}}".format)

    @cached_property
    def endpoints(self) -> "Endpoints":
        from shared.cloud.endpoints import Endpoints

        return Endpoints(self.clients, self.epochs)

    @cached_property
    def ticks(self) -> Ticks:
        return Ticks(self.clients)

    @cached_property
    def vendor_states(self) -> "VendorStates":
        from shared.cloud.vendor_states import VendorStates

        return VendorStates(self.clients, self.monotonic)

    @cached_property
    def _priors(self) -> "Mapping[str, Prior]":
        from shared.pipeline.plan.priors import priors

        return priors(self.tables)

    def outlook(self, *, remembered: bool = False) -> "Outlook":
        """Return what may be expected of the vendors now; `remembered`: without a read."""
        from shared.pipeline.vendors.figures import Outlook

        state = self.vendor_states.remembered if remembered else self.vendor_states.read()
        pressure = Pressure(state.queues, self.start_rates, self.now())
        return Outlook(state.figures, self._priors, self.now(), pressure)
