"""Many films at once from the client: pages followed, one key however often an answer is lost."""

import json
from typing import Any

from werkzeug.wrappers import Response

from tests.client.canned import Canned, plain, refusal

IDS = ["6f0d9a54-3f0b-4f7a-8f5d-0a4b1c2d3e4f", "7f0d9a54-3f0b-4f7a-8f5d-0a4b1c2d3e4f"]


def page(cursor: str | None, *ids: str) -> Response:
    rows: list[dict[str, Any]] = [{"id": each, "result": "priced"} for each in ids]
    return plain(json.dumps({"jobs": rows, "max_cost": 0.5, "next_cursor": cursor}))


def test_all_pages_are_priced(server: Canned) -> None:
    """Each page goes on where the one before ended, under the same filters, with nothing to buy by."""
    server.answer(page("next", IDS[0]), page(None, IDS[1]))

    found = [row["id"] for each in server.abroll().many.price_retries(product_id="mug") for row in each["jobs"]]

    assert found == IDS
    assert [("POST", b"{}")] * 2 == [(method, body) for method, _, _, body in server.heard]
    assert ["/jobs/retry?limit=100&product_id=mug", "/jobs/retry?limit=100&product_id=mug&cursor=next"] == [
        path for _, path, _, _ in server.heard
    ]


def test_a_lost_answer_is_asked_for_under_the_same_key(server: Canned) -> None:
    """What is bought once is asked for as often as it takes; a cancel needs no key."""
    server.answer(refusal(503, "unavailable"), page(None), refusal(503, "unavailable"), page(None))
    many = server.abroll().many

    many.retry(IDS, 1.5)
    many.cancel(IDS)

    keys = [headers.get("Idempotency-Key") for _, _, headers, _ in server.heard]
    assert keys[0] == keys[1] is not None
    assert [None, None] == keys[2:]
    assert {"ids": IDS, "max_cost": 1.5} == json.loads(server.heard[0][3])
