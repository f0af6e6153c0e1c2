"""The operator's screen of webhooks: of all tenants or one, by state, by receiving host, by what was answered."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import flask

from shared.cloud.deliveries import Delivery
from shared.cloud.delivery_lists import DeliveryLists
from shared.cloud.records import Unread
from shared.cloud.tenant_pages import TenantPages
from shared.door.asked import LONGEST_FILTER, is_job_id, is_tenant_id
from shared.door.console.visits import Visit
from shared.door.job_lists import LARGEST_PAGE, cursor_of, read_cursor
from shared.door.webhooks import is_delivery_id, told_of

STATES = ("queued", "delivered", "given_up", "unwanted")
SOUGHT_BY = ("state", "tenant", "host", "code", "cursor")
NO_ANSWER = "none"
_CODE = re.compile(r"[1-5](?:[0-9]{2}|xx)")


@dataclass(frozen=True, slots=True)
class DeliveriesScreen:
    """The screen and what it reads."""

    lists: DeliveryLists
    tenants: TenantPages

    def __call__(self, visit: Visit, _found: Mapping[str, str]) -> flask.Response:
        """Show webhooks, the newest first: at most 100 reads, and one for each tenant whose endpoints they went to."""
        asked = {name: visit.request.args.get(name, "").strip()[:LONGEST_FILTER] for name in SOUGHT_BY}
        page = self._page(asked)
        hosts = self._hosts(page)
        rows = [row for each in page if fits(row := _row(each, hosts), asked)]
        last = page[-1] if len(page) == LARGEST_PAGE else None
        return visit.page(
            "operator/deliveries.html",
            title="Deliveries",
            rows=rows,
            looked=len(page),
            asked=asked,
            states=STATES,
            acts=visit.who.acts,
            cursor=cursor_of(last.created_at, last.id) if last and last.created_at else None,
        )

    def of_job(self, tenant: str, job: str, limit: int) -> list[dict[str, Any]]:
        """Return the newest webhooks about a job, as its tenant reads them."""
        return [_told(each) for each in self.lists.page(tenant, limit, job=job)]

    def _page(self, asked: Mapping[str, str]) -> tuple[Delivery | Unread, ...]:
        """Return what the filters choose from: those of a tenant where one is named, else those in a state."""
        after = read_cursor(asked["cursor"], is_delivery_id) if asked["cursor"] else None
        if tenant := asked["tenant"]:
            return self.lists.page(tenant, LARGEST_PAGE, after=after) if is_tenant_id(tenant) else ()
        return self.lists.everybodys(LARGEST_PAGE, state=asked["state"] or None, after=after)

    def _hosts(self, page: Iterable[Delivery | Unread]) -> dict[tuple[str, str], str]:
        """Return the hosts of the endpoints that were told: theirs stand with their tenants."""
        wanted = {each.tenant for each in page if isinstance(each, Delivery) and each.endpoint}
        known = self.tenants.named(wanted)
        return {(each, name): host_of(point.url) for each in known for name, point in known[each].webhooks.items()}


def fits(row: Mapping[str, Any], asked: Mapping[str, str]) -> bool:
    """Tell whether a webhook is one that is asked for; a code is `404`, `5xx`, or `none` for no answer."""
    if asked["state"] and row["state"] != asked["state"]:
        return False
    if asked["host"] and asked["host"].casefold() not in str(row.get("host", "")):
        return False
    code = asked["code"].casefold()
    answered = str(row.get("answer_status") or NO_ANSWER)
    if code == NO_ANSWER:
        return answered == NO_ANSWER
    return not _CODE.fullmatch(code) or re.fullmatch(code.replace("x", "[0-9]"), answered) is not None


def host_of(url: str) -> str:
    """Return the host of an address, "" of what is none."""
    try:
        return (urlsplit(url).hostname or "").casefold()
    except ValueError:
        return ""


def _row(each: Delivery | Unread, hosts: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    if isinstance(each, Unread):
        return told_of(each)
    host = hosts.get((each.tenant, each.endpoint), "") if each.endpoint else host_of(each.url)
    return {**_told(each), "tenant": each.tenant, "host": host, "about": each.job if is_job_id(each.job) else ""}


def _told(each: Delivery | Unread) -> dict[str, Any]:
    """Return a webhook as its tenant reads it, times as texts."""
    told = told_of(each)
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in told.items()}
