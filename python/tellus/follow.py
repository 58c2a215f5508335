"""Commands on their way, state by state."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tellus._tellus import CommandStatus, CoreFollow


def follow(core: CoreFollow) -> Iterator[CommandStatus]:
    """The states of a command until a final one."""
    while (status := core.next_status().wait()) is not None:
        yield status


async def follow_async(core: CoreFollow) -> AsyncIterator[CommandStatus]:
    """The states of a command until a final one."""
    while (status := await core.next_status()) is not None:
        yield status
