"""Looks for answers of the sandbox that the platform's OpenAPI document, under overlay.json, does not allow.

    python3 tests/sandbox/schemathesis.py SANDBOX CONTRACT [SECONDS]

SANDBOX is the built program, CONTRACT the document, SECONDS (60) about how long to look. What is looked at, and what
not, is said in schemathesis.toml. The tool comes into a virtual environment under target/ (or $CARGO_TARGET_DIR). The
exit status says whether anything was found.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).resolve().parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parents[1] / "target"))
# Quotas lifted, tokens that outlast the run, and a fleet small enough to be quick.
FLAGS = (
    *("--json", "--exit-with-stdin", "--history-days", "2", "--token-lifetime", "1000000000"),
    *(f"--{limit}=0" for limit in ("query-per-minute", "control-per-minute", "token-per-minute")),
    *("--device-per-second=0", "--device-per-minute=0"),
)

Json = dict[str, Any]


def main(sandbox: str, contract: str, seconds: str = "60") -> int:
    st = tool()
    with running(sandbox) as told:
        base = told["base_url"]
        document = laid_over(json.loads(Path(contract).read_text()), json.loads((HERE / "overlay.json").read_text()))
        name_what_is_there(document, [*told["devices"], register(base, "SN-OPERATOR")["device_id"]])
        let_null_be_absent(document)
        found = []
        for side, token in (("operator", operator_token(base, told)), ("device", device_token(base))):
            paths = {path: calls for path, calls in document["paths"].items() if path.startswith(f"/{side}/")}
            file = TARGET / f"schemathesis-{side}.json"
            file.write_text(json.dumps(document | {"paths": paths}))
            found.append(look(st, file, base, token, int(seconds) // 2))
    return max(found)


def tool() -> Path:
    """The program `st` of the pinned version."""
    home = TARGET / "schemathesis"
    wanted = HERE / "requirements.txt"
    stamp = home / "requirements.txt"
    if not stamp.exists() or stamp.read_text() != wanted.read_text():
        subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True)
        subprocess.run([home / "bin" / "pip", "install", "--quiet", "--requirement", wanted], check=True)
        stamp.write_text(wanted.read_text())
    return home / "bin" / "st"


@contextlib.contextmanager
def running(sandbox: str) -> Iterator[Json]:
    """A sandbox whose clock runs fast, so that long polls end soon; yields what it says of itself."""
    with subprocess.Popen([sandbox, *FLAGS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        told: Json = json.loads(process.stdout.readline())
        over = threading.Event()
        clock = threading.Thread(target=hurry, args=(told["base_url"].removesuffix("/v1"), over))
        clock.start()
        try:
            yield told
        finally:
            over.set()
            clock.join()
            # It ends with its standard input.
            process.stdin.close()


def hurry(root: str, over: threading.Event) -> None:
    while not over.wait(0.1):
        post(f"{root}/_sandbox/clock", {"advance_seconds": 20})


def look(st: Path, document: Path, base: str, token: str, seconds: int) -> int:
    command = [str(st), "--config-file", str(HERE / "schemathesis.toml"), "run", str(document), "--url", base]
    command += ["--header", f"Authorization: Bearer {token}", "--max-time", str(seconds)]
    return subprocess.run(command, cwd=TARGET, check=False).returncode


def laid_over(under: Any, over: Any) -> Any:
    """Objects are merged, everything else is replaced."""
    if not (isinstance(under, dict) and isinstance(over, dict)):
        return over
    return under | {name: laid_over(under.get(name), value) for name, value in over.items()}


def name_what_is_there(document: Json, devices: list[str]) -> None:
    """Tells the tool the ids that exist: others it makes up."""
    for path in document["paths"].values():
        for call in path.values():
            for parameter in call.get("parameters", []):
                if parameter.get("name") == "device_id":
                    parameter["schema"] = {"type": "string", "enum": devices}


def let_null_be_absent(document: Json) -> None:
    """Not specified, and so the sandbox takes it: null in the place of a field that need not be there."""

    def relaxed(schema: Json) -> Json:
        if reference := schema.get("$ref"):
            return relaxed(document["components"]["schemas"][reference.rsplit("/", 1)[1]])
        schema = {name: value for name, value in schema.items() if name not in ("example", "description")}
        if fields := schema.get("properties"):
            needed = schema.get("required", [])
            schema["properties"] = {
                name: relaxed(field) if name in needed else {"anyOf": [relaxed(field), {"type": "null"}]}
                for name, field in fields.items()
            }
        if items := schema.get("items"):
            schema["items"] = relaxed(items)
        return schema

    for path in document["paths"].values():
        for call in path.values():
            content = call.get("requestBody", {}).get("content", {}).get("application/json")
            if content:
                content["schema"] = relaxed(content["schema"])


def operator_token(base: str, told: Json) -> str:
    body = {"client_id": told["client_id"], "client_secret": told["client_secret"], "grant_type": "client_credentials"}
    return str(post(f"{base}/operator/oauth/token", body)["access_token"])


def device_token(base: str) -> str:
    told = register(base, "SN-DEVICE")
    body = {name: told[name] for name in ("device_id", "device_secret")} | {"grant_type": "client_credentials"}
    return str(post(f"{base}/device/token", body)["access_token"])


def register(base: str, sn: str) -> Json:
    body = {"sn": sn, "model": "AC", "manufacturer": "A Maker", "firmware_version": "1.0.0"}
    told: Json = post(f"{base}/device/register", body)["data"]
    return told


def post(url: str, body: Json) -> Json:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        told: Json = json.load(answer)
        return told


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
