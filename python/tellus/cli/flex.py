"""``tellus flex``: load control for many chargers at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from tellus.cli.ask import ask
from tellus.cli.control import YES
from tellus.cli.guard import client, guarded
from tellus.cli.output import Format, format_of, print_json
from tellus.cli.values import span
from tellus.errors import InvalidRequest


@guarded
def flex(
    context: typer.Context,
    duration: Annotated[timedelta, typer.Option(parser=span, metavar="SPAN", help="For so long, e.g. 1800 or 30m.")],
    percent: Annotated[int | None, typer.Option(metavar="PERCENT", help="Limit power to this share.")] = None,
    pause: Annotated[bool, typer.Option("--pause", help="Pause charging.")] = False,
    site: Annotated[list[str] | None, typer.Option(metavar="ID", help="This site; may be repeated.")] = None,
    operator: Annotated[list[str] | None, typer.Option(metavar="ID", help="This operator; may be repeated.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All your chargers.")] = False,
    reason: Annotated[str | None, typer.Option(help="Why.")] = None,
    yes: Annotated[bool, YES] = False,
) -> None:
    """Limits power or pauses charging for a group of chargers. No call ends a measure early."""
    if pause == (percent is not None):
        raise InvalidRequest("give either --percent or --pause")
    if sum(map(bool, (site, operator, everything))) != 1:
        raise InvalidRequest("give one of --site, --operator and --all")
    ids = site or operator or []
    whom = "all your chargers" if everything else f"{'sites' if site else 'operators'} {', '.join(ids)}"
    what = "Pause charging" if pause else f"Limit power to {percent} %"
    with client() as platform:
        command = platform.ready.flexibility(
            "all" if everything else "site" if site else "operator",
            "pause_charging" if pause else "set_power_limit",
            duration,
            ids,
            percent,
            reason,
        )
        ask(f"{what} for {whom}.", {"for": duration, "reason": reason}, yes)
        receipt = command.wait()
    if format_of(context) is Format.TABLE:
        typer.echo(f"{receipt.status}: {receipt.control_id}")
    else:
        print_json(receipt.to_dict())
