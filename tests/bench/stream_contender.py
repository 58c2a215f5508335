"""One contender in a fresh process: stream_contender.py CONTENDER WORK BASE SCENARIO [CA_FILE]. Prints JSON."""

from __future__ import annotations

import importlib
import sys

from stream.scenario import Job, Scenario


def main() -> None:
    contender, work, base, scenario, *ca_file = sys.argv[1:]
    job = Job(base, Scenario.parse(scenario), ca_file[0] if ca_file else None)
    # Only the contender's own libraries are loaded.
    getattr(importlib.import_module(f"stream.{contender}"), work)(job)


if __name__ == "__main__":
    main()
