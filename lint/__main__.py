"""`python -m paaslint`, and the console script: a process of paaslint's own."""

from __future__ import annotations

import sys

from . import libyaml


def main() -> int:
    """Runs the command line of this process; the exit status."""
    libyaml.load_alone()
    from .cli import main

    return main()


if __name__ == "__main__":
    sys.exit(main())
