"""A fixed token, a token file, a proxy and pinned keys."""

from __future__ import annotations

import asyncio
import json
import stat
from pathlib import Path

import pytest
from support import python, token_requests

import tellus


def kept(sandbox: tellus.Sandbox, path: Path) -> str:
    with sandbox.client(token_file=path) as client:
        client.authenticate()
    return str(json.loads(path.read_text())["token"])


async def test_a_fixed_token(sandbox: tellus.Sandbox, tmp_path: Path) -> None:
    token = kept(sandbox, tmp_path / "token")
    with tellus.Client(sandbox.base_url, token=token) as client:
        assert len(list(client.sites())) == 3
        assert token not in repr(client)
    async with tellus.AsyncClient(sandbox.base_url, token=token) as other:
        assert await other.device(sandbox.device_ids[0])
        sandbox.inject("revoke_tokens")
        with pytest.raises(tellus.Authentication, match="nobody renews"):
            await other.device(sandbox.device_ids[0])
    assert token_requests(sandbox) == 1
    with pytest.raises(tellus.InvalidRequest, match="token alone"):
        tellus.Client(sandbox.base_url, client_id="i", client_secret="s", token=token)


def test_a_token_from_the_environment(sandbox: tellus.Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    token = kept(sandbox, tmp_path / "token")
    for name in ("TELLUS_CLIENT_ID", "TELLUS_CLIENT_SECRET", "TELLUS_CA_FILE", "TELLUS_DEVICES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TELLUS_BASE_URL", sandbox.base_url)
    monkeypatch.setenv("TELLUS_TOKEN", token)
    with tellus.Client.from_env() as client:
        assert len(list(client.sites())) == 3
        assert client.access_token().token == token
    assert token_requests(sandbox) == 1
    # Neither wins: one of them is a left-over.
    for name in ("TELLUS_CLIENT_ID", "TELLUS_CLIENT_SECRET"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(name, "canary")
            with pytest.raises(tellus.InvalidRequest, match=f"TELLUS_TOKEN.*{name}") as refused:
                tellus.AsyncClient.from_env()
        assert refused.value.details["field"] == "TELLUS_TOKEN"
        assert "canary" not in str(refused.value)
        assert token not in str(refused.value)
    monkeypatch.setenv("TELLUS_TOKEN", " ")
    with pytest.raises(tellus.InvalidRequest, match="TELLUS_CLIENT_ID and TELLUS_CLIENT_SECRET, or TELLUS_TOKEN alone"):
        tellus.Client.from_env()


def test_a_token_file_is_shared_and_private(sandbox: tellus.Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "token"
    for _ in range(3):
        with sandbox.client(token_file=path) as client:
            client.device(sandbox.device_ids[0])
    assert token_requests(sandbox) == 1
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}
    assert {file.name for file in tmp_path.iterdir()} == {"token", "token.lock"}
    # Another client's token is left alone, and so is one that was refused.
    with sandbox.client(scope="read", token_file=path) as other:
        other.device(sandbox.device_ids[0])
    assert token_requests(sandbox) == 2
    sandbox.inject("revoke_tokens")
    with sandbox.client(scope="read", token_file=path) as other:
        other.device(sandbox.device_ids[0])
    assert token_requests(sandbox) == 3
    path.write_text("{")
    with sandbox.client(token_file=path) as client:
        client.device(sandbox.device_ids[0])
    assert token_requests(sandbox) == 4


def test_processes_share_one_token(sandbox: tellus.Sandbox, tmp_path: Path) -> None:
    script = """
        import subprocess, sys
        import tellus
        one = "import tellus, sys; tellus.Client.from_env(token_file=sys.argv[1]).authenticate()"
        many = [subprocess.Popen([sys.executable, "-c", one, sys.argv[1]]) for _ in range(8)]
        print([process.wait() for process in many])
    """
    with pytest.MonkeyPatch.context() as patch:
        for name, value in sandbox.environment.items():
            patch.setenv(name, value)
        done = python(script, str(tmp_path / "token"))
    assert (done.returncode, done.stdout.strip()) == (0, str([0] * 8)), done
    assert token_requests(sandbox) == 1


def test_a_token_file_that_cannot_be(sandbox: tellus.Sandbox, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere" / "token"):
        with pytest.raises(tellus.InvalidRequest) as raised:
            sandbox.client(token_file=path)
        assert raised.value.details["field"] == "token_file"


def test_a_proxy_is_used(sandbox: tellus.Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    with sandbox.client(proxy="http://127.0.0.1:9", max_attempts=1) as client, pytest.raises(tellus.Connection):
        client.authenticate()
    with pytest.raises(tellus.InvalidRequest):
        sandbox.client(proxy="nonsense")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with sandbox.client(proxy=None, max_attempts=1) as client:
        client.authenticate()


def test_pinned_keys_are_checked() -> None:
    with tellus.Sandbox(tls=True) as sandbox:
        wrong = "A" * 43 + "="
        with sandbox.client(spki_pins=[wrong], max_attempts=1) as client, pytest.raises(tellus.Connection):
            client.authenticate()
        with pytest.raises(tellus.InvalidRequest):
            sandbox.client(spki_pins=["short"])


def test_the_token_at_hand_can_be_used_elsewhere_and_is_not_shown() -> None:
    with tellus.Sandbox() as sandbox, sandbox.client() as client:
        token = client.access_token()
        assert 0 < token.expires_in <= 86_400
        assert token.token not in repr(token)
        with tellus.Client(base_url=sandbox.base_url, token=token.token) as elsewhere:
            assert len(list(elsewhere.sites())) == 3

        async def main() -> str:
            async with tellus.AsyncClient(base_url=sandbox.base_url, token=token.token) as other:
                return (await other.access_token()).token

        assert asyncio.run(main()) == token.token
