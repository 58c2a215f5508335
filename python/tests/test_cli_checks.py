"""What the command line refuses before it asks or sends anything."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from commandline import place, posts, run
from support import requests
from terminal import Terminal

import tellus


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
