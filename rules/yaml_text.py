"""YM: the YAML text, before anything that it says."""

from __future__ import annotations

import re
from collections.abc import Collection

from paaslint.diagnostic import YamlProblem
from paaslint.model import Application, Cron, Project, Route, Service, Web, Worker
from paaslint.nodes import FOLDED, LITERAL, PLAIN, MappingNode, Node, PlainScalar, ScalarNode, UnknownNode
from paaslint.quick import regex
from paaslint.rule import ERROR, INFO, WARNING, Change, Finding, Iterator, Repair, finding, rule


@rule("YM001", "syntax-error")
def syntax_error(problem: YamlProblem) -> Iterator[Finding]:
    """The text is not YAML.

    The platform refuses the whole file. The finding stands where the mistake began, which is often well before the
    line that a parser complains about; the rest of the file is checked all the same.

    Bad:
        crons:
            clean:
                spec: @daily    # <- here
                commands: {start: python clean.py}

    Good:
        crons:
            clean:
                spec: "0 3 * * *"
                commands: {start: python clean.py}

    Source: YAML 1.2.2, chapter 5
    """
    if problem.kind == "syntax-error":
        yield problem


@rule("YM002", "duplicate-key")
def duplicate_key(problem: YamlProblem) -> Iterator[Finding]:
    """A key stands twice in one mapping.

    YAML forbids it. Most readers keep the last value and drop the first without a word; which one the platform
    keeps is not documented.

    Bad:
        disk: 512
        size: S
        disk: 1024    # <- here
        mounts: {uploads: {source: local, source_path: uploads}}

    Good:
        disk: 1024
        size: S
        mounts: {uploads: {source: local, source_path: uploads}}

    Source: YAML 1.2.2, section 3.2.1.3
    """
    if problem.kind == "duplicate-key":
        yield problem


@rule("YM003", "tab-indentation")
def tab_indentation(problem: YamlProblem) -> Iterator[Finding]:
    """A tab stands where YAML wants spaces.

    Indentation is made of spaces only; a file with a tab there is refused. (A page cannot show the tab well, so
    the example stands in the tests.)

    Good:
        size: S

    Source: YAML 1.2.2, section 6.1; What YAML is
    """
    if problem.kind == "tab-indentation":
        yield problem


@rule("YM004", "unknown-tag")
def unknown_tag(problem: YamlProblem) -> Iterator[Finding]:
    """A tag that the platform does not know.

    Next to YAML's own tags there are `!include` and `!archive`.

    Bad:
        hooks:
            build: !file build.sh    # <- here

    Good:
        hooks:
            build: !include {type: string, path: build.sh}

    Source: Platform-specific YAML tags
    """
    if problem.kind == "unknown-tag":
        yield problem


@rule("YM005", "include-missing", needs=("tree",))
def include_missing(problem: YamlProblem) -> Iterator[Finding]:
    """An included file does not exist.

    Paths are relative to the application's folder (`source.root`); in the services and routes files to the folder
    of the file. Silent where the source tree is not complete.

    Bad:
        # tree: complete
        hooks:
            build: !include {type: string, path: biuld.sh}    # <- here

    Good:
        # tree: complete
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        hooks:
            build: !include {type: string, path: build.sh}
        web:
            commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}
        # file: build.sh
        pip install -r requirements.txt

    Source: Platform-specific YAML tags, "Include"
    """
    if problem.kind == "include-missing":
        yield problem


@rule("YM006", "include-outside")
def include_outside(problem: YamlProblem) -> Iterator[Finding]:
    """An include leaves the project.

    Only files of the repository reach the platform.

    Bad:
        hooks:
            build: !include {type: string, path: ../../shared/build.sh}    # <- here

    Good:
        hooks:
            build: !include {type: string, path: build.sh}

    Source: Platform-specific YAML tags, "Include"
    """
    if problem.kind == "include-outside":
        yield problem


