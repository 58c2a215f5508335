"""What can go wrong: one base class and twelve leaves, the same twelve as in every language of the SDK.

Leaves also derive from the builtin exception that fits, so that ``except TimeoutError`` works as one would think.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = [
    "Authentication",
    "Closed",
    "Conflict",
    "Connection",
    "Decode",
    "InvalidRequest",
    "NotFound",
    "OutcomeUnknown",
    "PermissionDenied",
    "RateLimited",
    "Server",
    "TellusError",
    "Timeout",
]


class TellusError(Exception):
    """Anything that the SDK raises about a call or a stream."""

    reason: str
    """One sentence: what happened and what to do next."""
    code: int | None
    """The platform's application code, if it sent one."""
    http_status: int | None
    """The HTTP status, if there was an HTTP reply."""
    retryable: bool
    """Whether the same call may succeed later. The SDK has already tried as often as its settings allow."""
    retry_after: float | None
    """How long the platform asks to wait before the next try, in seconds."""
    request_id: str | None
    """The platform's identifier of the request, to quote in a support case."""
    details: dict[str, Any]
    """The platform's diagnostic details; ``details["field"]`` names a wrong argument."""
    attempts: int
    """How often the call was sent; 0 if it never was."""

    def __init__(
        self,
        reason: str,
        *,
        text: str | None = None,
        code: int | None = None,
        http_status: int | None = None,
        retryable: bool = False,
        retry_after: float | None = None,
        request_id: str | None = None,
        details: Mapping[str, Any] | None = None,
        attempts: int = 0,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code
        self.http_status = http_status
        self.retryable = retryable
        self.retry_after = retry_after
        self.request_id = request_id
        self.details = dict(details or {})
        self.attempts = attempts
        self._text = text or reason

    @property
    def kind(self) -> str:
        """The name of the kind, e.g. ``PermissionDenied``; the same in every language."""
        return type(self).__name__

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"{self.kind}({self._text!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        # Keyword arguments do not travel in the standard way, and builtin bases have ways of their own.
        fields = {name: value for name, value in vars(self).items() if name not in ("reason", "_text")}
        return _restore, (type(self), self.reason, self._text, fields)


def _restore(kind: type[TellusError], reason: str, text: str, fields: dict[str, Any]) -> TellusError:
    error = kind(reason, text=text)
    vars(error).update(fields)
    return error


class Authentication(TellusError):
    """The platform does not accept the credentials or the token. Check ``client_id`` and ``client_secret``, or what
    the token provider hands out."""


class PermissionDenied(TellusError, PermissionError):
    """The credentials are valid but lack the scope (``read`` or ``write``) for this call."""


class NotFound(TellusError, LookupError):
    """The thing does not exist, or belongs to another operator: the platform does not tell which."""


class InvalidRequest(TellusError, ValueError):
    """An argument is missing or out of range; ``details["field"]`` names it where known."""


class Conflict(TellusError):
    """The thing is in a state that does not allow the call."""


class RateLimited(TellusError):
    """A request limit is reached. ``retry_after`` says how many seconds to wait."""


class Server(TellusError):
    """The platform, or a proxy before it, failed."""


class Connection(TellusError, ConnectionError):
    """The platform could not be reached, or the connection broke."""


class Timeout(TellusError, TimeoutError):
    """The platform did not answer in time."""


class Decode(TellusError, ValueError):
    """The answer could not be understood."""


class OutcomeUnknown(TellusError):
    """A command was sent and no answer came: it may or may not have been carried out. Never retried by the SDK. Read
    the state before sending it again."""


class Closed(TellusError):
    """The client or the stream is closed."""


def refused(field: str, reason: str) -> InvalidRequest:
    """An argument that cannot be, found out before anything is sent."""
    return InvalidRequest(f"{field}: {reason}", details={"field": field})
