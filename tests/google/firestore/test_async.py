"""Google's asynchronous client gets the same answers; Google: google.cloud.firestore.AsyncClient."""

import asyncio
from typing import Any

import pytest
from google.api_core.exceptions import FailedPrecondition
from google.cloud import firestore

from tests.google.firestore.conftest import PROJECT


def test_async_client_reads_writes_and_transacts(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set, query, compare-and-set and transaction work over the asynchronous channel (AsyncClient)."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", endpoint)

    async def story() -> tuple[list[str], int]:
        client = firestore.AsyncClient(project=PROJECT)
        document = client.document("a/one")
        stale = (await document.set({"n": 1})).update_time
        await document.set({"n": 2})
        with pytest.raises(FailedPrecondition):
            await document.update({"n": 3}, option=client.write_option(last_update_time=stale))

        @firestore.async_transactional
        async def add(transaction: Any) -> None:
            n = (await document.get(transaction=transaction)).get("n")
            transaction.update(document, {"n": n + 1})

        await add(client.transaction())
        ids = [snapshot.id async for snapshot in client.collection("a").order_by("n").stream()]
        n = (await document.get()).get("n")
        await client._firestore_api.transport.close()
        return ids, n

    assert asyncio.run(story()) == (["one"], 3)
