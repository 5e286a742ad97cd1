"""What crons run, beyond what the rules' examples show."""

from __future__ import annotations

import pytest
from starts import HEAD, codes, forms, lint, told, written

from examples import lint_files
from paaslint.settings import PathSettings, Settings


@pytest.mark.parametrize(
    ("command", "options"),
    [
        (
            "php bin/console messenger:consume async",
            ["--time-limit=SECONDS", "--limit=N", "--failure-limit=N", "--memory-limit=LIMIT"],
        ),
        ("php artisan queue:work", ["--once", "--stop-when-empty", "--max-time=SECONDS", "--max-jobs=N"]),
        ("cd app && rq worker mails", ["--burst", "--max-jobs=N", "--max-idle-time=SECONDS"]),
        ("php artisan queue:work --max-time=0", ["--max-time=SECONDS"]),
        ('php bin/console messenger:consume "$TRANSPORT"', ["--limit=N"]),
    ],
)
def test_a_consumer_without_a_bound(command: str, options: list[str]) -> None:
    (one,) = told(command, "cron")
    assert (one.code, one.severity) == ("CR011", "warning")
    assert "without a bound" in one.message
    assert all(f"`{option}`" in one.help for option in options)


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("while true; do python poll.py; sleep 5; done", "while"),
        ("sleep infinity", "sleep infinity"),
        ("cd web; tail -f log", "tail -f"),
        ("php artisan horizon", "artisan horizon"),
        ("gunicorn app:app", "gunicorn"),
        ("bundle exec sidekiq", "sidekiq"),
    ],
)
def test_what_does_not_end(command: str, text: str) -> None:
    (one,) = told(command, "cron")
    assert (one.code, one.severity, one.text) == ("CR010", "warning", text)


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("python import.py &", "&"),
        ("nohup php import.php > /tmp/log 2>&1 &", "&"),
        ("if [ -f x ]; then python import.py & fi", "&"),
        ("celery -A app worker --detach", "--detach"),
        ("pm2 start x.js", "pm2"),
        ("(python import.py &)", "&"),
    ],
)
def test_what_a_cron_leaves_behind(command: str, text: str) -> None:
    (one,) = told(command, "cron")
    assert (one.code, one.severity, one.text) == ("CR016", "warning", text)


@pytest.mark.parametrize(
    "command",
    [
        "php bin/console messenger:consume async --time-limit=240",
        "php bin/console messenger:consume async --limit=10",
        "php artisan queue:work --stop-when-empty",
        "timeout 240 php artisan queue:work",
        "python a.py & python b.py & wait",
        "yarn",
        "npm run build",
        "node scripts/x.js",
        "dotnet publish",
        "php artisan schedule:run",
        "cd web ; drush core-cron",
        "php bin/console app:work",
        "java -jar import.jar",
        "while read line; do echo $line; done < x",
        "for i in 1 2 3; do python x.py $i; done",
        "nohup python import.py",
        "./import.sh",
        "bin/ipfs daemon",
        'if [ "$PLATFORM_ENVIRONMENT_TYPE" = production ]; then platform backup:create --yes --no-wait; fi',
        "croncape php-session-clean",
        "sleep 60 && echo done",
        "php artisan queue:work $OPTIONS",
        'php bin/console messenger:consume async "$@"',
        "nginx -s reload",
        "bundle exec sidekiq --version",
        "rsync -a uploads/ backup.example.com:uploads/",
    ],
)
def test_what_ends_by_itself(command: str) -> None:
    assert told(command, "cron") == []


def test_a_timeout_of_the_cron_is_a_bound() -> None:
    more = 'crons:\n    a: {spec: "0 * * * *", timeout: 240, commands: {start: php artisan queue:work}}\n'
    assert codes(told("node x.js", "worker", more)) == [("CR011", "info")]
    assert codes(told("node x.js", "worker", more.replace("240", "2400"))) == [("CR011", "warning")]
    late = more.replace("queue:work", "queue:work --max-time=250")
    assert codes(told("node x.js", "worker", late)) == [("CR011", "info")]
    assert codes(told("node x.js", "worker", late.replace("240", "260"))) == []


SCRIPT = ("set -e", "cd app", "export A=1", "if [ -f x ]; then", "    . ./x", "fi", "echo é; rq worker mails")


@pytest.mark.parametrize("form", forms())
def test_places_in_scripts(form: str) -> None:
    scalar, files, path, line = forms(*SCRIPT)[form]
    (one,) = written(scalar, "cron", files=files)
    margin = 0 if form == "included" else 16
    assert (one.code, one.path, one.line) == ("CR011", path, line + 6 + (form != "included"))
    assert (one.column, one.text) == (margin + 9, "rq worker")


