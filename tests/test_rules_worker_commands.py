"""What workers start, beyond what the rules' examples show."""

from __future__ import annotations

import json

import pytest
from starts import HEAD, codes, forms, lint, told, written

from examples import lint_files
from paaslint.diagnostic import Diagnostic, Edit
from paaslint.settings import Settings

BACKGROUND = ("WK007", "error")


@pytest.mark.parametrize(
    ("command", "found", "text"),
    [
        ("node worker.js &", BACKGROUND, "&"),
        ("nohup node worker.js &", BACKGROUND, "&"),
        ("setsid node worker.js >/dev/null 2>&1 &", BACKGROUND, "&"),
        ("cd x && node worker.js & echo started", BACKGROUND, "&"),
        ("(node worker.js &)", BACKGROUND, "&"),
        ("sh -c 'node worker.js &'", BACKGROUND, "&"),
        ("if [ -f x ]; then node a.js & else node b.js & fi", BACKGROUND, "&"),
        ("celery -A app worker --detach", BACKGROUND, "--detach"),
        ("celery -A app worker -D", BACKGROUND, "-D"),
        ("forever start worker.js", BACKGROUND, "forever"),
        ("supervisord", ("WK007", "warning"), "supervisord"),
        ("setsid -f node worker.js", ("WK007", "warning"), "-f"),
        ("setsid --fork ./worker", ("WK007", "warning"), "--fork"),
        ("shoryuken -d -q mails", ("WK007", "warning"), "-d"),
        ("good_job start --daemonize", ("WK007", "warning"), "--daemonize"),
        ("BACKGROUND=yes rake resque:work", ("WK007", "warning"), "rake"),
        ("rake resque:work BACKGROUND=yes", ("WK007", "warning"), "BACKGROUND=yes"),
        ("screen -dmS worker node worker.js", ("WK007", "warning"), "screen"),
        ("service worker start", ("WK007", "warning"), "service"),
        ("pm2 start worker.js", ("WK007", "info"), "pm2"),
    ],
)
def test_what_goes_to_the_background_is_started_in_a_loop(command: str, found: tuple[str, str], text: str) -> None:
    (one,) = told(command)
    assert (one.code, one.severity) == found
    assert one.text == text
    assert "starts it again and again, in a loop" in one.message


@pytest.mark.parametrize(
    "command",
    [
        "node worker.js",
        "nohup node worker.js",
        "exec node worker.js",
        "node a.js & node b.js & wait",
        "node a.js &\nnode b.js &\nwait",
        "trap 'kill $PID' TERM; node worker.js & PID=$!; wait $PID",
        "supervisord -n",
        "supervisord --nodaemon",
        "supervisord -nc /app/supervisord.conf",
        "supervisord -c /app/supervisord.conf",
        "supervisord -c $CONF",
        "pm2 start worker.js --no-daemon",
        "celery -A app worker -l info",
        "php artisan queue:work --daemon",
        "php bin/console messenger:consume async",
        "php bin/console messenger:consume async --time-limit=240",
        "php artisan queue:work --max-time=3600 --tries=3",
        "php artisan schedule:work",
        "php artisan horizon",
        "rq worker --max-jobs 100",
        "python queue-worker.py",
        "./worker.sh",
        "$COMMAND",
        "java -jar worker.jar",
        "sleep infinity",
        "bin/rails runner Worker.run",
        "bin/ipfs daemon",
        "sh -c 'node worker.js'",
        "sh -c 'cd x; exec node worker.js'",
        "cd x && exec node worker.js",
        "export A=1\nexec poetry run python worker.py",
        "until nc -z host 1; do sleep 1; done; exec node worker.js",
        "# nothing\nnode worker.js",
    ],
)
def test_what_stays_is_nobodys_business(command: str) -> None:
    assert told(command) == []


@pytest.mark.parametrize(
    ("file", "found"),
    [
        ("[supervisord]\nnodaemon = true\n[program:a]\n[program:b]\n", []),
        ("[supervisord]\n[program:a]\n", [("WK007", "warning")]),
        ("[supervisord]\nnodaemon=true\n[program:a]\ncommand=node a.js\n", [("WK017", "info")]),
        ("[supervisord]\nnodaemon=true\n[program:a]\nnumprocs=4\n", []),
        ("[supervisord]\nnodaemon=true\n[include]\nfiles=*.conf\n", []),
    ],
)
def test_the_file_of_supervisor_is_read(file: str, found: list[tuple[str, str]]) -> None:
    assert codes(told("supervisord -c supervisord.conf", files={"supervisord.conf": file})) == found


