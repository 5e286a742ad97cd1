"""Scripts: their simple commands, what surrounds each, and where it stands."""

from __future__ import annotations

import pytest
from corpus import CorpusProject
from hypothesis import given, settings
from hypothesis import strategies as st
from projects import application

from paaslint.commands.tools import identify
from paaslint.discover import discover
from paaslint.load import load
from paaslint.model import Command
from paaslint.shell import Script, SimpleCommand, parse, syntax_errors
from paaslint.shell.bashisms import bashisms
from paaslint.shell.reader import DOCUMENTS


def words(text: str) -> list[list[str]]:
    return [[word.text for word in command.words] for command in parse(text).commands]


def command(text: str, name: str) -> SimpleCommand:
    """The one command of that name."""
    (found,) = (c for c in parse(text).all_commands() if c.name == name)
    return found


def guards(text: str, name: str) -> list[tuple[str, bool]]:
    return [(guard.kind, guard.holds) for guard in command(text, name).guards]


# words


def test_quotes_are_taken_off() -> None:
    (only,) = parse("""a 'b c' "d e" f\\ g h'i'"j" "k\\"l" '' \\$m""").commands
    assert [w.text for w in only.words] == ["a", "b c", "d e", "f g", "hij", 'k"l', "", "$m"]
    assert [w.quoted for w in only.words] == [False, True, True, True, True, True, True, True]
    assert all(w.literal for w in only.words)


def test_expansions_stand_as_written_and_are_no_literals() -> None:
    (only, _) = parse('a x$Y "${Z:-w}" $(b) $((N + 1)) *.txt').commands
    assert [w.text for w in only.words] == ["a", "x$Y", "${Z:-w}", "$(b)", "$((N + 1))", "*.txt"]
    assert [w.literal for w in only.words] == [True, False, False, False, False, True]
    assert [w.variables for w in only.words] == [(), ("Y",), ("Z",), (), ("N",), ()]
    assert only.words[-1].pattern


def test_signs_that_are_arguments() -> None:
    assert words('test "$X" = main; expr 1 == 2; echo = $ [ ] ! {}') == [
        ["test", "$X", "=", "main"], ["expr", "1", "==", "2"], ["echo", "=", "$", "[", "]", "!", "{}"],
    ]  # fmt: skip


def test_assignments_stand_in_front_alone_or_behind_export() -> None:
    prefix, alone, exported, _ = parse("A=1 B='x y' run; C=$D; export E=f G; h").commands
    assert [(a.name, a.value and a.value.text) for a in prefix.assignments] == [("A", "1"), ("B", "x y")]
    assert (alone.name, alone.words, alone.assignments[0].name) == ("", [], "C")
    assert (exported.name, [a.name for a in exported.assignments]) == ("export", ["E"])
    script = parse("A=1 run; C=2; export E=f; for i in x; do read J; done; f() { local k=1; }")
    assert [(s.name, s.how) for s in script.sets] == [
        ("A", "prefix"), ("C", "assignment"), ("E", "export"), ("i", "for"), ("J", "read"), ("k", "local"),
    ]  # fmt: skip


def test_redirections_belong_to_their_command() -> None:
    first, last = parse("a && b >out 2>&1 c <in").commands
    assert first.redirections == []
    assert [w.text for w in last.words] == ["b", "c"]
    assert [(r.operator, r.descriptor, r.target and r.target.text) for r in last.redirections] == [
        (">", "", "out"), (">&", "2", "1"), ("<", "", "in"),
    ]  # fmt: skip
    grouped = command("{ a; b; } >log", "b")
    assert grouped.redirections[0].target is not None


