"""What a vendor's news says of an attempt that is no longer waited for: its id, or that nothing was made of it.

A hint moves no node then, and no settled money. One look by the attempt's own key tells the ledger what the attempt
came to: an attempt given up unheard is counted as paid until somebody knows better (hole 85).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.cloud.records import Loaded
from shared.cloud.secrets import Secrets
from shared.cloud.tenants import Tenants
from shared.log import Fact, log_job
from shared.pipeline.job import events as on
from shared.pipeline.job.job import FINAL, Job, Node, Outcome
from shared.pipeline.job.ledger import find
from shared.pipeline.job.names import AttemptName
from shared.pipeline.job.vendors import account_owner
from shared.providers.ports import Failure, KeyChanged, Lost, PresenterVendor, TryLater
from shared.steps.message import Message
from shared.steps.vendor_keys import key_of


def told_by(job: Job, node: Node, message: Message) -> str:
    """Return whose registered endpoint may speak of an attempt: the one of the account it was made with."""
    return account_owner(job, node, find(node, message.take, message.attempt))


@dataclass(frozen=True, slots=True)
class LateNews:
    """The look and what it needs."""

    presenters: Mapping[str, PresenterVendor]
    tenants: Tenants
    secrets: Secrets

    def heard(self, loaded: Loaded, node: Node, message: Message) -> on.NodeEvent | None:
        """Look once for an attempt in the past; None when there is nothing to learn. Raises SecretsUnreachable."""
        job, about = loaded.job, (node.key, message.take, message.attempt)
        line = find(node, message.take, message.attempt)
        if not message.hint or line is None or line.outcome in FINAL | {Outcome.DONE, Outcome.LATE}:
            return None
        vendor = line.vendor or node.provider
        account = self.tenants.integration(account_owner(job, node, line), vendor, job.plan.mode)
        key = key_of(self.secrets, account, line)
        if key is None:
            return None
        try:
            seen, title = self.presenters[vendor].poll(message.hint, api_key=key.value)
        except (KeyChanged, Lost, TryLater) as failed:
            log_job(Fact.POLL_FAILED, job, str(failed), node=node.key)
            return None
        if title != str(AttemptName(job.id, *about)):
            log_job(Fact.FORGED, job, f"a hint named a take that is not ours: {message.hint}", node=node.key)
            return None
        if isinstance(seen, Failure):
            return on.FailureHeard(*about, seen.code, seen.why, seen.next_move)
        return on.IdHeard(*about, message.hint)
