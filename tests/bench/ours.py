"""The SDK as a contender: see peers.py."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import tellus

from sandbox import Access

# No limit of the SDK's own, as there is none of the sandbox's: it is the work that is measured.
LIFTED = 1_000_000_000


class Tellus:
    def __init__(self, access: Access) -> None:
        credentials = {"client_id": access.client_id, "client_secret": access.client_secret}
        self.client = tellus.Client(access.base_url, **credentials, query_per_minute=LIFTED)

    def device(self, device_id: str) -> Any:
        return self.client.device(device_id)

    def pages(self, count: int) -> Iterator[list[Any]]:
        pages = self.client.charging_records(page_size=100).pages()
        for _ in range(count):
            yield next(pages)


class AsyncTellus:
    def __init__(self, access: Access) -> None:
        credentials = {"client_id": access.client_id, "client_secret": access.client_secret}
        self.client = tellus.AsyncClient(access.base_url, **credentials, query_per_minute=LIFTED)

    async def device(self, device_id: str) -> Any:
        return await self.client.device(device_id)

    async def pages(self, count: int) -> AsyncIterator[list[Any]]:
        pages = self.client.charging_records(page_size=100).pages()
        for _ in range(count):
            yield await anext(pages)


SYNC = {"tellus": Tellus}
ASYNC = {"tellus": AsyncTellus}
