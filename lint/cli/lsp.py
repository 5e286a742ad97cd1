"""The command `lsp`: a language server on standard input and output, for editors."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ..usage import UsageError

HELP = """usage: paaslint lsp [--stdio]

A language server on standard input and output, to be started by an editor. It needs the package pygls, which comes
along where paaslint is installed with the extra `lsp`, as by `pipx install '.[lsp]'` in a clone.
"""


def run(arguments: Sequence[str]) -> int:
    """Serves one editor until it ends; the exit status, 1 where it took no leave, as the protocol has it.

    Raises `UsageError` where pygls is not there.
    """
    if any(argument in ("-h", "--help") for argument in arguments):
        sys.stdout.write(HELP)
        return 0
    strange = next((argument for argument in arguments if argument != "--stdio"), None)
    if strange is not None:
        raise UsageError(f"`lsp` takes no argument but --stdio, so what is `{strange}`?")
    try:
        from ..lsp.server import make
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        raise UsageError(
            "the language server needs pygls: install paaslint with the extra `lsp`, as by `pipx install '.[lsp]'` in a clone"
        ) from None
    protocol = sys.stdout.buffer
    sys.stdout = sys.stderr  # what anything else prints must not get among the messages
    server = make()
    server.start_io(sys.stdin.buffer, protocol)
    return 0 if server.was_shut_down else 1
