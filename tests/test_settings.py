"""Settings: where they are found, what they may say, and which of them wins."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from paaslint import report
from paaslint import settings as module
from paaslint.schemas import published
from paaslint.settings import KEYS, PathSettings, Plan, Settings, SettingsError, load, parse_codes, parse_outputs
from paaslint.usage import UsageError

CODES = ("WK001", "WK002", "WK010", "HK003", "TY005")


VALUES: tuple[object, ...] = (
    *("", " ", "WK", "wk00, HK003,", "WK001;", "1WK", "unused-ignore", "ALL", "DEFAULT", "standard", "auto", "partial"),
    *("text", "sarif", "sarif=", "sarif=a=b", "srif=x", "=", "error", "never", "off", "x.json", 0, 1, -1, 2.5, True, False),
    *([], ["WK", "hk003, TY"], ["WK!"], [1], [[]], ["sarif=x", "json=y"], ["sarif"], [""], {}, {"x": 1}, {"x": "y"}),
    *({"x": {}}, {"x": {"select": "WK"}}, {"x": {"ignore": ["WK"], "severity": {"WK": "info"}}}, {"x": {"plan": "y"}}),
    *({"x": {"select": "W K"}}, {"x": {"severity": {"WK": "off"}}}, {"x": ""}, {"x": " "}, {"WK": "info"}, {"wk001": "error"}),
    *({"ALL": "warning"}, {"WK": "off"}, {"W-K": "info"}, {"WK": 1}, {"name": "a", "memory": 1, "cpu": 0.5, "storage": 2}),
    *({"name": ""}, {"memory": 0}, {"memory": True}, {"memory": "1"}, {"memroy": 1}),
)  # fmt: skip
"""What a settings file may hold under some key."""

any_value = st.recursive(
    st.booleans() | st.integers() | st.floats(-9, 9).filter(lambda x: x % 1 != 0) | st.text("aWK01,=- \n"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["x", "WK", "a b", *PathSettings._fields, *Plan._fields]), inner, max_size=3)
    ),
    max_leaves=5,
)


def check_against_schema(table: dict[str, object]) -> None:
    """The reader and the schema take a table, or both refuse it."""
    refusals = [error.message for error in Draft202012Validator(published("settings")).iter_errors(table)]
    try:
        module.from_table(table, ".paaslint.toml")
    except SettingsError as error:
        assert refusals, f"only the reader refuses {table}: {error}"
    else:
        assert not refusals, f"only the schema refuses {table}: {refusals}"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder that is the root of a work tree."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(text: str) -> Settings:
    """What `.paaslint.toml` with this text gives."""
    Path(".paaslint.toml").write_text(text)
    return load(".")


def refused(text: str) -> str:
    with pytest.raises(SettingsError) as raised:
        read(text)
    message = str(raised.value)
    assert "\n" not in message
    return message


class TestWhere:
    def test_our_own_file(self) -> None:
        settings = read('plan = "standard"')
        assert (settings.path, settings.base) == (".paaslint.toml", str(Path.cwd()))
        assert settings.plan == Plan("standard")

    @pytest.mark.parametrize(
        "text",
        [
            '[tool.paaslint]\nformat = "json"',
            '  [ tool . "paaslint" ]\nformat = "json"',
            '[tool]\npaaslint = {format = "json"}',
            '[tool]\npaaslint.format = "json"',
            'tool.paaslint.format = "json"',
        ],
    )
    def test_every_way_to_write_our_table(self, text: str) -> None:
        Path("pyproject.toml").write_text(text)
        assert load(".").format == "json"

    def test_a_project_that_only_depends_on_us_has_no_settings(self, monkeypatch: pytest.MonkeyPatch) -> None:
        Path("pyproject.toml").write_text('[dependency-groups]\ndev = [\n  "paaslint>=0.1",\n]\nbroken =')
        monkeypatch.setitem(sys.modules, "tomllib", None)
        assert load(".").path == ""

    def test_an_empty_table_of_ours_ends_the_search(self) -> None:
        Path("sub").mkdir()
        Path("sub/pyproject.toml").write_text("[tool.paaslint]\n")
        Path("pyproject.toml").write_text('[tool.paaslint]\nplan = "large"\n')
        assert load("sub").plan is None

    def test_the_nearest_file_counts_alone(self) -> None:
        Path("a/b").mkdir(parents=True)
        Path("pyproject.toml").write_text('[tool.paaslint]\nplan = "large"\njobs = 2\n')
        Path("a/pyproject.toml").write_text("[tool.other]\n")
        assert load("a/b").plan == Plan("large")
        Path("a/.paaslint.toml").write_text('plan = "small"')
        assert (load("a/b").plan, load("a/b").jobs) == (Plan("small"), None)

    def test_our_own_file_comes_before_pyproject(self) -> None:
        Path("pyproject.toml").write_text("[tool.paaslint]\njobs = 1\n")
        assert read("jobs = 2").jobs == 2

    def test_the_search_ends_at_the_work_tree(self) -> None:
        Path("inner/.git").mkdir(parents=True)
        Path(".paaslint.toml").write_text("jobs = 2")
        assert load("inner").jobs is None

    def test_a_cache_reads_each_file_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        Path(".paaslint.toml").write_text("jobs = 2")
        cache: module.Cache = {}
        first = load(".", cache)
        monkeypatch.setattr(module, "read", lambda path: pytest.fail(f"read {path} again"))
        assert load(".", cache) is first

    def test_nothing_is_imported_without_a_file(self, here: Path) -> None:
        code = (
            "import sys; from paaslint.settings import load; load('.'); print({'tomllib', 'json'} & set(sys.modules))"
        )
        assert subprocess.check_output([sys.executable, "-c", code], cwd=here, text=True).strip() == "set()"


class TestWhat:
    def test_every_key(self, here: Path) -> None:
        settings = read("""
            select = ["WK", "hk003"]
            ignore = "WK002, TY"
            severity = {WK001 = "info"}
            plan = {name = "custom", memory = 8192, cpu = 4.5, storage = 5120}
            source-tree = "partial"
            format = "sarif"
            output-file = ["json=out/report.json"]
            fail-on = "never"
            jobs = 3
            baseline = "known.json"
            fix = true
            [per-path."legacy/**"]
            ignore = ["HK"]
            severity.WK = "warning"
            [extend-schemas]
            ".platform.app.yaml" = "schemas/ours.json"
        """)
        assert settings.select == ("WK", "HK003")
        assert settings.ignore == ("WK002", "TY")
        assert settings.severity == {"WK001": "info"}
        assert settings.plan == Plan("custom", 8192, 4.5, 5120)
        assert settings.source_tree == "partial"
        assert settings.format == "sarif"
        assert settings.output_file == (("json", "out/report.json"),)
        assert settings.fail_on == "never"
        assert settings.jobs == 3
        assert settings.baseline == "known.json"
        assert settings.fix is True
        assert settings.per_path == (PathSettings("legacy/**", None, ("HK",), {"WK": "warning"}),)
        assert settings.extend_schemas == ((".platform.app.yaml", "schemas/ours.json"),)

    def test_files_are_named_from_the_folder_of_the_settings(self, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        Path(".paaslint.toml").write_text('baseline = "known.json"')
        Path("sub").mkdir()
        monkeypatch.chdir("sub")
        assert load(".").baseline == (here / "known.json").as_posix()

    def test_the_schema_names_the_same_keys_and_values(self) -> None:
        schema = published("settings")
        assert set(schema["properties"]) == set(KEYS)
        assert tuple(schema["properties"]["format"]["enum"]) == module.FORMATS == tuple(report.FORMATS)
        assert tuple(schema["properties"]["source-tree"]["enum"]) == module.SOURCE_TREES
        assert schema["properties"]["fail-on"]["enum"] == [*module.SEVERITIES, module.NEVER]
        (plan,) = (form for form in schema["properties"]["plan"]["oneOf"] if form.get("type") == "object")
        assert tuple(plan["properties"]) == Plan._fields

    @pytest.mark.parametrize("key", KEYS)
    def test_the_schema_takes_what_the_reader_takes(self, key: str) -> None:
        """Every key with values that are right, nearly right and wrong, and with the examples of the schema."""
        schema = published("settings")
        for value in (*VALUES, *schema["properties"][key].get("examples", ())):
            check_against_schema({key: value})

    @given(key=st.sampled_from(KEYS), value=st.deferred(lambda: any_value))
    def test_the_schema_and_the_reader_agree_on_any_value(self, key: str, value: object) -> None:
        check_against_schema({key: value})

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ('ingore = ["WK"]', ".paaslint.toml: `ingore` is no setting; did you mean `ignore`?"),
            ("zzz = 1", ".paaslint.toml: `zzz` is no setting"),
            (
                "[tool.paaslint]\nfix = true",
                ".paaslint.toml: `tool` is no setting: in this file the settings stand at the top",
            ),
            ("jobs = true", ".paaslint.toml: `jobs` must be a whole number from 1 on, not `true`"),
            ("jobs = 0", ".paaslint.toml: `jobs` must be a whole number from 1 on, not `0`"),
            ('fix = "yes"', ".paaslint.toml: `fix` must be `true` or `false`, not `yes`"),
            ("select = [1]", ".paaslint.toml: `select` must be text or a list of texts, not a list"),
            (
                'select = ["unused-ignore"]',
                ".paaslint.toml: `select` must hold codes of rules such as `WK001` or `WK`, not `unused-ignore`",
            ),
            (
                'fail-on = "warnings"',
                ".paaslint.toml: `fail-on` must be `error`, `warning`, `info` or `never`, not `warnings`; "
                "did you mean `warning`?",
            ),
            (
                'severity = {WK001 = "off"}',
                ".paaslint.toml: `severity.WK001` cannot be `off`: name the code in `ignore`",
            ),
            ("severity = 3", ".paaslint.toml: `severity` must be a table, not `3`"),
            ("plan = {cpu = -1}", ".paaslint.toml: `plan.cpu` must be a number above 0, not `-1`"),
            ("plan = {memroy = 1}", ".paaslint.toml: `plan.memroy` is no setting; did you mean `memory`?"),
            ("plan = []", ".paaslint.toml: `plan` must be text, not nothing"),
            (
                "[per-path.'a/*']\nplan = 'x'",
                '.paaslint.toml: `per-path."a/*".plan` is no setting',
            ),
            ("[per-path]\n'[z-a]' = {}", '.paaslint.toml: `per-path."[z-a]"` is no pattern of paths'),
            ("extend-schemas = {x = 1}", '.paaslint.toml: `extend-schemas."x"` must be text, not `1`'),
            ('output-file = "sarif"', ".paaslint.toml: `output-file` must be `FORMAT=FILE`, not `sarif`"),
        ],
    )  # fmt: skip
    def test_a_mistake_is_one_clear_line(self, text: str, message: str) -> None:
        assert refused(text) == message

    @pytest.mark.parametrize("text", ["fix = true\njobs = ", "fix = true\njobs = 1 2", "[per-path\n"])
    def test_what_is_not_toml(self, text: str) -> None:
        assert refused(text).startswith(".paaslint.toml: not TOML: ")

    def test_a_mistake_in_pyproject_names_the_table(self) -> None:
        Path("pyproject.toml").write_text("[tool.paaslint]\nselct = []\n")
        with pytest.raises(SettingsError, match=r"^pyproject.toml: `tool.paaslint.selct` is no setting; .*`select`\?$"):
            load(".")
        Path("pyproject.toml").write_text("[tool]\npaaslint = 1\n")
        with pytest.raises(SettingsError, match=r"^pyproject.toml: `tool.paaslint` must be a table, not `1`$"):
            load(".")

    def test_bytes_that_are_no_text(self) -> None:
        Path(".paaslint.toml").write_bytes(b"plan = '\xff'")
        with pytest.raises(SettingsError, match=r"^\.paaslint\.toml: not UTF-8$"):
            load(".")

    def test_endless_nesting(self) -> None:
        assert refused("plan = " + "[" * 100_000).startswith(".paaslint.toml: not TOML")

    @given(
        st.dictionaries(
            st.sampled_from(KEYS),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
                max_leaves=6,
            ),
        )
    )
    def test_any_value_is_taken_or_refused_in_one_line(self, table: dict[str, object]) -> None:
        try:
            settings = module.from_table(table, ".paaslint.toml")
        except SettingsError as error:
            assert len(str(error).splitlines()) == 1
        else:
            assert pickle.loads(pickle.dumps(settings)).select == settings.select


class TestChoice:
    @pytest.mark.parametrize(
        ("select", "ignore", "on"),
        [
            (None, "", "WK001 WK002 HK003"),
            (None, "WK", "HK003"),
            (None, "ALL", ""),
            ("WK", "", "WK001 WK002 WK010"),
            ("WK00", "", "WK001 WK002"),
            ("ALL", "", "WK001 WK002 WK010 HK003 TY005"),
            ("ALL", "WK", "HK003 TY005"),
            ("WK001", "WK", "WK001"),
            ("WK", "WK001", "WK002 WK010"),
            ("WK", "WK", ""),
            ("DEFAULT", "", "WK001 WK002 HK003"),
            ("DEFAULT,TY005", "HK", "WK001 WK002 TY005"),
            ("", "", ""),
        ],
    )
    def test_select_is_the_whole_choice_and_the_longer_name_wins(
        self, select: str | None, ignore: str, on: str
    ) -> None:
        settings = Settings(select=None if select is None else parse_codes(select), ignore=parse_codes(ignore))
        default = {"WK010": False, "TY005": False}
        assert [code for code in CODES if settings.enabled(code, default.get(code, True))] == on.split()

    def test_the_longest_name_settles_a_severity(self) -> None:
        settings = Settings(severity={"ALL": "info", "WK": "warning", "WK001": "error"})
        assert [settings.severity_of(code) for code in ("WK001", "WK002", "HK003")] == ["error", "warning", "info"]
        assert Settings().severity_of("WK001") is None

    def test_unknown_codes_are_refused(self) -> None:
        read('ignore = ["WK", "HK00"]\nseverity = {ALL = "info"}\nselect = ["DEFAULT"]').check_codes(CODES)
        with pytest.raises(SettingsError) as raised:
            read('ignore = ["HK033"]').check_codes(CODES)
        assert str(raised.value) == ".paaslint.toml: `ignore` names `HK033`, which is no rule; did you mean `HK003`?"
        with pytest.raises(SettingsError, match=r'`per-path\."x"\.select` names `QQ`, which is no rule$'):
            read("[per-path.x]\nselect = ['QQ']").check_codes(CODES)
        with pytest.raises(SettingsError, match=r"^`--ignore` names `ZZ`, which is no rule$"):
            Settings(ignore=("ZZ",)).check_codes(CODES)

    def test_whether_codes_have_to_be_known(self) -> None:
        assert not Settings().names_codes
        assert Settings(select=("WK",)).names_codes
        assert Settings(per_path=(PathSettings("x", severity={"WK": "info"}),)).names_codes

    def test_command_line_values(self) -> None:
        assert parse_codes("WK, hk003,") == ("WK", "HK003")
        assert parse_outputs(["sarif=a=b"]) == (("sarif", "a=b"),)
        with pytest.raises(UsageError, match="must hold codes"):
            parse_codes("WK!")
        with pytest.raises(UsageError, match="did you mean `json`"):
            parse_outputs("jsn=x")


class TestLayers:
    def test_a_command_line_wins_and_the_rest_stays(self) -> None:
        file = Settings(
            path="f", base="/b", plan=Plan("small"), format="json", fix=True, jobs=2, severity={"WK": "info"}
        )
        both = Settings(format="text", fix=False, severity={"HK": "error"}).over(file)
        assert (both.format, both.fix, both.jobs, both.plan, both.base) == ("text", False, 2, Plan("small"), "/b")
        assert both.severity == {"WK": "info", "HK": "error"}

    def test_ignore_adds_and_select_begins_anew(self) -> None:
        file = Settings(select=("WK",), ignore=("WK001",))
        more = Settings(ignore=("WK002",)).over(file)
        assert (more.select, more.ignore) == (("WK",), ("WK001", "WK002"))
        anew = Settings(select=("WK001",)).over(file)
        assert anew.enabled("WK001")

    def test_a_path_that_is_spared_stays_so(self) -> None:
        file = Settings(per_path=(PathSettings("old", ("HK",), ("WK001",)),))
        both = Settings(select=("WK",)).over(file)
        assert not both.at("old").enabled("WK001")
        assert both.at("old").enabled("WK002")
        assert not both.at("old").enabled("HK003")


class TestPaths:
    @pytest.mark.parametrize(
        ("pattern", "yes", "no"),
        [
            ("legacy", "legacy/a.yaml legacy a/legacy/b", "legacy2/a"),
            ("legacy/", "legacy/a/b.yaml", "legacy2"),
            ("/legacy/", "legacy/a", "other"),
            ("legacy/*", "legacy/a legacy/a/b", "a/legacy/b legacy"),
            ("legacy/**", "legacy/a legacy/a/b", "x/legacy/b"),
            ("**/old/*.yaml", "old/a.yaml x/y/old/a.yaml", "old/a.yml old/x/a.yaml"),
            ("a/**/b", "a/b a/x/b a/x/y/b", "ab a/xb"),
            (".platform.app.yaml", ".platform.app.yaml x/.platform.app.yaml", "xplatform.app.yaml .platformXapp.yaml"),
            ("app-?/[!a]*", "app-1/b", "app-1/a app-12/b"),
            ("./x/y", "x/y", "z/x/y"),
        ],
    )
    def test_patterns(self, pattern: str, yes: str, no: str) -> None:
        settings = Settings(per_path=(PathSettings(pattern, ignore=("ALL",)),))
        assert [path for path in yes.split() if settings.at(path).enabled("WK001")] == []
        assert [path for path in no.split() if not settings.at(path).enabled("WK001")] == []

    def test_absolute_paths_are_taken_from_the_folder_of_the_settings(self, here: Path) -> None:
        settings = read("[per-path.'sub/x.yaml']\nignore = 'WK'")
        assert not settings.at(str(here / "sub/x.yaml")).enabled("WK001")
        assert settings.at(str(here / "x.yaml")).enabled("WK001")

    def test_later_patterns_win_and_severities_add_up(self) -> None:
        settings = read("""
            ignore = "WK002"
            [per-path."a/**"]
            severity.WK = "info"
            [per-path."a/b/**"]
            select = "TY"
            severity.TY = "error"
        """)
        inner = settings.at("a/b/c")
        assert (inner.enabled("TY005", False), inner.enabled("WK001")) == (True, False)
        assert (inner.severity_of("WK001"), inner.severity_of("TY005")) == ("info", "error")
        assert settings.enabled_somewhere("TY005", False)
        assert not settings.enabled_somewhere("HK003", False)
        assert not settings.enabled_somewhere("WK002")
