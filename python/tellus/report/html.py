"""HTML that cannot be broken out of: every text is escaped, unless it is markup that was made here."""

from __future__ import annotations

from collections.abc import Collection
from html import escape
from typing import Final


class Html(str):
    """Markup."""

    __slots__ = ()


NOTHING: Final = Html("")
VOID = frozenset({"img", "meta"})


def text(value: str) -> Html:
    """A text as markup; markup as it is."""
    return value if isinstance(value, Html) else Html(escape(value, quote=True))


def join(*parts: str) -> Html:
    """Parts one after another."""
    return Html("".join(text(part) for part in parts))


def tag(name: str, /, *content: str, **attributes: str) -> Html:
    """An element. Attributes whose names Python keeps for itself, or does not allow, are written ``class_``,
    ``http_equiv``."""
    named = "".join(f' {key.rstrip("_").replace("_", "-")}="{text(value)}"' for key, value in attributes.items())
    return Html(f"<{name}{named}>" if name in VOID else f"<{name}{named}>{join(*content)}</{name}>")


def table(heads: list[str], rows: list[list[str]], texts: Collection[int] = (0,)) -> Html:
    """A table. The columns with these indices are texts, the others numbers."""
    kinds = ["text" if index in texts else "number" for index in range(len(heads))]

    def line(cell: str, cells: list[str]) -> Html:
        return tag("tr", *(tag(cell, value, class_=kind) for value, kind in zip(cells, kinds, strict=True)))

    body = [line("td", row) for row in rows]
    return tag("div", tag("table", tag("thead", line("th", heads)), tag("tbody", *body)), class_="wide")