def edited(text: str, one: Diagnostic) -> str:
    """The text with the finding mended, by an edit of one line."""
    assert one.fix is not None
    (edit,) = one.fix.edits
    assert isinstance(edit, Edit)
    lines = text.splitlines(keepends=True)
    place = edit.location
    line = lines[place.line - 1]
    lines[place.line - 1] = line[: place.column - 1] + edit.text + line[place.end_column - 1 :]
    return "".join(lines)


def test_an_ampersand_at_the_end_is_removed() -> None:
    text = HEAD + "workers:\n    queue:\n        commands: {start: 'nohup node worker.js &'}\n"
    (one,) = lint(text)
    assert one.fix is not None and one.fix.safe
    mended = edited(text, one)
    assert mended == text.replace(" &", "")
    assert lint(mended) == []


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("php artisan schedule:run", "php artisan schedule:run"),
        ("php artisan queue:work --once", "php artisan queue:work --once"),
        ("php artisan queue:work --stop-when-empty", "php artisan queue:work --stop-when-empty"),
        ("rq worker --burst", "rq worker --burst"),
        ("cd web && drush queue:run mails", "drush queue:run mails"),
        ("php artisan migrate --force; php artisan cache:clear", "php artisan cache:clear"),
        ("echo started", "echo started"),
        ("npm run build", "npm run build"),
        (":", ":"),
        ("/bin/true", "/bin/true"),
    ],
)
def test_one_job_is_started_over_and_over(command: str, text: str) -> None:
    (one,) = told(command)
    assert (one.code, one.severity, one.text) == ("WK008", "warning", text)


@pytest.mark.parametrize("kind", ["worker", "web", "cron"])
@pytest.mark.parametrize(
    "scalar", ['"# node x.js"', "|\n                # a\n\n                # b\n", '"  "', '"  # node x.js"']
)
def test_a_start_without_a_command(scalar: str, kind: str) -> None:
    found = {"worker": ("WK001", "error"), "web": ("WB003", "warning"), "cron": ("CR003", "error")}[kind]
    if kind == "web" and "#" not in scalar:
        found = ("WB001", "warning")  # as if it were not there
    assert codes(written(scalar, kind)) == [found]


def test_web_and_worker_are_told_in_the_same_words() -> None:
    (web,), (worker,) = told("npm run build", "web"), told("npm run build", "worker")
    assert web.message == worker.message + ", and nothing answers requests"


@pytest.mark.parametrize(
    "command",
    ["php artisan mails:send", "bin/console app:work", "python manage.py work", "rake work", "make run", "sleep 3600"],
)
def test_what_may_do_anything_is_not_one_job(command: str) -> None:
    assert told(command) == []


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("gunicorn app:app", "gunicorn"),
        ("exec php -S 0.0.0.0:80", "php -S"),
        ("bundle exec rails s", "rails s"),
        ("npx next start", "next start"),
        ("nginx -g 'daemon off;'", "nginx"),
        ("php artisan reverb:start", "artisan reverb:start"),
        ("flask run", "flask run"),
        ("node api.js --port=$PORT", "$PORT"),
        ("./api unix:${SOCKET}", "${SOCKET}"),
    ],
)
def test_nothing_can_connect_to_a_server_in_a_worker(command: str, text: str) -> None:
    (one,) = told(command)
    assert (one.code, one.severity, one.text) == ("WK009", "warning", text)


@pytest.mark.parametrize(
    "command",
    [
        "exec ./worker --metrics ${PORT:-9000}",
        "export PORT=80; exec ./worker $PORT",
        '[ -z "$PORT" ] || exec ./api $PORT; exec ./worker',
    ],
)
def test_a_port_that_need_not_be_there(command: str) -> None:
    assert [one.code for one in told(command) if one.code == "WK009"] == []


