"""The command line."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys

import pytest

import tellus

COMMAND = [sys.executable, "-m", "tellus"]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TELLUS_")}
    return subprocess.run(
        [*COMMAND, *arguments], env=clean | environment, capture_output=True, text=True, timeout=60, check=False
    )


def check(output: str) -> None:
    for step in (
        "[1/5] Authenticate",
        "[2/5] List sites",
        "[3/5] Read a charger",
        "[4/5] Follow live telemetry",
        "[5/5]",
    ):
        assert step in output
    assert re.search(r"site_\w+ .* \d+\n", output)
    assert re.search(r"dvc_\w+ +1  (charging|idle|discharging|fault|unavailable) ", output)
    assert re.search(r"[1-9]\d* frames in .* 0 dropped", output)


def test_the_demo_on_a_sandbox_of_its_own() -> None:
    done = run("demo", "--seconds", "1")
    assert (done.returncode, done.stderr) == (0, "")
    assert "a sandbox was started" in done.stdout
    check(done.stdout)
    assert re.search(r"cmd_\w+ is accepted\n.* telemetry: charging, [\d.]+ kW", done.stdout)
    assert re.search(r"is completed\n +energy: [\d.]+ kWh", done.stdout)


def test_the_demo_against_a_server() -> None:
    with tellus.Sandbox(tls=True, cadence=0.1) as sandbox:
        done = run("demo", "--seconds", "1", **sandbox.environment)
        assert "Nothing is sent" in done.stdout
        assert not [
            entry for entry in sandbox.journal() if entry.get("method") == "POST" and "devices" in entry["path"]
        ]
    assert (done.returncode, done.stderr) == (0, "")
    assert f"Platform: {sandbox.base_url}" in done.stdout
    check(done.stdout)


def test_the_demo_sends_a_command_where_it_is_told_to() -> None:
    with tellus.Sandbox(cadence=0.1, speed=60, no_arrivals=True) as sandbox, sandbox.client() as client:
        device_id = next(id for id in sandbox.device_ids if client.device(id).connectors[0].status == "idle")
        done = run("demo", "--seconds", "1", "--with-command", device_id, "1", **sandbox.environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"connector 1 of {device_id}" in done.stdout
    assert "is completed" in done.stdout


def test_failures_are_one_line_that_says_what_to_do(sandbox: tellus.Sandbox) -> None:
    environment = sandbox.environment | {"TELLUS_CLIENT_SECRET": "wrong"}
    done = run("demo", **environment)
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert "TELLUS_CLIENT_SECRET" in done.stderr
    missing = run("demo", TELLUS_BASE_URL=sandbox.base_url)
    assert (missing.returncode, missing.stderr.count("\n")) == (2, 1)
    assert "TELLUS_CLIENT_ID" in missing.stderr


@pytest.mark.parametrize("command", [["demo"], ["sandbox"]])
def test_ctrl_c_ends_quietly(command: list[str]) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TELLUS_")}
    process = subprocess.Popen(
        [*COMMAND, *command], env=clean, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    until = "[4/5]" if command == ["demo"] else "Ctrl-C"
    for line in process.stdout:
        if until in line:
            break
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (130, "")
