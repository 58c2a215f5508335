"""All commands."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

import tellus
from tellus._exits import TABLE
from tellus.cli import completion, control, flex, lists, recording, report, tools, watch
from tellus.cli.output import Format

app = typer.Typer(
    name="tellus",
    help="The Tellus Open Platform on the command line.\n\n"
    "Reads TELLUS_BASE_URL, TELLUS_CLIENT_ID and TELLUS_CLIENT_SECRET, or TELLUS_TOKEN alone (and TELLUS_CA_FILE, "
    "TELLUS_DEVICES) from the environment. `tellus sandbox` runs a local platform to try everything against.",
    epilog=" ".join(TABLE.split()),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    lists.sites,
    lists.device,
    lists.devices,
    lists.records,
    lists.energy,
    watch.watch,
    recording.record,
    recording.replay,
    control.start,
    control.stop,
    control.discharge,
    control.schedule,
    flex.flex,
    report.report,
    tools.token,
    tools.sandbox,
    tools.demo,
):
    app.command()(command)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"tellus {tellus.__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="Print JSON; anywhere on the line.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV; anywhere on the line.")] = False,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")] = False,
) -> None:
    """Options of all commands."""
    if json and csv:
        raise typer.BadParameter("--json and --csv exclude each other")
    context.obj = Format.JSON if json else Format.CSV if csv else Format.TABLE


def run(arguments: Sequence[str]) -> int:
    """Runs a command and returns its exit code."""
    # Whoever types --json at the end means it, too.
    end = arguments.index("--") if "--" in arguments else len(arguments)
    formats = [argument for argument in arguments[:end] if argument in ("--json", "--csv")]
    others = [argument for argument in arguments[:end] if argument not in formats]
    try:
        app([*formats, *others, *arguments[end:]], prog_name="tellus")
    except SystemExit as end_of_it:
        if "--install-completion" in others:
            completion.mend()
        sys.stdout.flush()
        return end_of_it.code if isinstance(end_of_it.code, int) else int(end_of_it.code is not None)
    return 0