@pytest.mark.parametrize(
    ("command", "text", "severity"),
    [
        ("cd x && node worker.js", "node worker.js", "warning"),
        ("set -e\nphp artisan config:cache\nphp artisan queue:work", "php artisan queue:work", "warning"),
        ("node worker.js; echo ended", "node worker.js", "warning"),
        ("sh -c 'cd x; node worker.js'", "node worker.js", "warning"),
        ("exec sh -c 'cd x; node worker.js'", "node worker.js", "warning"),
        ("cd x; sh -c 'exec node worker.js'", "exec node worker.js", "warning"),
        ("node worker.js | tee /tmp/log", "node worker.js | tee /tmp/log", "warning"),
        ("cd x; node worker.js 2>&1 | logger", "node worker.js 2>&1 | logger", "warning"),
        ("while true; do php artisan schedule:run; sleep 60; done", "while", "warning"),
        ("while read line; do node x.js; done", "while", "warning"),
        ("trap '' TERM; exec node worker.js", "trap '' TERM", "warning"),
        ("trap '' 2 15; exec node worker.js", "trap '' 2 15", "warning"),
        ("setsid node worker.js", "setsid", "warning"),
        ("npm run worker", "npm run", "info"),
        ("npm start", "npm start", "info"),
        ("yarn worker", "yarn", "info"),
        ("yarn tsx worker.ts", "yarn tsx", "info"),
        ("pnpm run worker", "pnpm run", "info"),
    ],
)
def test_what_sigterm_may_not_reach_is_killed(command: str, text: str, severity: str) -> None:
    (one,) = told(command)
    assert (one.code, one.severity, one.text) == ("WK010", severity, text)
    assert "SIGTERM" in one.message
    assert "killed after 15 seconds" in one.message


@pytest.mark.parametrize(
    ("command", "mended"),
    [
        ("cd x && node worker.js", "cd x && exec node worker.js"),
        ("export A=1; B=2 node worker.js", "export A=1; B=2 exec node worker.js"),
        ("cd x && node worker.js || exit 1", None),
        ("if [ -f x ]; then node worker.js; fi", None),
        ("node worker.js | tee /tmp/log", None),
        ("start() { node worker.js; }\necho starts\nstart", None),
    ],
)
def test_exec_is_written_where_it_surely_helps(command: str, mended: str | None) -> None:
    text = HEAD + f"workers:\n    queue:\n        commands: {{start: {json.dumps(command)}}}\n"
    (one,) = (each for each in lint(text) if each.code == "WK010")
    if mended is None:
        assert one.fix is None
    else:
        assert one.fix is not None and not one.fix.safe
        assert edited(text, one) == text.replace(command, mended)
        assert [each.code for each in lint(edited(text, one))] == []


@pytest.mark.parametrize(
    ("command", "severity", "text"),
    [
        ("bundle exec sidekiq", "info", "sidekiq"),
        ("bundle exec sidekiq -t 25", "warning", "25"),
        ("bundle exec sidekiq -t 11", "warning", "11"),
        ("bundle exec sidekiq --timeout=60", "warning", "--timeout=60"),
        ("good_job start --shutdown-timeout 30", "warning", "30"),
        ("good_job start --shutdown-timeout=-1", "warning", "--shutdown-timeout=-1"),
    ],
)
def test_what_takes_longer_to_end_than_it_gets(command: str, severity: str, text: str) -> None:
    (one,) = told(command)
    assert (one.code, one.severity, one.text) == ("WK011", severity, text)


@pytest.mark.parametrize(
    "command",
    [
        "bundle exec sidekiq -t 10",
        "bundle exec sidekiq -t $T",
        "good_job start --shutdown-timeout=10",
        "good_job start",
        "php artisan queue:work --timeout=600",
        "php bin/console messenger:consume async -t 3600",
        "celery -A app worker --soft-time-limit=300",
    ],
)
def test_limits_of_jobs_are_no_time_to_end(command: str) -> None:
    assert told(command) == []


