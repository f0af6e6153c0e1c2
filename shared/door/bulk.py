"""The part of the `jobs` function about many jobs at once: found by filters, priced, then tried again or ended.

A call without `ids` is a dry run of what its query finds; what it lists is what the next call names.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import flask

from shared.cloud.jobs import Jobs
from shared.cloud.records import Filters, Unread
from shared.door import bill_views
from shared.door.answers import answer
from shared.door.asked import WRITE, Caller
from shared.door.asked_body import body_asked
from shared.door.entrance import Entrance
from shared.door.idempotency import idempotency_key
from shared.door.job_lists import cursor_at, list_asked
from shared.door.money import cost
from shared.door.public import Route
from shared.pipeline.job.job import Ending, Job
from shared.pipeline.job.price import charged_for, price_in_dollars, priced_at
from shared.pipeline.job.status import Status, status
from shared.steps.problems import invalid

if TYPE_CHECKING:
    from shared.steps.bulk import Bulk, One

ENDED_UNMADE = (Status.FAILED, Status.CANCELLED)
GOING_ON = tuple(state for state in Status if state.value not in {ending.value for ending in Ending})
MICROS_OF_A_CENT = 10_000
DRY = {"status": "dry_run", "message": "nothing was stored or spent"}
DONE = {"status": "done"}
NO_FILTERS = "leave the query's filters out: `ids` says which"
Found = tuple[Job | Unread, ...]


@dataclass(frozen=True, slots=True)
class BulkDoor:
    """The routes and what they need."""

    jobs: Jobs
    entrance: Entrance
    bulk: "Callable[[], Bulk]"  # built only when asked for: it plans, reads and fetches

    @property
    def routes(self) -> tuple[Route, ...]:
        """What is answered, for the router and for the OpenAPI description; before the routes of one job."""
        return (
            Route(
                "POST",
                "/retry",
                self._retry,
                "Price the retries of failed jobs by a list's filters; name the jobs and `max_cost` to buy them.",
                "RetryMany",
                reads=None,
            ),
            Route(
                "POST",
                "/cancel",
                self._cancel,
                "List what a list's filters would cancel; name the jobs to cancel them.",
                "CancelMany",
                reads=None,
            ),
        )

    def _retry(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        from shared.door.bulk_bodies import RetryManyBody
        from shared.steps.dearer import in_micros

        who, key = self.entrance(request, WRITE), idempotency_key(request)
        wanted = body_asked(RetryManyBody, request)
        if wanted.ids is None and wanted.max_cost is not None and not wanted.dry_run:
            raise invalid({"ids": ["must name what a dry run listed: what a filter finds has moved by then"]})
        if wanted.ids is None:
            usual = Filters(status=Status.FAILED)
            return self._priced(request, who, *self._page(request, who, ENDED_UNMADE, usual))
        _unfiltered(request)
        if wanted.dry_run or wanted.max_cost is None:
            self.entrance.dry_run(request, who)
            return answer(200, _offered(self.bulk().offers(who.tenant, wanted.ids, key), None))
        judge, most = partial(self.entrance.again, request, WRITE), in_micros(wanted.max_cost)
        done = self.bulk().retry(who.tenant, wanted.ids, most, key=key, judge=judge)
        message = "what was bought is paid once: the same call under its key goes on with what is left"
        return answer(202, {**DONE, "message": message, **_told(done), **_sums(done)})

    def _priced(self, request: flask.Request, who: Caller, found: Found, following: str | None) -> flask.Response:
        self.entrance.dry_run(request, who)
        priced = self.bulk().price(who.tenant, found)
        if len(priced) < len(found):  # the time is over: the next page begins there
            following = cursor_at(found[len(priced) - 1])
        return answer(200, _offered(priced, following))

    def _cancel(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        from shared.door.bulk_bodies import CancelManyBody
        from shared.steps.bulk import cancellable

        who = self.entrance(request, WRITE)
        wanted = body_asked(CancelManyBody, request)
        if wanted.ids is None:
            found, following = self._page(request, who, GOING_ON, Filters(statuses=tuple(GOING_ON)))
            return answer(200, {**DRY, **_told(list(map(cancellable, found))), "next_cursor": following})
        _unfiltered(request)
        ended = self.bulk().cancel(who.tenant, wanted.ids, by="the caller", dry_run=wanted.dry_run)
        if wanted.dry_run:
            return answer(200, {**DRY, **_told(ended), "next_cursor": None})
        return answer(200, {**DONE, "message": "what was never sent is refunded", **_told(ended)})

    def _page(
        self, request: flask.Request, who: Caller, among: Sequence[Status], usual: Filters
    ) -> tuple[Found, str | None]:
        """Return what a query finds among jobs in these states, and the next page's cursor. Raises Problem."""
        filters, limit, after = list_asked(request.args)
        if request.args.get("tenant", who.tenant.id) != who.tenant.id:
            raise invalid({"tenant": ["must be left out: only your own jobs are changed"]})
        if filters.status is None:
            filters = replace(filters, status=usual.status, statuses=usual.statuses)
        elif filters.status not in among:
            raise invalid({"status": [f"must be one of {', '.join(among)}: others cannot be changed so"]})
        page = self.jobs.page(who.tenant.id, filters, limit + 1, after)
        return page[:limit], cursor_at(page[limit - 1]) if len(page) > limit else None


def _unfiltered(request: flask.Request) -> None:
    if request.args:
        raise invalid({name[:40]: [NO_FILTERS] for name in list(request.args)[:20]})


def _offered(offers: "Sequence[One]", following: str | None) -> dict[str, Any]:
    """Return what retries would make and cost, and what to agree to: whole cents upward."""
    cents = -(-sum(one.ours + one.theirs for one in offers) // MICROS_OF_A_CENT)
    agree = max(cents, 1) / 100
    return {**DRY, **_told(offers), **_sums(offers), "max_cost": agree, "next_cursor": following}


def _told(all_of_them: "Sequence[One]") -> dict[str, Any]:
    counts = Counter(one.result.value for one in all_of_them)
    return {"jobs": list(map(_row, all_of_them)), "counts": dict(sorted(counts.items()))}


def _sums(all_of_them: "Sequence[One]") -> dict[str, Any]:
    """Return what those cost together that are priced or bought."""
    price = sum(charged_for(one.ours, one.job.money.price_factor) for one in all_of_them if one.job)
    ours, theirs = (sum(getattr(one, column) for one in all_of_them) for column in ("ours", "theirs"))
    return {"estimated_cost": cost(ours, theirs), "estimated_price": price_in_dollars(price)}


def _row(one: "One") -> dict[str, Any]:
    told: dict[str, Any] = {"id": one.id, "result": one.result.value}
    if job := one.job:
        told |= {"status": status(job).value, "product_title": job.request.product_title}
        told |= {"created_at": job.created_at, "cost": bill_views.costs(job)}
    if problem := one.problem:
        return {**told, "error": problem.code.value, "message": problem.message, "next_move": problem.next_move}
    match one.result.value:
        case "cancelled":
            return {**told, **bill_views.saved(one.job)} if one.job else told
        case "priced" | "retried" | "already" if job and one.remade:
            spent, price = cost(one.ours, one.theirs), priced_at(one.ours, job.money.price_factor)
            return {**told, "remade": sorted(one.remade), "estimated_cost": spent, "estimated_price": price}
    return told