@rule("YM007", "include-cycle")
def include_cycle(problem: YamlProblem) -> Iterator[Finding]:
    """A file includes itself, directly or through others.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: !include web.yaml
        # file: web.yaml
        commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}
        locations: !include web.yaml    # <- here

    Good:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: !include web.yaml
        # file: web.yaml
        commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}

    Source: Platform-specific YAML tags, "Include"
    """
    if problem.kind == "include-cycle":
        yield problem


@rule("YM008", "include-shape", also=(WARNING, INFO))
def include_shape(problem: YamlProblem) -> Iterator[Finding]:
    """An `!include` that is not written as the platform reads it.

    It takes a path, or a mapping of `type` (`string`, `binary` or `yaml`, the default) and `path`. A shell script
    needs `type: string`: without it, it is read as YAML.

    Bad:
        hooks:
            build: !include {type: text, path: build.sh}    # <- here

    Good:
        hooks:
            build: !include {type: string, path: build.sh}

    Source: Platform-specific YAML tags, "Include"
    """
    if problem.kind == "include-shape":
        yield problem


@rule("YM009", "several-documents")
def several_documents(problem: YamlProblem) -> Iterator[Finding]:
    """A file holds more than one YAML document.

    The platform reads one document per file; what stands behind the second `---` is lost, or the file refused.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        ---    # <- here
        size: S

    Good:
        size: S

    Source: YAML structure
    """
    if problem.kind == "several-documents":
        yield problem


@rule("YM010", "bad-encoding", also=(INFO,))
def bad_encoding(problem: YamlProblem) -> Iterator[Finding]:
    """A file is not plain UTF-8, or cannot be read at all.

    Bytes that are no UTF-8, NUL characters and UTF-16 are refused by YAML readers; a byte-order mark is needless.
    Pipes, sockets, devices, links out of the project and files that permissions close give no text to check.
    (Text cannot show the bytes, so the examples stand in the tests.)

    Good:
        size: S

    Source: YAML 1.2.2, section 5.2
    """
    if problem.kind == "bad-encoding":
        yield problem


@rule("YM011", "too-deep")
def too_deep(problem: YamlProblem) -> Iterator[Finding]:
    """A file is larger or nested deeper than any configuration.

    paaslint stops at 200 levels, 16 MiB, and 1,000,000 values after aliases are expanded.

    Good:
        size: S

    Source: limits of paaslint
    """
    if problem.kind == "too-deep":
        yield problem


@rule("YM012", "undefined-alias")
def undefined_alias(problem: YamlProblem) -> Iterator[Finding]:
    """An alias `*name` has no anchor `&name` before it in the file.

    Most often it is no alias at all, but a pattern or a schedule that lacks its quotes.

    Bad:
        crons:
            clean:
                spec: *hourly    # <- here
                commands: {start: python clean.py}

    Good:
        crons:
            clean:
                spec: "0 * * * *"
                commands: {start: python clean.py}

    Source: YAML 1.2.2, section 3.2.2.2; What YAML is, "Reuse content"
    """
    if problem.kind == "undefined-alias":
        yield problem


_LOSSY = regex(r"[-+]?\d+\.\d*0|0[xo][0-9A-Fa-f]+|[-+]?0\d+|\d+(?:_\d+)+|\d+(?::[0-5]?\d)+")
_TEXT_SECTIONS = ("dependencies", "variables", "headers", "attributes", "runtimes", "packages")


