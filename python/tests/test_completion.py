"""Tab in the shells that ``--install-completion`` is for, in a terminal, with nothing but what it has installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from terminal import Terminal

SHELLS = ("bash", "zsh", "fish")


def environment(home: Path) -> dict[str, str]:
    # No settings of the platform: completing asks nobody.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {"HOME": str(home), "PATH": path, "TERM": "xterm", "LANG": "C.UTF-8", "NO_COLOR": "1"}


def in_shell(shell: str, home: Path, line: str) -> str:
    if shutil.which(shell) is None:
        assert "TELLUS_REQUIRE_ALL" not in os.environ, f"{shell} is required and missing"
        pytest.skip(f"{shell} is not installed")
    # The shell is recognised by being the parent, so it must not hand its process over to its last command.
    done = subprocess.run(
        [shell, "-c", f"{line}; true"], env=environment(home), capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stderr == ""
    return done.stdout


@pytest.mark.timeout(300)
@pytest.mark.parametrize("shell", SHELLS)
def test_tab_completes_commands_options_and_words(shell: str, tmp_path: Path) -> None:
    assert f"{shell} completion installed" in in_shell(shell, tmp_path, "tellus --install-completion")
    with Terminal(shell, "-i", environment=environment(tmp_path)) as terminal:
        terminal.press('echo re""ady\n')
        terminal.until("ready")
        # The very first Tab, too.
        terminal.press("tellus disch\t--help\n")
        terminal.until("Starts a discharge")
        # Each of these gets as far as the one argument that is wrong only if what stands before it was completed.
        terminal.press("tellus records --lim\t0 --star\tnever\n")
        terminal.until("'never' is neither")
        terminal.press("tellus energy --granularity mo\t--end soon\n")
        terminal.until("'soon' is neither")
        terminal.press("exit\n")
        terminal.end()


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_can_be_shown(shell: str, tmp_path: Path) -> None:
    assert f"_TELLUS_COMPLETE=complete_{shell}" in in_shell(shell, tmp_path, "tellus --show-completion")
    assert not any(tmp_path.glob(".*rc"))
