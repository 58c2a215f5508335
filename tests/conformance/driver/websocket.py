"""The server's side of a WebSocket, as far as a telemetry stream needs it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import struct

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


def accept_key(key: str) -> str:
    """What answers the client's key."""
    return base64.b64encode(hashlib.sha1(key.encode() + GUID).digest()).decode()


class Socket:
    """One open stream."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.mute = False

    async def serve(self) -> None:
        """Answers pings and the farewell until the client goes."""
        try:
            while True:
                opcode, payload = await self._receive()
                if opcode == CLOSE:
                    self._send(CLOSE, payload)
                    return
                if opcode == PING and not self.mute:
                    self._send(PONG, payload)
        except (asyncio.IncompleteReadError, ConnectionError):
            return

    def text(self, message: str) -> None:
        """Sends a message."""
        self._send(TEXT, message.encode())

    def cut(self) -> None:
        """Breaks the connection."""
        self._writer.transport.abort()

    def _send(self, opcode: int, payload: bytes) -> None:
        length = len(payload)
        if length < 126:
            head = struct.pack("!BB", 0x80 | opcode, length)
        elif length < 1 << 16:
            head = struct.pack("!BBH", 0x80 | opcode, 126, length)
        else:
            head = struct.pack("!BBQ", 0x80 | opcode, 127, length)
        self._writer.write(head + payload)

    async def _receive(self) -> tuple[int, bytes]:
        first, second = await self._reader.readexactly(2)
        length = second & 0x7F
        if length >= 126:
            form, size = ("!H", 2) if length == 126 else ("!Q", 8)
            (length,) = struct.unpack(form, await self._reader.readexactly(size))
        mask = await self._reader.readexactly(4) if second & 0x80 else bytes(4)
        payload = await self._reader.readexactly(length)
        return first & 0x0F, bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