@pytest.mark.parametrize(
    ("scalar", "line", "column"),
    [
        ("cd x && rq worker", 7, 28),
        ('"cd x && rq worker"', 7, 29),
        ("'cd x && rq worker'", 7, 29),
        (">\n                cd x &&\n                rq\n                worker", 9, 17),
    ],
)
def test_places_in_every_form(scalar: str, line: int, column: int) -> None:
    (one,) = written(scalar, "cron")
    assert (one.code, one.line, one.column) == ("CR011", line, column)
    assert one.text.split() == ["rq", "worker"]


JOBS = """\
crons:
    plain: {spec: "0 3 * * *", commands: {start: php job.php}}
    day: {spec: "0 4 * * *", timeout: 86400, commands: {start: php day.php}}
    empties: {spec: "0 5 * * *", commands: {start: php artisan queue:work --stop-when-empty}}
    bound: {spec: "0 6 * * *", timeout: 900, commands: {start: php bound.php}}
    unread: {spec: "0 7 * * *", timeout: soon, commands: {start: php unread.php}}
    never: {spec: "0 0 31 2 *", commands: {start: php never.php}}
    prompt: {spec: "0 8 * * *", commands: {start: cd /app}}
    endless: {spec: "0 9 * * *", commands: {start: sleep infinity}}
"""
SELECTED = Settings(select=("DEFAULT", "CR013"))


@pytest.mark.parametrize(
    ("settings", "lines"),
    [
        (Settings(), []),
        (Settings(select=("DEFAULT",)), []),
        (Settings(select=("DEFAULT", "CR013"), ignore=("CR013",)), []),
        (SELECTED, [4, 5, 6]),
        (Settings(select=("ALL",)), [4, 5, 6]),
        (Settings(per_path=(PathSettings("*.yaml", select=("CR013",)),)), [4, 5, 6]),
        (Settings(per_path=(PathSettings("other/*.yaml", select=("CR013",)),)), []),
    ],
)
def test_the_default_of_timeout_is_told_where_the_rule_is_selected(settings: Settings, lines: list[int]) -> None:
    found = [d for d in lint_files({".platform.app.yaml": HEAD + JOBS}, settings).diagnostics if d.code == "CR013"]
    assert [d.location.line for d in found] == lines
    assert {(d.severity, "24 h" in d.message) for d in found} <= {("info", True)}


@pytest.mark.parametrize(("settings", "suppressed"), [(Settings(), 0), (SELECTED, 1)])
def test_a_comment_about_the_default_of_timeout_is_never_needless(settings: Settings, suppressed: int) -> None:
    job = 'crons:\n    # paaslint: ignore[CR013] it is short\n    a: {spec: "0 3 * * *", commands: {start: php job.php}}\n'
    result = lint_files({".platform.app.yaml": HEAD + job}, settings)
    assert [d.code for d in result.diagnostics if d.code[:2] in ("CR", "IG")] == []
    assert result.suppressed == suppressed


def test_of_many_crons_that_are_due_together_a_few_are_shown() -> None:
    jobs = "".join(
        f'    c{n}: {{spec: "*/{n % 3 + 5} * * * 1-5", timeout: 120, commands: {{start: php {n}.php}}}}\n'
        for n in range(40)
    )
    found = [d for d in lint(HEAD + "crons:\n" + jobs) if d.code == "CR014"]
    assert len(found) == 39
    assert "`c11` and 27 more, at 00:00 on Monday" in found[-1].message
    assert [r.message for r in found[-1].related] == [f"the schedule of `c{n}`" for n in range(5)]


@pytest.mark.parametrize(
    ("spec", "command", "found"),
    [
        ("0 3 * * *", "php import.php", ("CR013", "info")),
        ("0 3 * * *", "sleep 7200", ("CR013", "warning")),
        ("0 3 * * *", "php artisan queue:work", ("CR011", "warning")),
        ("0 3 * * *", "timeout 2000 php import.php", ("CR013", "warning")),
        ("0 3 * * *", "echo done", None),
        ("*/10 * * * *", "sleep 1200 && php import.php", ("CR012", "warning")),
        ("*/10 * * * *", "php import.php", ("CR012", "info")),
        ("*/10 * * * *", "php artisan queue:work", ("CR011", "warning")),
        ("*/10 * * * *", "sleep 900; php import.php", ("CR012", "warning")),
        ("*/10 * * * *", "timeout 900 php import.php", ("CR012", "warning")),
    ],
)
def test_a_timeout_alone_does_not_say_that_a_cron_takes_long(
    spec: str, command: str, found: tuple[str, str] | None
) -> None:
    text = f'crons:\n    a: {{spec: "{spec}", timeout: 3600, commands: {{start: {command}}}}}\n'
    diagnostics = lint_files({".platform.app.yaml": HEAD + text}, Settings()).diagnostics
    assert [(d.code, d.severity) for d in diagnostics] == ([found] if found else [])
