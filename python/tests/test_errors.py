"""Every kind of error has its class, its attributes and its text."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import NamedTuple

import pytest
from support import FAST

import tellus
from tellus.settings import Settings

SITES = "/operator/sites"


class Case(NamedTuple):
    kind: type[tellus.TellusError]
    builtin: type[Exception]
    fault: dict[str, object]
    expected: dict[str, object]
    text: str
    method: str = "GET"


def refusal(status: int, code: int, **fields: object) -> dict[str, object]:
    return {"kind": "error", "status": status, "code": code, "message": "as asked", **fields}


CASES = [
    Case(tellus.Authentication, Exception, refusal(401, 2001), {"code": 2001, "retryable": False}, "HTTP 401"),
    Case(tellus.PermissionDenied, PermissionError, refusal(403, 2003), {"code": 2003, "http_status": 403}, "2003"),
    Case(tellus.NotFound, LookupError, refusal(404, 3001), {"code": 3001, "retryable": False}, "as asked"),
    Case(
        tellus.InvalidRequest,
        ValueError,
        refusal(400, 1001, details={"field": "size", "value": -1}),
        {"code": 1001, "details": {"field": "size", "value": -1}},
        "as asked",
    ),
    Case(tellus.Conflict, Exception, refusal(409, 4001), {"http_status": 409}, "code 4001"),
    Case(
        tellus.RateLimited,
        Exception,
        refusal(429, 5001, retry_after_seconds=3600),
        {"retry_after": 3600.0, "retryable": True, "attempts": 1},
        "retry after 3600 s",
    ),
    Case(tellus.Server, Exception, refusal(500, 9001), {"retryable": True, "attempts": 2}, "2 attempts"),
    Case(tellus.Server, Exception, {"kind": "html", "status": 502}, {"http_status": 502, "code": None}, "502"),
    Case(tellus.Connection, ConnectionError, {"kind": "drop"}, {"retryable": True, "http_status": None}, "2 attempts"),
    Case(tellus.Timeout, TimeoutError, {"kind": "slow", "delay_ms": 900}, {"retryable": True}, "in time"),
    Case(tellus.Decode, ValueError, {"kind": "not_json"}, {"http_status": 200}, "HTTP 200"),
    Case(tellus.Connection, ConnectionError, {"kind": "truncated"}, {"attempts": 2}, "2 attempts"),
    Case(tellus.OutcomeUnknown, Exception, {"kind": "drop"}, {"retryable": False, "attempts": 1}, "state", "POST"),
]

IMPATIENT: Settings = {**FAST, "timeout": 0.3, "max_attempts": 2}


def check(case: Case, error: BaseException) -> None:
    assert type(error) is case.kind
    assert isinstance(error, case.builtin)
    assert {name: getattr(error, name) for name in case.expected} == case.expected
    assert case.text in str(error)
    assert error.kind == case.kind.__name__ == getattr(tellus.errors, case.kind.__name__).__name__
    assert error.reason in str(error)
    assert "\n" not in str(error)
    if error.http_status is not None and error.code is not None:
        assert error.request_id is not None
        assert error.request_id in str(error)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind.__name__}-{case.fault['kind']}")
async def test_every_kind_with_both_clients(sandbox: tellus.Sandbox, case: Case) -> None:
    fault = {**case.fault, "path": SITES, "times": None}
    with sandbox.client(**IMPATIENT) as client:
        client.authenticate()
        sandbox.inject(fault)
        with pytest.raises(tellus.TellusError) as raised:
            client.request(case.method, SITES)
        check(case, raised.value)
    async with sandbox.async_client(**IMPATIENT) as other:
        with pytest.raises(tellus.TellusError) as raised:
            await other.request(case.method, SITES)
        check(case, raised.value)


async def test_a_closed_client(sandbox: tellus.Sandbox) -> None:
    client, other = sandbox.client(), sandbox.async_client()
    client.close()
    client.close()
    other.close()
    calls: list[Callable[[], object]] = [
        client.authenticate,
        lambda: list(client.sites()),
        lambda: client.device("dvc"),
        lambda: client.stream(["dvc"]),
        lambda: client.subscribe(["dvc"]),
        client.quota_left,
    ]
    for call in calls:
        with pytest.raises(tellus.Closed, match="the client is closed"):
            call()
    with pytest.raises(tellus.Closed):
        await other.authenticate()


def test_all_twelve_are_covered() -> None:
    covered = {case.kind for case in CASES} | {tellus.Closed}
    assert covered == set(tellus.TellusError.__subclasses__())
    assert len(covered) == 12


def test_errors_survive_pickling(client: tellus.Client) -> None:
    with pytest.raises(tellus.NotFound) as raised:
        client.device("dvc_nowhere")
    error = raised.value
    for copy in (pickle.loads(pickle.dumps(error)), pickle.loads(pickle.dumps(tellus.Timeout("late", attempts=3)))):
        assert isinstance(copy, tellus.TellusError)
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), vars(copy)) == (tellus.NotFound, str(error), vars(error))
