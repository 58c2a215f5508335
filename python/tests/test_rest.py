"""Sites, devices and raw requests, with both clients."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from support import requests

import tellus


def test_sites_come_lazily_and_with_units(sandbox: tellus.Sandbox, client: tellus.Client) -> None:
    sites = client.sites()
    assert requests(sandbox) == []
    first = next(iter(sites))
    assert isinstance(first, tellus.Site)
    assert first.site_id.startswith("site_")
    assert first.location is not None
    assert -90 <= first.location.lat <= 90
    assert first.created_at is not None
    assert first.created_at.tzinfo is UTC
    assert first.power_capacity is not None
    assert f"power_capacity={first.power_capacity:g} kW" in repr(first)


def test_sites_come_page_by_page(sandbox: tellus.Sandbox, client: tellus.Client) -> None:
    pages = list(client.sites(page_size=2).pages())
    assert [len(page) for page in pages] == [2, 1]
    assert [entry["query"] for entry in requests(sandbox, "/sites")] == ["page=1&size=2", "page=2&size=2"]
    assert [site for page in pages for site in page] == list(client.sites("active"))
    assert list(client.sites("inactive")) == []


async def test_sites_with_asyncio(client: tellus.Client, async_client: tellus.AsyncClient) -> None:
    assert [site async for site in async_client.sites()] == list(client.sites())
    assert [len(page) async for page in async_client.sites(page_size=2).pages()] == [2, 1]


def test_a_device_with_its_connectors(sandbox: tellus.Sandbox, client: tellus.Client) -> None:
    device = client.device(sandbox.device_ids[0])
    assert device.device_id == sandbox.device_ids[0]
    assert device.status in ("online", "offline", "fault")
    assert device.connectors[0].connector_id == 1
    assert device.last_heartbeat is not None
    assert abs((datetime.now(UTC) - device.last_heartbeat).total_seconds()) < 60
    plain = device.to_dict()
    assert plain["connectors"][0]["power"] == device.connectors[0].power
    assert " kW, voltage=" in repr(device)


async def test_a_device_with_asyncio(
    sandbox: tellus.Sandbox, client: tellus.Client, async_client: tellus.AsyncClient
) -> None:
    device_id = sandbox.device_ids[0]
    device = await async_client.device(device_id)
    assert device.sn == client.device(device_id).sn


def test_known_devices(sandbox: tellus.Sandbox) -> None:
    with sandbox.client(devices=["dvc_mine"]) as client:
        known = {device.device_id: device.source for device in client.known_devices()}
    assert known.pop("dvc_mine") == "configured"
    assert known
    assert set(known) <= set(sandbox.device_ids)
    assert set(known.values()) == {"charging_records"}


async def test_raw_requests(client: tellus.Client, async_client: tellus.AsyncClient) -> None:
    data = client.request("GET", "/operator/sites", params={"page": 1, "size": 2})
    assert [site["site_id"] for site in data["items"]] == [site.site_id for site in list(client.sites())[:2]]
    assert await async_client.request("get", "/operator/sites", {"page": 1, "size": 2}) == data


def test_models_compare_by_value_and_cannot_be_changed(client: tellus.Client) -> None:
    one, other = list(client.sites())[:2]
    assert one == next(iter(client.sites()))
    assert one != other
    assert one != "text"
    with pytest.raises(AttributeError):
        one.name = "x"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


def test_settings_are_checked_by_name(sandbox: tellus.Sandbox) -> None:
    with pytest.raises(tellus.InvalidRequest) as refused:
        sandbox.client(max_attempts=0)
    assert refused.value.details == {"field": "retry.max_attempts"}
    with pytest.raises(TypeError, match="tiemout"):
        sandbox.client(tiemout=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def test_the_quota_is_counted(sandbox: tellus.Sandbox) -> None:
    with sandbox.client() as client:
        assert (client.quota_left(), client.quota_left("control"), client.quota_left("token")) == (60, 30, 10)
        client.device(sandbox.device_ids[0])
        assert (client.quota_left(), client.quota_left("token")) == (59, 9)


def test_from_env(sandbox: tellus.Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in sandbox.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TELLUS_DEVICES", "dvc_a, dvc_b")
    with tellus.Client.from_env() as client:
        assert len(list(client.sites())) == 3
        assert {"dvc_a", "dvc_b"} < {device.device_id for device in client.known_devices()}


def test_tls_with_an_authority_of_its_own() -> None:
    with tellus.Sandbox(tls=True, cadence=0.05) as sandbox:
        assert sandbox.ca_file is not None
        secret = sandbox.client_secret
        trusting = tellus.Client(
            sandbox.base_url, client_id=sandbox.client_id, client_secret=secret, ca_file=sandbox.ca_file
        )
        with trusting as client, client.stream(sandbox.device_ids[:1]) as stream:
            client.authenticate()
            assert next(stream).device_id == sandbox.device_ids[0]
        strict = tellus.Client(sandbox.base_url, client_id=sandbox.client_id, client_secret=secret, max_attempts=1)
        with strict as client, pytest.raises(tellus.Connection, match="certificate"):
            client.authenticate()


def test_a_sync_client_works_inside_a_running_loop(sandbox: tellus.Sandbox, client: tellus.Client) -> None:
    async def main() -> tuple[int, str]:
        with client.stream(sandbox.device_ids[:1]) as stream:
            return len(list(client.sites())), next(stream).device_id

    assert asyncio.run(main()) == (3, sandbox.device_ids[0])


def test_a_client_counts_its_calls(sandbox: tellus.Sandbox, client: tellus.Client) -> None:
    sandbox.inject("html", status=502, path="/operator/sites")
    list(client.sites())
    stats = client.stats
    assert (stats.requests, stats.retries, stats.failures, stats.token_refreshes) == (2, 1, 0, 1)
    assert "retries=1" in repr(stats)
