"""SC: the shape of the files, held against their JSON Schemas."""

from __future__ import annotations

from paaslint.diagnostic import SchemaProblem
from paaslint.rule import INFO, WARNING, Finding, Iterator, rule


@rule("SC001", "unknown-key", also=(WARNING, INFO))
def unknown_key(problem: SchemaProblem) -> Iterator[Finding]:
    """A key that nothing reads.

    Most often it is misspelt, and what stands under it never takes effect. Keys that begin with a dot are left out:
    the platform ignores them, and they are a good place for YAML anchors.

    Bad:
        dependecies:    # <- here
            python3: {gunicorn: "23.0.0"}

    Fixed:
        dependencies:
            python3: {gunicorn: "23.0.0"}

    Good:
        dependencies:
            python3: {gunicorn: "23.0.0"}

    Source: Single-runtime image, "Top-level properties"; the vendor's JSON Schemas
    """
    if problem.kind == "unknown-key":
        yield problem


@rule("SC002", "missing-key", also=(WARNING,))
def missing_key(problem: SchemaProblem) -> Iterator[Finding]:
    """A key is missing without which the rest has no meaning.

    Bad:
        # file: .platform.app.yaml
        name: app    # <- here
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}

    Good:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}

    Source: Single-runtime image, "Top-level properties"; the vendor's JSON Schemas
    """
    if problem.kind == "missing-key":
        yield problem


@rule("SC003", "wrong-type", also=(WARNING,), before=("YM016",))
def wrong_type(problem: SchemaProblem) -> Iterator[Finding]:
    """A value has another type than the platform expects: text instead of a mapping, a list instead of text.

    Bad:
        hooks:
            build:    # <- here
                - pip install -r requirements.txt
                - python manage.py collectstatic --noinput

    Good:
        hooks:
            build: |
                set -e
                pip install -r requirements.txt
                python manage.py collectstatic --noinput

    Source: the vendor's JSON Schemas
    """
    if problem.kind == "wrong-type":
        yield problem


@rule("SC004", "invalid-value", also=(WARNING,))
def invalid_value(problem: SchemaProblem) -> Iterator[Finding]:
    """A value is not among those that are allowed, out of their range, or not of their form.

    Where only a page of the documentation lists the values, and not the vendor's schema, this is a warning.

    Bad:
        size: Large    # <- here

    Good:
        size: L

    Source: Container sizes; the vendor's JSON Schemas
    """
    if problem.kind == "invalid-value":
        yield problem


@rule("SC005", "misplaced-key", before=("SC001", "RT014"))
def misplaced_key(problem: SchemaProblem) -> Iterator[Finding]:
    """A known key stands at the wrong level.

    It is indented too little or too much, or belongs to another section. What depends on it is checked as if it
    stood where it belongs.

    Bad:
        build: |    # <- here
            pip install -r requirements.txt

    Good:
        hooks:
            build: |
                pip install -r requirements.txt

    Source: the vendor's JSON Schemas
    """
    if problem.kind == "misplaced-key":
        yield problem


@rule("SC006", "deprecated-key", severity=WARNING, also=(INFO,))
def deprecated_key(problem: SchemaProblem) -> Iterator[Finding]:
    """A key of an older form, which the documentation has replaced.

    Bad:
        crons:
            clean:
                spec: "0 3 * * *"
                cmd: python clean.py    # <- here

    Good:
        crons:
            clean:
                spec: "0 3 * * *"
                commands:
                    start: python clean.py

    Source: Upgrading, "Changes in version 2022.02", "2016.3" and "2015.7"
    """
    if problem.kind == "deprecated-key":
        yield problem


@rule("SC007", "user-schema", also=(WARNING, INFO))
def user_schema(problem: SchemaProblem) -> Iterator[Finding]:
    """A file does not fit a JSON Schema of your own.

    `extend-schemas` in the settings names schemas that files are held against beside the platform's: for a naming
    scheme, a list of allowed images, or keys that must be there. (The example needs a schema file and stands in the
    tests.)

    Good:
        size: S

    Source: JSON Schema, draft 2020-12
    """
    if problem.kind == "user-schema":
        yield problem
