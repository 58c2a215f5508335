"""``tellus sandbox``: a local platform in the foreground."""

from __future__ import annotations

import threading

from tellus.sandbox import Sandbox

HELP = "run a local platform until Ctrl-C"


def run(*, port: int, seed: int, speed: float, tls: bool) -> None:
    """Runs a sandbox until Ctrl-C and says how to reach it."""
    with Sandbox(port=port, seed=seed, speed=speed, tls=tls) as sandbox:
        print(f"The sandbox is up: {sandbox.base_url}\n")
        for name, value in sandbox.environment.items():
            print(f"  export {name}={value}")
        shown = ", ".join(sandbox.device_ids[:3])
        print(f"\n{len(sandbox.device_ids)} devices: {shown}, …\nCtrl-C ends it.", flush=True)
        threading.Event().wait()