@rule("YM013", "lossy-number", severity=WARNING, before=("SC003", "SC004", "VR002"))
def lossy_number(scalar: PlainScalar) -> Iterator[Finding]:
    """A version or code loses its form as a number.

    Without quotes `3.10` is the number 3.1, and readers disagree on `0755`, `1_000` and `1:30`. Where text is
    wanted, quotes keep it as it was typed.

    Bad:
        variables:
            env:
                NODE_VERSION: 18.10    # <- here

    Good:
        variables:
            env:
                NODE_VERSION: "18.10"

    Fixed:
        variables:
            env:
                NODE_VERSION: "18.10"

    Source: What YAML is, "Scalars"
    """
    if _LOSSY.fullmatch(scalar.text) and _wants_text(scalar):
        read = scalar.value
        yield finding(
            scalar,
            f"`{scalar.text}` is not text: "
            + (
                f"YAML reads the number {read}"
                if not isinstance(read, str)
                else "some YAML readers make a number of it"
            ),
            help=f'put it in quotes: `"{scalar.text}"`',
            fix=_quote(scalar),
        )


def _wants_text(scalar: ScalarNode) -> bool:
    return any(key in _TEXT_SECTIONS for key in scalar.path[:-1])


def _quote(scalar: ScalarNode) -> Repair:
    return Repair("put it in quotes", (Change(scalar, f'"{scalar.text}"'),))


_SWITCHES = {
    **dict.fromkeys(("yes", "Yes", "YES", "on", "On", "ON", "y", "Y"), "true"),
    **dict.fromkeys(("no", "No", "NO", "off", "Off", "OFF", "n", "N"), "false"),
}
_BOOLEAN_KEYS = frozenset((
    "allow", "passthru", "scripts", "enabled", "primary", "sticky", "regexp", "prefix", "append_suffix",
    "include_subdomains", "preload", "rotate_passwords",
))  # fmt: skip


@rule("YM014", "ambiguous-boolean", severity=WARNING, also=(INFO,), before=("SC003", "SC004", "VR002"))
def ambiguous_boolean(scalar: PlainScalar) -> Iterator[Finding]:
    """`yes`, `no`, `on` and `off` are text for some YAML readers and a switch for others.

    Which of them the platform uses is not documented. What PHP gets of an unquoted `On` is not, either.

    Bad:
        web:
            commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}
            locations:
                "/":
                    root: ""
                    passthru: yes    # <- here

    Bad:
        variables:
            env:
                DEBUG: off    # <- here

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "php:8.4"
        variables:
            php:
                display_errors: off    # <- here
        web: {locations: {"/": {root: public, passthru: /index.php}}}

    Good:
        variables:
            env:
                DEBUG: "off"

    Fixed:
        web:
            commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}
            locations:
                "/":
                    root: ""
                    passthru: true

    Source: How the platform reads YAML is not documented; YAML 1.1 and YAML 1.2 differ here
    """
    if scalar.text not in _SWITCHES:
        return
    message = f"`{scalar.text}` is text for one YAML reader and a switch for another"
    if scalar.key in _BOOLEAN_KEYS and "variables" not in scalar.path:
        meant = _SWITCHES[scalar.text]
        yield finding(scalar, message, help=f"write `{meant}`", fix=Repair(f"write {meant}", (Change(scalar, meant),)))
    elif _wants_text(scalar):
        # Deployed projects write it so, and work: PHP takes `on`, `yes` and `true` for one, and `off` and `no`.
        is_setting = scalar.path[-3:-1] == ("variables", "php")
        reader = "PHP" if is_setting else "the program"
        yield finding(
            scalar, f"{message}: {reader} may get `true` or `false` instead of it",
            help=f'put it in quotes: `"{scalar.text}"`', severity=INFO if is_setting else WARNING, fix=_quote(scalar),
        )  # fmt: skip


