"""The token that calls carry."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AccessToken:
    """An access token. Whoever has it can do what you can, so its repr does not show it."""

    token: str = field(repr=False)
    """The token, without ``Bearer``."""
    expires_in: float
    """How long it is still valid (s)."""
