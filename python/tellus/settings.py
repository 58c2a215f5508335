"""Every optional setting of a client, with its unit and default. All spans of time are seconds."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Literal, TypedDict

if TYPE_CHECKING:
    from tellus.signing import HmacSigning


TokenProvider = Callable[[], "tuple[str, float]"] | Callable[[], Awaitable["tuple[str, float]"]]
"""A function or a coroutine function that returns ``(token, expires_in_seconds)``."""


QUERY_PER_MINUTE = 60


class Settings(TypedDict, total=False):
    """Keyword arguments of :class:`tellus.Client` and :class:`tellus.AsyncClient`."""

    ca_file: str | os.PathLike[str]
    """PEM file with certificates of further authorities to trust, besides the public ones."""
    ca_pem: str
    """The same as text."""
    devices: Iterable[str]
    """Ids of devices that you know: the platform has no call that lists them. See ``known_devices()``."""
    proxy: str | None
    """``http://HOST:PORT`` or ``http://USER:PASSWORD@HOST:PORT``; ``None`` for none, whatever the environment says.
    Default: what ``HTTPS_PROXY``, ``ALL_PROXY`` and ``NO_PROXY`` say."""
    spki_pins: Iterable[str]
    """Public keys (SHA-256 of the SubjectPublicKeyInfo, base64), one of which must be in the server's chain. Name a
    spare one. Default: none, no check."""
    token_file: str | os.PathLike[str]
    """File in which processes share the token, so that together they ask for one; only its owner can read it. Not for
    a network file system. Default: none, the token stays in memory."""
    allow_insecure_http: bool
    """Allows plain ``http://`` to a host that is not this machine. Warns each time. Default: no."""
    signing: HmacSigning
    """Signs each request. Default: no signature."""
    user_agent_suffix: str
    """Appended to the ``User-Agent`` header, e.g. ``fleet-report/2.1``."""

    timeout: float
    """The longest wait for any one answer. Default: 30."""
    dns_timeout: float
    """The longest name look-up. Default: 5."""
    tcp_timeout: float
    """The longest TCP connect, over all addresses together. Default: 10."""
    tls_timeout: float
    """The longest TLS handshake. Default: 10."""
    upgrade_timeout: float
    """The longest WebSocket upgrade. Default: 10."""

    max_attempts: int
    """How often a call is sent at most, the first time included. Default: 5."""
    backoff_base: float
    """The nominal wait before the first retry; it doubles each time, with full jitter. Default: 1."""
    backoff_cap: float
    """No nominal wait is longer. Default: 30."""
    max_retry_after: float
    """A longer ``Retry-After`` is not waited out: the call raises, with the value. Default: 60."""
    retry_after_jitter: float
    """A ``Retry-After`` is waited out and up to this much longer, evenly drawn; 0: exactly. Never less. Default: 1."""

    query_per_minute: int
    """Reads per minute. Lower it when several processes share a ``client_id``. Default: 60."""
    control_per_minute: int
    """Control calls per minute. Default: 30."""
    token_per_minute: int
    """Token requests per minute. Default: 10."""
    max_quota_wait: float
    """The longest wait for a free place. A call that would have to wait longer, those before it included, raises
    ``RateLimited`` at once, unsent; slow answers to those before it can add a fifth. Default: 75."""

    ping_interval: float
    """A stream sends a ping this often. Default: 15."""
    silence: float
    """A stream's connection on which nothing arrived for this long is dead. Default: 40."""
    reconnect_base: float
    """The nominal wait before a stream connects again; it doubles each time, with full jitter. Default: 1."""
    reconnect_cap: float
    """No nominal wait between connections is longer. Default: 30."""
    first_attempts: int
    """How often a stream's first connection is tried before the stream fails. Default: 5."""
    max_message: int
    """The largest message of a stream in bytes. Default: 1 MiB."""
    mailbox_rows: int
    """How many connector readings wait for a slow consumer at most. Default: 65,536."""
    overflow: Literal["drop_oldest", "block", "latest"]
    """What happens beyond that: drop the oldest, or stop reading the socket. ``latest`` keeps the newest reading of
    every connector only, for screens. What is dropped is counted and makes gaps. Default: drop_oldest."""
    max_devices_per_connection: int
    """More devices are spread over more connections. Default: 200."""
    max_url_bytes: int
    """How long a connection's URL, which names its devices, may be. Default: 4096."""
    partition: tuple[int, int]
    """``(index, count)``: the part of the devices that this process carries where several share a fleet, counted from
    0. Default: all of them."""
    stale_factor: int | None
    """An active device that reports nothing for this many times its usual interval (10 s at least) has a gap; ``None``:
    never. Default: 5."""
    resync_interval: float
    """After a gap, a device that has not reported by itself is asked for by a call, with this much time between two
    calls, within the quota. Default: off."""
