"""Who asked and about what: what a door knows of a request once it has judged it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from werkzeug.datastructures import MultiDict

from shared.cloud.tenants import ApiKey, Tenant

if TYPE_CHECKING:  # light functions change nothing of a tenant's
    from shared.cloud.audit import AuditLine
    from shared.steps.audited import Audited

READ, WRITE = "jobs:read", "jobs:write"  # scopes
OPERATOR = "operator"  # the one scope that reads across tenants; only the operator's command makes such a key
OPERATOR_ACTS = "operator:act"  # beside it: may push, end and retry any tenant's jobs on the pages, and replay
CALLER = "abroll.caller"  # where a request's environment says who calls, for the access log
SIGNED_IN = "abroll.signed_in"  # where our pages write which key a person signed in with; no header has such a name
READS = "abroll.reads"  # where it says which names of its query the call reads; nothing, where the call says it itself
LONGEST_FILTER = 255  # characters of a filter; a product's id has no more
MOST_FILTERS = 20  # that are looked at
_KEY_ID = re.compile(r"[a-z0-9]{12}")
_TENANT_ID = re.compile(r"[a-z][a-z0-9-]{1,38}[a-z0-9]")
_JOB_ID = re.compile(r"[0-9a-f-]{36}")  # a UUID's length and letters


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling."""

    tenant: Tenant
    key: ApiKey
    at: datetime = datetime(1970, 1, 1, tzinfo=UTC)  # when the key was judged

    def line(self, what: "Audited", about: str = "", fields: Iterable[str] = ()) -> "AuditLine":
        """Return the audit log's line of what this call changes, to be written beside it."""
        from shared.steps.audited import actor_of

        return actor_of(self.key).line(what, about, self.at, fields)

    @property
    def operates(self) -> bool:
        """Whether the key may read what is another tenant's."""
        return OPERATOR in self.key.scopes

    @property
    def acts(self) -> bool:
        """Whether the key may do something about what is another tenant's."""
        return self.operates and OPERATOR_ACTS in self.key.scopes


def is_tenant_id(text: str) -> bool:
    """Tell whether a text can be a tenant's id at all."""
    return bool(_TENANT_ID.fullmatch(text))


def is_job_id(text: str) -> bool:
    """Tell whether a text can be a job's id at all."""
    return bool(_JOB_ID.fullmatch(text))


def is_key_id(text: str) -> bool:
    """Tell whether a text can be an API key's id at all."""
    return bool(_KEY_ID.fullmatch(text))


def strays(args: Mapping[str, str], known: Sequence[str]) -> dict[str, list[str]]:
    """Say of each parameter of a query that a call does not read that it does not."""
    unread = [name for name in islice(args, MOST_FILTERS) if name not in known]
    why = f"known: {', '.join(known)}" if known else "this call reads nothing of its query; fields stand in the body"
    return {name[:LONGEST_FILTER]: [f"is not read here; {why}"] for name in unread}


def doubled(args: MultiDict[str, str]) -> dict[str, list[str]]:
    """Say of each parameter that a query gives more than once that nobody knows which is meant."""
    twice = (name for name, values in args.lists() if len(values) > 1)
    return {name[:LONGEST_FILTER]: ["is given more than once: give it once"] for name in islice(twice, MOST_FILTERS)}
