"""Many films at once: found by a list's filters, priced, then tried again or stopped."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from .schemas import Cancels, Retries, RetriesPriced
from .transport import Sent, Transport, keyed

PAGE = 100  # jobs of one call, at most


class ManyFilms:
    """The films of a tenant, many at once. Every method raises AbrollError."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def price_retries(
        self,
        *,
        status: str | None = None,
        product_id: str | None = None,
        since: str | None = None,
        until: str | None = None,
        batch: str | None = None,
    ) -> Iterator[RetriesPriced]:
        """Yield what retries would cost, page after page; failed jobs unless `status` is `cancelled`. Buys nothing."""
        return self._pages("retry", status, product_id, since, until, batch)

    def retry(self, ids: Sequence[str], max_cost: float, *, idempotency_key: str | None = None) -> Retries:
        """Try these jobs again, at most a hundred, for at most so many dollars together.

        Under one Idempotency-Key each is bought for once. What is `left` in the answer, the same call goes on with.
        """
        sent = Sent({"ids": list(ids), "max_cost": max_cost}, headers=keyed(idempotency_key))
        return cast("Retries", self._transport.call("POST", "/jobs/retry", sent))

    def cancellable(
        self,
        *,
        status: str | None = None,
        product_id: str | None = None,
        since: str | None = None,
        until: str | None = None,
        batch: str | None = None,
    ) -> Iterator[Cancels]:
        """Yield the jobs that a cancel would end, page after page. Ends nothing."""
        return self._pages("cancel", status, product_id, since, until, batch)

    def cancel(self, ids: Sequence[str]) -> Cancels:
        """Stop these jobs, at most a hundred; what has ended stays as it is."""
        return cast("Cancels", self._transport.call("POST", "/jobs/cancel", Sent({"ids": list(ids)}), harmless=True))

    def _pages(
        self,
        call: str,
        status: str | None,
        product_id: str | None,
        since: str | None,
        until: str | None,
        batch: str | None,
    ) -> Iterator[Any]:
        asked = {"status": status, "product_id": product_id, "created_from": since, "created_to": until, "batch": batch}
        params = {"limit": str(PAGE), **{name: value for name, value in asked.items() if value is not None}}
        while True:
            page: Mapping[str, Any] = self._transport.call(
                "POST", f"/jobs/{call}", Sent({}, params=params), harmless=True
            )
            yield page
            cursor = page.get("next_cursor")
            if not cursor:
                return
            params["cursor"] = str(cursor)
