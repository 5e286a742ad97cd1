"""HK, YM: what holds for every script, wherever it stands: that a shell can read it, and what it runs is there."""

from __future__ import annotations

import re
from collections.abc import Callable

from paaslint.commands.effects import folders
from paaslint.commands.running import WHERE, reached
from paaslint.commands.tools import identify, table, unwrap
from paaslint.model import Command, once
from paaslint.nodes import DOUBLE, FOLDED, PLAIN, Place, ScalarNode
from paaslint.quick import regex
from paaslint.rule import ERROR, INFO, WARNING, Change, Finding, Iterator, Repair, finding, rule
from paaslint.shell import BASH, Fault, SimpleCommand, Word, parse, resolve, syntax_errors
from paaslint.shell.bashisms import SYNTAX, WRONG, Bashism, bashisms
from paaslint.text import Span

_STARTS = ("pre_start", "start", "post_start")
_DASH = ("build", "deploy", "post_deploy", "cron", "cron_stop", "environment")
"""What is surely run by dash ("Configure Drush and Drupal", step 1; Crons, "Cron commands"; "`.environment`")."""

_THEN = {
    "build": "the build fails, and nothing is deployed",
    "deploy": "the rest of the hook does not run, and the application goes live without it",
    "post_deploy": "the rest of the hook does not run",
    "pre_start": "the rest of it does not run",
    "start": "the program is never started, and the platform tries again and again",
    "post_start": "the rest of it does not run",
    "cron": "the rest of the job does not run, each time",
    "cron_stop": "the rest of it does not run",
    "operation": "the rest of it does not run",
    "source_operation": "the rest of it does not run",
    "environment": "the variables behind it are not set, and what the shell starts next may not run",
}


@rule(
    "HK001",
    "script-syntax",
    before=(
        "HK002", "HK003", "HK004", "HK005", "HK006", "HK007", "HK008", "HK009", "HK010", "HK011", "HK012", "HK013",
        "HK014", "HK015", "HK016", "HK017", "HK019", "HK020", "CR010", "CR011", "CR016", "CR017", "CR018", "WB002",
        "WB003", "WB004", "WB005", "WB013", "WB016", "WK007", "WK008", "WK009", "WK010", "WK011", "WK012", "WK013",
        "WK017", "WK019", "WK020", "WK022",
    ),
)  # fmt: skip
def script_syntax(command: Command) -> Iterator[Finding]:
    """A script is no valid shell.

    The shell gives up at the mistake with an error. Found is what both dash and Bash refuse: an unclosed quote, an
    `if` without its `fi`, a sign that belongs to nothing. What only Bash understands is a finding of its own.

    Bad:
        hooks:
            build: |
                set -e
                if [ -f requirements.txt ]; then    # <- here
                    pip install -r requirements.txt

    Bad:
        hooks:
            build: pip install -r requirements.txt && && python compile.py    # <- here

    Good:
        hooks:
            build: |
                set -e
                if [ -f requirements.txt ]; then
                    pip install -r requirements.txt
                fi

    Source: POSIX.1-2017, Shell Command Language; Hooks, "Hook failure"
    """
    fault = _syntax_fault(command)
    if fault is not None:
        yield finding(
            command.place((fault.start, fault.end)),
            f"the {WHERE[command.role]} does not parse as a shell script: {fault.message}; {_THEN[command.role]}",
            help=_remedy(fault),
            reach=command.place(_line(command.text, fault)),
        )


def _line(text: str, fault: Fault) -> Span:
    """The line of a script with a mistake in it, and those that `\\` joins to it: what they do cannot be told."""
    start, end = fault.start, fault.end
    while start > 0 and (text[start - 1] != "\n" or text[start - 2 : start] == "\\\n"):
        start -= 1
    while end < len(text) and (text[end] != "\n" or text[end - 1] == "\\"):
        end += 1
    return Span(start, end)


def _remedy(fault: Fault) -> str:
    if fault.open or fault.kind == "unfinished":
        return "close what is open here"
    return "write `:` where nothing is to be done" if fault.kind == "empty" else "remove it, or complete it"


def _syntax_fault(command: Command) -> Fault | None:
    """The place where any shell gives up."""
    faults = syntax_errors(command.script)
    return faults[0] if faults and syntax_errors(command.script, BASH) else None


