"""Builds the console as a package that uses the library from outside, where a warning is a failure, and runs it against
a sandbox that is restarted meanwhile: test_watch.py COMMAND..., the command that stands for `swift`.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "Watch"))

from backend import Backend

SWIFT: list[str] = []
REPO = Path(os.environ["TELLUS_REPO"])
PACKAGE = [
    *("--package-path", str(REPO / "swift/Samples/Watch")),
    *("--scratch-path", str(Path(os.environ["CARGO_TARGET_DIR"]) / "swift-watch")),
    *("-Xlinker", f"-L{REPO / 'swift/Generated/lib'}", "-Xswiftc", "-warnings-as-errors"),
]
SECRET = "sandbox-secret-of-the-backend"
READING = re.compile(r"^\d\d:\d\d:\d\d\.\d+Z?  connector \d+  [a-z]+ +(-?[\d.]+|-) kW +(-?[\d.]+|-) kWh +(\d+|-) %$")


class Sandbox:
    """A platform; at the port of a former one if one is named."""

    def __init__(self, port: int = 0) -> None:
        options = ["--json", "--exit-with-stdin", "--cadence-ms", "50", "--client-secret", SECRET, "--port", str(port)]
        command = [os.environ["TELLUS_SANDBOX_BIN"], *options]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.told = json.loads(self.process.stdout.readline())

    @property
    def port(self) -> int:
        return int(self.told["base_url"].split(":")[2].split("/")[0])

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class Console:
    """A running console, read line by line."""

    def __init__(self, *arguments: str) -> None:
        self.lines: list[str] = []
        command = [*SWIFT, "run", *PACKAGE, "--skip-build", "watch", *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
        self.alarm = threading.Timer(60, self.interrupt, [signal.SIGKILL])
        self.alarm.start()

    def until(self, pattern: str) -> str:
        """Reads on to the line that the pattern finds."""
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if re.search(pattern, line):
                return line
        raise AssertionError(f"no line with {pattern!r} in:\n" + "\n".join(self.lines))

    def interrupt(self, number: int = signal.SIGINT) -> None:
        os.killpg(self.process.pid, number)

    def end(self) -> int:
        self.lines += self.process.stdout.read().splitlines()
        code = self.process.wait()
        self.alarm.cancel()
        self.process.stdout.close()
        return code


class WatchTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        done = subprocess.run([*SWIFT, "build", *PACKAGE], capture_output=True, text=True, check=False)
        told = done.stdout + done.stderr
        if done.returncode != 0 or "warning:" in told:
            raise AssertionError(f"the package does not build without a warning:\n{told}")

    def setUp(self) -> None:
        self.sandbox = Sandbox()
        self.backend = Backend(self.sandbox.told["base_url"], self.sandbox.told["client_id"], SECRET)
        threading.Thread(target=self.backend.serve_forever, daemon=True).start()

    def tearDown(self) -> None:
        self.backend.shutdown()
        self.backend.server_close()
        self.sandbox.stop()

    def console(self, *options: str) -> Console:
        return Console(self.sandbox.told["base_url"], self.backend.url, *options)

    def test_it_ends_after_so_many_frames(self) -> None:
        charger = self.sandbox.told["devices"][0]
        console = self.console(charger, "--frames", "5")
        self.assertEqual(console.end(), 0)
        text = "\n".join(console.lines)
        self.assertEqual(console.lines[0], "Sites")
        self.assertRegex(text, r"(?m)^  .+ kW, \d+ connectors \(.+\)$")
        self.assertRegex(text, rf"(?m)^Charger {charger}, ")
        readings = [line for line in console.lines if READING.match(line)]
        self.assertGreaterEqual(len(readings), 5, text)
        self.assertRegex(console.lines[-1], r"^5 frames over 1 connections, 1 gaps, 0 dropped$")
        self.assertEqual(self.backend.tokens, 1)
        self.assertNotIn(SECRET, text)

    def test_it_survives_a_restart_and_stops_at_an_interrupt(self) -> None:
        console = self.console()
        console.until(r"connector \d")
        port = self.sandbox.port
        self.sandbox.stop()
        console.until("no connection, next try in")
        self.sandbox = Sandbox(port)
        console.until(r"-- \S+ connected")
        console.until(r"is observed again after [\d.]+ s \(reconnect\)")
        console.until(r"connector \d")
        console.interrupt()
        self.assertEqual(console.end(), 0, "\n".join(console.lines))
        self.assertTrue(any("is not observed since" in line for line in console.lines))
        self.assertEqual(console.lines[-2], "-- stopped")
        self.assertRegex(console.lines[-1], r"^\d+ frames over 2 connections, 2 gaps, 0 dropped$")
        self.assertGreaterEqual(self.backend.tokens, 2, "the new platform does not know the old token")

    def test_a_wrong_word_is_told(self) -> None:
        console = Console("only-one")
        self.assertNotEqual(console.end(), 0)
        self.assertIn("usage: watch PLATFORM BACKEND", console.lines[-1])


if __name__ == "__main__":
    SWIFT[:] = sys.argv[1:]
    unittest.main(argv=sys.argv[:1], verbosity=2)
