"""Pictures of the figures of :mod:`tellus.kpi`, with matplotlib: ``pip install 'tellus-sdk[plot]'``.

    from tellus import kpi, plot

    plot.load_curve(kpi.load_curve(records, window)).figure.savefig("load.png")

Each draws on the axes that it is given as `ax`, or on new ones in a figure of 800 x 450 pixels, and returns them. Axes
have units, times are local ones of the table's zone, colours can be told apart by everybody and in print.
:func:`sparkline` needs no matplotlib: it is a small picture of a charger's power, which a notebook shows in a line.
"""

from tellus.plot.heat import heat_map
from tellus.plot.histogram import session_histogram
from tellus.plot.load import load_curve
from tellus.plot.spark import Sparkline, sparkline
from tellus.plot.timeline import timeline

__all__ = ["Sparkline", "heat_map", "load_curve", "session_histogram", "sparkline", "timeline"]
