"""The command line. ``tellus demo`` and ``tellus sandbox`` work without the extra ``cli``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import tellus
from tellus import demo, serve
from tellus._exits import TABLE, USAGE, failed
from tellus.errors import TellusError

EXTRA = "pip install 'tellus-sdk[cli]'"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        from tellus.cli.app import run
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("typer", "rich"):
            raise
        return plain(given)
    return run(given)


def plain(arguments: Sequence[str]) -> int:
    """The two commands that need nothing but the package itself."""
    named = [argument for argument in arguments if not argument.startswith("-")]
    if named and named[0] not in ("demo", "sandbox"):
        print(f"tellus: the command {named[0]} needs typer and rich: {EXTRA}", file=sys.stderr)
        return USAGE
    parser = argparse.ArgumentParser(
        prog="tellus",
        description=f"The Tellus Open Platform on the command line. All other commands: {EXTRA}",
        epilog=TABLE,
    )
    parser.add_argument("--version", action="version", version=f"tellus {tellus.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    shown = commands.add_parser("demo", help=demo.HELP, description=demo.HELP)
    shown.add_argument("--seconds", type=float, default=8.0, help="how long to follow telemetry (default: 8)")
    shown.add_argument("--with-command", nargs=2, metavar=("DEVICE", "CONNECTOR"), help=demo.WITH_COMMAND)
    local = commands.add_parser("sandbox", help=serve.HELP, description=serve.HELP)
    local.add_argument("--port", type=int, default=0, help="port on this machine (default: a free one)")
    local.add_argument("--seed", type=int, default=1, help="the same seed gives the same fleet (default: 1)")
    local.add_argument("--speed", type=float, default=1.0, help="virtual seconds per second (default: 1)")
    local.add_argument("--tls", action="store_true", help="serve HTTPS with a certificate of its own making")
    given = parser.parse_args(arguments)
    try:
        if given.command == "demo":
            place = given.with_command
            demo.run(given.seconds, (place[0], int(place[1])) if place else None)
        else:
            serve.run(port=given.port, seed=given.seed, speed=given.speed, tls=given.tls)
    except (KeyboardInterrupt, TellusError, OSError) as error:
        return failed(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