@rule("HK002", "bash-in-dash", also=(WARNING,))
def bash_in_dash(command: Command) -> Iterator[Finding]:
    """A script uses what only Bash has.

    Hooks, crons and `.environment` are run by dash, though an SSH session gives you Bash. Some constructs make it
    stop with an error, others give a wrong result without a word. Which shell runs `start` commands and operations
    is not documented. A script that is handed to `bash` is free to use them.

    Bad:
        hooks:
            deploy: |
                set -o pipefail    # <- here
                python migrate.py

    Bad:
        hooks:
            deploy: |
                if [[ "$PLATFORM_BRANCH" = main ]]; then    # <- here
                    python warm.py
                fi

    Good:
        hooks:
            deploy: bash deploy.sh

    Good:
        hooks:
            deploy: |
                if [ "$PLATFORM_BRANCH" = main ]; then
                    python warm.py
                fi

    Source: Configure Drush and Drupal, step 1; the constructs were tried under dash 0.5.12
    """
    found = bashisms(command.script)
    told: set[tuple[str, int]] = set()
    for bashism in found:
        line = command.text.count("\n", 0, bashism.span.start)
        if bashism.effect == SYNTAX and (bashism.construct, line) in told:
            continue  # dash reads no further than the first
        told.add((bashism.construct, line))
        yield finding(
            command.place(bashism.span),
            f"`{_shown(bashism.text)}` is known to Bash alone{_dash_says(command, bashism)}",
            help=f"write {bashism.instead}, or put the script into a file and run it with `bash FILE`",
            severity=ERROR if _ends_it(command, bashism) else WARNING,
        )
    if _syntax_fault(command) is None and all(bashism.effect == WRONG for bashism in found):
        for fault in syntax_errors(command.script):
            yield finding(
                command.place((fault.start, fault.end)),
                f"only Bash can read this: to dash, {fault.message}; {_THEN[command.role]}",
                help="write it in plain POSIX shell, or put the script into a file and run it with `bash FILE`",
                severity=ERROR if command.role in _DASH else WARNING,
            )


def _dash_says(command: Command, bashism: Bashism) -> str:
    if command.role not in _DASH:
        return f", and which shell runs this is not documented: in dash, {bashism.outcome}"
    then = "" if bashism.effect == WRONG else f"; {_THEN[command.role]}"
    return f", and dash runs the {WHERE[command.role]}: {bashism.outcome}{then}"


def _ends_it(command: Command, bashism: Bashism) -> bool:
    """Whether dash surely gives up here."""
    if command.role not in _DASH or bashism.effect == WRONG:
        return False
    around = [c for c in command.script.all_commands() if c.span.start <= bashism.span.start < c.span.end]
    return bashism.effect == "syntax" or not any(c.conditional or c.in_subshell or c.function for c in around)


def _shown(text: str) -> str:
    line = text.splitlines()[0] if text else ""
    return line if len(line) <= 40 else f"{line[:40]}…"


@rule("HK017", "missing-script", also=(WARNING,), needs=("tree",))
def missing_script(command: Command) -> Iterator[Finding]:
    """A command runs a file that the repository does not have, or that cannot be run as it is.

    A script that is called by its path alone must be executable in git, and its first line must not end in a
    carriage return. What the build may produce, and what lies in a mount, is not looked at.

    Bad:
        # tree: complete
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        hooks:
            deploy: bash scripts/deploy.sh    # <- here
        # file: scripts/deploy-site.sh
        echo "The site is live."

    Good:
        # tree: complete
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        hooks:
            deploy: bash scripts/deploy.sh
        # file: scripts/deploy.sh
        echo "The site is live."

    Source: Troubleshoot development, "Command not found"; Hooks
    """
    root = command.application.root
    if root is None or not command.script.complete:
        return
    tree = command.application.project.tree
    for simple in reached(command):
        called = _called(simple)
        if called is None or simple.guards or simple.excused:
            continue
        word, direct = called
        path = resolve(simple.directory, word)
        if path is None or path.startswith(("/", "..")) or _in_mount(command, path):
            continue
        file = f"{root}/{path}".lstrip("/")
        there = tree.exists(file)
        if there is False and not _may_come(command, simple, path) and (direct or _has_kin(command, path)):
            yield finding(
                command.place(word.span),
                f"the {WHERE[command.role]} runs `{path}`, which is not in the repository: {_THEN[command.role]}",
                help="correct the path (it starts at the application's root), or commit the file",
            )
        elif there and direct and not _made_executable(command, path):
            yield from _not_runnable(command, word, path, file)


_READERS = ("php", "python", "ruby", "uv run", "sh", "bash", "dash", "perl", "node", ".")
"""What reads the file that it is given, so that this need not be executable; some are wrappers of the table."""

