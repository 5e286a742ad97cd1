"""A process of paaslint's own: the command line, and those that it starts for a fleet.

What is done here would be rude where other code may share the process. Together it is nearly half of a clean run
(bench/run.py): the C parser is loaded alone, and the garbage collector looks rarely, since almost everything lives
until the end.
"""

from __future__ import annotations

import gc

from . import libyaml

COLLECT_AFTER = 1_000_000
"""Objects that are made before the garbage collector looks, which is what some 5,000 projects leave behind (100 MB); by
default it is 700. At 200,000 it took a twentieth of the time of a fleet, and of a file of 100,000 lines."""


def begin() -> None:
    """Make the process our own; before anything loads ruamel.yaml."""
    gc.set_threshold(COLLECT_AFTER)
    libyaml.load_alone()
