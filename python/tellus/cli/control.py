"""Commands for one connector. They ask before they act, and send once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from tellus._screen import number
from tellus._tellus import Call, CommandReceipt, CoreClient
from tellus.cli.ask import ask
from tellus.cli.guard import client, guarded
from tellus.cli.output import Format, format_of, print_json
from tellus.cli.progress import follow
from tellus.cli.values import span
from tellus.client import Client
from tellus.errors import InvalidRequest, NotFound
from tellus.schedule import Schedule

DEVICE = typer.Argument(metavar="DEVICE")
CONNECTOR = typer.Argument(metavar="CONNECTOR", help="Its number, from 1.")
YES = typer.Option("--yes", "-y", help="Do not ask.")
PATIENCE = typer.Option(parser=span, metavar="SPAN", help="Follow it for so long; 0: not at all.")
DURATION = typer.Option(parser=span, metavar="SPAN", help="For so long, e.g. 1800 or 30m.")


@guarded
def start(
    context: typer.Context,
    device_id: Annotated[str, DEVICE],
    connector: Annotated[int, CONNECTOR],
    power: Annotated[float | None, typer.Option(metavar="KW", help="The most power, in kW.")] = None,
    duration: Annotated[timedelta | None, DURATION] = None,
    target_soc: Annotated[int | None, typer.Option(metavar="PERCENT", help="Stop at this state of charge.")] = None,
    transaction_id: Annotated[str | None, typer.Option(metavar="ID", help="Your own identifier.")] = None,
    yes: Annotated[bool, YES] = False,
    patience: Annotated[timedelta, PATIENCE] = timedelta(seconds=60),
) -> None:
    """Starts a charge."""
    details = {
        "most power": _unit(power, "kW"),
        "for": duration,
        "until": _unit(target_soc, "%"),
        "transaction": transaction_id,
    }
    _run(
        context,
        (device_id, connector),
        "Start a charge",
        details,
        lambda ready: ready.start(device_id, connector, power, duration, target_soc, transaction_id),
        yes,
        patience,
    )


@guarded
def stop(
    context: typer.Context,
    device_id: Annotated[str, DEVICE],
    connector: Annotated[int, CONNECTOR],
    reason: Annotated[str | None, typer.Option(help="Why.")] = None,
    yes: Annotated[bool, YES] = False,
    patience: Annotated[timedelta, PATIENCE] = timedelta(seconds=60),
) -> None:
    """Ends a session."""
    place = (device_id, connector)

    details = {"reason": reason}
    _run(context, place, "End the session", details, lambda ready: ready.stop(*place, reason), yes, patience)


@guarded
def discharge(
    context: typer.Context,
    device_id: Annotated[str, DEVICE],
    connector: Annotated[int, CONNECTOR],
    power: Annotated[float, typer.Option(metavar="KW", help="Power out of the vehicle, in kW.")],
    duration: Annotated[timedelta | None, DURATION] = None,
    min_soc: Annotated[int | None, typer.Option(metavar="PERCENT", help="Not below this state of charge.")] = None,
    yes: Annotated[bool, YES] = False,
    patience: Annotated[timedelta, PATIENCE] = timedelta(seconds=60),
) -> None:
    """Starts a discharge (V2G)."""
    details = {"power": _unit(power, "kW"), "for": duration, "not below": _unit(min_soc, "%")}
    _run(
        context,
        (device_id, connector),
        "Start a discharge",
        details,
        lambda ready: ready.discharge(device_id, connector, power, duration, min_soc),
        yes,
        patience,
    )


@guarded
def schedule(
    context: typer.Context,
    device_id: Annotated[str, DEVICE],
    connector: Annotated[int, CONNECTOR],
    file: Annotated[Path, typer.Argument(metavar="FILE.json", help="The plan, in the platform's own form.")],
    yes: Annotated[bool, YES] = False,
    patience: Annotated[timedelta, PATIENCE] = timedelta(seconds=60),
) -> None:
    """Stores a plan on a connector."""
    try:
        plan = Schedule.from_dict(json.loads(file.read_text()))
    except ValueError as error:
        if isinstance(error, InvalidRequest):
            raise
        raise InvalidRequest(f"{file} is no JSON: {error}") from error
    slots = ", ".join(f"{slot.start}–{slot.end} {slot.action}" for slot in plan.time_slots)
    details = {"plan": f"{plan.schedule_id}, {plan.type}", "slots": slots, "zone": plan.timezone}

    def make(ready: CoreClient) -> Call[CommandReceipt | None]:
        try:
            return ready.set_schedule(device_id, connector, plan)
        except TypeError as error:
            # The file holds a text where a number belongs, or the like.
            raise InvalidRequest(str(error)) from error

    _run(context, (device_id, connector), "Store a plan", details, make, yes, patience)


def _run(
    context: typer.Context,
    place: tuple[str, int],
    what: str,
    details: Mapping[str, object],
    make: Callable[[CoreClient], Call[CommandReceipt] | Call[CommandReceipt | None]],
    yes: bool,
    patience: timedelta,
) -> None:
    device_id, connector = place
    form = format_of(context)
    with client() as platform:
        command = make(platform.ready)
        now = _now(platform, device_id, connector)
        ask(f"{what} at connector {connector} of {device_id}.", {"now": now, **details}, yes)
        receipt = command.wait()
        if receipt is not None and patience:
            follow(platform, receipt.command_id, patience, form)
        elif form is not Format.TABLE:
            print_json(None if receipt is None else receipt.to_dict())
        else:
            typer.echo("Done." if receipt is None else f"{receipt.status}: {receipt.command_id}")


def _now(platform: Client, device_id: str, connector_id: int) -> str:
    for connector in platform.device(device_id).connectors:
        if connector.connector_id == connector_id:
            soc = "" if connector.soc is None else f", {number(connector.soc, 0)} %"
            return f"{connector.status}, {number(connector.power, 1)} kW{soc}"
    raise NotFound(f"{device_id} has no connector {connector_id}; nothing was sent")


def _unit(value: float | None, unit: str) -> str | None:
    return None if value is None else f"{value:g} {unit}"
