"""A platform that answers what a case says, to the letter: for what the sandbox, which means well, cannot say."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from .websocket import Socket, accept_key

Reply = dict[str, Any]
TOKENS = "POST /operator/oauth/token"
STREAM = "GET /operator/stream"


class Script:
    """One scripted platform on a port of its own."""

    def __init__(self, replies: list[Reply]) -> None:
        self._replies = [dict(reply) for reply in replies]
        self._held: dict[str, asyncio.Event] = {}
        self._tokens = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._port = 0
        self.requests: list[dict[str, Any]] = []
        self.arrivals: list[str] = []
        self.sockets: list[Socket] = []
        # Fills in the names that a reply's headers hold.
        self.filled: Callable[[Any], Any] = lambda value: value

    async def up(self) -> None:
        """Begins to listen, always on the same port."""
        self._server = await asyncio.start_server(self._client, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def down(self) -> None:
        """Ends everything that is open, and listens no more."""
        if self._server is not None:
            self._server.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def credentials(self) -> dict[str, str]:
        return {"client_id": "operator-1", "client_secret": "secret-of-operator-1"}

    async def journal(self) -> list[dict[str, Any]]:
        """What has been answered, in order."""
        return list(self.requests)

    def add(self, replies: list[Reply]) -> None:
        self._replies += [dict(reply) for reply in replies]

    def release(self, name: str) -> None:
        """Lets held answers go."""
        self._held.setdefault(name, asyncio.Event()).set()

    @property
    def socket(self) -> Socket:
        """The newest stream."""
        return self.sockets[-1]

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while await self._request(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            # The client has gone, or the case is over.
            pass
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answers one request. Returns whether the connection goes on."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        line = f"{method} {target.removeprefix('/v1')}"
        self.arrivals.append(line)
        entry: dict[str, Any] = {"request": line, "headers": headers}
        if body:
            entry["body"] = json.loads(body)
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme == "Bearer":
            entry["bearer"] = token
        reply = self._choose(line)
        if "hold" in reply:
            await self._held.setdefault(reply["hold"], asyncio.Event()).wait()
        if "upgrade" in reply:
            entry["request"] += " 101"
            self.requests.append(entry)
            await self._stream(headers["sec-websocket-key"], reader, writer)
            return False
        cut = reply.get("cut")
        status = reply.get("status", 200)
        entry["request"] += " -" if cut == "unanswered" else f" {status}"
        self.requests.append(entry)
        if cut == "unanswered":
            return False
        text = _body(reply).encode()
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", f"Content-Length: {len(text) + (99 if cut else 0)}"]
        lines += [f"{name}: {value}" for name, value in self.filled(reply.get("headers", {})).items()]
        writer.write("\r\n".join([*lines, "", ""]).encode() + text)
        await writer.drain()
        return cut is None

    async def _stream(self, key: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = [
            "HTTP/1.1 101 Switching Protocols",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Accept: {accept_key(key)}",
        ]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        socket = Socket(reader, writer)
        self.sockets.append(socket)
        await socket.serve()

    def _choose(self, line: str) -> Reply:
        """The first reply for this request that is not used up; what needs no saying otherwise."""
        for reply in self._replies:
            if reply["on"] in (line, line.partition("?")[0]) and reply.get("times", 1) > 0:
                reply["times"] = reply.get("times", 1) - 1
                return reply
        if line == TOKENS:
            self._tokens += 1
            token = {"access_token": f"token-{self._tokens}", "token_type": "Bearer", "expires_in": 86400}
            return {"json": token}
        if line.startswith(STREAM):
            return {"upgrade": True}
        return {"status": 404, "code": 3001, "message": f"the case has no reply for {line}"}


def _body(reply: Reply) -> str:
    """The text of a reply: as it is given, or in the envelope."""
    if "text" in reply:
        return str(reply["text"])
    if "json" in reply:
        return json.dumps(reply["json"])
    if "code" in reply:
        envelope = {"code": reply["code"], "message": reply.get("message", "no")}
        return json.dumps(envelope | {name: reply[name] for name in ("details", "data") if name in reply})
    return json.dumps({"code": 0, "message": "success", "data": reply.get("data")})
