"""SARIF is valid, says what GitHub and viewers need, and stays within GitHub's limits."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import jsonschema
import pytest
from corpus import CorpusProject, corpus_folder
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from reports import APP, HOSTILE_PATHS, SERVICES, diagnostic, everything, hostile, place, report

from paaslint.cli.main import main
from paaslint.diagnostic import ERROR, INFO, WARNING, Diagnostic, Edit, Fix, Location, Related, Rename
from paaslint.discover import discover, discover_tree
from paaslint.engine import Fault, Result, lint_project
from paaslint.report import Outcome, Report, Style, render, sarif
from paaslint.report.line_hash import line_hashes
from paaslint.rule import all_rules
from paaslint.settings import Settings
from paaslint.text import SourceFile
from paaslint.tree import MemoryTree, OverlayTree

REPOSITORY = Path(__file__).resolve().parent.parent
RELATIVE = re.compile(r"(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+")


@pytest.fixture(scope="session")
def validator() -> Any:
    """What checks a log against the published schema."""
    named = os.environ.get("PAASLINT_SARIF_SCHEMA")
    path = Path(named) if named else REPOSITORY.parent / "shared" / "sarif" / "sarif-2.1.0.json"
    if not path.is_file():
        pytest.skip(f"SARIF schema not found at {path} (set PAASLINT_SARIF_SCHEMA to its file)")
    return jsonschema.Draft7Validator(json.loads(path.read_text(encoding="utf-8")))


def log(made: Report) -> dict[str, Any]:
    text = render("sarif", made, Style())
    assert text.isascii()
    data: dict[str, Any] = json.loads(text)
    return data


def known() -> list[Diagnostic]:
    """One of everything, of rules that there are."""
    found = everything()
    found[2].code = "WK014"
    return found


def run(made: Report) -> dict[str, Any]:
    (only,) = log(made)["runs"]
    return dict(only)


def results(*diagnostics: Diagnostic) -> list[dict[str, Any]]:
    return list(run(report(list(diagnostics)))["results"])


def physical(path: str, *region: int) -> dict[str, Any]:
    names = ("startLine", "startColumn", "endLine", "endColumn")
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": path, "uriBaseId": "%SRCROOT%"},
            "region": dict(zip(names, region, strict=True)),
        }
    }


def test_results_in_full() -> None:
    hashes = line_hashes(APP, [8, 9, 12])
    path, other = ".platform.app.yaml", ".platform/services.yaml"
    assert run(report(known()))["results"] == [
        {
            "ruleId": "WK001",
            "ruleIndex": 0,
            "level": "error",
            "message": {
                "text": "`strt` is no key of `commands`: the worker has no start command, and the push is refused. "
                "Write `start`."
            },
            "locations": [physical(path, 8, 13, 8, 17)],
            "partialFingerprints": {"primaryLocationLineHash": hashes[8], "paaslint/v1": "0123"},
            "fixes": [
                {
                    "description": {"text": "Rename to `start`."},
                    "artifactChanges": [
                        {
                            "artifactLocation": {"uri": path, "uriBaseId": "%SRCROOT%"},
                            "replacements": [
                                {
                                    "deletedRegion": {"startLine": 8, "startColumn": 13, "endLine": 8, "endColumn": 17},
                                    "insertedContent": {"text": "start"},
                                }
                            ],
                        }
                    ],
                }
            ],
        },
        {
            "ruleId": "YM002",
            "ruleIndex": 2,
            "level": "warning",
            "message": {"text": "`A` stands twice. Keep one. See: [first here](1)."},
            "locations": [physical(path, 9, 33, 9, 35)],
            "partialFingerprints": {"primaryLocationLineHash": hashes[9], "paaslint/v1": "0123"},
            "relatedLocations": [{"id": 1, **physical(path, 9, 27, 9, 29), "message": {"text": "First here."}}],
        },
        {
            "ruleId": "WK014",
            "ruleIndex": 1,
            "level": "note",
            "message": {
                "text": "The second command only runs when the first has ended. See: [of this worker](1), [beside this](2)."
            },
            "locations": [physical(path, 12, 20, 14, 28)],
            "partialFingerprints": {"primaryLocationLineHash": hashes[12], "paaslint/v1": "0123"},
            "relatedLocations": [
                {"id": 1, **physical(path, 10, 5, 10, 9), "message": {"text": "Of this worker."}},
                {"id": 2, **physical(other, 1, 1, 1, 3), "message": {"text": "Beside this."}},
            ],
        },
    ]


def test_the_run_says_what_its_figures_mean() -> None:
    made = run(report(known()))
    assert made["columnKind"] == "unicodeCodePoints"
    assert made["newlineSequences"] == ["\r\n", "\n", "\r"]
    assert list(made["originalUriBaseIds"]) == ["%SRCROOT%"]
    assert made["automationDetails"] == {"id": "paaslint/"}
    assert made["tool"]["driver"]["name"] == "paaslint"
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", made["tool"]["driver"]["semanticVersion"])


def test_every_rule_has_what_github_requires() -> None:
    every = [diagnostic(place(APP, "app"), "wrong", code=rule.code) for rule in all_rules()]
    rules = run(report(every))["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.code for rule in all_rules()]
    for rule in rules:
        for text in (rule["shortDescription"]["text"], rule["fullDescription"]["text"]):
            assert 0 < len(text) <= 1024
        assert rule["help"]["text"] and rule["help"]["markdown"].count("```") % 2 == 0
        assert rule["helpUri"] in rule["help"]["markdown"]
        assert 0 < len(rule["name"]) <= 255
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
        assert rule["properties"]["problem.severity"] in ("error", "warning", "recommendation")
        assert 0 < len(rule["properties"]["tags"]) <= 10
        is_security = "security" in rule["properties"]["tags"]
        assert is_security is ("security-severity" in rule["properties"]) is (rule["id"] == "VR001")


def test_a_severity_that_was_set_goes_before_the_rule() -> None:
    levels = [results(diagnostic(place(APP, "app"), "x", severity=each))[0]["level"] for each in (ERROR, WARNING, INFO)]
    assert levels == ["error", "warning", "note"]


def test_a_clean_run_is_a_run() -> None:
    made = run(report([]))
    assert made["results"] == []
    assert made["tool"]["driver"]["rules"] == []
    assert made["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_an_internal_fault_is_told() -> None:
    made = report([])
    made.faults.append(Fault("app.yaml", "WK001", "Traceback:\n  line\nValueError: no\n"))
    (invocation,) = run(made)["invocations"]
    assert invocation["executionSuccessful"] is False
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["message"]["text"] == "Internal fault in WK001 at app.yaml: ValueError: no"


@pytest.mark.parametrize("path", HOSTILE_PATHS)
def test_hostile_paths_are_uris(path: str) -> None:
    (made,) = results(diagnostic(Location(path, 1, 1, 1, 1), "x"))
    uri = made["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert RELATIVE.fullmatch(uri)
    expected = path.encode("utf-8", "surrogateescape") if path != "\ud800.yaml" else "\ufffd.yaml".encode()
    assert unquote_to_bytes(uri) == expected


def test_text_that_looks_like_a_link_is_none() -> None:
    (made,) = results(
        diagnostic(
            place(APP, "app"), "`[a](b)` and [c] x", related=(Related(place(APP, "queue"), "the [q](u) \\ one"),)
        )
    )
    assert made["message"]["text"] == "`\\[a\\](b)` and \\[c\\] x. See: [the \\[q\\](u) \\\\ one](1)."
    (made,) = results(diagnostic(place(APP, "app"), "begins with `[`: `[a](1)` and [c]"))
    assert made["message"]["text"] == "Begins with `\\[`: `\\[a\\](1)` and \\[c\\]."
    (made,) = results(diagnostic(place(APP, "app"), "a list such as `[a, b]`"))
    assert made["message"]["text"] == "A list such as `[a, b]`."


def test_a_file_whose_bytes_are_no_text_has_no_line_hash() -> None:
    source = SourceFile("app.yaml", "a: \ufffd\n", readable=False)
    made = run(report([diagnostic(Location("app.yaml", 1, 1, 1, 2), "x")], (source,)))
    assert made["results"][0]["partialFingerprints"] == {"paaslint/v1": "0123"}


@pytest.mark.parametrize(
    "fix",
    [
        Fix("unsafe", False, (Edit(place(APP, "app"), "x"),)),
        Fix("rename", True, (Edit(place(APP, "app"), "x"), Rename("a", "b"))),
        Fix("byte-order mark", True, (Edit(Location(APP.path, 1, 1, 1, 1), ""),)),
    ],
)
def test_fixes_without_words_in_sarif_are_left_out(fix: Fix) -> None:
    assert "fixes" not in results(diagnostic(place(APP, "app"), "x", fix=fix))[0]


def test_the_gravest_are_kept_where_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MAX_RESULTS", 2)
    made = run(report(known()))
    assert [result["level"] for result in made["results"]] == ["error", "warning"]
    assert [rule["id"] for rule in made["tool"]["driver"]["rules"]] == ["WK001", "YM002"]
    (notification,) = made["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"] == "1 more findings are not listed here."


def test_long_texts_are_cut() -> None:
    related = tuple(Related(place(APP, "app"), "here") for _ in range(50))
    (made,) = results(diagnostic(place(APP, "app"), "x" * 5000, help="y" * 5000, related=related))
    text, _, links = made["message"]["text"].partition(" See: ")
    assert len(text) <= 1024
    assert len(made["relatedLocations"]) == links.count("[here](") == 20


def test_all_of_the_corpus_is_valid(validator: Any, corpus: list[CorpusProject]) -> None:
    """One log of every project, as a run over a fleet gives it."""
    files = discover([str(corpus_folder())]).projects
    outcomes = [Outcome(each.root, lint_project(each, Settings(), each.tree("partial"))) for each in files]
    made = log(Report(outcomes, str(corpus_folder())))
    validator.validate(made)
    found = made["runs"][0]["results"]
    assert len(found) > 1000
    assert all(result["partialFingerprints"].keys() == {"primaryLocationLineHash", "paaslint/v1"} for result in found)
    for result in found:
        place = result["locations"][0]["physicalLocation"]
        assert RELATIVE.fullmatch(place["artifactLocation"]["uri"])
        assert all(figure >= 1 for figure in place["region"].values())


@pytest.mark.skipif(sys.platform != "linux", reason="file names are any bytes on Linux only")
@pytest.mark.parametrize("name", [path.partition("/")[0] for path in HOSTILE_PATHS if "\ud800" not in path])
def test_real_files_with_hostile_names(
    validator: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (tmp_path / ".git").mkdir()
    folder = tmp_path / "fleet" / name
    try:
        folder.mkdir(parents=True)
    except OSError:
        pytest.skip("the file system does not take this name")
    (folder / ".platform.app.yaml").write_text("name: app\n")
    logs = []
    for start in (tmp_path, tmp_path / "fleet", folder):
        monkeypatch.chdir(start)
        assert main(["--format", "sarif", "."]) == 1
        logs.append(capsys.readouterr().out)
    assert len(set(logs)) == 1, "the working folder makes a difference"
    made = json.loads(logs[0])
    validator.validate(made)
    uri = made["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert unquote_to_bytes(uri) == b"fleet/" + os.fsencode(name) + b"/.platform.app.yaml"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_above_change_no_fingerprint(end: str) -> None:
    def fingerprints(text: str) -> dict[str, str]:
        files = {".platform.app.yaml": text, ".platform/routes.yaml": "{}\n"}
        tree = MemoryTree(files)
        (each,) = discover_tree(tree)
        found = run(Report([Outcome("/work", lint_project(each, Settings(), tree))], "/work"))["results"]
        made = [result["partialFingerprints"] for result in found]
        return {each["paaslint/v1"]: each["primaryLocationLineHash"] for each in made}

    app = "name: app\ntpye: php:8.4\nworkers:\n    b:\n        comands: {start: x}\n    c:\n        size: XXL\n"
    before = fingerprints(app.replace("\n", end))
    assert len(before) > 3
    comments = "# a line more\n" * 20
    assert fingerprints((comments + app).replace("\n", end)) == before
    entries = "variables:\n    env:\n" + "".join(f"        A{number}: x\n" for number in range(18))
    assert fingerprints(app.replace("workers:", entries + "workers:").replace("\n", end)).keys() == before.keys()


def test_twenty_lines_above_change_no_fingerprint_in_the_corpus(corpus: list[CorpusProject]) -> None:
    count = 0
    for each in discover([str(corpus_folder())]).projects:
        tree = each.tree("partial")
        before = lint_project(each, Settings(), tree)
        places = {found.location.path for found in before.diagnostics}
        longer = {
            path: b"# a line more\n" * 20 + source.text.encode()
            for path, source in before.sources.items()
            if path in places and path.endswith((".yaml", ".yml")) and source.readable and not source.has_bom
        }
        after = lint_project(each, Settings(), OverlayTree(tree, longer))
        assert identities(after, longer) == identities(before, longer), each.root
        count += len(before.diagnostics)
    assert count > 1000


def identities(result: Result, paths: Collection[str]) -> list[tuple[str, str, str]]:
    """What the findings in some files are recognised by."""
    return sorted((d.location.path, d.code, d.fingerprint) for d in result.diagnostics if d.location.path in paths)


def test_valid(validator: Any) -> None:
    for made in (report(known()), report([]), report(hostile(), (APP, SERVICES))):
        validator.validate(log(made))


@hypothesis_settings(max_examples=30, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40), st.lists(st.integers(1, 2**31), min_size=4, max_size=4))
def test_any_text_and_place_is_valid(validator: Any, path: str, text: str, region: list[int]) -> None:
    at = Location(path or "a", *region)
    found = diagnostic(at, text or "x", help=text, related=(Related(at, text),), fix=Fix(text, True, (Edit(at, text),)))
    validator.validate(log(report([found])))
