"""The command line ``tellus``. Needs the extra ``cli``: typer and rich."""
