"""`python -m paaslint`, and the console script: a process of paaslint's own.

It is made our own before anything is loaded, and ends without taking itself apart.
"""

from __future__ import annotations

import os
import sys

from . import process


def main() -> int:
    """Runs the command line of this process; the exit status."""
    process.begin()
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