def test_sidekiq_may_have_its_time_from_its_file() -> None:
    assert told("bundle exec sidekiq", files={"config/sidekiq.yml": ":timeout: 8\n"}) == []
    found = told("bundle exec sidekiq", files={"config/sidekiq.yml": ":queues: [a]\n"})
    assert codes(found) == [("WK011", "info")]


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("while true; do python x.py; sleep 300; done", [("WK012", "info")]),
        ("while :; do\n  date\n  python x.py || true\n  sleep 10m\ndone", [("WK012", "info")]),
        ("for ((;;)); do sleep 1h; python x.py; done", [("WK012", "info")]),
        ("while true; do python x.py; sleep 299; done", [("WK010", "warning")]),
        ("while true; do python x.py; sleep $N; done", [("WK010", "warning")]),
        ("while true; do python x.py; python y.py; sleep 600; done", [("WK010", "warning")]),
        ("while true; do python x.py && break; sleep 600; done", [("WK010", "warning")]),
        ("while true; do node x.js; done", [("WK010", "warning"), ("WK017", "info")]),
        ("while true; do php artisan queue:work; sleep 5; done", [("WK010", "warning"), ("WK017", "info")]),
        ("while true; do drush queue:run x; sleep 5; done", [("WK010", "warning")]),
    ],
)
def test_loops(command: str, found: list[tuple[str, str]]) -> None:
    assert [one for one in codes(told(command)) if one[0].startswith("WK")] == found


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("pm2-runtime worker.js", ["WK017"]),
        ("forever worker.js", ["WK017"]),
        ("pm2-runtime start ecosystem.config.js", []),
        ("pm2-runtime ecosystem.config.cjs", []),
        ("pm2-runtime worker.js -i 4", []),
        ("pm2-runtime process.yml", []),
    ],
)
def test_managers_of_one_program(command: str, found: list[str]) -> None:
    assert [one.code for one in told(command)] == found


LOCAL = "disk: 1024\nmounts:\n    uploads: {source: local, source_path: uploads}\n"


@pytest.mark.parametrize(
    ("more", "command", "text"),
    [
        ("hooks: {post_deploy: cp new/* uploads/new/}\n", "python w.py uploads/new", "uploads/new"),
        ("web: {commands: {start: ./web /app/uploads}}\n", "python w.py --dir=uploads", "--dir=uploads"),
        ("web: {commands: {start: ./web $UP}}\nvariables: {env: {UP: /app/uploads}}\n", "python w.py $UP/x", "$UP/x"),
        ("variables: {env: {up: /app/uploads/x}}\n", "python w.py", "/app/uploads/x"),
        ("web: {commands: {start: ./web ~/uploads}}\n", "exec python w.py >uploads/x", "uploads/x"),
    ],
)
def test_a_local_mount_is_not_shared(more: str, command: str, text: str) -> None:
    (one,) = told(command, more=LOCAL + more)
    assert (one.code, one.severity, one.text) == ("WK013", "warning", text)


@pytest.mark.parametrize(
    ("more", "command"),
    [
        (LOCAL, "python w.py uploads"),
        (LOCAL + "web: {commands: {start: ./web uploads}}\n", "python w.py"),
        (LOCAL + "web: {commands: {start: ./web files}}\n", "python w.py uploads"),
        (LOCAL.replace("uploads", "var/cache") + "web: {commands: {start: ./web var/cache}}\n", "./w var/cache"),
        (LOCAL.replace("uploads", "localCache") + "variables: {env: {DIR: /app/localCache}}\n", "./w"),
        (LOCAL + "variables: {env: {APP_CACHE_DIR: /app/uploads}}\n", "./w"),
        (LOCAL.replace("uploads", "logs") + "hooks: {deploy: ./x >logs/x}\n", "./w >logs/y"),
        (LOCAL.replace("local", "tmp").replace("disk: 1024\n", "") + "web: {commands: {start: ./web uploads}}\n", "./w uploads"),
        (LOCAL + "web: {commands: {start: ./web uploads}, mounts: {}}\n", "python w.py uploads"),
    ],
)  # fmt: skip
def test_a_mount_that_only_one_uses_or_that_is_no_place_for_files(more: str, command: str) -> None:
    assert [one.code for one in told(command, more=more) if one.code == "WK013"] == []


@pytest.mark.parametrize(
    ("source", "found"),
    [("instance", ["warning"]), ("tmp", ["warning"]), ("storage", ["info"]), ("service, service: files", [])],
)
def test_mounts_of_upsun(source: str, found: list[str]) -> None:
    text = f"""applications:
    app:
        type: "nodejs:24"
        mounts: {{uploads: {{source: {source}, source_path: uploads}}}}
        web: {{commands: {{start: "./web uploads"}}}}
        workers: {{queue: {{commands: {{start: "./worker uploads"}}}}}}
services:
    files: {{type: "network-storage:1.0"}}
"""
    result = lint_files({".upsun/config.yaml": text}, Settings(select=["WK"]))
    assert [d.severity for d in result.diagnostics] == found


SHARED = "variables: {env: {queue: mails, key: x}}\n"


