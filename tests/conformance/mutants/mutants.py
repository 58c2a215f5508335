"""Plants each fault of mutants.toml in a copy of the tree, builds it, and lets the cases look for it. One that they do
not find is a failure: either a case is missing, or the fault is none.

Usage: mutants.py [TEXT]: only those whose name contains it. Needs the variables of .ci/env.sh and a built sandbox.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(os.environ["TELLUS_REPO"])
HOME = Path(os.environ["CARGO_TARGET_DIR"]) / "mutants"
TREE = HOME / "tree"
# Third-party crates are built here once, and the tree's own ones for each mutant anew.
BUILD = HOME / "build"
# The languages that no mutant is for; their folders hold the largest part of the tree.
LEFT_OUT = ("kotlin/", "swift/")
# With the settings of a wheel's build; the interpreter is found when the module is loaded.
PYTHON_BUILD = {"PYO3_BUILD_EXTENSION_MODULE": "1", "PYO3_PYTHON": str(ROOT / ".venv/bin/python")}


def main(only: str = "") -> int:
    mutants = tomllib.loads((Path(__file__).parent / "mutants.toml").read_text())["mutant"]
    chosen = [mutant for mutant in mutants if only in mutant["name"]]
    copy_tree()
    survivors: list[str] = []
    for kind in ("rust", "python"):
        ours = [mutant for mutant in chosen if mutant["runner"].startswith(kind)]
        if not ours:
            continue
        build(kind)
        # Without a fault nothing may be found, or what follows says nothing.
        if found := look(ours[0]["runner"]):
            print(f"without any fault: {found}")
            return 1
        survivors += [mutant["name"] for mutant in ours if not is_found(mutant)]
    print(f"\n{len(chosen)} mutants, {len(survivors)} survived", *survivors, sep="\n  ")
    return 1 if survivors or not chosen else 0


def copy_tree() -> None:
    """Brings the copy up to date, and touches only what differs, so that cargo builds only that."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    for name in listed.stdout.decode().split("\0"):
        source, copy = ROOT / name, TREE / name
        if not name or name.startswith(LEFT_OUT) or not source.is_file():
            continue
        if not copy.exists() or copy.read_bytes() != source.read_bytes():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copy)


def is_found(mutant: dict[str, Any]) -> bool:
    """Plants a fault, looks for it, and takes it out again."""
    path = TREE / mutant["file"]
    sound = path.read_text()
    if sound.count(mutant["find"]) != 1:
        raise SystemExit(f"{mutant['name']}: its text stands {sound.count(mutant['find'])} times in {mutant['file']}")
    start = time.monotonic()
    path.write_text(sound.replace(mutant["find"], mutant["instead"]))
    try:
        if path.suffix == ".rs":
            build(mutant["runner"].partition("-")[0])
        found = look(mutant["runner"])
    finally:
        path.write_text(sound)
    print(f"{mutant['name']}: {found or 'SURVIVED'} ({time.monotonic() - start:.0f} s)", flush=True)
    return found is not None


def build(kind: str) -> None:
    """Builds what the runner of this kind runs on."""
    package = {"rust": "tellus-conformance", "python": "tellus-python"}[kind]
    settings = PYTHON_BUILD if kind == "python" else {}
    command = ["cargo", "build", "--locked", "--quiet", "--package", package, "--target-dir", str(BUILD)]
    # A fault may leave things unused.
    environment = {**os.environ, **settings, "RUSTFLAGS": "--cap-lints=warn"}
    built = subprocess.run(command, cwd=TREE, env=environment, capture_output=True, text=True, check=False)
    if built.returncode:
        raise SystemExit(f"does not build:\n{built.stderr}")
    if kind == "python":
        shutil.copyfile(BUILD / "debug/lib_tellus.so", TREE / "python/tellus/_tellus.abi3.so")


def look(runner: str) -> str | None:
    """The first case that fails, if one does."""
    environment = {**os.environ, "CARGO_TARGET_DIR": str(BUILD), "PYTHONPATH": str(TREE / "python")}
    command = [sys.executable, "-m", "driver", "--fail-fast", "--patience", "3", runner]
    played = subprocess.run(
        command, cwd=TREE / "tests/conformance", env=environment, capture_output=True, text=True, check=False
    )
    if played.returncode == 0:
        return None
    failed = [line.split()[0] for line in played.stdout.splitlines() if line.endswith("FAILED")]
    if not failed:
        raise SystemExit(f"the driver failed:\n{played.stdout}{played.stderr}")
    return failed[0]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