def test_here_documents() -> None:
    text = "cat <<EOF >f\nhi $A\nEOF\ncat <<'X' | grep y && z\n$B\nX\nlast"
    script = parse(text)
    assert script.complete
    assert [c.name for c in script.commands] == ["cat", "cat", "grep", "z", "last"]
    first, second = script.documents
    assert (first.delimiter, first.expands, text[slice(*first.span)]) == ("EOF", True, "hi $A\n")
    assert (second.delimiter, second.expands, second.text) == ("X", False, "$B\n")
    assert [reading.name for reading in script.reads] == ["A"]
    grep, z = command(text, "grep"), command(text, "z")
    assert grep.pipeline is not None and len(grep.pipeline) == 2 and grep.element == 1
    assert z.pipeline is None and guards(text, "z") == [("&&", True)]


# structure


def test_operators_as_written() -> None:
    script = parse("a && b || c; d | e &\nf\n")
    assert [c.operator for c in script.commands] == ["&&", "||", ";", "|", "&", ""]
    assert [c.name for c in script.commands if c.background] == ["d", "e"]


def test_pipelines() -> None:
    script = parse("a | { b; c; } | d; e")
    assert [(c.pipeline and len(c.pipeline), c.element) for c in script.commands] == [
        (3, 0),
        (3, 1),
        (3, 1),
        (3, 2),
        (None, 0),
    ]
    assert all(c.in_subshell for c in script.commands[:4]) and not script.commands[4].in_subshell


def test_background_and_wait() -> None:
    script = parse("a & b & wait")
    assert [bool(c.background) for c in script.commands] == [True, True, False]
    assert script.waited(script.commands[0])
    assert [c.name for c in script.final] == ["wait"]
    alone = parse("nohup a >/dev/null 2>&1 &")
    (only,) = alone.final
    assert only.background is not None and alone.text[slice(*only.background)] == "&" and not alone.waited(only)
    loop = command("while :; do a; done &", "a")
    assert loop.background is not None


@pytest.mark.parametrize(
    ("text", "endless"),
    [
        ("while true; do a; done", True),
        ("while :; do a; sleep 5; done", True),
        ("while [ 1 ]; do a; done", True),
        ("until false; do a; done", True),
        ("for ((;;)); do a; done", True),
        ("while true; do a || break; done", False),
        ("while true; do (a; exit 1); done", True),
        ("while true; do a; exit; done", False),
        ("while [ -f x ]; do a; done", False),
        ("for i in 1 2; do a; done", False),
        ("for i; do a; done", False),
        ("until a; do b; done", False),
    ],
)
def test_endless_loops(text: str, endless: bool) -> None:
    (loop,) = (block for block in parse(text).blocks if block.is_loop)
    assert loop.endless is endless


def test_what_stands_behind_an_endless_loop_or_an_exit_is_not_reached() -> None:
    text = "exec a; b"
    first, second = parse(text).commands
    assert (first.after, second.after) == (None, first)
    assert [c.name for c in parse(text).final] == ["exec"]
    assert command("while true; do a; done; b", "b").after is not None
    for reached in (
        "if x; then exit; fi; b",
        "x && exit; b",
        "(exit); b",
        "exec >log; b",
        "exit & b",
        "f() { exit; }; b",
    ):
        assert command(reached, "b").after is None, reached
    assert command("if x; then exit 1; else exit 2; fi; b", "b").after is not None


def test_the_last_to_run() -> None:
    def final(text: str) -> list[str]:
        return [c.name or "" for c in parse(text).final]

    assert final("a; b && c") == ["c"]
    assert final("a || true") == ["a", "true"]
    assert final("a; if x; then b; elif y; then c; else d; fi") == ["b", "c", "d"]
    assert final("a | b") == ["a", "b"]
    assert final("(a; b)") == ["b"]
    assert final("a\nf() { b; }") == ["a"]
    assert final("case $x in a) b;; *) c;; esac") == ["b", "c"]
    assert final("") == []


def test_blocks_around_a_command() -> None:
    text = "f() { if a; then for i in x; do ( b; ); done; fi; }; c $(d)"
    assert [b.kind for b in command(text, "b").blocks] == ["subshell", "for", "if", "group", "function"]
    assert command(text, "b").function == "f"
    assert command(text, "d").in_substitution and not command(text, "c").in_subshell
    assert command(text, "a").in_condition and not command(text, "b").in_condition