@pytest.mark.parametrize(
    ("own", "command", "found"),
    [
        ("{env: {TYPE: worker}}", 'node x.js "$QUEUE"', ["WK019"]),
        ("{}", "exec node x.js $QUEUE ${KEY}", ["WK019"]),
        ("{env: {QUEUE: a}}", "node x.js $QUEUE", []),
        ("{env: {TYPE: worker}}", "node x.js $OTHER", []),
        ("{env: {TYPE: worker}}", "node x.js ${QUEUE:-mails}", []),
        ("{env: {TYPE: worker}}", "node x.js", []),
        ("", "node x.js $QUEUE", []),
    ],
)
def test_variables_replace_those_of_the_application(own: str, command: str, found: list[str]) -> None:
    variables = f"        variables: {own}\n" if own else ""
    text = HEAD + SHARED + f"workers:\n    queue:\n{variables}        commands: {{start: {json.dumps(command)}}}\n"
    assert [d.code for d in lint(text)] == found


def test_a_variable_may_come_from_the_environment_file() -> None:
    text = HEAD + SHARED + "workers:\n    queue: {variables: {}, commands: {start: node x.js $QUEUE}}\n"
    assert lint(text, {".environment": "export QUEUE=mails\n"}) == []


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("nodemon worker.js", "nodemon"),
        ("npx nodemon worker.js", "nodemon"),
        ("node --inspect=0.0.0.0 worker.js", "--inspect=0.0.0.0"),
        ("node --watch worker.js", "--watch"),
        ("exec watchmedo auto-restart -- celery -A app worker", "watchmedo"),
        ("python -m debugpy --listen 5678 worker.py", "debugpy"),
    ],
)
def test_tools_for_development(command: str, text: str) -> None:
    (one,) = told(command)
    assert (one.code, one.severity, one.text) == ("WK020", "warning", text)


def test_a_queue_that_boots_for_each_job_is_told_why() -> None:
    (one,) = told("php artisan queue:listen")
    assert (one.code, one.severity, one.text) == ("WK020", "info", "artisan queue:listen")
    assert "anew for each job" in one.message


def test_a_loop_is_named_by_what_it_is_there_for() -> None:
    (one,) = told("until python worker.py; do sleep 1; done")
    assert (one.code, "`python worker.py`" in one.message) == ("WK010", True)


@pytest.mark.parametrize("command", ["supervisord $OPTIONS", "rsync --daemon --no-detach"])
def test_what_may_stay_in_the_foreground_is_no_daemon(command: str) -> None:
    assert "WK007" not in [one.code for one in told(command)]


SERVICES = {
    ".platform/services.yaml": 'jobs: {type: "redis:8.0"}\ndb: {type: "postgresql:18", disk: 512}\n',
    ".platform/routes.yaml": "{}\n",
}


@pytest.mark.parametrize(
    ("own", "command", "found"),
    [
        ("{}", "exec bundle exec sidekiq -t 8", ["WK021"]),
        ("{base: 'db:postgresql'}", "exec php artisan horizon", ["WK021"]),
        ("{base: 'db:postgresql'}", "php artisan queue:work redis", ["WK021"]),
        ("{store: 'jobs:redis'}", "php artisan queue:work redis", []),
        ("{base: 'db:postgresql'}", "php artisan queue:work database", []),
        ("{store: 'jobs:redis'}", "good_job start --shutdown-timeout=10", ["WK021"]),
        ("{base: 'db:postgresql'}", "good_job start --shutdown-timeout=10", []),
        ("{base: 'db:postgresql'}", "rq worker --url redis://elsewhere", []),
        ("{base: 'other:redis'}", "exec php artisan horizon", []),
        ("{}", "python worker.py", []),
    ],
)
def test_a_service_that_a_tool_needs(own: str, command: str, found: list[str]) -> None:
    text = HEAD + (
        "relationships: {cache: 'jobs:redis', database: 'db:postgresql'}\n"
        f"workers:\n    queue:\n        relationships: {own}\n        commands: {{start: {json.dumps(command)}}}\n"
    )
    assert [d.code for d in lint(text, SERVICES) if d.code.startswith("WK")] == found


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("puma -C config/puma.rb && bundle exec sidekiq -t 8", "bundle exec sidekiq -t 8"),
        ("php artisan horizon; php artisan schedule:work", "php artisan schedule:work"),
        ("celery -A a worker\ncelery -A a beat\nnode x.js", "celery -A a beat"),
        ("sh -c 'rq worker; rq worker mails'", "rq worker mails"),
        ("php artisan queue:work && php artisan cache:clear", "php artisan cache:clear"),
    ],
)
def test_the_second_process_never_starts(command: str, text: str) -> None:
    found = [one for one in told(command) if one.code not in ("WK009", "WK011")]
    assert codes(found) == [("WK022", "warning")]
    assert found[0].text == text
    assert "never starts" in found[0].message


