"""Completion of command lines: scripts that shells take, and what they make of lines that are typed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from paaslint.cli.completion import SHELLS, shapes
from paaslint.cli.main import COMMANDS, main
from paaslint.rule import all_rules

if sys.platform != "win32":
    import pty
    import select

TIMEOUT_SECONDS = 30


def needs(shell: str) -> pytest.MarkDecorator:
    is_here = shutil.which(shell) and sys.platform != "win32"
    return pytest.mark.skipif(not is_here, reason=f"{shell} is not installed")


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("completion")
    for shell, make in SHELLS.items():
        (folder / shell).write_text("\n".join(make(list(shapes()))) + "\n")
    return {shell: folder / shell for shell in SHELLS}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files with names that shells must quote."""
    (tmp_path / "shop one").mkdir()
    (tmp_path / "known findings.json").touch()
    return tmp_path


@pytest.mark.parametrize("shell", SHELLS)
def test_the_command_prints_the_script(
    scripts: dict[str, Path], capsys: pytest.CaptureFixture[str], shell: str
) -> None:
    assert main(["completion", shell]) == 0
    assert capsys.readouterr().out == scripts[shell].read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name one shell: bash, zsh, fish"),
        (["bahs"], "there is no completion for `bahs`, only bash, zsh, fish; did you mean `bash`?"),
    ],
)
def test_other_shells_are_wrong_usage(capsys: pytest.CaptureFixture[str], arguments: list[str], message: str) -> None:
    assert main(["completion", *arguments]) == 2
    assert capsys.readouterr().err == f"paaslint: {message}\n"


@pytest.mark.parametrize("shell", SHELLS)
def test_every_command_option_and_rule_is_in_the_script(scripts: dict[str, Path], shell: str) -> None:
    text = scripts[shell].read_text()
    words = set(re.findall(r"[\w.-]+", text))
    known = list(shapes())
    assert [shape.name for shape in known] == list(COMMANDS)
    assert {name for name, command in COMMANDS.items() if command.parser} >= {
        "check",
        "show",
        "plan",
        "crons",
        "report",
    }
    for shape in known:
        for option in shape.options:
            for name in (name for name in option.names if name.startswith("--")):
                assert {name, name[2:]} & words
    assert {rule.code for rule in all_rules()} <= words


@pytest.mark.parametrize("shell", [pytest.param(shell, marks=needs(shell)) for shell in SHELLS])
def test_the_shell_takes_the_script(scripts: dict[str, Path], shell: str) -> None:
    subprocess.run([shell, "-n", str(scripts[shell])], check=True)


CODES_OF_WK00 = [rule.code for rule in all_rules() if rule.code.startswith("WK00")]


@needs("bash")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["sh"], ["show", "shop one"]),
        (["check", "--fail-"], ["--fail-on"]),
        (["--fail-on", "w"], ["warning"]),
        (["--fail-on", "=", "w"], ["warning"]),
        (["--fail-on", "="], ["error", "warning", "info", "never"]),
        (["--select", "WK00"], CODES_OF_WK00),
        (["--select", "HK,WK00"], [f"HK,{code}" for code in CODES_OF_WK00]),
        (["--output-file", "sa"], ["sarif="]),
        (["--output-file", "sarif", "=", "kn"], ["known findings.json"]),
        (["--output-file", "=", "sarif", "=", "kn"], ["known findings.json"]),
        (["--baseline", "kn"], ["known findings.json"]),
        (["--jobs", ""], []),
        (["show", "--format", ""], ["text", "json"]),
        (["show", "--diff", "sh"], ["shop one"]),
        (["plan", "--fail"], []),
        (["report", "-o", "kn"], ["known findings.json"]),
        (["explain", "WK00"], CODES_OF_WK00),
        (["schema", "ser"], ["services"]),
        (["completion", ""], ["bash", "zsh", "fish"]),
        (["rules", ""], []),
        (["shop one", "--statis"], ["--statistics"]),
    ],
)
def test_bash(scripts: dict[str, Path], folder: Path, words: list[str], expected: list[str]) -> None:
    """The function gets words as bash splits them."""
    code = (
        f'source {scripts["bash"]}; COMP_WORDS=(paaslint "$@"); COMP_CWORD=$#; _paaslint\n'
        '((${#COMPREPLY[@]})) && printf "%s\\n" "${COMPREPLY[@]}"; true'
    )
    ran = subprocess.run(
        ["bash", "--norc", "-c", code, "bash", *words], cwd=folder, capture_output=True, text=True, check=True
    )
    assert (ran.stdout.splitlines(), ran.stderr) == (expected, "")


