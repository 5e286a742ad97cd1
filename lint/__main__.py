"""`python -m paaslint`, and the console script: a process of paaslint's own.

Three things are done here, and nowhere that other code may share the process, because together they are nearly half
of a clean run (bench/run.py): the C parser is loaded alone, the garbage collector looks rarely, since almost
everything lives until the end, and the process ends without taking itself apart.
"""

from __future__ import annotations

import gc
import os
import sys

from . import libyaml

COLLECT_AFTER = 1_000_000
"""Objects that are made before the garbage collector looks, which is what some 5,000 projects leave behind (100 MB); by
default it is 700. At 200,000 it took a twentieth of the time of a fleet, and of a file of 100,000 lines."""


def main() -> int:
    """Runs the command line of this process; the exit status."""
    gc.set_threshold(COLLECT_AFTER)
    libyaml.load_alone()
    from .cli.main import main

    return main()


def run() -> None:
    """Runs the command line and ends the process with its exit status."""
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    run()
