"""A local platform for tests and trials, inside this process: its own threads, its own port on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Literal, Self, TypedDict, Unpack

from tellus._exit import close_at_exit
from tellus._tellus import CoreSandbox
from tellus.client import AsyncClient, Client
from tellus.settings import Settings


class Options(TypedDict, total=False):
    """Keyword arguments of :class:`tellus.Sandbox`. All spans of time are seconds."""

    seed: int
    """Seed of the fleet, its history and the credentials: the same seed gives the same numbers. Default: 1."""
    speed: float
    """Virtual seconds per real second for the fleet. Default: 1."""
    cadence: float
    """Real time between two frames of a device. Default: 1."""
    tls: bool
    """Serves HTTPS and ``wss`` with a certificate of its own making; see ``ca_file``. Default: no."""
    tls_dir: str
    """Folder for the certificate files; a set that is already there is used again. Default: a temporary one."""
    sites: int
    """Number of sites. Default: 3."""
    devices_per_site: int
    """Number of chargers at each site. Default: 4."""
    no_arrivals: bool
    """Lets no vehicle come by itself: connectors do only what commands and schedules say. Default: no."""
    history_days: int
    """Days of charging history before the start. Default: 28."""
    query_per_minute: int
    """Reads per minute; 0 lifts the limit. Default: 60."""
    control_per_minute: int
    """Control calls per minute; 0 lifts the limit. Default: 30."""
    token_per_minute: int
    """Token requests per minute; 0 lifts the limit. Default: 10."""
    token_lifetime: float
    """How long a token is valid. Default: 86,400."""
    quirks: Mapping[str, str]
    """How it reads what the platform leaves open, e.g. ``{"token_reply": "enveloped"}``. What is not among them is
    refused with a list of what is. Default: the usual reading of everything."""
    allow_duplicate_streams: bool
    """Lets several streams carry the same devices. Default: no."""
    record_frames: bool
    """Remembers which frames were sent, for ``GET /_sandbox/frames``. Default: no."""


class Sandbox:
    """A running sandbox; a context manager. Stopped and started again on the same `port`, it keeps its address, its
    credentials and its fleet."""

    def __init__(self, *, port: int = 0, **options: Unpack[Options]) -> None:
        self._core = CoreSandbox(port, **options)
        close_at_exit(self)

    @property
    def base_url(self) -> str:
        """Where the API is."""
        return self._core.base_url

    @property
    def port(self) -> int:
        """The port on this machine."""
        return self._core.port

    @property
    def client_id(self) -> str:
        """The ``client_id`` that it accepts."""
        return self._core.client_id

    @property
    def client_secret(self) -> str:
        """The ``client_secret`` that it accepts: made up from the seed, worth nothing elsewhere."""
        return self._core.client_secret

    @property
    def ca_file(self) -> str | None:
        """With TLS, the PEM file with the authority to trust."""
        return self._core.ca_file

    @property
    def ca_pem(self) -> str | None:
        """The same as text."""
        return self._core.ca_pem

    @property
    def device_ids(self) -> list[str]:
        """The ids of all devices, in the same order for the same seed."""
        return self._core.device_ids

    @property
    def open_streams(self) -> int:
        """How many telemetry streams are open."""
        return self._core.open_streams

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that point a client at this sandbox."""
        variables = {
            "TELLUS_BASE_URL": self.base_url,
            "TELLUS_CLIENT_ID": self.client_id,
            "TELLUS_CLIENT_SECRET": self.client_secret,
        }
        return variables | ({"TELLUS_CA_FILE": self.ca_file} if self.ca_file else {})

    def client(
        self, *, scope: Literal["read_write", "read", "none"] = "read_write", **settings: Unpack[Settings]
    ) -> Client:
        """A client of this sandbox, whose credentials have this scope."""
        client_id, secret = self._core.credentials(scope)
        return Client(self.base_url, client_id=client_id, client_secret=secret, **self._trusting(settings))

    def async_client(
        self, *, scope: Literal["read_write", "read", "none"] = "read_write", **settings: Unpack[Settings]
    ) -> AsyncClient:
        """A client of this sandbox for asyncio, whose credentials have this scope."""
        client_id, secret = self._core.credentials(scope)
        return AsyncClient(self.base_url, client_id=client_id, client_secret=secret, **self._trusting(settings))

    def _trusting(self, settings: Settings) -> Settings:
        if self.ca_pem is not None:
            settings.setdefault("ca_pem", self.ca_pem)
        return settings

    def journal(self, after: int = 0) -> list[dict[str, Any]]:
        """What has arrived, oldest first: the entries whose ``seq`` is above `after`. Holds no token and no secret."""
        return self._core.journal(after)

    def clear_journal(self) -> None:
        """Empties the journal; ``seq`` goes on counting."""
        self._core.clear_journal()

    def inject(self, fault: str | Mapping[str, Any], **fields: Any) -> None:
        """Lets something go wrong once, on the next occasion: ``inject("html", status=502)``.

        `fields` are those of the fault, and ``path`` (only where the path begins like this), ``times`` (``None``: until
        cleared) and ``skip`` (so many occasions pass first).
        """
        named = {"kind": fault} if isinstance(fault, str) else dict(fault)
        self._core.inject(named | fields)

    def clear_faults(self) -> None:
        """Forgets the faults that still wait for an occasion."""
        self._core.clear_faults()

    def advance(self, seconds: float) -> None:
        """Moves the sandbox's clock forward: tokens, limits and the fleet."""
        self._core.advance(seconds)

    def stop(self) -> None:
        """Closes the port and every connection. The journal can still be read."""
        self._core.stop()

    close = stop

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<Sandbox {self.base_url}>"
