"""The command line, as a process of its own against the sandbox."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support import requests, succeeds
from terminal import Terminal

import tellus


@pytest.fixture(scope="module")
def shared() -> Iterator[tellus.Sandbox]:
    options: dict[str, Any] = {"cadence": 0.05, "speed": 60, "history_days": 7, "no_arrivals": True}
    with tellus.Sandbox(query_per_minute=0, control_per_minute=0, token_per_minute=0, **options) as sandbox:
        yield sandbox


@pytest.fixture
def cli(shared: tellus.Sandbox) -> tellus.Sandbox:
    shared.clear_faults()
    shared.clear_journal()
    return shared


def run(sandbox: tellus.Sandbox, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TELLUS_")}
    return subprocess.run(
        [sys.executable, "-m", "tellus", *arguments],
        env=clean | sandbox.environment | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def posts(sandbox: tellus.Sandbox) -> list[dict[str, Any]]:
    return [entry for entry in requests(sandbox) if entry["method"] == "POST" and "/oauth/" not in entry["path"]]


def place(sandbox: tellus.Sandbox) -> tuple[str, str]:
    with sandbox.client() as client:
        for device_id in sandbox.device_ids:
            device = client.device(device_id)
            for connector in device.connectors:
                if connector.status == "idle" and device.status == "online":
                    return device_id, str(connector.connector_id)
    raise AssertionError("no connector is idle")


@pytest.mark.parametrize(
    ("command", "key"),
    [
        (["sites"], "site_id"),
        (["devices"], "device_id"),
        (["records", "--limit", "5", "--start", "7d"], "record_id"),
    ],
)
def test_lists_in_three_forms(cli: tellus.Sandbox, command: list[str], key: str) -> None:
    shown = run(cli, *command)
    assert shown.returncode == 0, shown
    items = json.loads(run(cli, *command, "--json").stdout)
    lines = list(csv.DictReader(io.StringIO(run(cli, "--csv", *command).stdout)))
    assert [item[key] for item in items] == [line[key] for line in lines]
    assert len(items) >= 3
    assert items[0].get("device_id", items[0].get("site_id")) in shown.stdout


def test_a_device_and_energy(cli: tellus.Sandbox) -> None:
    device_id = cli.device_ids[0]
    assert json.loads(run(cli, "device", device_id, "--json").stdout)["device_id"] == device_id
    assert f"{device_id}: " in run(cli, "device", device_id).stdout
    series = json.loads(run(cli, "energy", "--json", "--start", "3d").stdout)
    assert len(series["points"]) >= 3
    assert "charged kWh" in run(cli, "energy", "--granularity", "month").stdout
    lines = list(csv.DictReader(io.StringIO(run(cli, "energy", "--csv", "--start", "3d").stdout)))
    assert [line["time"] for line in lines] == [point["time"] for point in series["points"]]


def test_watch_writes_lines_where_there_is_no_terminal(cli: tellus.Sandbox) -> None:
    device_id = cli.device_ids[0]
    assert f" {device_id} #1 " in run(cli, "watch", device_id, "--seconds", "0.5").stdout
    frames = run(cli, "watch", device_id, "--seconds", "0.5", "--json").stdout.splitlines()
    assert json.loads(frames[0])["device_id"] == device_id
    lines = run(cli, "watch", device_id, "--seconds", "0.5", "--csv").stdout.splitlines()
    assert lines[0].startswith("device_id,timestamp,connector_id,")


def test_a_charge_is_started_once_and_followed(cli: tellus.Sandbox) -> None:
    device_id, connector = place(cli)
    cli.clear_journal()
    done = run(cli, "start", device_id, connector, "--power", "11", "--duration", "1m", "--yes", "--json")
    assert done.returncode == 0, done
    assert f"Start a charge at connector {connector} of {device_id}." in done.stderr
    assert "most power: 11 kW" in done.stderr
    assert "completed" in done.stderr
    assert json.loads(done.stdout)["status"] == "completed"
    assert [entry["body"] for entry in posts(cli)] == [{"charge_power": 11.0, "duration": 60}]


def test_nothing_acts_without_a_yes(cli: tellus.Sandbox, tmp_path: Path) -> None:
    device_id, connector = place(cli)
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps({"schedule_id": "n", "time_slots": [{"start": "22:00", "end": "06:00"}]}))
    cli.clear_journal()
    for command in (
        ["start", device_id, connector],
        ["stop", device_id, connector],
        ["discharge", device_id, connector, "--power", "5"],
        ["schedule", device_id, connector, str(plan)],
        ["flex", "--all", "--pause", "--duration", "60"],
    ):
        done = run(cli, *command)
        assert done.returncode == 2, done
        assert "nothing was sent" in done.stderr
    assert posts(cli) == []
    assert run(cli, "schedule", device_id, connector, str(plan), "-y").returncode == 0
    assert run(cli, "flex", "--all", "--pause", "--duration", "60", "--yes").returncode == 0
    assert len(posts(cli)) == 2


def test_nothing_is_asked_about_what_would_never_be_sent(cli: tellus.Sandbox, tmp_path: Path) -> None:
    device_id, connector = place(cli)
    at, number = (device_id, connector), int(connector)
    backwards = tmp_path / "plan.json"
    plan = {"schedule_id": "n", "type": "weekly", "time_slots": [{"start": "22:00", "end": "06:00"}]}
    backwards.write_text(json.dumps(plan))
    cli.clear_journal()
    client = cli.client()
    cases: list[tuple[str, list[str], Callable[[], object]]] = [
        ("charge_power", ["start", *at, "--power", "0"], lambda: client.start(device_id, number, 0)),
        ("charge_power", ["start", *at, "--power", "nan"], lambda: client.start(device_id, number, math.nan)),
        ("duration", ["start", *at, "--duration", "0"], lambda: client.start(device_id, number, duration=0)),
        ("target_soc", ["start", *at, "--target-soc", "101"], lambda: client.start(device_id, number, target_soc=101)),
        ("target_soc", ["start", *at, "--target-soc", "999"], lambda: client.start(device_id, number, target_soc=999)),
        ("connector_id", ["start", device_id, "0"], lambda: client.start(device_id, 0)),
        ("connector_id", ["stop", device_id, "0"], lambda: client.stop(device_id, 0)),
        ("device_id", ["stop", "..", "1"], lambda: client.stop("..", 1)),
        ("discharge_power", ["discharge", *at, "--power", "-5"], lambda: client.discharge(device_id, number, -5)),
        (
            "min_soc",
            ["discharge", *at, "--power", "5", "--min-soc", "-1"],
            lambda: client.discharge(device_id, number, 5, min_soc=-1),
        ),
        (
            "time_slots[0].day_of_week",
            ["schedule", *at, str(backwards)],
            lambda: client.set_schedule(device_id, number, tellus.Schedule.from_dict(plan)),
        ),
        (
            "power_limit_percent",
            ["flex", "--all", "--percent", "101", "--duration", "60"],
            lambda: client.flexibility("all", "set_power_limit", 60, power_limit_percent=101),
        ),
        (
            "duration",
            ["flex", "--all", "--pause", "--duration", "0"],
            lambda: client.flexibility("all", "pause_charging", 0),
        ),
        (
            "target_ids",
            ["flex", "--site", " ", "--pause", "--duration", "60"],
            lambda: client.flexibility("site", "pause_charging", 60, target_ids=[" "]),
        ),
    ]
    for field, command, call in cases:
        with pytest.raises(tellus.InvalidRequest) as refused:
            call()
        assert refused.value.details["field"] == field
        done = run(cli, *command)
        # One line, the core's own: neither what would be done nor the question was shown.
        assert (done.returncode, done.stdout) == (2, ""), done
        assert done.stderr == f"tellus: {refused.value}.\n"
        assert str(refused.value).startswith(f"{field}: ")
    client.close()
    assert requests(cli) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("schedule_id", 5),
        ("type", None),
        ("enabled", "yes"),
        ("timezone", 1),
        ("target_soc", "80"),
        ("effective_from", 7),
        ("time_slots[0].start", 22),
        ("time_slots[0].power_limit", "11"),
        ("time_slots[0].day_of_week", None),
        ("time_slots[0].day_of_week", [1]),
        ("time_slots[0].action", ["charge"]),
    ],
)
def test_a_plan_of_the_wrong_types(cli: tellus.Sandbox, tmp_path: Path, field: str, value: object) -> None:
    slot: dict[str, Any] = {"start": "22:00", "end": "06:00"}
    plan: dict[str, Any] = {"schedule_id": "n", "time_slots": [slot]}
    (slot if "." in field else plan)[field.rpartition(".")[2]] = value
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plan))
    done = run(cli, "schedule", cli.device_ids[0], "1", str(file))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done
    assert done.stderr.startswith(f"tellus: {field} must be ")
    assert requests(cli) == []


def test_numbers_that_no_calendar_holds(cli: tellus.Sandbox) -> None:
    for command in (
        ["start", "d", "1", "--duration", "9" * 20 + "w"],
        ["start", "d", "1", "--duration", "9" * 5000],
        ["records", "--start", "9" * 20 + "d"],
        ["records", "--start", "9999999w"],
    ):
        done = run(cli, *command)
        assert (done.returncode, "Traceback" in done.stderr) == (2, False), done
    assert requests(cli) == []


def test_the_question_at_a_terminal(cli: tellus.Sandbox) -> None:
    device_id, connector = place(cli)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TELLUS_")}
    environment = clean | cli.environment
    tellus_start = (sys.executable, "-m", "tellus", "start", device_id, connector)
    with Terminal(*tellus_start, "--target-soc", "101", environment=environment) as terminal:
        assert terminal.end() == 2
        assert "target_soc" in terminal.shown
        assert "Send it?" not in terminal.shown
    for answer, code, sent in (("n", 1, 0), ("y", 0, 1)):
        with Terminal(*tellus_start, "--patience", "0", environment=environment) as terminal:
            terminal.until("Send it?")
            assert posts(cli) == []
            terminal.press(f"{answer}\n")
            assert terminal.end() == code
        assert len(posts(cli)) == sent


def test_exit_codes(cli: tellus.Sandbox) -> None:
    device_id, connector = place(cli)
    error = {"kind": "error", "path": "/operator/devices", "times": None}
    cases: list[tuple[int, dict[str, Any] | None, list[str]]] = [
        (4, None, ["device", "dvc_nowhere"]),
        (2, None, ["start", device_id, connector, "--target-soc", "101", "-y"]),
        (2, None, ["records", "--start", "soon"]),
        (2, None, ["nonsense"]),
        (5, None, ["stop", device_id, connector, "-y"]),
        (3, {**error, "status": 403, "code": 2003}, ["device", device_id]),
        (6, {**error, "status": 429, "code": 5001, "retry_after_seconds": 3600}, ["device", device_id]),
        (7, {**error, "kind": "not_json"}, ["device", device_id]),
        (
            8,
            {**error, "kind": "lost_answer", "path": f"/operator/devices/{device_id}/c"},
            ["start", device_id, "1", "-y"],
        ),
    ]
    for code, fault, command in cases:
        if fault:
            cli.inject({name: value for name, value in fault.items() if fault["kind"] == "error" or name in NAMES})
        done = run(cli, *command)
        assert done.returncode == code, done
        assert "Traceback" not in done.stderr
        if command[0] not in ("records", "nonsense", "start", "stop"):
            assert done.stderr.count("\n") == 1
        cli.clear_faults()
    assert run(cli, "sites", TELLUS_CLIENT_SECRET="wrong").returncode == 3


NAMES = ("kind", "path", "times")


def test_a_command_that_the_charger_refuses(cli: tellus.Sandbox) -> None:
    cli.inject("command_failed", reason="cable_locked")
    done = run(cli, "start", *place(cli), "--yes")
    assert done.returncode == 9
    assert "cable_locked" in done.stderr


def test_the_token_is_not_shown_unasked(cli: tellus.Sandbox) -> None:
    done = run(cli, "token")
    assert done.returncode == 0
    assert "valid for 86" in done.stdout
    token = json.loads(run(cli, "token", "--show", "--json").stdout)["token"]
    assert len(token) > 20
    assert "token" not in json.loads(run(cli, "token", "--json").stdout)


def test_help_tells_the_exit_codes(cli: tellus.Sandbox) -> None:
    assert "130 Ctrl-C" in run(cli, "--help").stdout
    assert run(cli, "--version").stdout == f"tellus {tellus.__version__}\n"


def test_the_package_alone_needs_neither_typer_nor_rich() -> None:
    succeeds("""
        import sys
        import tellus
        assert not {"typer", "rich"} & set(sys.modules)
    """)
    done = succeeds("""
        import contextlib, io, sys
        sys.modules["typer"] = sys.modules["rich"] = None
        from tellus.__main__ import main
        errors = io.StringIO()
        with contextlib.redirect_stderr(errors):
            assert main(["sites"]) == 2
        assert errors.getvalue() == "tellus: the command sites needs typer and rich: pip install 'tellus-sdk[cli]'\\n"
        assert main(["demo", "--seconds", "1"]) == 0
    """)
    assert "[5/5] Send a command" in done
