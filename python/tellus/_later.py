"""Libraries of the extras. Each is imported when something of it is used for the first time, and not with this
package."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any


class Later:
    """A module that is not imported yet."""

    def __init__(self, name: str, extra: str) -> None:
        self._name = name
        self._extra = extra

    def __getattr__(self, attribute: str) -> Any:
        # Tools that look at modules ask for such names; that is no use of the library.
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        library = self._name.partition(".")[0]
        try:
            module = importlib.import_module(self._name)
        except ImportError as error:
            if (error.name or "").partition(".")[0] != library:
                raise
            message = f"this needs {library}: pip install 'tellus-sdk[{self._extra}]'"
            raise ImportError(message, name=library) from error
        return getattr(module, attribute)


if TYPE_CHECKING:
    import matplotlib as mpl
    import numpy as np
    import polars as pl
    from matplotlib import figure, pyplot

    # matplotlib tells no types for it.
    dates: Any
else:
    np = Later("numpy", "polars")
    pl = Later("polars", "polars")
    mpl = Later("matplotlib", "plot")
    figure = Later("matplotlib.figure", "plot")
    dates = Later("matplotlib.dates", "plot")
    pyplot = Later("matplotlib.pyplot", "plot")

__all__ = ["dates", "figure", "mpl", "np", "pl", "pyplot"]
