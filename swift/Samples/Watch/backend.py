"""A backend as small as it gets: keeps the client_secret, and hands access tokens to whoever asks.

    TELLUS_BASE_URL=... TELLUS_CLIENT_ID=... TELLUS_CLIENT_SECRET=... python3 backend.py

A real one asks first who is there. Prints its URL; serves this machine alone.
"""

from __future__ import annotations

import json
import os
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# A proxy for the world outside is none for a platform on this machine.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Backend(ThreadingHTTPServer):
    """Knows the platform and the credentials; counts the tokens that it got."""

    def __init__(self, base_url: str, client_id: str, client_secret: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.token_url = base_url.removesuffix("/").removesuffix("/v1") + "/v1/operator/oauth/token"
        self.credentials = {"client_id": client_id, "client_secret": client_secret}
        self.tokens = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/token"

    def token(self) -> dict[str, object]:
        body = json.dumps({**self.credentials, "grant_type": "client_credentials"}).encode()
        request = urllib.request.Request(self.token_url, body, {"Content-Type": "application/json"})
        with OPENER.open(request, timeout=10) as reply:
            granted = json.load(reply)
        # Tokens stand bare or in an envelope.
        granted = granted.get("data", granted)
        self.tokens += 1
        return {"token": granted["access_token"], "expires_in": granted["expires_in"]}


class Handler(BaseHTTPRequestHandler):
    server: Backend

    def do_GET(self) -> None:
        try:
            status, reply = 200, self.server.token()
        except OSError as error:
            status, reply = 502, {"error": str(error)}
        content = json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing: a line for each request would stand between those of the console."""


if __name__ == "__main__":
    names = ("TELLUS_BASE_URL", "TELLUS_CLIENT_ID", "TELLUS_CLIENT_SECRET")
    with Backend(*(os.environ[name] for name in names)) as server:
        print(server.url, flush=True)
        server.serve_forever()