@needs("fish")
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("sche", ["schema"]),
        ("check --fail-", ["--fail-on"]),
        ("--fail-on w", ["warning"]),
        ("--fail-on=w", ["--fail-on=warning"]),
        ("--select WK00", CODES_OF_WK00),
        ("--select HK,WK00", [f"HK,{code}" for code in CODES_OF_WK00]),
        ("--output-file sa", ["sarif="]),
        ("--output-file sarif=kn", ["sarif=known findings.json"]),
        ("--baseline kn", ["known findings.json"]),
        ("show --format ", ["json", "text"]),
        ("plan --fail", []),
        ("explain WK00", CODES_OF_WK00),
        ("schema ser", ["services"]),
        ("completion ", ["bash", "fish", "zsh"]),
        ("rules ", []),
        ("show sho", ["shop one/"]),
    ],
)
def test_fish(scripts: dict[str, Path], folder: Path, line: str, expected: list[str]) -> None:
    code = f"source {scripts['fish']}; complete -C {_quoted(f'paaslint {line}')}"
    environment = {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "none")}
    ran = subprocess.run(
        ["fish", "--no-config", "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    found = [each.partition("\t")[0].replace("\\ ", " ") for each in ran.stdout.splitlines()]
    assert (sorted(found), ran.stderr) == (sorted(expected), "")


def _quoted(text: str) -> str:
    return f"'{text}'"


TYPED = [
    ("schem\t", ["schema"]),
    ("--statis\t", ["--statistics"]),
    ("--fail-on w\t", ["--fail-on", "warning"]),
    ("--fail-on=w\t", ["--fail-on=warning"]),
    ("--select HK,TY005\t", ["--select", "HK,TY005"]),
    ("--output-file sari\tkno\t", ["--output-file", "sarif=known findings.json"]),
    ("--baseline kno\t", ["--baseline", "known findings.json"]),
    ("show --form\t", ["show", "--format"]),
    ("schema serv\t", ["schema", "services"]),
    ("show shop\t", ["show", "shop one"]),
]
"""Keys, and the words that the line has then."""


class Terminal:
    """A shell at a terminal of its own."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self.process, self.descriptor = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            environment = {"PATH": os.environ["PATH"], "TERM": "dumb", "HOME": str(folder), "LC_ALL": "C.UTF-8"}
            os.execvpe(command[0], list(command), environment)

    def type(self, keys: str) -> None:
        os.write(self.descriptor, keys.encode())

    def read_until(self, pattern: str) -> str:
        text = ""
        while not re.search(pattern, text):
            ready, _, _ = select.select([self.descriptor], [], [], TIMEOUT_SECONDS)
            assert ready, f"nothing came after {text!r}"
            text += os.read(self.descriptor, 4096).decode()
        return text

    def close(self) -> None:
        os.close(self.descriptor)
        os.waitpid(self.process, 0)


@pytest.fixture
def terminal(request: pytest.FixtureRequest, scripts: dict[str, Path], folder: Path) -> Iterator[Terminal]:
    shell: str = request.param
    started = Terminal([shell, "--norc", "--noprofile", "-i"] if shell == "bash" else [shell, "-f", "-i"], folder)
    prepare = "" if shell == "bash" else "autoload -Uz compinit && compinit -u -D; "
    started.type(f"PS1='rea''dy> '; {prepare}source {scripts[shell]}\n")
    started.read_until("ready> ")
    yield started
    started.close()


@pytest.mark.parametrize("terminal", [pytest.param(s, marks=needs(s)) for s in ("bash", "zsh")], indirect=True)
@pytest.mark.parametrize(("keys", "words"), TYPED)
def test_keys_at_a_terminal(terminal: Terminal, keys: str, words: list[str]) -> None:
    """What the line has become is shown by printing its words in place of running it."""
    terminal.type(f"paaslint {keys}")
    terminal.type("\x01printf '<%s>' \x05; printf 'do''ne\\n'\n")
    shown = terminal.read_until("done")
    found = [word.rstrip("/") for word in re.findall(r"<([^<>%]*)>", shown)]  # zsh takes the slash of a folder back
    assert found[-len(words) - 1 :] == ["paaslint", *words]