_LOOKALIKES = {
    "–": ("an en dash", "-"),
    "—": ("an em dash", "-"),
    "−": ("a minus sign", "-"),
    "“": ("a curly quote", '"'),
    "”": ("a curly quote", '"'),
    "‘": ("a curly quote", "'"),
    "’": ("a curly quote", "'"),
    "\u00a0": ("a no-break space", " "),
    "\u202f": ("a no-break space", " "),
    "\u200b": ("a zero-width space", ""),
    "\u200c": ("a zero-width character", ""),
    "\u200d": ("a zero-width character", ""),
    "\u2060": ("a zero-width character", ""),
    "\ufeff": ("a zero-width character", ""),
}
_LOOKALIKE = "[" + "".join(_LOOKALIKES) + "]"
_NOT_READ = r"""(?m)'[^'\n]*'|"(?:[^"\\\n]|\\.)*"|(?:^|(?<=\s))#[^\n]*"""
_COMMAND_KEYS = ("start", "pre_start", "post_start", "stop", "cmd", "command", "build", "deploy", "post_deploy")
_NAME_KEYS = ("type", "upstream", "to", "service", "endpoint", "source", "source_path", "root", "spec", "timezone")


@rule(
    "YM015",
    "lookalike-character",
    severity=WARNING,
    before=("CR001", "CR002", "NM001", "RL001", "RT001", "RT005", "SC001", "SC004", "TY001", "TY003", "TY006", "TY007"),
)
def lookalike_character(project: Project) -> Iterator[Finding]:
    """A character that looks like another one.

    Dashes, quotes and spaces that come from a text processor or a web page are other characters than those that
    YAML, the shell and the platform know.

    Bad:
        workers:
            queue:
                commands:
                    start: python queue-worker.py –verbose    # <- here

    Bad:
        variables:
            env:
                APP_ENV: “production”    # <- here

    Good:
        workers:
            queue:
                commands:
                    start: python queue-worker.py -verbose

    Fixed:
        workers:
            queue:
                commands:
                    start: python queue-worker.py -verbose

    Source: "Scalars" of What YAML is, and the shell's own grammar
    """
    if all(source.text.isascii() for source in project.sources.values()):
        return
    for node in project.nodes:
        if isinstance(node, ScalarNode) and not node.text.isascii():
            yield from _lookalikes(node)


def _lookalikes(scalar: ScalarNode) -> Iterator[Finding]:
    if scalar.is_key or scalar.key in _NAME_KEYS or (scalar.style == PLAIN and _in_curly_quotes(scalar.text)):
        searched = scalar.text
    elif scalar.key in _COMMAND_KEYS:
        searched = re.sub(_NOT_READ, lambda m: "." * len(m[0]), scalar.text)
    else:
        return
    found = [(scalar.part(*match.span()), *_LOOKALIKES[match[0]]) for match in re.finditer(_LOOKALIKE, searched)]
    if found:
        place, what, plain = found[0]
        changes = tuple(Change(each, character) for each, _, character in found)
        typable = scalar.style in (LITERAL, FOLDED) or not any(character in _QUOTES for _, _, character in found)
        yield finding(
            place,
            f"{what} stands here: it is not the character that it looks like, and is taken for a part of the text",
            help=f"type `{plain}`" if plain.strip() else ("type a space" if plain else "remove it"),
            fix=Repair("type the plain character", changes) if typable else None,
        )


def _in_curly_quotes(text: str) -> bool:
    """Whether curly quotes stand around all of a text, where YAML's own quotes were meant."""
    return len(text) > 1 and text[0] in "“”„‘’‚" and text[-1] in "“”‘’"


_QUOTES = ("'", '"')


