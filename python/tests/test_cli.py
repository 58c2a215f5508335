"""The command line, as a process of its own against the sandbox."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from commandline import place, posts, run
from support import succeeds

import tellus


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
