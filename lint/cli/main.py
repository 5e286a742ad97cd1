"""The command line: which command is meant, and how a run ends."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from ..quick import NamedTuple, TextIO
from ..usage import UsageError, did_you_mean

USAGE, FAULT = 2, 3
INTERRUPTED = 130
BROKEN_PIPE = 141
"""What a shell shows for a program that these signals ended."""


class Command(NamedTuple):
    """A command: the function, in a module named from this package on, that takes its arguments and returns the exit status.

    `parser` names the module and the function that make its parser, for shell completion; `""` for a command without.
    """

    module: str
    function: str
    arguments: str
    summary: str
    parser: str = ""


COMMANDS = {
    "check": Command(
        ".check",
        "run",
        "[PATH ...]",
        "lint projects; this is what `paaslint` does without a command",
        ".options:check_parser",
    ),
    "rules": Command("..report.catalogue", "rules", "", "list the rules"),
    "explain": Command(
        "..report.catalogue", "explain", "CODE ...", "say why a rule matters, with wrong and right examples"
    ),
    "show": Command(
        ".show",
        "run",
        "[PATH ...]",
        "every container with its settings; --diff A B compares two projects",
        ".show:parser",
    ),
    "plan": Command(
        ".plan", "run", "[PATH ...]", "memory, CPU and disk of the containers against the plan", ".plan:parser"
    ),
    "crons": Command(
        ".crons", "run", "[PATH ...]", "when crons run, how long deployments wait, which crons collide", ".crons:parser"
    ),
    "report": Command(
        ".html_report",
        "run",
        "[PATH ...] -o FILE",
        "one HTML page: containers drawn, budget, week of crons, findings",
        ".html_report:parser",
    ),
    "lsp": Command(".lsp", "run", "", "language server for editors, on standard input and output"),
    "schema": Command("..report.catalogue", "schema", "NAME", "print the JSON Schema of a file, for editors"),
    "completion": Command(".completion", "run", "SHELL", "print what makes bash, zsh or fish complete command lines"),
}
"""Modules are imported when their command is used."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command line, by default the one of this process; the exit status."""
    for stream in (sys.stdout, sys.stderr):
        _make_safe(stream)
    try:
        status = _run(sys.argv[1:] if arguments is None else arguments)
        sys.stdout.flush()
    except UsageError as error:
        sys.stderr.write(f"paaslint: {error}\n")
        status = USAGE
    except BrokenPipeError:
        # What is left in the buffer has no reader; without this, the interpreter complains when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = BROKEN_PIPE
    except KeyboardInterrupt:
        status = INTERRUPTED
    except Exception:
        from traceback import format_exc

        sys.stderr.write(f"paaslint: internal fault; please report it with this:\n{format_exc()}")
        status = FAULT
    return status


def _make_safe(stream: TextIO) -> None:
    """What a stream cannot encode is written as an escape, and line feeds stay as they are."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace", newline="\n")


def _run(arguments: Sequence[str]) -> int:
    first = arguments[0] if arguments else ""
    if first in ("-h", "--help", "help"):
        sys.stdout.write(_overview())
        return 0
    command = COMMANDS.get(first)
    if command is not None:
        arguments = arguments[1:]
    else:
        command = COMMANDS["check"]
        hint = did_you_mean(first, COMMANDS) if first.isalpha() and not os.path.exists(first) else ""
        if hint:
            raise UsageError(f"there is no command and no file `{first}`{hint}")
    run = getattr(import_module(command.module, __package__), command.function)
    return int(run(arguments))


def _overview() -> str:
    width = max(len(f"{name} {command.arguments}") for name, command in COMMANDS.items()) + 2
    lines = [f"  {f'{name} {command.arguments}':<{width}}{command.summary}" for name, command in COMMANDS.items()]
    return (
        "Lints the configuration of Web PaaS, Platform.sh and Upsun projects.\n\n"
        "usage: paaslint [COMMAND] [OPTIONS] [PATH ...]\n\ncommands:\n"
        + "\n".join(lines)
        + "\n\n`paaslint COMMAND --help` shows the options of a command, `paaslint check --help` those of linting.\n"
    )
