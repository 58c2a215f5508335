"""The peers as contenders: each logs in, fetches a device by its id, and fetches the first pages of the records.

They do the part of the work that the SDK's callers see: token, keep-alive, envelope, typed models. They neither retry
nor keep to limits nor renew a token.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from models import DeviceEnvelope, RecordsEnvelope, unpack
from sandbox import Access

# As long as the SDK waits by default.
TIMEOUT = 30
TOKEN = "/operator/oauth/token"
RECORDS = "/operator/charging-records"


class _Peer:
    def get(self, model: Any, path: str, params: dict[str, int] | None = None) -> Any:
        raise NotImplementedError

    def device(self, device_id: str) -> Any:
        return self.get(DeviceEnvelope, f"/operator/devices/{device_id}")

    def pages(self, count: int) -> Iterator[list[Any]]:
        for page in range(1, count + 1):
            yield self.get(RecordsEnvelope, RECORDS, {"page": page, "size": 100}).items


# Nobody imports the other's library: it would slow down the garbage collector.
class Requests(_Peer):
    def __init__(self, access: Access) -> None:
        import requests

        self.base_url = access.base_url
        self.session = requests.Session()
        # Otherwise each call looks for proxies and a .netrc anew, which would flatter the SDK.
        self.session.trust_env = False
        answer = self.session.post(self.base_url + TOKEN, json=access.grant(), timeout=TIMEOUT)
        self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def get(self, model: Any, path: str, params: dict[str, int] | None = None) -> Any:
        answer = self.session.get(self.base_url + path, params=params, timeout=TIMEOUT)
        return unpack(model, answer.status_code, answer.content)


class Httpx(_Peer):
    def __init__(self, access: Access) -> None:
        import httpx

        self.client = httpx.Client(base_url=access.base_url, timeout=TIMEOUT)
        answer = self.client.post(TOKEN, json=access.grant())
        self.client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def get(self, model: Any, path: str, params: dict[str, int] | None = None) -> Any:
        answer = self.client.get(path, params=params)
        return unpack(model, answer.status_code, answer.content)


class AsyncHttpx:
    def __init__(self, access: Access) -> None:
        import httpx

        token = httpx.post(access.base_url + TOKEN, json=access.grant()).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        self.client = httpx.AsyncClient(base_url=access.base_url, timeout=TIMEOUT, headers=headers)

    async def device(self, device_id: str) -> Any:
        return await self.get(DeviceEnvelope, f"/operator/devices/{device_id}")

    async def pages(self, count: int) -> AsyncIterator[list[Any]]:
        for page in range(1, count + 1):
            answer = await self.get(RecordsEnvelope, RECORDS, {"page": page, "size": 100})
            yield answer.items

    async def get(self, model: Any, path: str, params: dict[str, int] | None = None) -> Any:
        answer = await self.client.get(path, params=params)
        return unpack(model, answer.status_code, answer.content)


SYNC = {"requests": Requests, "httpx": Httpx}
ASYNC = {"httpx": AsyncHttpx}
