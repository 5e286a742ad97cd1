"""Command lines with options: what they may hold, and their help.

Imported only where a command line has options. Most runs (a hook, CI) have none, and argparse with a parser of this
size takes 3 to 6 ms, as long as several projects.
"""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Sequence

from ..diagnostic import SEVERITIES
from ..quick import TYPE_CHECKING, Any, NoReturn
from ..report import FORMATS
from ..settings import NEVER, SOURCE_TREES, parse_codes
from ..usage import UsageError, did_you_mean

if TYPE_CHECKING:
    from typing import Protocol

    class WithPaths(Protocol):
        """What a command line sets: every command takes paths."""

        paths: Sequence[str]


WIDTH = 100

STATUSES = """exit status:
  0  no finding at or above --fail-on
  1  findings
  2  wrong usage, a bad settings file, or nothing to lint
  3  an internal fault; findings are printed all the same
"""


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line with a suggestion, and which writes and ends nothing itself."""

    def __init__(self, usage: str, description: str, epilog: str = "") -> None:
        super().__init__(
            usage=usage,
            description=textwrap.fill(description, WIDTH),
            epilog=epilog,
            add_help=False,
            allow_abbrev=False,
            argument_default=argparse.SUPPRESS,
            formatter_class=_Help,
        )
        self._positionals.title = "paths"

    def read(self, arguments: Sequence[str], into: WithPaths) -> str | None:
        """Sets what the command line gives as attributes of `into`; the help, if that is what is asked for.

        What stands behind a `--` are paths, whatever it looks like. Raises `UsageError`.
        """
        end = arguments.index("--") if "--" in arguments else len(arguments)
        arguments, paths = arguments[:end], arguments[end + 1 :]
        if any(argument in ("-h", "--help") for argument in arguments):
            return self.format_help()
        for argument in self.parse_known_intermixed_args(arguments, into)[1]:
            name = argument.partition("=")[0]
            if not name.startswith("-"):
                raise UsageError(f"one argument too many: `{argument}`")
            suggestion = did_you_mean(name, (option for option in self._option_string_actions if len(option) > 2))
            raise UsageError(f"there is no option `{name}`{suggestion}")
        if paths:
            into.paths = [*into.paths, *paths]
        return None

    @property
    def options(self) -> list[argparse.Action]:
        """What the command line may hold beside paths."""
        return [action for action in self._actions if action.option_strings]

    def error(self, message: str) -> NoReturn:
        raise UsageError(message.removeprefix("argument ").replace(": ", " ", 1))

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            known = ", ".join(action.choices)
            problem = f"must be one of {known}, not `{value}`{did_you_mean(value, action.choices)}"
            raise argparse.ArgumentError(action, problem)


class _Help(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=30, width=WIDTH)


def codes(text: str) -> tuple[str, ...]:
    """Names of rules with commas between them."""
    try:
        return parse_codes(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def count(text: str) -> int:
    """A number of at least one."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 on, not `{text}`")
    return int(text)


def output_file(text: str) -> tuple[str, str]:
    """The format and the path of `FORMAT=FILE`."""
    name, _, path = text.partition("=")
    if not path:
        raise argparse.ArgumentTypeError(f"must be FORMAT=FILE, such as json=findings.json, not `{text}`")
    if name not in FORMATS:
        known = ", ".join(FORMATS)
        raise argparse.ArgumentTypeError(f"knows the formats {known}, not `{name}`{did_you_mean(name, FORMATS)}")
    return name, path


def check_parser() -> Parser:
    """The options of `check`; they are the attributes of `check.Options`."""
    parser = Parser(
        "paaslint [check] [OPTIONS] [PATH ...]",
        "Lint the configuration of Web PaaS, Platform.sh and Upsun projects.",
        STATUSES,
    )
    parser.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        help="a project, a folder with projects, or a file (then its findings only); by default the current folder",
    )

    group = parser.add_argument_group("rules")
    group.add_argument(
        "--select",
        action="extend",
        type=codes,
        metavar="CODES",
        help="the rules to apply: codes, groups such as WK, ALL, or DEFAULT for those that need no selecting",
    )
    group.add_argument("--ignore", action="extend", type=codes, metavar="CODES", help="rules to leave out")
    group.add_argument("--plan", metavar="NAME", help="the plan that the projects are on, such as standard")
    group.add_argument(
        "--source-tree",
        choices=SOURCE_TREES,
        metavar="WHICH",
        help="whether all files of the projects are here, so that a missing one is a mistake: auto (yes in a git work tree), complete, partial",
    )

    group = parser.add_argument_group("fixes")
    group.add_argument("--fix", action="store_true", help="apply the fixes that change nothing but the mistake")
    group.add_argument("--unsafe", action="store_true", help="with --fix or --diff: also fixes that may change more")
    group.add_argument("--diff", action="store_true", help="print the fixes as a diff and change nothing")

    group = parser.add_argument_group("output")
    group.add_argument("--format", choices=tuple(FORMATS), metavar="FORMAT", help=f"{', '.join(FORMATS)}")
    group.add_argument(
        "--output-file",
        action="append",
        type=output_file,
        metavar="FORMAT=FILE",
        help="also write a report to a file; may be given several times",
    )
    group.add_argument("--statistics", action="store_true", help="how often each rule speaks, instead of findings")
    group.add_argument("--color", action="store_true", help="colours always, not only on a terminal")
    group.add_argument("--no-color", action="store_false", dest="color", help="colours never (as NO_COLOR=1)")

    group = parser.add_argument_group("known findings")
    group.add_argument("--baseline", metavar="FILE", help="leave out the findings that this file holds")
    group.add_argument("--write-baseline", action="store_true", help="put all findings into the baseline file")

    group = parser.add_argument_group("run")
    group.add_argument(
        "--fail-on",
        choices=(*SEVERITIES, NEVER),
        metavar="SEVERITY",
        help="the least severity that fails the run: error (the default), warning, info or never",
    )
    group.add_argument(
        "--jobs", type=count, metavar="N", help="how many processes may work at once (default: the cores)"
    )
    group.add_argument("--stdin-filename", metavar="FILE", help="with - as the path: what standard input stands for")
    group.add_argument("--version", action="store_true", help="print the version")
    group.add_argument("-h", "--help", action="store_true", help="show this help")
    return parser
