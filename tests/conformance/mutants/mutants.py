"""Plants each fault of mutants.toml in a copy of the tree, builds it, and lets the cases look for it. One that they do
not find is a failure: either a case is missing, or the fault is none.

Usage: mutants.py [TEXT]: only those whose name contains it. Needs the variables of .ci/env.sh, a built sandbox, and
what .ci/conformance builds for their runners; `mutants.py --runners [TEXT]` says which those are.
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
KINDS = ("rust", "python", "kotlin", "swift")
# What generators and compilers made of the sound tree, and a fault in the hand-written part leaves as it is.
MADE = {
    "kotlin": ("kotlin/generated", "kotlin/target/classes", "tests/conformance/kotlin/target"),
    "swift": ("swift/Generated",),
}
KOTLIN_JAR = "tellus-sdk-0.1.0.jar"
BINDINGS = "libtellus_ffi.so"
# With the settings of a wheel's build; the interpreter is found when the module is loaded.
PYTHON_BUILD = {"PYO3_BUILD_EXTENSION_MODULE": "1", "PYO3_PYTHON": str(ROOT / ".venv/bin/python")}


def main(*arguments: str) -> int:
    only = next((text for text in arguments if text != "--runners"), "")
    mutants = tomllib.loads((Path(__file__).parent / "mutants.toml").read_text())["mutant"]
    chosen = [mutant for mutant in mutants if only in mutant["name"]]
    if "--runners" in arguments:
        print(*sorted({mutant["runner"] for mutant in chosen}), sep="\n")
        return 0 if chosen else 1
    copy_tree()
    survivors: list[str] = []
    for kind in KINDS:
        ours = [mutant for mutant in chosen if kind_of(mutant["runner"]) == kind]
        if not ours:
            continue
        copy_made(kind)
        build(kind)
        # Without a fault nothing may be found, or what follows says nothing.
        if found := look(ours[0]["runner"]):
            print(f"without any fault: {found}")
            return 1
        survivors += [mutant["name"] for mutant in ours if not is_found(mutant)]
    print(f"\n{len(chosen)} mutants, {len(survivors)} survived", *survivors, sep="\n  ")
    return 1 if survivors or not chosen else 0


def kind_of(runner: str) -> str:
    """The language of a runner."""
    return runner.partition("-")[0]


def copy_tree() -> None:
    """Brings the copy up to date."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    for name in listed.stdout.decode().split("\0"):
        if name:
            copy(name)


def copy_made(kind: str) -> None:
    """Brings over what need not be made again."""
    for folder in MADE.get(kind, ()):
        for path in (ROOT / folder).rglob("*"):
            copy(str(path.relative_to(ROOT)))


def copy(name: str) -> None:
    """Copies a file, and touches only what differs, so that compilers build only that."""
    source, target = ROOT / name, TREE / name
    if not source.is_file():
        return
    if not target.exists() or target.read_bytes() != source.read_bytes():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    shutil.copymode(source, target)


def is_found(mutant: dict[str, Any]) -> bool:
    """Plants a fault, looks for it, and takes it out again."""
    path = TREE / mutant["file"]
    sound = path.read_text()
    if sound.count(mutant["find"]) != 1:
        raise SystemExit(f"{mutant['name']}: its text stands {sound.count(mutant['find'])} times in {mutant['file']}")
    start = time.monotonic()
    path.write_text(sound.replace(mutant["find"], mutant["instead"]))
    try:
        if path.suffix != ".py":
            build(kind_of(mutant["runner"]))
        found = look(mutant["runner"])
    finally:
        path.write_text(sound)
    print(f"{mutant['name']}: {found or 'SURVIVED'} ({time.monotonic() - start:.0f} s)", flush=True)
    return found is not None


def build(kind: str) -> None:
    """Builds what the runner of this kind runs on; in Swift the hand-written part alone, in Kotlin the bindings too."""
    {"rust": build_rust, "python": build_python, "kotlin": build_kotlin, "swift": build_swift}[kind]()


def build_rust() -> None:
    cargo("tellus-conformance")


def build_python() -> None:
    cargo("tellus-python", **PYTHON_BUILD)
    shutil.copyfile(BUILD / "debug/lib_tellus.so", TREE / "python/tellus/_tellus.abi3.so")


def build_kotlin() -> None:
    cargo("tellus-ffi")
    # As .ci/generate packs it; the code that was generated from it says nothing of what a function does.
    run(["strip", "--strip-unneeded", "-o", str(BUILD / BINDINGS), str(BUILD / "debug" / BINDINGS)])
    for library in (TREE / "kotlin/target/classes").rglob(BINDINGS):
        shutil.copyfile(BUILD / BINDINGS, library)
    goals = ["kotlin:compile@compile", "jar:jar@default-jar"]
    run(["mvn", "--batch-mode", "--quiet", "--file", "kotlin/pom.xml", *goals])
    libraries = TREE / "tests/conformance/kotlin/target/libraries"
    shutil.copyfile(TREE / "kotlin/target" / KOTLIN_JAR, libraries / KOTLIN_JAR)


def build_swift() -> None:
    places = ["--package-path", "tests/conformance/swift/Runner", "--scratch-path", str(BUILD / "swift-conformance")]
    run([".ci/swift-run", "build", *places, "-Xlinker", f"-L{TREE}/swift/Generated/lib"])


def cargo(package: str, **settings: str) -> None:
    # A fault may leave things unused.
    settings["RUSTFLAGS"] = "--cap-lints=warn"
    run(["cargo", "build", "--locked", "--quiet", "--package", package, "--target-dir", str(BUILD)], **settings)


def run(command: list[str], **settings: str) -> None:
    environment = {**os.environ, "CARGO_TARGET_DIR": str(BUILD), **settings}
    built = subprocess.run(command, cwd=TREE, env=environment, capture_output=True, text=True, check=False)
    if built.returncode:
        raise SystemExit(f"does not build:\n{built.stdout}{built.stderr}")


def look(runner: str) -> str | None:
    """The first case that fails, if one does."""
    environment = {**os.environ, "CARGO_TARGET_DIR": str(BUILD), "PYTHONPATH": str(TREE / "python")}
    if kind_of(runner) in MADE:
        # Their runners stand in the copy; Python's interpreter does not.
        environment["TELLUS_REPO"] = str(TREE)
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
