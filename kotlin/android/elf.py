"""What a shared library says of itself in its ELF header: for which processor it is, and how it wants to be aligned."""

from __future__ import annotations

import struct
from pathlib import Path

# A device's pages may be so large; what is loaded has to be aligned to them.
PAGE = 16 << 10
_LOAD = 1
_ABIS = {0xB7: "arm64-v8a", 0x28: "armeabi-v7a", 0x3E: "x86_64", 0x03: "x86"}


class BadLibrary(Exception):
    """A file that must not be packed, and why."""


def check(library: Path, abi: str) -> None:
    """Refuses what would not load on a device of this kind."""
    data = library.read_bytes()
    if data[:4] != b"\x7fELF":
        raise BadLibrary(f"{library} is no ELF file")
    wide, order = data[4] == 2, "<" if data[5] == 1 else ">"
    machine = struct.unpack_from(f"{order}H", data, 18)[0]
    if _ABIS.get(machine) != abi:
        raise BadLibrary(f"{library} is for {_ABIS.get(machine, hex(machine))}, not for {abi}")
    smallest = min(_alignments(data, wide, order))
    # Devices of 32 bits have small pages.
    if wide and smallest < PAGE:
        raise BadLibrary(f"{library} is aligned to {smallest >> 10} KB; pages of {PAGE >> 10} KB need that much")


def _alignments(data: bytes, wide: bool, order: str) -> list[int]:
    """Of every part that is loaded."""
    start = struct.unpack_from(f"{order}{'Q' if wide else 'I'}", data, 32 if wide else 28)[0]
    size, count = struct.unpack_from(f"{order}HH", data, 54 if wide else 42)
    at = 48 if wide else 28
    parts = [start + index * size for index in range(count)]
    loaded = [part for part in parts if struct.unpack_from(f"{order}I", data, part)[0] == _LOAD]
    return [struct.unpack_from(f"{order}{'Q' if wide else 'I'}", data, part + at)[0] for part in loaded]
