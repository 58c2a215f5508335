"""Requests that carry a signature. The vectors are those of tests/conformance, for every language."""

from __future__ import annotations

from datetime import datetime
from typing import cast

import pytest
from support import FAST

import tellus
from tellus.settings import Settings


def test_the_secret_of_a_signature_is_not_shown() -> None:
    assert "canary" not in repr(tellus.HmacSigning(secret="canary"))


def test_a_signing_client_works(sandbox: tellus.Sandbox) -> None:
    settings: Settings = {**FAST, "signing": tellus.HmacSigning(secret="canary", encoding="base64")}
    with sandbox.client(**settings) as client:
        assert client.device(sandbox.device_ids[0]).device_id == sandbox.device_ids[0]


@pytest.mark.parametrize(
    ("field", "signing"),
    [
        ("encoding", tellus.HmacSigning(secret="s", encoding="octal")),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        ("signature_header", tellus.HmacSigning(secret="s", signature_header="two words")),
    ],
)
def test_what_cannot_be_is_named(field: str, signing: tellus.HmacSigning) -> None:
    with pytest.raises(tellus.InvalidRequest) as caught:
        tellus.Client("https://example.com", token="t", signing=signing)
    assert caught.value.details["field"] == field


def test_the_tests_own_clock_is_no_setting_for_users() -> None:
    assert not hasattr(tellus, "Clock")
    with pytest.raises(TypeError):
        tellus.Client("https://example.com", token="t", **cast("Settings", {"clock": datetime.now()}))
