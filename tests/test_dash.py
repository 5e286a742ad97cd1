"""What dash makes of scripts: syntax errors and the constructs that it does not have, against the real one."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from corpus import CorpusProject
from hypothesis import given, settings
from hypothesis import strategies as st
from test_shell import corpus_commands

from paaslint.shell import parse, syntax_errors
from paaslint.shell.bashisms import STOPS, SYNTAX, WRONG, bashisms


def shell(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


def refuses(path: str, text: str) -> bool:
    """True where `SHELL -n` fails."""
    return subprocess.run([path, "-n"], input=text.encode(), capture_output=True, check=False).returncode != 0


FAULTY = [
    ("a\nif b; then c", "unfinished", "if", "`if` is never closed by `fi`"),
    ("while a; do b", "unfinished", "while", "`while` is never closed by `done`"),
    ("case x in a) b", "unfinished", "case", "`case` is never closed by `esac`"),
    ("{ a", "unfinished", "{", "`{` is never closed by `}`"),
    ("( a", "unfinished", "(", "`(` is never closed by `)`"),
    ("a 'b\nc", "quote", "'", "`'` is never closed"),
    ('a "b\nc', "quote", '"', '`"` is never closed'),
    ("a $(b", "substitution", "$(", "`$(` is never closed"),
    ("a `b", "backquote", "`", "`` ` `` is never closed"),
    ("a ${b", "parameter", "${", "`${` is never closed"),
    ("fi", "unexpected", "fi", "`fi` has nothing to belong to"),
    ("a; else b", "unexpected", "else", "`else` has nothing to belong to"),
    ("a\n}", "unexpected", "}", "`}` has nothing to belong to"),
    ("a )", "unexpected", ")", "`)` has nothing to belong to"),
    ("a;;", "unexpected", ";;", "`;;` has nothing to belong to"),
    ("a && && b", "unexpected", "&&", "`&&` has nothing to belong to"),
    ("node worker.js | | grep x", "unexpected", "|", "`|` has nothing to belong to"),
    ("a &&", "unexpected", "", "the script ends where a command must follow"),
    ("if a; do b; fi", "unexpected", "do", "`do` stands where `then` must stand"),
    ("for i in a; b; done", "unexpected", "b", "`b` stands where `do` must stand"),
    ("a >", "unexpected", "", "the script ends where a command must follow"),
    ("if a; then\n# b\nelse c; fi", "empty", "else", "there is no command before `else`, and a comment is none"),
    ("while a; do done", "empty", "done", "there is no command before `done`, and a comment is none"),
    ("f() { }", "empty", "}", "there is no command before `}`, and a comment is none"),
    ("for 1x in a; do b; done", "name", "1x", "`1x` cannot be the name of a loop variable"),
    ("🎉; é )", "unexpected", ")", "`)` has nothing to belong to"),
]


@pytest.mark.parametrize(("text", "kind", "shown", "message"), FAULTY)
def test_faults(text: str, kind: str, shown: str, message: str) -> None:
    (fault,) = syntax_errors(parse(text))
    assert (fault.kind, text[fault.start : fault.end], fault.message) == (kind, shown, message)
    assert fault.open is (kind in ("quote", "substitution", "backquote", "parameter"))


@pytest.mark.parametrize("text", [text for text, _, _, _ in FAULTY])
def test_the_real_dash_fails_as_well(text: str) -> None:
    assert refuses(shell("dash"), text)


SOUND = [
    "a <<EOF\nit's $(b) \"\nEOF\nc",
    "cat <<EOF\nnever ended",
    "case x in (a|b) c;; d) esac",
    "if a\nthen b; fi >log",
    "f() if a; then b; fi",
    "for i\ndo a; done",
    "for i in a b\ndo c; done",
    "a && \\\n  b |\nc",
    'echo "${x:-"y z"}" ${x%\'}\'} $((1 + (2))) `a \\`b\\``',
    "a # it's\nb",
    "echo fi then } )x".replace(" )x", ""),
    "!  a",
    "echo ${x//a/b} ${x:0:2}",
    "[[ a == b ]]",
    "",
    "# nothing",
    "a;",
    "a &",
]


@pytest.mark.parametrize("text", SOUND)
def test_what_dash_reads_is_no_fault(text: str) -> None:
    assert syntax_errors(parse(text)) == []
    assert not refuses(shell("dash"), text)


def test_bash_reads_what_only_dash_refuses() -> None:
    for text in (
        "x=(1 2)",
        "cat <<<x",
        "a <(b)",
        "function f { a; }",
        "for ((;;)); do a; done",
        "a |& b",
        "[[ a =~ (b) ]]",
    ):
        script = parse(text)
        assert syntax_errors(script) and not syntax_errors(script, "bash"), text


FRAGMENTS = st.sampled_from(
    [
        "a", "b ", "if ", "then ", "fi ", "else ", "while ", "do ", "done ", "for x in ", "case x in ", "esac ", "a) ",
        "; ", "\n", "& ", "&& ", "|| ", "| ", "( ", ") ", "{ ", "} ", "! ", ";; ", "> ", "2>&1 ", "x=1 ", "$x ", '"', "'",
        "$(", "${", "${x:-", "${x%", "} ", "$((", "))", "<<EOF\n", "EOF\n", "\\", "# ", "f() ", "[[ a ]] ", "x=(", "until ",
        "if a; then b; fi\n", "for x in a; do b; done\n", "case x in a) b;; esac\n", "`a` ", '"$(b)" ', " in ",
    ]
)  # fmt: skip


@settings(max_examples=120, deadline=None, derandomize=True)
@given(st.lists(FRAGMENTS, min_size=1, max_size=10).map("".join))
def test_a_fault_is_one_for_the_real_shells(text: str) -> None:
    script = parse(text)
    if syntax_errors(script):
        assert refuses(shell("dash"), text)
    if syntax_errors(script, "bash"):
        assert refuses(shell("bash"), text)


def test_corpus_agrees_with_dash(corpus: list[CorpusProject], capsys: pytest.CaptureFixture[str]) -> None:
    """No fault where `dash -n` is content; the share of its failures that are found is printed."""
    dash, bash = shell("dash"), shell("bash")
    refused = found = 0
    texts = sorted({command.text for command in corpus_commands(corpus)})
    for text in texts:
        script = parse(text)
        fails = refuses(dash, text)
        faults = syntax_errors(script)
        assert fails or not faults, text
        assert not syntax_errors(script, "bash") or refuses(bash, text), text
        refused += fails
        found += bool(faults)
    with capsys.disabled():
        print(f"\ndash -n refuses {refused} of {len(texts)} corpus scripts; found: {found}")
    assert found == refused


BASH_ONLY = [
    ("[[ a == a ]] && b", "[[", "[[", WRONG),
    ("[[ a =~ (b) ]]", "[[", "[[", SYNTAX),
    ("x=(1 2)", "array", "(1 2)", SYNTAX),
    ("function f { a; }", "function", "function", SYNTAX),
    ("function f() { a; }", "function", "function", SYNTAX),
    ("a-b() { c; }", "function-name", "a-b", SYNTAX),
    ("cat <<<x", "<<<", "<<<", SYNTAX),
    ("diff <(a) b", "process-substitution", "<(", SYNTAX),
    ('echo "$(< a)"', "$(<", "$(< a)", WRONG),
    ("a |& b", "|&", "|&", SYNTAX),
    ("for ((i=0;i<2;i++)); do a; done", "arithmetic-for", "((", SYNTAX),
    ("select x in a; do b; done", "select", "select", SYNTAX),
    ("case x in a) b;& esac", "case-fallthrough", ";&", SYNTAX),
    ("set -euo pipefail", "option", "pipefail", STOPS),
    ("set -o errtrace", "option", "errtrace", STOPS),
    ("set -T", "option", "-T", STOPS),
    ("x=abc; echo ${x//a/b}", "substitution", "${x//a/b}", STOPS),
    ("x=abc; echo \"${x:0:2}\"", "substitution", "${x:0:2}", STOPS),
    ("x=abc; echo ${x^^}", "substitution", "${x^^}", STOPS),
    ("x=HOME; echo ${!x}", "substitution", "${!x}", STOPS),
    ("echo ${x[0]}", "substitution", "${x[0]}", STOPS),
    ("echo x >& /dev/null", ">&", ">& /dev/null", STOPS),
    ("export -f x", "builtin-option", "-f", STOPS),
    ("f() { local -a x; }; f", "builtin-option", "-a", STOPS),
    (". environment", "dot", "environment", STOPS),
    ("source ./x", "source", "source", WRONG),
    ("true &> /dev/null", "&>", "&>", WRONG),
    ("echo {1..3}", "brace-expansion", "{1..3}", WRONG),
    ("echo a/{b,c}", "brace-expansion", "{b,c}", WRONG),
    ("[ a == a ]", "==", "==", WRONG),
    ("test a == a", "==", "==", WRONG),
    ("[ -v x ]", "test-operator", "-v", WRONG),
    ("pushd /", "command", "pushd", WRONG),
    ("let x=1", "command", "let", WRONG),
    ("declare x=1", "command", "declare", WRONG),
    ("shopt -s globstar", "command", "shopt", WRONG),
    ("((1 > 0))", "((", "((", WRONG),
    ("echo $'a\\n'", "$'", "$'a\\n'", WRONG),
    ("x+=1", "+=", "+=", WRONG),
    ("echo -e a", "echo-option", "-e", WRONG),
    ("wait -n", "missing-option", "-n", WRONG),
    ("trap : ERR", "signal", "ERR", WRONG),
    ("echo $RANDOM", "variable", "$RANDOM", WRONG),
]  # fmt: skip


@pytest.mark.parametrize(("text", "construct", "shown", "effect"), BASH_ONLY)
def test_bashisms(text: str, construct: str, shown: str, effect: str) -> None:
    (found,) = bashisms(parse("true 🎉; " + text))
    assert (found.construct, ("true 🎉; " + text)[slice(*found.span)], found.effect) == (construct, shown, effect)
    assert found.outcome and found.instead


@pytest.mark.parametrize(("text", "effect"), [(text, effect) for text, _, _, effect in BASH_ONLY])
def test_the_effect_is_what_dash_does(text: str, effect: str, tmp_path: object) -> None:
    dash = shell("dash")
    assert refuses(dash, text) is (effect == SYNTAX)
    run = subprocess.run(
        [dash, "-c", f"{text}\necho reached"],
        capture_output=True,
        text=True,
        cwd=str(tmp_path),
        check=False,
        timeout=20,
    )
    assert ("reached" in run.stdout) is (effect == WRONG)


@pytest.mark.parametrize(
    "text",
    [
        "bash -c '[[ a ]] && x=(1)'",
        "bash <<'EOF'\n[[ a ]]\nsource x\nEOF",
        "bash script.sh",
        "echo '[[ a ]]' \"{a,b}\" '${x//a/b}'",
        "[ a = b ]; echo ${x:-y} ${x%z} $((x + 1)) {} \"${#x}\"",
        "find . -exec rm {} +",
        "X={a,b}",
        "git stash drop stash@{0}",
        "export X; unset -f f; read -r x; set -eux; set -- a; set -o errexit",
        "echo -n a; printf '%s' b; trap : TERM",
        ". ./x; . \"$HOME/.nvm/nvm.sh\"",
        "RANDOM=1; echo $RANDOM",
        "source() { . \"$1\"; }; source ./x",
        "a 2>&1 >&2 >&-",
        "a \"$(cat < b)\" $(> c) `d`",
    ],
)  # fmt: skip
def test_what_dash_understands_or_never_sees(text: str) -> None:
    assert bashisms(parse(text)) == []


def test_scripts_for_another_dash_are_looked_at() -> None:
    text = "timeout 5 sh -c 'a; [[ b ]]'"
    (found,) = bashisms(parse(text))
    assert text[slice(*found.span)] == "[["
