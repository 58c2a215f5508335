"""``tellus token``, ``tellus sandbox`` and ``tellus demo``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from tellus import demo as _demo
from tellus import serve
from tellus.cli.guard import client, guarded
from tellus.cli.output import Format, format_of, print_json


@guarded
def token(
    context: typer.Context,
    show: Annotated[bool, typer.Option("--show", help="Print the token itself, too.")] = False,
) -> None:
    """Tells whether authentication works, and how long a token is valid."""
    with client() as platform:
        now = platform.access_token()
    lifetime = round(now.expires_in)
    expires = datetime.now(UTC) + timedelta(seconds=lifetime)
    if format_of(context) is not Format.TABLE:
        secret = {"token": now.token} if show else {}
        print_json({"lifetime": lifetime, "expires_at": expires, **secret})
        return
    typer.echo(f"Authentication works. A token is valid for {lifetime} s, until {expires:%F %T} UTC.")
    if show:
        typer.echo(now.token)


@guarded
def sandbox(
    port: Annotated[int, typer.Option(help="Port on this machine; 0: a free one.")] = 0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same fleet.")] = 1,
    speed: Annotated[float, typer.Option(help="Virtual seconds per second.")] = 1.0,
    tls: Annotated[bool, typer.Option("--tls", help="Serve HTTPS with a certificate of its own making.")] = False,
) -> None:
    """Runs a local platform until Ctrl-C, and prints what to export."""
    serve.run(port=port, seed=seed, speed=speed, tls=tls)


@guarded
def demo(
    seconds: Annotated[float, typer.Option(help="How long to follow telemetry.")] = 8.0,
    with_command: Annotated[
        tuple[str, int] | None, typer.Option(metavar="DEVICE CONNECTOR", help=_demo.WITH_COMMAND.capitalize() + ".")
    ] = None,
) -> None:
    """Shows the platform's five steps, against TELLUS_BASE_URL or else a sandbox of its own."""
    _demo.run(seconds, with_command)
