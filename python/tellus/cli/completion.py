"""What typer's ``--install-completion`` leaves to be done."""

from __future__ import annotations

from pathlib import Path

FIRST_TAB = '[[ $funcstack[1] == _tellus ]] && _tellus_completion "$@"'
"""zsh runs the installed file at the first Tab. typer's only defines a function then, and that Tab does nothing."""


def mend() -> None:
    """Makes the first Tab in a new zsh complete, too, where completion has just been installed for zsh."""
    path = Path.home() / ".zfunc" / "_tellus"
    if not path.is_file():
        return
    script = path.read_text()
    if "_tellus_completion()" in script and FIRST_TAB not in script:
        path.write_text(f"{script.rstrip()}\n\n{FIRST_TAB}\n")
