"""The logger `tellus`, in a module of its own: importing `logging` takes as long as the rest of the package, and
nothing is logged before the first call."""

import logging

log = logging.getLogger("tellus")
# A library prints nothing by itself: records show up once the program sets up logging.
log.addHandler(logging.NullHandler())