def test_functions_of_the_script_are_no_unknown_tools() -> None:
    script = parse("run() { node x.js; }\nrun; other")
    assert [(c.name, c.calls_function) for c in script.commands] == [("node", False), ("run", True), ("other", False)]
    assert set(script.functions) == {"run"}


# guards


def test_conditions_are_guards() -> None:
    text = 'if [ -n "$A" ] && b; then c; elif d; then e; else f; fi'
    assert guards(text, "c") == [("if", True)]
    assert [t.name for t in command(text, "c").guards[0].commands] == ["[", "b"]
    assert guards(text, "e") == [("if", False), ("if", True)]
    assert guards(text, "f") == [("if", False), ("if", False)]
    assert command(text, "c").guarded_by("A") and command(text, "f").guarded_by("A")
    assert not command(text, "c").guarded_by("B")


@pytest.mark.parametrize(
    ("text", "conditional"),
    [
        ("make && b", False),
        ("cd x && npm ci && b", False),
        ('[ -n "$PLATFORM_RELATIONSHIPS" ] && b', True),
        ('[ "$PLATFORM_BRANCH" = main ] && make && b', True),
        ("command -v x && b", True),
        ("! x && b", True),
        ("grep -q x y && b", True),
        ("a || b", True),
        ("case $x in y) b;; esac", True),
        ("while read l; do b; done", True),
        ("while true; do b; done", False),
        ("for i in x; do b; done", False),
        ("if x; then y; fi; b", False),
        ('[ -z "$X" ] && exit 0; b', True),
        ('if [ "$X" != main ]; then exit; fi\nb', True),
        ('if [ "$X" = main ]; then y; else exit; fi\nb', True),
        ("case $X in main) ;; *) exit 0 ;; esac; b", True),
        ('[ -z "$X" ] && { echo no; exit 1; }; b', True),
        ("cd web || exit 1; b", False),
        ("make || exit 1; b", False),
    ],
)
def test_what_is_conditional(text: str, conditional: bool) -> None:
    assert command(text, "b").conditional is conditional


def test_an_early_exit_guards_what_follows() -> None:
    behind = command('[ -z "$X" ] && exit 0; b', "b")
    assert [(g.kind, g.holds) for g in behind.guards] == [("exit", False)]
    assert behind.guarded_by("X")


def test_failures() -> None:
    def failure(text: str) -> str | None:
        script = parse(text)
        (found,) = (c for c in script.commands if c.name == "a")
        return script.failure(found)

    assert failure("a; b") == "ignored"
    assert failure("b; a") == "result"
    assert failure("set -e; a; b") == "stops"
    assert failure("set -e; a || true; b") == "ignored"
    assert failure("set -e; a || :") == "ignored"
    assert failure("set -e; a | b; c") == "ignored"
    assert failure("set -e; set -o pipefail; a | b; c") == "stops"
    assert failure("if a; then b; fi") == "tested"
    assert failure("a && b; c") == "tested"
    assert failure("set -e; a & b") == "ignored"
    assert failure("set $X; a; b") is None


def test_options_in_force() -> None:
    script = parse("a; set -ex; b; set +x; c; set -o pipefail; d; (set -u; e); f; if g; then set -v; fi; h")
    options = {
        c.name: {o for o in ("errexit", "xtrace", "pipefail", "nounset") if c.option(o)} for c in script.commands
    }
    assert options["a"] == set()
    assert options["b"] == {"errexit", "xtrace"}
    assert options["c"] == {"errexit"}
    assert options["d"] == {"errexit", "pipefail"}
    assert options["e"] == {"errexit", "pipefail", "nounset"}
    assert options["f"] == {"errexit", "pipefail"}
    assert command("if g; then set -v; fi; h", "h").option("verbose") is None


# directories and variables