_SCRIPT = regex(r"\w\.(?:sh|py|php|rb|m?js|cjs|pl)\Z")


def _called(simple: SimpleCommand) -> tuple[Word, bool] | None:
    """The file that a command runs, and whether directly, without an interpreter's name."""
    plain = unwrap(simple)
    if simple.calls_function:
        return None
    words = plain.words
    wrapper = next((wrapper for wrapper in plain.wrappers if wrapper.name in _READERS), None)
    reader = wrapper.name if wrapper is not None else plain.program if plain.program in _READERS else None
    if wrapper is not None and wrapper.words[-1].text == "-m":
        return None
    if wrapper is None and reader is not None:
        words = words[1:]
        while words and reader in ("sh", "bash", "dash") and re.fullmatch("-[eux]+", words[0].text):
            words = words[1:]
    word = words[0] if words else None
    if word is None or not word.literal or word.pattern:
        return None
    if reader is None:
        return (word, True) if "/" in word.text else None
    # `node build/main` may mean `main.js`, and what `.` reads is often made where it runs.
    is_path = "/" in word.text and reader not in ("node", ".")
    return (word, False) if is_path or _SCRIPT.search(word.text) else None


def _has_kin(command: Command, path: str) -> bool:
    """Whether a folder has other files of this sort; of the root, which may hold the configuration alone, it is asked."""
    names = command.application.project.tree.list(command.application.root or "")
    ending = path.rpartition(".")[2]
    return "/" in path or any(name.endswith(f".{ending}") for name, is_folder in names if not is_folder)


def _in_mount(command: Command, path: str) -> bool:
    application = command.application
    mounted = once(
        application.answers, "mounted", lambda: {m.path for c in application.web_and_workers for m in c.mounts}
    )
    return not application.mounts.known or not mounted.isdisjoint(folders(path))


_PLAIN_WORK = frozenset((
    "", "[", "cd", "chmod", "echo", "env", "export", "false", "ls", "mkdir", "printf", "pwd", "rm", "set", "sleep",
    "test", "true", "unset", "whoami",
))  # fmt: skip
_PRODUCED = frozenset((
    "vendor", "node_modules", "dist", "build", "out", "target", "public", "_site", "bin", "output", ".venv", "venv",
    "web", "docroot", "wp",
))  # fmt: skip
"""Folders whose files a build or a package manager makes."""


def _may_come(command: Command, simple: SimpleCommand, path: str) -> bool:
    """Whether something may make a file before it is run: only commands that surely do not are left aside."""
    application = command.application
    if (
        not _PRODUCED.isdisjoint(path.split("/")[:-1])
        or not application.hooks.known
        or _may_be_installed(command, path)
    ):
        return True
    earlier = [c for c in command.script.all_commands() if c.span.start < simple.span.start]
    for hook in application.hooks:
        if hook.name == "build" and hook.command is None:
            return True
        if hook.name == "build" and hook.command is not None and hook.command is not command:
            if not hook.command.script.complete:
                return True
            earlier += hook.command.script.all_commands()
    return any(_may_make(one, path) for one in earlier)


def _may_be_installed(command: Command, path: str) -> bool:
    """Whether Composer may put a file there, or npm run a script that makes it; the repository has the rest."""
    tree, root = command.application.project.tree, command.application.root or ""
    folder, slash, _ = path.partition("/")
    if path.endswith(".php"):
        return bool(slash) and tree.exists(f"{root}/{folder}".lstrip("/")) is not True
    manifest = tree.read(f"{root}/package.json".lstrip("/")) if path.endswith("js") else None
    return manifest is not None and re.search(rb'"(?:pre|post)?(?:install|prepare)"', manifest) is not None


def _may_make(one: SimpleCommand, path: str) -> bool:
    if any(
        r.operator.startswith(">") and r.target is not None and "/dev/" not in r.target.text for r in one.redirections
    ):
        return True
    if unwrap(one).program in _PLAIN_WORK:
        return False
    found = identify(one, "hook")
    return found is None or found.entry.purpose not in ("install", "cache", "migration", "client")


def _made_executable(command: Command, path: str) -> bool:
    """Whether a `chmod` that may mean this file stands in the script or in the build hook."""
    scripts = [
        command.script,
        *(h.command.script for h in command.application.hooks if h.name == "build" and h.command),
    ]
    return any(unwrap(one).program == "chmod" for script in scripts for one in script.all_commands())