@pytest.mark.parametrize(
    "command",
    [
        "php artisan queue:work --max-time=60 ; exec php artisan queue:work",
        "node a.js; exec node b.js",
        "celery -A a worker & exec celery -A a beat",
        "celery -A a worker || exit 1",
        "if [ -f x ]; then exec rq worker a; else exec rq worker b; fi",
    ],
)
def test_both_get_their_turn(command: str) -> None:
    assert "WK022" not in [one.code for one in told(command)]


SCRIPT = (
    "set -e",
    "cd queue",
    "export A=1",
    'if [ -f "x y" ]; then',
    "    . ./x",
    "fi",
    "celery -A é worker &&  celery -A app beat  # über",
)


@pytest.mark.parametrize("form", forms())
def test_places_in_scripts(form: str) -> None:
    scalar, files, path, line = forms(*SCRIPT)[form]
    (one,) = written(scalar, files=files)
    indent = 0 if form == "included" else 16
    assert (one.code, one.path, one.line) == ("WK022", path, line + 6)
    assert (one.column, one.text) == (indent + 24, "celery -A app beat")


@pytest.mark.parametrize(
    ("scalar", "line", "column"),
    [
        ("celery -A a worker && celery -A a beat", 6, 42),
        ('"celery -A \\x61 worker && celery -A a beat"', 6, 46),
        ("'celery -A ''a'' worker && celery -A a beat'", 6, 47),
        (">\n                celery -A a\n                worker &&\n                celery -A a beat", 9, 17),
        (">-\n                celery -A a worker &&\n\n                celery -A a beat", 9, 17),
        ("celery -A a worker\n                && celery -A a beat", 7, 20),
    ],
)
def test_places_in_every_form(scalar: str, line: int, column: int) -> None:
    (one,) = written(scalar)
    assert (one.code, one.line, one.column, one.text) == ("WK022", line, column, "celery -A a beat")


@pytest.mark.parametrize(
    ("scalar", "line", "column"),
    [
        ("node worker.js &", 6, 35),
        ('"node worker.js &"', 6, 36),
        (">\n                node\n                worker.js &\n", 8, 27),
        ("|\n                node worker.js &\n", 7, 32),
    ],
)
def test_the_ampersand_in_every_form(scalar: str, line: int, column: int) -> None:
    (one,) = written(scalar)
    assert (one.code, one.line, one.column, one.text) == ("WK007", line, column, "&")


def test_the_program_in_a_loop_is_not_what_its_head_asks() -> None:
    (one,) = told("for group in $(cat groups); do echo $group; php bin/work $group; done")
    assert one.code == "WK010"
    assert one.message.startswith("`php bin/work $group` runs in a loop")


TEN = ["set -e", "cd a", "cd b", "export A=1", "./c", "./d", "supervisord -nc x && ./e", "./f", "./g", "./h"]


@pytest.mark.parametrize(
    ("scalar", "line", "column"),
    [
        (">\n" + "\n".join(f"                {each} &&" for each in TEN).removesuffix(" &&"), 13, 38),
        ('"' + " &&\n                ".join(TEN) + '"', 12, 38),
        ("'" + " &&\n                ".join(TEN) + "'", 12, 38),
        (" &&\n                ".join(TEN), 12, 38),
        ('"' + "\\n".join(TEN) + '"', 6, 84),
        ("|\n" + "\n".join(f"                {each}" for each in TEN), 13, 38),
    ],
)
def test_the_seventh_of_ten_commands(scalar: str, line: int, column: int) -> None:
    (one,) = (each for each in written(scalar) if each.code == "WK022")
    assert (one.line, one.column, one.text) == (line, column, "./e")


def test_a_worker_that_takes_no_disk_reserves_none() -> None:
    worker = "workers: {w: {disk: 0, commands: {start: exec ./w}}}\n"
    files = {".platform.app.yaml": f'name: app\ntype: "python:3.13"\n{worker}'}
    assert [d.code for d in lint_files(files, Settings(select=("WK014",))).diagnostics] == []
