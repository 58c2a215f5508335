"""Holds the Rust dependencies to .deny.toml: licences, banned crates, duplicate versions and where crates come from.

It asks `cargo metadata` and `cargo tree`, so it needs nothing but cargo, and works without a network. It knows the
part of cargo-deny's format that .deny.toml uses and refuses any other key, so that no rule is ignored in silence.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

KNOWN = {
    "graph": {"all-features"},
    "licenses": {"allow"},
    "bans": {"wildcards", "multiple-versions", "deny", "skip"},
    "sources": {"unknown-registry", "unknown-git"},
}


def allowed(expression: str, allow: set[str]) -> bool:
    """Says whether an SPDX expression can be met with the allowed licences. AND binds tighter than OR."""
    tokens = re.findall(r"[()]|[^\s()]+", expression.replace("/", " OR "))

    def either() -> bool:
        met = both()
        while tokens and tokens[0] == "OR":
            tokens.pop(0)
            met |= both()
        return met

    def both() -> bool:
        met = one()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            met &= one()
        return met

    def one() -> bool:
        token = tokens.pop(0)
        if token == "(":
            met = either()
            tokens.pop(0)
            return met
        if tokens and tokens[0] == "WITH":
            token = f"{token} {tokens.pop(0)} {tokens.pop(0)}"
        return token in allow

    return either()


def complaints(rules: dict[str, Any], metadata: dict[str, Any], used: set[str]) -> Iterator[str]:
    for table, keys in rules.items():
        for key in keys.keys() - KNOWN.get(table, set()):
            yield f".deny.toml: [{table}] {key} is not understood here"

    members = set(metadata["workspace_members"])
    packages = [package for package in metadata["packages"] if f"{package['name']} v{package['version']}" in used]
    banned = {ban["crate"]: ban["reason"] for ban in rules["bans"]["deny"]}
    licences = set(rules["licenses"]["allow"])
    versions = defaultdict(list)

    for package in packages:
        name, source = package["name"], package["source"]
        full = f"{name} {package['version']}"
        versions[name].append(package["version"])
        if not allowed(package["license"] or "none", licences):
            yield f"{full}: its licence is {package['license']}"
        if name in banned:
            yield f"{full}: banned: {banned[name]}"
        if package["id"] not in members and not re.fullmatch(r"registry\+.*/crates\.io-index", source or "a path"):
            yield f"{full}: comes from {source or 'a path outside the workspace'}"
        if package["id"] in members:
            for dependency in package["dependencies"]:
                if dependency["req"] == "*" and not dependency.get("path"):
                    yield f"{full}: takes any version of {dependency['name']}"

    skips = [skip["crate"].split("@") for skip in rules["bans"]["skip"]]
    for name, found in sorted(versions.items()):
        left = [version for version in found if not any(skipped(skip, name, version) for skip in skips)]
        if len(left) > 1:
            yield f"{name}: in the graph in versions {', '.join(sorted(left))}"
    for skip in skips:
        if not any(skipped(skip, skip[0], version) for version in versions[skip[0]]) or len(versions[skip[0]]) == 1:
            yield f".deny.toml: skipping {'@'.join(skip)} is not needed any more"


def skipped(skip: list[str], name: str, version: str) -> bool:
    """A skip names a crate and the beginning of a version: "syn@2" stands for all of 2.x."""
    return skip[0] == name and (f"{version}.").startswith(f"{skip[1]}.")


def cargo(root: Path, *arguments: str) -> str:
    command = ["cargo", *arguments, "--locked", "--all-features"]
    return subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE, text=True).stdout


def main() -> int:
    root = Path(__file__).parents[1]
    rules = tomllib.loads((root / ".deny.toml").read_text())
    metadata = json.loads(cargo(root, "metadata", "--format-version", "1"))
    # The lock file also lists what no platform and no feature of ours turns on; the tree does not.
    tree = cargo(root, "tree", "--workspace", "--target", "all", "--edges", "normal,build,dev", "--prefix", "none")
    used = {" ".join(line.split()[:2]) for line in tree.splitlines() if line}
    found = list(complaints(rules, metadata, used))
    for complaint in found:
        print(f"error: {complaint}")
    print(f"{len(used)} crates checked against .deny.toml, {len(found)} complaints")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
