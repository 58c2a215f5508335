"""The command line: ``tellus demo`` and ``tellus sandbox``."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence

import tellus
from tellus import demo, serve

HINTS = {
    "Authentication": "Check TELLUS_CLIENT_ID and TELLUS_CLIENT_SECRET.",
    "PermissionDenied": "Ask the platform's support for the missing scope.",
    "Connection": "Check TELLUS_BASE_URL, TELLUS_CA_FILE and the network.",
    "Timeout": "Check TELLUS_BASE_URL and the network, then try again.",
    "RateLimited": "Wait a minute, then try again.",
    "Server": "Try again in a minute; if it stays, tell the platform's support the request's id.",
    "Decode": "Check that TELLUS_BASE_URL names the platform's API and not a web page.",
}
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns its exit code."""
    parser = argparse.ArgumentParser(prog="tellus", description="The Tellus Open Platform on the command line.")
    parser.add_argument("--version", action="version", version=f"tellus {tellus.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    help_ = "show the platform's four steps, against TELLUS_BASE_URL or else a sandbox of its own"
    shown = commands.add_parser("demo", help=help_, description=help_)
    shown.add_argument("--seconds", type=float, default=8.0, help="how long to follow telemetry (default: 8)")
    help_ = "run a local platform until Ctrl-C"
    local = commands.add_parser("sandbox", help=help_, description=help_)
    local.add_argument("--port", type=int, default=0, help="port on this machine (default: a free one)")
    local.add_argument("--seed", type=int, default=1, help="the same seed gives the same fleet (default: 1)")
    local.add_argument("--speed", type=float, default=1.0, help="virtual seconds per second (default: 1)")
    local.add_argument("--tls", action="store_true", help="serve HTTPS with a certificate of its own making")
    given = parser.parse_args(arguments)
    try:
        if given.command == "demo":
            demo.run(given.seconds)
        else:
            serve.run(port=given.port, seed=given.seed, speed=given.speed, tls=given.tls)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has seen enough. Python would complain once more when it flushes at the end.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except tellus.TellusError as error:
        print(f"tellus: {error}. {HINTS.get(error.kind, '')}".rstrip(), file=sys.stderr)
        return 1
    except OSError as error:
        print(f"tellus: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
