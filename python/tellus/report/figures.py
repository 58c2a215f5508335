"""Pictures inside a page: they hold everything they need, and follow the reader's light or dark."""

# pyright: reportUnknownMemberType=false
from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tellus._later import figure, mpl
from tellus.plot.style import SIZE
from tellus.report.html import Html, tag

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK = "#010203"
"""Stands for the colour of text until the picture is drawn; nothing else has it."""
STYLE = "<style>svg{color:#1c2127}@media(prefers-color-scheme:dark){svg{color:#e4e7eb}}</style>"
LOOK: dict[str, Any] = {
    **dict.fromkeys(("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), INK),
    **dict.fromkeys(("figure.facecolor", "axes.facecolor", "savefig.facecolor"), "none"),
    # Letters as outlines: the page looks alike wherever it is read.
    "svg.fonttype": "path",
    # An id is no formula.
    "text.parse_math": False,
    "font.family": "DejaVu Sans",
}


def picture(draw: Callable[[Axes], object], says: str, height: float = SIZE[1]) -> Html:
    """What `draw` draws, as an image with `says` for whoever cannot see it. `height` is in inches."""
    # The salt makes the ids in the picture the same at each run.
    look: Any = {**LOOK, "svg.hashsalt": says}
    with mpl.rc_context(look):
        canvas = figure.Figure(figsize=(SIZE[0], height), layout="constrained")
        draw(canvas.add_subplot())
        out = io.StringIO()
        canvas.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    drawn = out.getvalue().replace(INK, "currentColor")
    head, mark, rest = drawn.partition("<defs>")
    coded = base64.b64encode(f"{head}{STYLE}{mark}{rest}".encode()).decode()
    return tag("figure", tag("img", src=f"data:image/svg+xml;base64,{coded}", alt=says), tag("figcaption", says))