@pytest.mark.parametrize(
    ("text", "directory"),
    [
        ("b", ""),
        ("cd web; b", "web"),
        ("cd web && b", "web"),
        ("cd web/x; cd ..; b", "web"),
        ("cd /tmp; b", "/tmp"),
        ("cd web; cd $PLATFORM_APP_DIR; b", ""),
        ('cd "${PLATFORM_APP_DIR}/web"; b', "web"),
        ("cd /app/web; b", "web"),
        ("cd ~/web; cd; b", ""),
        ("cd web; cd -; b", ""),
        ("cd $X; b", None),
        ("cd $X; cd /app; b", ""),
        ("cd $X; cd web; b", None),
        ("(cd web); b", ""),
        ("(cd web; b)", "web"),
        ("cd web & b", ""),
        ("cd web | a; b", ""),
        ("a=$(cd web); b", ""),
        ("if x; then cd web; fi; b", None),
        ("if x; then cd web; else cd web; fi; b", "web"),
        ("if x; then cd web; exit; fi; b", ""),
        ("[ -d web ] && cd web; b", None),
        ("cd web || exit 1; b", "web"),
        ("cd web || true; b", "web"),
        ("make && cd web && make; b", "web"),
        ("for i in x; do b; cd $i; done", None),
        ("pushd web; b", None),
        ("go() { cd web; }; go; b", None),
        ("go() { cd web; }; b", ""),
        ("cd -P web; b", "web"),
        ("sh -c 'cd web && b'", "web"),
        ("cd web; sh -c b", "web"),
        ("cd w*; b", None),
    ],
)
def test_the_directory_is_followed(text: str, directory: str | None) -> None:
    assert command(text, "b").directory == directory


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("b $X", False),
        ("b ${X:-y}", True),
        ("b ${X-}", True),
        ("b ${X:+y}", True),
        ("b ${X:?must}", False),
        ("b ${X%/*}", False),
        ('[ -n "$X" ] && b', True),
        ('[ "$X" ] && b', True),
        ('[ "$X" = main ] && b', False),
        ('test -z "$X" || b', True),
    ],
)
def test_readings_that_provide_for_absence(text: str, guarded: bool) -> None:
    (reading,) = parse(text).reads
    assert (reading.name, reading.guarded) == ("X", guarded)


def test_readings_behind_a_test_are_guarded() -> None:
    readings = parse('if [ -n "$X" ]; then b "$X"; fi; c $X').reads
    assert [reading.guarded for reading in readings] == [True, True, False]
    readings = parse('[ -z "$X" ] && exit; b $X').reads
    assert [reading.guarded for reading in readings] == [True, True]


def test_what_the_script_sets_is_its_own() -> None:
    script = parse("b $X; X=1; c $X; for i in $L; do d $i; done")
    assert [(r.name, r.own) for r in script.reads] == [("X", False), ("X", True), ("L", False), ("i", True)]


def test_variables_in_odd_places() -> None:
    text = 'case $A in x) ;; esac; b >"$C"; D="$E-${F:-$G}"; h $((I + 1)); j "\\$K" \'$L\''
    assert [r.name for r in parse(text).reads] == ["A", "C", "E", "F", "G", "I"]


# scripts in scripts


@pytest.mark.parametrize(
    "text",
    [
        "sh -c 'a; b x'",
        'bash -c "a && b x"',
        "timeout 60 bash -ec 'a\nb x'",
        "bash -o pipefail -c 'b x'",
        "flock -n /tmp/l -c 'b x'",
        "bash <<'EOF'\na\nb x\nEOF",
        "bash -s <<EOF\nb x\nEOF",
        'sh -c "echo \\"q\\" 🎉; b x"',
    ],
)
def test_scripts_in_scripts_have_spans_of_the_outer_text(text: str) -> None:
    found = command(text, "b")
    assert text[slice(*found.span)] == "b x"
    assert found.script.outer is not None and found.script.outer.nested is found.script


