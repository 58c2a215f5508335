"""Signatures for requests, where the platform asks for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class HmacSigning:
    """HMAC-SHA256 over method, path, time and body of each request. What the platform leaves open can be set."""

    secret: str = field(repr=False)
    """The client's secret, or a device's."""
    encoding: Literal["hex", "base64"] = "hex"
    """How it is written: lower-case hexadecimal, or base64 with padding (not specified)."""
    separator: str = ""
    """What stands between the parts (not specified)."""
    with_query: bool = True
    """Whether the path is signed with its query (not specified)."""
    signature_header: str = "X-Signature"
    """The header of the signature, as documented."""
    timestamp_header: str = "X-Timestamp"
    """The header of the time, in Unix seconds (not specified)."""
