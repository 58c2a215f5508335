"""What users get wrong, and what a platform may do wrong."""

from __future__ import annotations

import pytest
from support import FAST, requests, token_requests

import tellus


async def test_a_wrong_secret(sandbox: tellus.Sandbox) -> None:
    client_id, secret = sandbox.client_id, "not-the-secret"
    with (
        tellus.Client(sandbox.base_url, client_id=client_id, client_secret=secret) as client,
        pytest.raises(tellus.Authentication, match="client_secret") as raised,
    ):
        client.authenticate()
    assert raised.value.http_status == 401
    async with tellus.AsyncClient(sandbox.base_url, client_id=client_id, client_secret=secret) as other:
        with pytest.raises(tellus.Authentication):
            await other.device(sandbox.device_ids[0])
    assert token_requests(sandbox) == 2


async def test_a_wrong_id(sandbox: tellus.Sandbox, client: tellus.Client, async_client: tellus.AsyncClient) -> None:
    with pytest.raises(tellus.NotFound) as raised:
        client.device("dvc_nowhere")
    assert (raised.value.code, raised.value.http_status) == (3001, 404)
    with pytest.raises(tellus.NotFound):
        await async_client.device("../sites")
    sandbox.clear_journal()
    for nonsense in ("", ".."):
        with pytest.raises(tellus.InvalidRequest) as refused:
            client.device(nonsense)
        assert refused.value.details["field"] == "device_id"
    assert requests(sandbox) == []


def test_plain_http_to_a_public_host() -> None:
    with pytest.raises(tellus.InvalidRequest, match="https://") as raised:
        tellus.Client("http://api.example.com/v1", client_id="id", client_secret="secret")
    assert raised.value.details["field"] == "base_url"


@pytest.mark.parametrize(("client_id", "client_secret"), [(None, None), ("id", None), ("id", " ")])
def test_incomplete_credentials(client_id: str | None, client_secret: str | None) -> None:
    with pytest.raises(tellus.InvalidRequest, match="client_secret"):
        tellus.Client("https://api.example.com", client_id=client_id, client_secret=client_secret)


def test_a_missing_ca_file() -> None:
    with pytest.raises(tellus.InvalidRequest, match=r"/nowhere/ca\.pem"):
        tellus.Client("https://api.example.com", client_id="i", client_secret="s", ca_file="/nowhere/ca.pem")


def test_one_html_page_from_a_proxy_is_survived(sandbox: tellus.Sandbox, client: tellus.Client) -> None:
    sandbox.inject("html", status=502, path="/operator/sites")
    sandbox.inject("truncated", path="/operator/sites", skip=1)
    assert len(list(client.sites())) == 3
    assert len(requests(sandbox, "/sites")) >= 2


async def test_an_unreachable_host(sandbox: tellus.Sandbox) -> None:
    client, other = sandbox.client(max_attempts=1), sandbox.async_client(max_attempts=1)
    sandbox.stop()
    with client, pytest.raises(tellus.Connection):
        client.authenticate()
    async with other:
        with pytest.raises(tellus.Connection):
            await other.authenticate()
    with (
        tellus.Client("https://nowhere.invalid", client_id="i", client_secret="s", max_attempts=1) as lost,
        pytest.raises(tellus.Connection, match=r"nowhere\.invalid"),
    ):
        lost.authenticate()


def test_unknown_states_and_fields_are_kept_and_ignored(sandbox: tellus.Sandbox) -> None:
    sandbox.inject("unknown_state", state="preparing", times=None)
    for path in ("/operator/devices", "/operator/stream"):
        sandbox.inject("unknown_fields", times=None, path=path)
    device_id = sandbox.device_ids[0]
    with sandbox.client(**FAST) as client, client.stream([device_id]) as stream:
        assert client.device(device_id).connectors[0].status == "preparing"
        assert next(stream).connectors[0].state == "preparing"


def test_nonsense_for_streams(client: tellus.Client) -> None:
    for devices in ([], [""], ["a,b"]):
        with pytest.raises(tellus.InvalidRequest) as raised:
            client.stream(devices)
        assert raised.value.details["field"] == "devices"


def test_a_stream_that_cannot_begin_raises(sandbox: tellus.Sandbox, client: tellus.Client) -> None:
    with client.stream(["dvc_nowhere"]) as stream:
        with pytest.raises(tellus.NotFound):
            next(stream)
        assert stream.status == "failed"


def test_the_sandbox_reads_the_contract_as_it_is_told() -> None:
    with (
        tellus.Sandbox(quirks={"token_reply": "enveloped", "message": "missing"}) as sandbox,
        sandbox.client() as client,
    ):
        assert len(list(client.sites())) == 3
    with pytest.raises(ValueError, match='token_reply cannot be "odd"; it can be: bare, enveloped'):
        tellus.Sandbox(quirks={"token_reply": "odd"})
    with pytest.raises(ValueError, match='there is no quirk "odd"; there are: token_reply, '):
        tellus.Sandbox(quirks={"odd": "bare"})
