"""The command `completion`: scripts that make bash, zsh and fish complete command lines, made from our own parsers."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module

from .. import __version__, facts
from ..quick import NamedTuple
from ..report import FORMATS
from ..report.catalogue import COLORS
from ..rule import all_rules
from ..schemas import NAMES
from ..settings import ALL, DEFAULT
from ..usage import UsageError, did_you_mean
from . import options
from .main import COMMANDS

HELP = """\
usage: paaslint completion SHELL

Print a script that makes a shell complete our command lines: bash, zsh or fish. Ask anew after an update.

  bash  eval "$(paaslint completion bash)"     in ~/.bashrc
  zsh   eval "$(paaslint completion zsh)"      in ~/.zshrc, after compinit
  fish  paaslint completion fish | source      in ~/.config/fish/config.fish
"""

NOTHING, TEXT, WORDS, CODES, REPORT, FILES = "nothing", "text", "words", "codes", "report", "files"
"""What an option takes, or a command as its arguments: codes of rules with commas between them, `FORMAT=FILE`."""


class Option(NamedTuple):
    """An option: its names, its help, what it takes (`words` are the choices), and whether it may come again."""

    names: tuple[str, ...]
    help: str
    takes: str
    words: tuple[str, ...] = ()
    again: bool = False


class Shape(NamedTuple):
    """A command as a shell sees it: its options and what its arguments are."""

    name: str
    summary: str
    options: tuple[Option, ...]
    takes: str = FILES
    words: tuple[str, ...] = ()


def run(arguments: Sequence[str]) -> int:
    """Prints the script for a shell. Raises `UsageError`."""
    if any(argument in ("-h", "--help") for argument in arguments):
        sys.stdout.write(HELP)
        return 0
    known = ", ".join(SHELLS)
    if len(arguments) != 1:
        raise UsageError(f"name one shell: {known}")
    if arguments[0] not in SHELLS:
        raise UsageError(
            f"there is no completion for `{arguments[0]}`, only {known}{did_you_mean(arguments[0], SHELLS)}"
        )
    sys.stdout.write("\n".join(SHELLS[arguments[0]](list(shapes()))) + "\n")
    return 0


def shapes() -> Iterator[Shape]:
    """All commands, `check` first."""
    plain = (
        *(Option((name,), "colours always" if color else "colours never", NOTHING) for name, color in COLORS.items()),
        HELP_OPTION,
    )
    arguments = {
        "rules": (NOTHING, plain, ()),
        "explain": (CODES, plain, ()),
        "schema": (WORDS, (HELP_OPTION,), NAMES),
        "lsp": (NOTHING, (Option(("--stdio",), "on standard input and output", NOTHING), HELP_OPTION), ()),
        "completion": (WORDS, (HELP_OPTION,), tuple(SHELLS)),
    }
    for name, command in COMMANDS.items():
        if command.parser:
            module, _, function = command.parser.partition(":")
            parser: options.Parser = getattr(import_module(module, __package__), function)()
            yield Shape(name, command.summary, tuple(map(_option, parser.options)))
        else:
            takes, own, words = arguments.get(name, (NOTHING, (HELP_OPTION,), ()))
            yield Shape(name, command.summary, own, takes, words)


def _option(action: argparse.Action) -> Option:
    names, text = tuple(action.option_strings), action.help or ""
    again = isinstance(action, argparse._AppendAction)
    if action.nargs == 0:
        return Option(names, text, NOTHING)
    if action.choices is not None:
        return Option(names, text, WORDS, tuple(map(str, action.choices)))
    if action.type is options.codes:
        return Option(names, text, CODES, again=again)
    if action.type is options.output_file:
        return Option(names, text, REPORT, again=again)
    if action.dest == "plan":
        return Option(names, text, WORDS, tuple(plan.lower() for plan in (*facts.RANKED_PLANS, *facts.TIER_INTERVALS)))
    return Option(names, text, FILES if action.metavar == "FILE" or action.nargs else TEXT)


def _choices() -> list[tuple[str, str]]:
    """What may stand for rules, with a few words on each."""
    known = all_rules()
    groups: dict[str, str] = {}
    for rule in known:
        groups.setdefault(rule.code.rstrip("0123456789"), rule.module.replace("_", " "))
    every = [(ALL, "all rules"), (DEFAULT, "those that need no selecting")]
    return [*every, *groups.items(), *((rule.code, rule.name) for rule in known)]


def _head(shell: str) -> str:
    return f"# Completion of paaslint {__version__} in {shell}, printed by `paaslint completion {shell}`."


# bash

BASH = r"""
_paaslint_words() {
    local line
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -W "$1" -- "$2")
}

