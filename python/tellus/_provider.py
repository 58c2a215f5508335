"""Calls a user's token provider: a function in a thread of its own, a coroutine function in an event loop."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import os
import threading
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from concurrent.futures import Future

    from tellus._tellus import TokenRequest
    from tellus.settings import TokenProvider


class Provider:
    """Answers the core's questions for tokens. Returns at once; the answer follows."""

    def __init__(self, function: TokenProvider) -> None:
        self._function = function
        self._loop: tuple[int, asyncio.AbstractEventLoop] | None = None
        # Held until they are done: an event loop holds its tasks weakly, and one that waits for what nobody else holds
        # would be collected with it.
        self._answers: set[Future[None]] = set()

    def use_running_loop(self) -> None:
        """Coroutines run in the running loop from now on, where the user's own sessions live."""
        with contextlib.suppress(RuntimeError):
            self._loop = (os.getpid(), asyncio.get_running_loop())

    def __call__(self, request: TokenRequest) -> None:
        loop = self._current_loop()
        if loop is not None and inspect.iscoroutinefunction(self._function):
            answer = asyncio.run_coroutine_threadsafe(self._answer_in_loop(request), loop)
            self._answers.add(answer)
            answer.add_done_callback(self._answers.discard)
        else:
            # A daemon: a provider that hangs must not hold up the end of the program.
            threading.Thread(target=self._answer, args=(request,), name="tellus-token", daemon=True).start()

    def _current_loop(self) -> asyncio.AbstractEventLoop | None:
        if self._loop is None:
            return None
        pid, loop = self._loop
        return loop if pid == os.getpid() and loop.is_running() else None

    def _answer(self, request: TokenRequest) -> None:
        with _failures_told(request):
            answer = self._function()
            request.succeed(*_checked(asyncio.run(_wait_for(answer)) if inspect.isawaitable(answer) else answer))

    async def _answer_in_loop(self, request: TokenRequest) -> None:
        with _failures_told(request):
            request.succeed(*_checked(await _wait_for(self._function())))


async def _wait_for(answer: Any) -> object:
    return await answer


@contextlib.contextmanager
def _failures_told(request: TokenRequest) -> Generator[None]:
    try:
        yield
    except Exception as error:
        request.fail(f"{type(error).__name__}: {error}")
    except BaseException as error:
        request.fail(type(error).__name__)
        raise


def _checked(answer: object) -> tuple[str, float]:
    # The answer itself must not show up in the error: it may hold the token.
    kind = type(answer).__name__
    parts = cast("tuple[object, ...]", answer) if isinstance(answer, tuple) else ()
    if len(parts) != 2:
        raise TypeError(f"it must return (token, expires_in_seconds), not {kind}")
    token, expires_in = parts
    if not isinstance(token, str):
        raise TypeError(f"the token must be a str, not {type(token).__name__}")
    if isinstance(expires_in, bool) or not isinstance(expires_in, int | float):
        raise TypeError(f"expires_in must be a number of seconds, not {type(expires_in).__name__}")
    return token, float(expires_in)
