"""A page in headless Chromium, served on this machine, and what the page asked for."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"]
# It would call home otherwise.
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
DARK = "--blink-settings=preferredColorScheme=0"


@contextmanager
def served(make: Callable[[str], str]) -> Iterator[tuple[str, list[str]]]:
    """The address of a page that is made for it, and the paths that were asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            found = self.path == "/"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page if found else b"")

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        address = f"http://127.0.0.1:{server.server_port}/"
        page = make(address).encode()
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield address, asked
        finally:
            server.shutdown()
            thread.join()


def chromium(profile: Path, *arguments: str) -> str:
    """Runs Chromium to its end and returns what it prints."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        assert "TELLUS_REQUIRE_ALL" not in os.environ, "chromium is required and missing"
        pytest.skip("chromium is not installed")
    command = [program, *FLAGS, f"--user-data-dir={profile}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout
