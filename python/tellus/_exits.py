"""The end of a command: its exit code, one line about what went wrong, and what to do next."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import textwrap

from tellus.errors import TellusError

OTHER = 1
USAGE = 2
COMMAND_FAILED = 9
INTERRUPTED = 130

CODES = {
    "InvalidRequest": USAGE,
    "Authentication": 3,
    "PermissionDenied": 3,
    "NotFound": 4,
    "Conflict": 5,
    "RateLimited": 6,
    "Server": 7,
    "Connection": 7,
    "Timeout": 7,
    "Decode": 7,
    "OutcomeUnknown": 8,
}
TABLE = """Exit codes: 0 done; 1 anything else; 2 wrong usage or argument; 3 credentials or scope; 4 not found;
5 conflict; 6 rate limit; 7 platform, network or time-out; 8 it is not known whether a command was carried out; 9 the
charger did not carry it out; 130 Ctrl-C."""
HINTS = {
    "Authentication": "Check TELLUS_CLIENT_ID and TELLUS_CLIENT_SECRET, or TELLUS_TOKEN.",
    "PermissionDenied": "Ask the platform's support for the missing scope.",
    "NotFound": "`tellus devices` and `tellus sites` list the ids that are known.",
    "Conflict": "`tellus device ID` shows the present state.",
    "Connection": "Check TELLUS_BASE_URL, TELLUS_CA_FILE and the network.",
    "Timeout": "Check TELLUS_BASE_URL and the network, then try again.",
    "RateLimited": "Wait a minute, then try again.",
    "Server": "Try again in a minute; if it stays, tell the platform's support the request's id.",
    "Decode": "Check that TELLUS_BASE_URL names the platform's API and not a web page.",
    "OutcomeUnknown": "Look with `tellus device ID` before you send it again.",
}


def failed(error: BaseException, hint: str | None = None) -> int:
    """Says on standard error what went wrong, in one line, and returns the exit code."""
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    if isinstance(error, BrokenPipeError):
        # The reader has seen enough. Python would complain once more when it flushes at the end.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OTHER
    kind = error.kind if isinstance(error, TellusError) else ""
    advice = HINTS.get(kind, "") if hint is None else hint
    text = f"tellus: {str(error).rstrip('.')}. {advice}".rstrip()
    if sys.stderr.isatty():
        # Between words, where a terminal would break a long line anywhere.
        text = textwrap.fill(text, shutil.get_terminal_size().columns, break_long_words=False, break_on_hyphens=False)
    print(text, file=sys.stderr)
    return CODES.get(kind, OTHER)