_paaslint_files() {
    local line
    compopt -o filenames 2>/dev/null
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$1")
}

_paaslint_codes() {
    local line before=
    [[ $1 == *,* ]] && before=${1%,*},
    while IFS= read -r line; do COMPREPLY+=("$before$line"); done < <(compgen -W "$_paaslint_rules" -- "${1##*,}")
}

_paaslint_report() {
    if [[ $1 == *=* ]]; then
        _paaslint_files "${1#*=}"
    else
        compopt -o nospace 2>/dev/null
        _paaslint_words "$_paaslint_formats" "$1"
    fi
}

_paaslint() {
    # bash takes `--format=json` for three words, of which `=` is one
    local words=() word last= glue=
    for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
        if [[ ($glue || $word == "=") && ${#words[@]} -gt 1 ]]; then
            words[${#words[@]}-1]+=$word
        else
            words+=("$word")
        fi
        glue=
        [[ $word == "=" ]] && glue=1
    done
    local count=${#words[@]} command=check option= current
    current=${words[count-1]}
    COMPREPLY=()
    if ((count > 2)) && [[ " $_paaslint_commands " == *" ${words[1]} "* ]]; then
        command=${words[1]}
    fi
    if [[ $current == --*=* ]]; then
        option=${current%%=*} current=${current#*=}
    elif ((count > 2)) && [[ ${words[count-2]} == -* ]]; then
        option=${words[count-2]}
    fi
    case "$command $option" in
@values@
    esac
    if [[ $current == -* ]]; then
        case $command in
@options@
        esac
    else
        if ((count == 2)); then _paaslint_words "$_paaslint_commands" "$current"; fi
        case $command in
@arguments@
        *) _paaslint_files "$current" ;;
        esac
    fi
}

complete -F _paaslint paaslint"""


def bash(known: Sequence[Shape]) -> Iterator[str]:
    """The script for bash, from 3.2 on."""
    calls = {
        WORDS: "_paaslint_words '{words}' \"$current\"",
        CODES: '_paaslint_codes "$current"',
        REPORT: '_paaslint_report "$current"',
        FILES: '_paaslint_files "$current"',
        NOTHING: ":",
        TEXT: ":",
    }

    def call(one: Option | Shape) -> str:
        return calls[one.takes].format(words=" ".join(one.words))

    def value(shape: Shape, option: Option) -> str:
        places = "|".join(_single(f"{shape.name} {name}") for name in option.names)
        return f"    {places}) {call(option)}; return ;;"

    values = [value(shape, option) for shape in known for option in shape.options if option.takes != NOTHING]
    names = [
        f"        {shape.name}) _paaslint_words '{' '.join(name for each in shape.options for name in each.names)}' "
        '"$current" ;;'
        for shape in known
    ]
    arguments = [f"        {shape.name}) {call(shape)} ;;" for shape in known if shape.takes != FILES]
    yield _head("bash")
    yield f"_paaslint_commands='{' '.join(shape.name for shape in known)}'"
    yield f"_paaslint_rules='{' '.join(code for code, _ in _choices())}'"
    yield f"_paaslint_formats='{' '.join(f'{name}=' for name in FORMATS)}'"
    yield _filled(BASH, values=values, options=names, arguments=arguments)


# zsh

ZSH = r"""
_paaslint_rules() {
    local -a rules
    rules=(
@rules@
    )
    compset -P '*,'
    _describe -t rules rule rules -qS ,
}

_paaslint_report() {
    if compset -P '*='; then
        _files
    else
        compadd -S '=' -- @formats@
    fi
}

_paaslint() {
    local -a commands
    local command=check
    commands=(
@commands@
    )
    if ((CURRENT == 2)) && [[ $PREFIX != -* ]]; then
        _describe -t commands command commands
        _files
        return
    fi
    if ((CURRENT > 2)) && [[ -n ${(M)commands:#${words[2]}:*} ]]; then
        command=${words[2]}
        shift words
        ((CURRENT--))
    fi
    case $command in
@cases@
    esac
}

if [[ $funcstack[1] == _paaslint ]]; then
    _paaslint "$@"
else
    compdef _paaslint paaslint
fi"""


def zsh(known: Sequence[Shape]) -> Iterator[str]:
    """The script for zsh: to be evaluated, or to lie in a folder of `fpath` as `_paaslint`."""
    actions = {WORDS: "({words})", CODES: "_paaslint_rules", REPORT: "_paaslint_report", FILES: "_files", TEXT: " "}

    def action(one: Option | Shape) -> str:
        return actions[one.takes].format(words=" ".join(one.words))

    def spec(option: Option) -> str:
        star = "*" if option.again else ""
        help = option.help.replace("\\", r"\\").replace("[", r"\[").replace("]", r"\]").replace(":", r"\:")
        tail = "" if option.takes == NOTHING else f":value:{action(option)}"
        others = f"({' '.join(option.names)})" if len(option.names) > 1 else ""
        equals = "" if option.takes == NOTHING else "="
        names = [name + (equals if name.startswith("--") else "") for name in option.names]
        return " ".join(_single(f"{star}{others}{name}[{help}]{tail}") for name in names)

    def case(shape: Shape) -> Iterator[str]:
        yield f"    {shape.name})"
        yield "        _arguments -s \\"
        for option in shape.options:
            yield f"            {spec(option)} \\"
        yield f"            {_single('*:argument:' + action(shape))}" if shape.takes != NOTHING else "            ;"
        yield "        ;;"

    def described(pairs: Iterable[tuple[str, str]], indent: int) -> list[str]:
        return [" " * indent + _single(f"{name}:{text.replace(':', chr(92) + ':')}") for name, text in pairs]

    yield "#compdef paaslint"
    yield _head("zsh")
    yield _filled(
        ZSH,
        rules=described(_choices(), 8),
        formats=[" ".join(FORMATS)],
        commands=described(((shape.name, shape.summary) for shape in known), 8),
        cases=[line for shape in known for line in case(shape)],
    )


# fish

FISH = r"""
function __paaslint_in
    set -l tokens (commandline -opc)
    set -l command check
    if set -q tokens[2]; and contains -- $tokens[2] @commands@
        set command $tokens[2]
    end
    contains -- $command $argv
end

function __paaslint_first
    test (count (commandline -opc)) -eq 1
end

function __paaslint_rules
    set -l before (commandline -ct | string replace -r '^--[a-z-]+=' '' | string match -r '^.*,')
    for line in \
@rules@
        echo "$before$line"
    end
end

function __paaslint_reports
    set -l current (commandline -ct | string replace -r '^--[a-z-]+=' '')
    if string match -q '*=*' -- $current
        set -l format (string match -r '^[^=]*=' -- $current)
        for file in (__fish_complete_path (string replace -r '^[^=]*=' '' -- $current))
            echo "$format$file"
        end
    else
        printf '%s\n' @formats@
    end
end

complete -c paaslint -e
@completions@"""


def fish(known: Sequence[Shape]) -> Iterator[str]:
    """The script for fish."""

    def takes(one: Option | Shape) -> str:
        match one.takes:
            case "words":
                return f"-x -a {_fish(' '.join(one.words))}"
            case "codes":
                return "-x -a '(__paaslint_rules)'"
            case "report":
                return "-x -a '(__paaslint_reports)'"
            case "files":
                return "-r -F"
            case "text":
                return "-x"
        return "-f"

    def completions() -> Iterator[str]:
        for shape in known:
            yield f"complete -c paaslint -n __paaslint_first -a {shape.name} -d {_fish(shape.summary)}"
        for shape in known:
            within = f"complete -c paaslint -n '__paaslint_in {shape.name}'"
            if shape.takes != FILES:
                yield f"{within} {takes(shape).replace('-x', '-f')}"
            for option in shape.options:
                names = " ".join(
                    f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names
                )
                value = "" if option.takes == NOTHING else f" {takes(option)}"
                yield f"{within} {names}{value} -d {_fish(option.help)}"

    yield _head("fish")
    yield _filled(
        FISH,
        commands=[" ".join(shape.name for shape in known)],
        rules=[_continued(f"        {_fish(f'{code}{chr(9)}{name}')}" for code, name in _choices())],
        formats=[" ".join(f"{name}=" for name in FORMATS)],
        completions=completions(),
    )


SHELLS = {"bash": bash, "zsh": zsh, "fish": fish}
HELP_OPTION = Option(("-h", "--help"), "show this help", NOTHING)


def _filled(template: str, **parts: Iterable[str]) -> str:
    """The template with lines in the place of each `@name@`."""
    for name, lines in parts.items():
        template = template.replace(f"@{name}@", "\n".join(lines))
    return template


def _continued(lines: Iterable[str]) -> str:
    return " \\\n".join(lines)


def _single(text: str) -> str:
    """A word in single quotes, as bash and zsh read it."""
    return "'" + text.replace("'", "'\\''") + "'"


def _fish(text: str) -> str:
    """A word in single quotes, as fish reads it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