def _not_runnable(command: Command, word: Word, path: str, file: str) -> Iterator[Finding]:
    tree = command.application.project.tree
    if tree.is_executable(file) is False:
        why = "is not executable"
    elif b"\r\n" in (tree.read(file) or b"")[:200].partition(b"\n")[0] + b"\n":
        why = "has CRLF line ends, so that its interpreter is not found"
    else:
        return
    yield finding(
        command.place(word.span),
        f"`{path}` is called directly and {why}: the shell cannot run it",
        help=f"name the interpreter, as in `sh {path}`, or mend the file in git",
        severity=WARNING,
    )


@rule("HK019", "skips-everything", severity=INFO)
def skips_everything(command: Command) -> Iterator[Finding]:
    """Commands stand behind the end of the script.

    After an unconditional `exit`, after `exec`, and behind an endless loop nothing gets its turn.

    Bad:
        hooks:
            deploy: |
                set -e
                python migrate.py
                exit 0
                python warm.py    # <- here

    Good:
        hooks:
            deploy: |
                set -e
                python migrate.py
                python warm.py

    Source: POSIX.1-2017, Shell Command Language, `exit` and `exec`
    """
    for script in command.script.walk():
        ended: set[tuple[int, int]] = set()
        for simple in script.commands:
            if simple.after is None or simple.after.span in ended:
                continue
            ended.add(simple.after.span)
            if isinstance(simple.after, SimpleCommand):
                end = f"`{simple.after.name}` ends the script"
            else:
                end = "an endless loop stands"
            yield finding(
                command.place(simple.span),
                f"this never runs: {end} before it",
                help="remove it, or move it in front of the end",
                related=[(command.place(simple.after.span), "the end")],
            )


@rule("YM018", "folded-script", severity=WARNING, before=("HK001", "HK002", "HK003", "HK013", "CR011"))
def folded_script(command: Command) -> Iterator[Finding]:
    """The lines of a script are joined into one command, or one command is torn into several.

    In a `>` block and in plain or quoted text over several lines, a line break is a space to YAML. The second
    command becomes an argument of the first, and a `#` swallows all that follows. A single long command over several
    lines is fine, unless a line of a `>` block is indented more than its first: that one is not joined. In a `|` block
    no line is, unless the one before ends with `\\`.

    Bad:
        hooks:
            build: >    # <- here
                set -e
                pip install -r requirements.txt
                python compile.py

    Fixed:
        hooks:
            build: |
                set -e
                pip install -r requirements.txt
                python compile.py

    Bad:
        hooks:
            build: >    # <- here
                pip install
                    --requirement requirements.txt

    Bad:
        hooks:
            build: |
                set -e
                pip install
                    --requirement requirements.txt    # <- here

    Good:
        hooks:
            build: >
                pip install
                --requirement requirements.txt
                --no-cache-dir

    Good:
        hooks:
            build: >
                pip install -r requirements.txt &&
                python compile.py

    Source: YAML 1.2.2, sections 6.5 and 8.1.3
    """
    node = command.node
    folds = node.style in (FOLDED, PLAIN, DOUBLE) and "\n" in node.source.text[slice(*node.span)]
    joined = next(_joined(command), None) if folds else None
    if joined is None:
        yield from _left_apart(command)
        return
    start, text = joined
    header = Place(node.source, Span(node.span.start, node.span.start + 1), node)
    yield finding(
        node,
        f"YAML joins the lines of this {WHERE[command.role]} into one command: `{_shown(text)}` is no command of its "
        f"own but {'text of a comment' if text.startswith('#') else 'arguments of the one before'}",
        help="start the script with `|`, which keeps the line breaks",
        related=[(command.place((start, start + len(text.split()[0]))), "joined to the line before")],
        fix=Repair("keep the line breaks with `|`", (Change(header, "|"),), safe=False)
        if node.style == FOLDED
        else None,
    )


def _left_apart(command: Command) -> Iterator[Finding]:
    """The first line of options that is taken for a command, as nothing joins it to the line before."""
    node, text = command.node, command.node.text
    for simple in command.script.commands:
        first, line = simple.span.start, text.rfind("\n", 0, simple.span.start) + 1
        name = simple.name or ""
        if not name.startswith("-") or text[line:first].strip() or (line == 0 and name != "-"):
            continue
        shown = _shown(text[first:].partition("\n")[0])
        why, remedy = "a line break ends a command", "end the line before it with ` \\`"
        if name == "-":
            why, remedy = f"this {WHERE[command.role]} is a script and no list", "remove each `-` in front of a command"
        elif node.style == FOLDED and first > line:
            why = "YAML does not join a line that is indented more than the first one"
            remedy = "indent all lines of the command alike"
        elif node.style == FOLDED:
            remedy = "remove the empty line before it"
        word = command.place(simple.words[0].span)
        yield finding(
            node if node.style == FOLDED else word,
            f"{why}: the shell takes `{shown}` for a command of its own, which fails",
            help=remedy,
            related=[(word, "taken for a command")] if node.style == FOLDED else [],
        )
        return


