"""Settings of a project and of a run: where they stand, what they may say, and which of them wins.

The nearest folder upwards that has a `.paaslint.toml`, or a `pyproject.toml` with `[tool.paaslint]`, settles it; the
search ends at the root of the git work tree. tomllib is imported only where there is such a file.

`select` and `ignore` name codes, beginnings of codes (`WK`, `WK00`), `ALL`, or `DEFAULT`, which is what runs without
`select`. A given `select` is the whole choice. Where both name a rule, the longer of the two names wins, and `ignore`
if they are equally long.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from . import git
from .diagnostic import SEVERITIES, Severity
from .quick import Any, NamedTuple
from .usage import UsageError, did_you_mean

FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit", "markdown")
SOURCE_TREES = ("auto", "complete", "partial")
NEVER = "never"
ALL, DEFAULT = "ALL", "DEFAULT"
MAX_BYTES = 4 * 1024 * 1024

FILE = ".paaslint.toml"
PYPROJECT = "pyproject.toml"
# Texts, for most runs never compile them: `re` does on the first use, and remembers.
_TABLE = rb"""(?m)^\s*\[?\s*(?:["']?tool["']?\s*\.\s*)?["']?paaslint["']?\s*[\].=]"""
_CODE = r"[A-Za-z]+[0-9]*"


class SettingsError(UsageError):
    """Settings that cannot be used. The message is one line that names the file and the key.

    `path` is the file as it was opened; `""` where the fault came to light after it was read.
    """

    path = ""


class Plan(NamedTuple):
    """What the project may use: memory and storage in MB (1 GB is 1024 MB), CPU; None where it is not told."""

    name: str = ""
    memory: float | None = None
    cpu: float | None = None
    storage: float | None = None


class PathSettings(NamedTuple):
    """Settings for the files that `pattern` matches."""

    pattern: str
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = {}


class Settings:
    """What was set; None (and nothing in a collection) stands for what was not.

    `path` is the file that the settings are from, as people would write it, and `base` the absolute folder that its
    patterns are relative to; both are `""` for a command line. File names in `output_file`, `baseline` and
    `extend_schemas` (pattern and schema) are absolute or relative to the working folder.
    """

    __slots__ = (
        "base", "baseline", "extend_schemas", "fail_on", "fix", "format", "ignore", "jobs", "output_file", "path",
        "per_path", "plan", "select", "severity", "source_tree",
    )  # fmt: skip

    def __init__(
        self,
        *,
        path: str = "",
        base: str = "",
        select: tuple[str, ...] | None = None,
        ignore: tuple[str, ...] = (),
        severity: Mapping[str, Severity] | None = None,
        plan: Plan | None = None,
        source_tree: str | None = None,
        per_path: tuple[PathSettings, ...] = (),
        extend_schemas: tuple[tuple[str, str], ...] = (),
        format: str | None = None,
        output_file: tuple[tuple[str, str], ...] = (),
        fail_on: str | None = None,
        jobs: int | None = None,
        baseline: str | None = None,
        fix: bool | None = None,
    ) -> None:
        self.path = path
        self.base = base
        self.select = select
        self.ignore = ignore
        self.severity = severity or {}
        self.plan = plan
        self.source_tree = source_tree
        self.per_path = per_path
        self.extend_schemas = extend_schemas
        self.format = format
        self.output_file = output_file
        self.fail_on = fail_on
        self.jobs = jobs
        self.baseline = baseline
        self.fix = fix

    def over(self, lower: Settings) -> Settings:
        """These settings, and the lower ones where they say nothing: a command line over a file.

        `ignore` and `severity` add to the lower ones. A `select` puts the lower `select` and `ignore` aside, those of
        `per-path` keep their `ignore`.
        """
        own = self.select is not None
        kept = tuple(part._replace(select=None) for part in lower.per_path) if own else lower.per_path
        return Settings(
            path=lower.path or self.path,
            base=lower.base or self.base,
            select=self.select if own else lower.select,
            ignore=self.ignore if own else (*lower.ignore, *self.ignore),
            severity={**lower.severity, **self.severity},
            plan=self.plan or lower.plan,
            source_tree=self.source_tree or lower.source_tree,
            per_path=(*kept, *self.per_path),
            extend_schemas=self.extend_schemas or lower.extend_schemas,
            format=self.format or lower.format,
            output_file=self.output_file or lower.output_file,
            fail_on=self.fail_on or lower.fail_on,
            jobs=self.jobs or lower.jobs,
            baseline=self.baseline or lower.baseline,
            fix=lower.fix if self.fix is None else self.fix,
        )

    def at(self, path: str) -> Settings:
        """The settings for one file, whose path is absolute or relative to `base`; a later pattern wins."""
        if not self.per_path:
            return self
        if os.path.isabs(path) and self.base:
            path = _relative(path, self.base)
        path = path.replace(os.sep, "/")
        result = self
        for part in self.per_path:
            if _glob(part.pattern).match(path):
                result = Settings(select=part.select, ignore=part.ignore, severity=part.severity).over(result)
        return result

    def schemas_at(self, path: str) -> list[tuple[str, Mapping[str, Any]]]:
        """The user's own JSON Schemas for a file, named by their files; `path` as for `at`."""
        if os.path.isabs(path) and self.base:
            path = _relative(path, self.base)
        path = path.replace(os.sep, "/")
        return [(file, read_schema(file)) for pattern, file in self.extend_schemas if _glob(pattern).match(path)]

    def check_schemas(self) -> None:
        """Raises `SettingsError` for a JSON Schema of the user's that cannot be read or is none."""
        if not self.extend_schemas:
            return
        from jsonschema.exceptions import SchemaError
        from jsonschema.validators import Draft202012Validator, validator_for

        for _, file in self.extend_schemas:
            schema = read_schema(file)
            try:
                validator_for(dict(schema), default=Draft202012Validator).check_schema(dict(schema))
            except SchemaError as error:
                where = "/".join(map(str, error.absolute_path)) or "its top"
                problem = f"{file} is no valid JSON Schema: {' '.join(error.message.split())[:200]}, at {where}"
                raise SettingsError(problem) from None

    def enabled(self, code: str, default: bool = True) -> bool:
        """Whether a rule is on; `default` says whether it is without `select`. Of a file, ask `at(path)`."""
        chosen = (0 if default else -1) if self.select is None else _rank(code, self.select, default)
        return chosen > _rank(code, self.ignore, default)

    def enabled_somewhere(self, code: str, default: bool = True) -> bool:
        """Whether a rule is on in general or for the files of some pattern: whether it has to run at all."""
        return self.enabled(code, default) or any(
            part.select is not None and _rank(code, part.select, default) > _rank(code, part.ignore, default)
            for part in self.per_path
        )

    def severity_of(self, code: str) -> Severity | None:
        """The severity that was set for a rule, None where the rule decides; the longest matching name wins."""
        names = [name for name in self.severity if name == ALL or code.startswith(name)]
        return self.severity[max(names, key=lambda name: 0 if name == ALL else len(name))] if names else None

    @property
    def names_codes(self) -> bool:
        """Whether `check_codes` has anything to look at."""
        return next(self._named(), None) is not None

    def check_codes(self, known: Collection[str]) -> None:
        """Raises `SettingsError` for a name that is neither a known code nor the beginning of one."""
        for key, name in self._named():
            if name not in (ALL, DEFAULT) and not any(code.startswith(name) for code in known):
                hint = did_you_mean(name, (*known, ALL, DEFAULT))
                where = f"{self.path}: `{key}`" if self.path else f"`--{key}`"
                raise SettingsError(f"{where} names `{name}`, which is no rule{hint}")

    def _named(self) -> Iterator[tuple[str, str]]:
        """Every name of rules with the key that it stands under."""
        general = PathSettings("", self.select, self.ignore, self.severity)
        for part in (general, *self.per_path):
            prefix = f'per-path."{part.pattern}".' if part is not general else ""
            for key, names in (("select", part.select or ()), ("ignore", part.ignore), ("severity", part.severity)):
                for name in names:
                    yield prefix + key, name


def _rank(code: str, names: Iterable[str], default: bool) -> int:
    """How exactly a choice names a rule: the length of the longest name, -1 where none does."""
    best = -1
    for name in names:
        if name == ALL or (name == DEFAULT and default):
            best = max(best, 0)
        elif code.startswith(name):
            best = max(best, len(name))
    return best


@lru_cache
def read_schema(file: str) -> Mapping[str, Any]:
    """A JSON Schema of the user's. Raises `SettingsError` where the file cannot be read or holds none."""
    import json

    try:
        with open(file, "rb") as opened:
            schema = json.loads(opened.read(MAX_BYTES))
    except OSError as error:
        raise SettingsError(f"{file}: {error.strerror or 'cannot be read'}") from None
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{file}: not JSON: {' '.join(str(error).split())}") from None
    if not isinstance(schema, dict):
        raise SettingsError(f"{file}: a JSON Schema is an object")
    return schema


Cache = dict[str, Settings | None]
"""Files that were read already; None for a `pyproject.toml` without our table."""


def load(folder: str, cache: Cache | None = None) -> Settings:
    """The settings that hold in a folder; empty ones where no file has any. Raises `SettingsError`.

    A run over many projects gives the same `cache` to each call.
    """
    cache = {} if cache is None else cache
    current = os.path.abspath(folder)
    while True:
        for name in (FILE, PYPROJECT):
            path = os.path.join(current, name)
            if path not in cache:
                try:
                    if os.path.exists(path) and not (os.path.isfile(path) or os.path.isdir(path)):
                        raise SettingsError(f"{_shown(path)}: no ordinary file")  # a pipe would be waited for
                    cache[path] = read(path)
                except SettingsError as error:
                    error.path = path
                    raise
            settings = cache[path]
            if settings is not None:
                return settings
        parent = os.path.dirname(current)
        if parent == current or git.is_work_tree(current):
            return Settings()
        current = parent


def read(path: str) -> Settings | None:
    """The settings in one file; None where there is no such file, or no settings in it. Raises `SettingsError`."""
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:
        raise SettingsError(f"{_shown(path)}: {error.strerror or 'cannot be read'}") from error
    is_ours = os.path.basename(path) != PYPROJECT
    if not is_ours and (b"paaslint" not in data or not re.search(_TABLE, data)):
        return None
    values: object = _parse(data, path)
    if not is_ours:
        tool = values.get("tool") if isinstance(values, dict) else None
        values = tool.get("paaslint") if isinstance(tool, dict) else None
        if values is None:
            return None
    return from_table(values, path, prefix="" if is_ours else "tool.paaslint.")


def _parse(data: bytes, path: str) -> dict[str, object]:
    import tomllib

    try:
        return tomllib.loads(data.decode())
    except RecursionError:
        raise SettingsError(f"{_shown(path)}: not TOML: nested too deeply") from None
    except ValueError as error:
        reason = "not UTF-8" if isinstance(error, UnicodeDecodeError) else f"not TOML: {error}"
        raise SettingsError(f"{_shown(path)}: {' '.join(reason.split())}") from None


def from_table(values: object, path: str, *, prefix: str = "") -> Settings:
    """Settings from what a TOML table holds. Raises `SettingsError`, whose message puts `prefix` before the key."""
    base = os.path.dirname(os.path.abspath(path))
    shown = _shown(path)
    try:
        table = _table(values)
        checked = _checked(table, _CHECKS)
    except _Wrong as wrong:
        key = f"`{prefix}{wrong.key}`" if wrong.key else f"`{prefix.rstrip('.')}`" if prefix else "the file"
        raise SettingsError(f"{shown}: {key} {wrong}") from None
    settings = Settings(path=shown, base=base)
    for key, value in checked.items():
        setattr(settings, key.replace("-", "_"), value)
    if settings.baseline:
        settings.baseline = _from_base(settings.baseline, base)
    settings.output_file = tuple((name, _from_base(file, base)) for name, file in settings.output_file)
    settings.extend_schemas = tuple((pattern, _from_base(file, base)) for pattern, file in settings.extend_schemas)
    return settings


def _from_base(file: str, base: str) -> str:
    """A file name of a settings file as the working folder sees it."""
    return _shown(os.path.join(base, file))


def _relative(path: str, folder: str) -> str:
    try:
        return os.path.relpath(path, folder)
    except ValueError:  # another drive
        return path


def _shown(path: str) -> str:
    """A path as short as people would write it here."""
    relative = _relative(path, os.getcwd())
    return (os.path.abspath(path) if relative.startswith(os.pardir) else relative).replace(os.sep, "/")


class _Wrong(Exception):
    """A value that a key may not have; `key` is its path in the table."""

    def __init__(self, problem: str, key: str = "") -> None:
        super().__init__(problem)
        self.key = key


Check = Callable[[object], object]


def _checked(table: Mapping[str, object], checks: Mapping[str, Check]) -> dict[str, object]:
    """The values after their checks."""
    result: dict[str, object] = {}
    for key, value in table.items():
        if key not in checks:
            hint = did_you_mean(key, checks)
            if key == "tool" and checks is _CHECKS:
                hint = ": in this file the settings stand at the top"
            raise _Wrong(f"is no setting{hint}", key)
        result[key] = _under(key, checks[key], value)
    return result


def _under(key: str, check: Check, value: object) -> object:
    try:
        return check(value)
    except _Wrong as wrong:
        raise _Wrong(str(wrong), f"{key}.{wrong.key}" if wrong.key else key) from None


def _found(value: object) -> str:
    """A value as a message names it."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"`{' '.join(text.split())[:60]}`"


def _table(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise _Wrong(f"must be a table, not {_found(value)}")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _Wrong(f"must be text, not {_found(value) if value else 'nothing'}")
    return value.strip()


def _texts(value: object) -> list[str]:
    """A list of texts, or one text."""
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str) for item in items):
        raise _Wrong(f"must be text or a list of texts, not {_found(value)}")
    return [str(item) for item in items]


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise _Wrong(f"must be `true` or `false`, not {_found(value)}")
    return value


def _jobs(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise _Wrong(f"must be a whole number from 1 on, not {_found(value)}")
    return value


def _amount(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < float("inf"):
        raise _Wrong(f"must be a number above 0, not {_found(value)}")
    return value


def _one_of(*names: str) -> Check:
    def check(value: object) -> str:
        if value not in names:
            from .names import quoted

            hint = did_you_mean(value, names) if isinstance(value, str) else ""
            raise _Wrong(f"must be {quoted(names)}, not {_found(value)}{hint}")
        return str(value)

    return check


def parse_codes(value: object) -> tuple[str, ...]:
    """Names of rules, from text with commas or from a list of texts. Raises `UsageError`."""
    try:
        return _codes(value)
    except _Wrong as wrong:
        raise UsageError(str(wrong)) from None


def _codes(value: object) -> tuple[str, ...]:
    names = [name for text in _texts(value) for name in map(str.strip, text.split(",")) if name]
    for name in names:
        if not re.fullmatch(_CODE, name):
            raise _Wrong(f"must hold codes of rules such as `WK001` or `WK`, not {_found(name)}")
    return tuple(map(str.upper, names))


def _severities(value: object) -> dict[str, Severity]:
    severities: dict[str, Severity] = {}
    for name, severity in _table(value).items():
        if severity == "off":
            raise _Wrong("cannot be `off`: name the code in `ignore`", name)
        code = name.strip()
        if not re.fullmatch(_CODE, code):
            raise _Wrong("is no code of a rule such as `WK001` or `WK`", name)
        severities[code.upper()] = str(_under(name, _one_of(*SEVERITIES), severity))
    return severities


def _plan(value: object) -> Plan:
    if isinstance(value, dict):
        return Plan(**_checked(value, {"name": _text, "memory": _amount, "cpu": _amount, "storage": _amount}))  # type: ignore[arg-type]
    return Plan(_text(value))


def _patterns(value: object) -> dict[str, object]:
    """A table whose keys are patterns of paths."""
    table = _table(value)
    for pattern in table:
        try:
            _glob(pattern)
        except re.error:
            raise _Wrong("is no pattern of paths", f'"{pattern}"') from None
    return table


def _per_path(value: object) -> tuple[PathSettings, ...]:
    checks: dict[str, Check] = {"select": _codes, "ignore": _codes, "severity": _severities}
    found = []
    for pattern, part in _patterns(value).items():
        values = _under(f'"{pattern}"', lambda part: _checked(_table(part), checks), part)
        found.append(PathSettings(pattern, **values))  # type: ignore[arg-type]
    return tuple(found)


def _schemas(value: object) -> tuple[tuple[str, str], ...]:
    return tuple((pattern, str(_under(f'"{pattern}"', _text, file))) for pattern, file in _patterns(value).items())


def parse_outputs(value: object) -> tuple[tuple[str, str], ...]:
    """Reports and their files, from `FORMAT=FILE` or a list of such. Raises `UsageError`."""
    try:
        return _outputs(value)
    except _Wrong as wrong:
        raise UsageError(str(wrong)) from None


def _outputs(value: object) -> tuple[tuple[str, str], ...]:
    found = []
    for text in _texts(value):
        name, _, file = text.partition("=")
        if not file:
            raise _Wrong(f"must be `FORMAT=FILE`, not {_found(text)}")
        found.append((str(_one_of(*FORMATS)(name)), file))
    return tuple(found)


_CHECKS: dict[str, Check] = {
    "select": _codes,
    "ignore": _codes,
    "severity": _severities,
    "plan": _plan,
    "source-tree": _one_of(*SOURCE_TREES),
    "per-path": _per_path,
    "extend-schemas": _schemas,
    "format": _one_of(*FORMATS),
    "output-file": _outputs,
    "fail-on": _one_of(*SEVERITIES, NEVER),
    "jobs": _jobs,
    "baseline": _text,
    "fix": _switch,
}

KEYS: Sequence[str] = tuple(_CHECKS)
"""Every key that a settings file may have."""

_TOKEN = r"(?s)(?:\*\*/)+|\*{2,}|\*|\?|\[!?[^]/]+\]|."


@lru_cache
def _glob(pattern: str) -> re.Pattern[str]:
    """A pattern of paths: `*` and `?` stay in one folder, `**` does not; a matching folder stands for all in it.

    Without a `/` inside, it matches a name at any depth.
    """
    pattern = pattern.removeprefix("./")
    parts = ["" if "/" in pattern.rstrip("/") else "(?:.*/)?"]
    for token in re.findall(_TOKEN, pattern.strip("/")):
        if token.startswith("**"):
            parts.append("(?:.*/)?" if token.endswith("/") else ".*")
        elif token == "*":
            parts.append("[^/]*")
        elif token == "?":
            parts.append("[^/]")
        elif len(token) > 1:
            parts.append("[" + token[1:].replace("\\", "\\\\").replace("!", "^", token[1] == "!"))
        else:
            parts.append(re.escape(token))
    return re.compile("".join(parts) + r"(?:/.*)?\Z", re.DOTALL)