def test_which_shell_reads_a_nested_script() -> None:
    assert command("bash -c 'b'", "b").script.dialect == "bash"
    assert command("sh -c 'b'", "b").script.dialect == "dash"
    assert parse("bash script.sh").commands[0].nested is None
    assert parse('sh -c "$SCRIPT"').commands[0].nested is None
    assert parse("echo bash -c 'x'").commands[0].nested is None
    assert command("bash -ec 'b; c'", "b").option("errexit")


# positions


def test_spans_are_exact() -> None:
    text = 'é 🎉; a "🎉 $X"  b>ü && c=$(d 🎉) # e\nf'
    script = parse(text)
    shown = [text[slice(*c.span)] for c in script.commands]
    assert shown == ["é 🎉", 'a "🎉 $X"  b>ü', "c=$(d 🎉)", "d 🎉", "f"]
    assert [text[slice(*w.span)] for w in script.commands[1].words] == ["a", '"🎉 $X"', "b"]
    assert [text[slice(*r.span)] for r in script.reads] == ["$X"]
    assert [text[slice(*r.span)] for r in script.commands[1].redirections] == [">ü"]


SCRIPT = ["set -e", "one", "two 'x y'", "three", "four", "five", "seven() { :; }", "eight --flag=ü", "nine"]
FORMS = {
    "|": "hooks:\n    build: |\n" + "".join(f"        {line}\n" for line in SCRIPT),
    "|-": "hooks:\n    build: |-\n" + "".join(f"        {line}\n" for line in SCRIPT),
    ">": "hooks:\n    build: >\n" + "".join(f"        {line}\n\n" for line in SCRIPT),
    "quoted": 'hooks:\n    build: "' + "\\n\\\n        ".join(SCRIPT) + '"\n',
}


@pytest.mark.parametrize("form", FORMS)
def test_places_in_the_yaml_file(form: str) -> None:
    app = application("name: app\ntype: 'php:8.3'\n" + FORMS[form])
    (hook,) = app.hooks
    assert hook.command is not None
    (eight,) = (c for c in hook.command.script.commands if c.name == "eight")
    place = hook.command.place(eight.span)
    assert place.source.text[slice(*place.span)] == "eight --flag=ü"


# what does not parse


def test_after_an_unterminated_quote_nothing_is_read() -> None:
    text = "a; b 'x\nc\nd"
    script = parse(text)
    assert (script.complete, script.opened) == (False, text.index("'"))
    assert [c.name for c in script.commands if c.name in ("c", "d")] == []


def test_after_a_missing_end_the_rest_is_read() -> None:
    script = parse("set -e\nif a; then\n  b\nc\nd")
    assert not script.complete
    assert {"b", "c", "d"} <= {c.name for c in script.commands}


def test_where_the_structure_is_lost_commands_are_in_doubt() -> None:
    script = parse("while true\n  b\ndone")
    assert not script.complete
    assert all(c.conditional for c in script.commands if c.name == "b")


def test_hostile_scripts_end_soon() -> None:
    for text in (
        "(" * 5000,
        "$(" * 5000,
        "a && " * 5000 + "b",
        "${x:-" * 3000,
        "if a; then " * 500,
        "\0\ud800",
        "'" * 999,
    ):
        check_whole(parse(text))
    assert not parse("a" * 1_000_001).complete


def test_the_scanner_of_the_grammar_gets_nothing_that_ends_the_process() -> None:
    for plane in range(1, 17):
        char = chr(plane * 0x10000 + 0x1860)
        for text in (f"{{{char}", f"echo {{{char}}}", f"a {{1..{char}}}", f"cat <<{char}\nx\n{char}\nb"):
            check_whole(parse(text))