@rule("YM016", "non-text-key", severity=WARNING, before=("SC001", "VR002"))
def non_text_key(mapping: MappingNode) -> Iterator[Finding]:
    """A key is no text.

    An unquoted `{default}` is a mapping, `true` a switch, `1.0` a number; as names they may not be what was typed. `on`
    and `no` are switches for readers of YAML 1.1.
    An unquoted `{{ name }}` of a template is a mapping that has a mapping for its key.

    Bad:
        # file: .platform/routes.yaml
        {default}:    # <- here
            type: upstream
            upstream: "app:http"
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        variables:
            env:
                HOST: {{ host }}    # <- here
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}

    Good:
        # file: .platform/routes.yaml
        "https://{default}/":
            type: upstream
            upstream: "app:http"
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}

    Source: YAML structure, "Examples"
    """
    for entry in mapping.entries:
        key = entry.key
        if entry.via == "merge" or isinstance(key, UnknownNode):
            continue
        value = key.value if isinstance(key, ScalarNode) and key.style == PLAIN else None
        if isinstance(value, str) or (isinstance(key, ScalarNode) and key.style != PLAIN):
            if value in _SWITCHES and len(value) > 1:
                yield finding(
                    key,
                    f"the key `{value}` is text for one YAML reader and a switch for another: the platform may not "
                    "see this name",
                    help="put it in quotes, or choose another name",
                    fix=Repair("put it in quotes", (Change(key, f'"{value}"'),)),
                )
            continue
        if mapping.is_template:
            yield finding(
                mapping,
                f"`{_shown(mapping)}` is no text without quotes, but a mapping whose key is a mapping: the platform does not "
                "get what was meant",
                help="put it in quotes, or fill in the template before the platform reads the file",
            )
            return
        shown = _shown(key)
        yield finding(
            key,
            f"the key `{shown}` is {_KINDS.get(key.kind, 'no text')}: the platform wants a name here",
            help="put it in quotes",
            fix=Repair("put it in quotes", (Change(key, f'"{shown}"'),))
            if isinstance(key, ScalarNode) and shown
            else None,
        )


def _shown(node: Node) -> str:
    text = node.source.text[slice(*node.span)]
    return text.splitlines()[0][:40] + "…" if len(text) > 40 or "\n" in text else text


_KINDS = {
    "mapping": "a mapping",
    "list": "a list",
    "number": "a number",
    "true or false": "a switch",
    "nothing": "empty",
}
_EMPTY: dict[str, dict[str, frozenset[str]]] = {
    "Application": {
        "": frozenset((
            "web", "workers", "crons", "hooks", "mounts", "variables", "dependencies", "build", "runtime", "access",
            "source", "operations",
        )),
        "hooks": frozenset(("build", "deploy", "post_deploy")),
        "runtime": frozenset(("extensions", "disabled_extensions")),
        "source": frozenset(("root", "operations")),
    },
    "Web": {"": frozenset(("commands", "locations", "mounts", "variables")), "commands": frozenset(("start",))},
    "Worker": {"": frozenset(("mounts", "variables", "access"))},
}  # fmt: skip
_REQUIRED = {"Application": ("name", "type"), "Cron": ("spec",), "Service": ("type",), "Route": ("type",)}


@rule("YM017", "empty-value", severity=WARNING, also=(ERROR,), before=("SC002", "SC003"))
def empty_value(part: Application | Web | Worker | Cron | Service | Route) -> Iterator[Finding]:
    """A known key has nothing behind it.

    An empty value counts as if the key were not there. Often its content has lost its indentation.

    Bad:
        hooks:
            deploy:    # <- here

    Good:
        hooks:
            build: pip install -r requirements.txt

    Source: Application reference
    """
    kind = type(part).__name__
    for name in _REQUIRED.get(kind, ()):
        for key in _empty(part.node, (name,)):
            yield finding(
                key,
                f"`{name}` is empty: the platform needs a value here and refuses the file",
                help=f"write the value behind `{name}:`",
                severity=ERROR,
            )
    for section, names in _EMPTY.get(kind, {}).items():
        for key in _empty(part.get(section) if section else part.node, names):
            yield finding(
                key,
                f"`{key.key}` is empty: it counts as if it were not there",
                help="remove the key, or indent what belongs to it below it",
            )


def _empty(node: Node | None, names: Collection[str]) -> Iterator[Node]:
    """The keys among `names` that have nothing behind them."""
    if isinstance(node, MappingNode):
        for name, entry in node.index().items():
            value = entry.value
            if name in names and entry.via == "own" and isinstance(value, ScalarNode) and value.is_null:
                yield entry.key