_WORDS = frozenset((
    "cd", "chmod", "cp", "curl", "echo", "exit", "export", "ln", "ls", "mkdir", "mv", "rm", "rsync", "sed", "set",
    "sh", "bash", "source", "touch", "unzip", "wget", "tar", "php", "python", "python3", "ruby", "composer", "npm",
    "npx", "yarn", "pnpm", "pip", "pip3", "bundle", "poetry", "pipenv", "git", "drush", "wp", "symfony", "platform",
))  # fmt: skip
_KEYWORDS = frozenset((
    "if", "for", "while", "case", "fi", "done", "else", "elif", "esac", "then", "do", "exit",
))  # fmt: skip
_OPEN_END = regex(
    r"(?:&&|\|\||[;|&({\\]|(?:\A|[\s;])(?:then|do|else|in|exec|env|nice|nohup|sudo|run|time|npx|xargs|-c|-exec|if|while|!"
    r"|croncape|flock .*|setsid|command|stdbuf|ionice|chrt|tini|dumb-init|dotenv|bash|sh|--"
    r"|timeout \S+|(?:nice|ionice|chrt|stdbuf)(?: -\S+| \d+)*|install|add|require|apt|apt-get|-\S+|\w+=\S*))\Z"
)
"""What a line ends with that goes on in the next: an operator, a wrapper, a command that takes names, an option."""
_DONE = regex(r"(?:cd [^\s;&|]+|export \w+=\S*|set -[a-z]+(?: pipefail)?|(?:\.|source) \S+)\Z")
"""A line that is a whole command: what follows is another, whichever its name."""
_ANOTHER = regex(r"(?:\./|[a-z][\w./-]*(?: |\Z))")


def _joined(command: Command) -> Iterator[tuple[int, str]]:
    """Where a line that was meant as a command of its own begins in the script, and its text."""
    text = command.node.text
    starts = [0, *_breaks(command.node)]
    inside = _quoted(command)
    for previous, start, end in zip(starts, starts[1:], [*starts[2:], len(text)], strict=False):
        before, line = text[previous:start].strip(), text[start:end].strip()
        if not line or not before or inside(start):
            continue
        done = _DONE.match(before) is not None
        goes_on = _OPEN_END.search(before) is not None and not done
        if goes_on and before.endswith("install"):
            goes_on = not _is_job(line)
        elif goes_on and _ends_with_flag(before):
            goes_on = before.split()[0] != line.split()[0]
        if line.startswith("#") or (_is_command(line) and not goes_on) or (done and _ANOTHER.match(line)):
            yield start, line


def _ends_with_flag(line: str) -> bool:
    """Whether a line ends with an option that hardly takes a command."""
    return line.rpartition(" ")[2].startswith("-") and not line.endswith((" --", " -c", "exec", "command"))


def _breaks(node: ScalarNode) -> Iterator[int]:
    """The indexes of the text at which a line of the file begins that was joined to the one before."""
    source = node.source.text
    for index, char in enumerate(node.text):
        if char == " " and index + 1 < len(node.text):
            between = source[node.at(index) : node.at(index + 1)]
            if "\n" in between:
                yield index + 1


def _is_command(line: str) -> bool:
    """Whether a line hardly belongs to the one before: a name alone may be an argument of it, as a path may."""
    name, *rest = line.split()
    name = name.rstrip(";")
    if name.startswith("./"):
        return name.endswith(".sh") or name[2:] in _tools()
    return name in _KEYWORDS or (bool(rest) and (name in _WORDS or name in _tools()))


def _is_job(line: str) -> bool:
    """Whether a line is a command for an installation, a build, a migration, and hardly a list of packages."""
    found = next((identify(simple, "hook") for simple in parse(line).commands), None)
    return found is not None and found.entry.purpose != "" and len(found.matched) > 1


def _tools() -> frozenset[str]:
    return frozenset(pattern.split()[0] for entry in table() for pattern in entry.patterns)


def _quoted(command: Command) -> Callable[[int], bool]:
    """Whether a place of the script lies in a quoted word."""
    spans = [word.span for simple in command.script.commands for word in simple.words]
    spans += [document.span for document in command.script.documents]
    return lambda index: any(span.start < index < span.end for span in spans)