def test_characters_that_are_not_ascii_are_parts_of_words_in_every_locale() -> None:
    assert words("echo a\u3000b é=1 \U00031860; 🎉 --x='ü'") == [
        ["echo", "a\u3000b", "é=1", "\U00031860"],
        ["🎉", "--x=ü"],
    ]
    script = parse("cat <<ÉTÉ\n🎉\nÉTÉ\nnext 'ß'")
    assert [c.name for c in script.commands] == ["cat", "next"]
    assert [(d.delimiter, d.text, d.terminated) for d in script.documents] == [("ÉTÉ", "🎉\n", True)]
    (found,) = bashisms(parse("a 'ß'; b <(c)"))
    assert found.span == (9, 11)


def test_a_script_of_too_many_here_documents_is_not_read() -> None:
    few, many = (parse("cat <<E\nx\nE\n" * count) for count in (DOCUMENTS, DOCUMENTS + 1))
    assert few.complete and len(few.documents) == DOCUMENTS
    assert not many.complete and not many.commands and many.tree is None


def test_what_commands_remember_does_not_grow_with_the_script() -> None:
    count = 2000
    chosen = parse("if a; then b\n" + "elif c; then d\n" * count + "fi")
    assert len(chosen.commands) == 2 * count + 2
    assert sum(len(c.guards) for c in chosen.commands) < 120 * count
    switched = parse("".join(f"set -o o{i}\n" for i in range(count)) + "set -e; set -o pipefail; a")
    last = switched.commands[-1]
    assert (last.option("errexit"), last.option("pipefail"), last.option("o1")) == (True, True, False)


FRAGMENTS = st.sampled_from(
    [
        "a", " ", ";", "\n", "&", "&&", "||", "|", "(", ")", "{", "}", "if ", "then ", "fi", "else ", "while ", "do ",
        "done", "for i in ", "case x in ", "esac", ";;", "'", '"', "`", "$(", "$((", "))", "${X", ":-", "$Y", "<<E\n", "E\n",
        ">", "2>&1", "<(", "\\", "#", "cd ", "set -e", "sh -c ", "f()", "[[ ", "🎉", "{\U00031860", "é", "=", "x=(", "export ", "exit", "\t",
    ]
)  # fmt: skip


def check_whole(script: Script) -> None:
    """Everything lies inside the text, and every question has an answer."""
    size = len(script.text)
    for command in script.all_commands():
        spans = [command.span, *(w.span for w in command.words), *(r.span for r in command.redirections)]
        assert all(0 <= start <= end <= size for start, end in spans)
        assert command.conditional in (True, False) and command.script.failure(command) in (
            "ignored", "tested", "result", "stops", None,
        )  # fmt: skip
        identify(command)
    for block in script.blocks:
        assert 0 <= block.span.start <= block.span.end <= size and block.endless in (True, False)
    for reading in script.reads:
        assert 0 <= reading.span.start <= reading.span.end <= size
    for fault in syntax_errors(script) + syntax_errors(script, "bash"):
        assert 0 <= fault.start <= fault.end <= size and fault.message
    for bashism in bashisms(script):
        assert 0 <= bashism.span.start <= bashism.span.end <= size


@settings(max_examples=150, deadline=None)
@given(st.lists(FRAGMENTS, max_size=25).map("".join) | st.text(max_size=60))
def test_any_text_is_a_script(text: str) -> None:
    check_whole(parse(text))


def corpus_commands(corpus: list[CorpusProject]) -> list[Command]:
    """Every command of every application in the corpus."""
    return [
        command
        for project in corpus
        for files in discover([str(project.folder)]).projects
        for app in load(files, files.tree("partial")).applications
        for command in app.commands
    ]


def test_corpus_scripts_are_read_whole(corpus: list[CorpusProject]) -> None:
    """Every script that parses is read to its end, and each word stands where it says, in its file."""
    commands = corpus_commands(corpus)
    assert len(commands) > 500
    for given_command in commands:
        script = given_command.script
        check_whole(script)
        assert script.complete or syntax_errors(script), given_command.text
        for simple in script.commands:
            place = given_command.place(simple.span)
            assert place.source.text[place.span.start] == given_command.text[simple.span.start]
