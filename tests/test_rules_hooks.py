"""What hooks and other scripts do, where it runs, and where in the file it is told, beyond what the rules' examples show."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_dash import FRAGMENTS

from examples import lint_files
from paaslint.diagnostic import Diagnostic
from paaslint.discover import discover_tree
from paaslint.engine import lint_project
from paaslint.settings import Settings
from paaslint.tree import DiskTree, SubTree

PHP = 'name: app\ntype: "php:8.4"\nweb: {locations: {"/": {root: public, passthru: "/index.php"}}}\n'
SERVICES = {
    ".platform/services.yaml": 'db: {type: "mariadb:11.4", disk: 512}\n',
    ".platform/routes.yaml": '"https://{default}/": {type: upstream, upstream: "app:http"}\n',
}
DATABASE = 'relationships: {database: "db:mysql"}\n'
QUEUE = "workers: {queue: {commands: {start: exec php artisan queue:work --max-time=3600}}}\n"
MOUNTS = "disk: 512\nmounts: {uploads: {source: local}, var/cache: {source: local}}\n"
Found = list[tuple[str, str]]


def lint(text: str, files: dict[str, str] | None = None) -> list[Diagnostic]:
    """What is said of an application with a database, and of its files."""
    tree = {".platform.app.yaml": PHP + DATABASE + text, **SERVICES, "public/index.php": "<?php\n", **(files or {})}
    result = lint_files(tree, Settings(ignore=("HK003", "VR004")), complete=files is not None)
    assert not result.faults, result.faults[0].text
    return result.diagnostics


def block(script: str) -> str:
    """A script as the value of a key two levels deep."""
    return "|\n" + "".join(f"        {line}\n" for line in script.split("\n"))


def told(script: str, hook: str = "deploy", more: str = "", files: dict[str, str] | None = None) -> Found:
    """Code and severity of what is said of a hook."""
    found = lint(f"{more}hooks:\n    {hook}: {block(script)}", files)
    return [(d.code, d.severity) for d in found]


def shown(diagnostic: Diagnostic, files: dict[str, str]) -> str:
    """The text that a finding of one line points at."""
    place = diagnostic.location
    assert place.line == place.end_line
    return files[place.path].splitlines()[place.line - 1][place.column - 1 : place.end_column - 1]


@pytest.mark.parametrize(
    ("hook", "script", "found"),
    [
        ("build", "set -e\nphp artisan migrate --force", [("HK004", "error")]),
        ("build", "set -e\nphp artisan migrate", [("HK004", "error")]),
        ("build", "php artisan migrate --force || true", []),
        ("build", 'if [ -n "$PLATFORM_RELATIONSHIPS" ]; then php artisan migrate --force; fi', []),
        ("build", "mysql -h db.example.com -e 'select 1'", []),
        ("build", "drush updb -y", [("HK004", "warning")]),
        ("build", "psql -c 'select 1'", [("HK004", "warning")]),
        ("build", "psql --version", []),
        ("build", "set -e\nDB_CONNECTION=x php artisan migrate --force", []),
        ("build", "set -e\nexport DATABASE_URL=sqlite:///tmp/x\npython manage.py migrate", []),
        ("build", "set -e\nAPP_ENV=test bin/console doctrine:migrations:migrate -n", []),
        ("build", "set -e\nAPP_ENV=prod bin/console doctrine:migrations:migrate -n", [("HK004", "error")]),
        ("build", "set -e\nphp artisan migrate --force --env=testing", []),
        ("build", "set -e\nalembic upgrade head --sql > x.sql", []),
        ("build", "set -e\nalembic upgrade latest", [("HK004", "error")]),
        ("build", "set -e\nnpx prisma migrate diff --from-empty --script", []),
        ("build", "set -e\nnpx prisma migrate deploy", [("HK004", "error")]),
        ("build", "set -e\ntypo3 cache:warmup", []),
        ("deploy", "php artisan migrate --force", []),
        ("deploy", "php artisan migrate", [("HK013", "warning")]),
        ("deploy", "yes | php artisan migrate", []),
        ("deploy", "drush -y updb", []),
        ("deploy", "drush updb", [("HK013", "warning")]),
        ("deploy", "drush updb -vy && drush -yv cim && drush updatedb --no-interaction", []),
        ("deploy", "drush updb $DRUSH_OPTIONS", []),
        ("deploy", 'drush --root "$ROOT" updb', [("HK013", "warning")]),
        ("deploy", "bin/console doctrine:schema:update --force", []),
        ("deploy", "bin/console doctrine:migrations:migrate", [("HK013", "info")]),
        ("deploy", "bin/console doctrine:migrations:migrate -n", []),
        ("post_deploy", "php artisan migrate --force", [("HK015", "info")]),
    ],
)
def test_migrations(hook: str, script: str, found: Found) -> None:
    assert told(script, hook) == found


@pytest.mark.parametrize("more", ["", QUEUE])
@pytest.mark.parametrize(
    ("script", "reaches"),
    [
        ("sv restart app", "reaches the web container only"),
        ("sv stop app && sv start app", "reaches the web container only"),
        ("systemctl --user restart app", "reaches the web container only"),
        ("supervisorctl restart all", "reaches the web container only"),
        ("pkill -f queue:work", "runs in another container"),
        ("pkill -TERM -f 'artisan queue' || true", "runs in another container"),
        ("kill $(pgrep -f queue:work)", "runs in another container"),
        ("ps ax | grep [q]ueue:work | xargs kill", "runs in another container"),
        ("php artisan queue:restart", ""),
        ("pkill -f php-fpm", ""),
        ("pkill php", ""),
        ("pgrep -f queue:work", ""),
        ("sv status app", ""),
    ],
)
def test_workers_are_not_reached_from_hooks_and_crons(script: str, reaches: str, more: str) -> None:
    wanted = [("HK010", "warning")] if more and reaches else []
    assert told(script, more=more) == wanted
    assert told(script, "post_deploy", more) == wanted
    cron = f'{more}crons: {{restart: {{spec: "0 3 * * *", commands: {{start: "{script}"}}}}}}\n'
    found = lint(cron)
    assert [(d.code, d.severity) for d in found] == wanted
    assert all(reaches in d.message and "`queue`" in d.message for d in found)


def test_a_program_that_web_starts_too_is_not_taken_for_a_workers() -> None:
    text = 'web: {commands: {start: "node server.js"}}\nworkers: {mail: {commands: {start: exec node mail.js}}}\n'
    head = 'name: app\ntype: "nodejs:22"\n'
    for pattern, count in (("mail.js", 1), ("node", 0), ("server.js", 0)):
        files = {".platform.app.yaml": f"{head}{text}hooks: {{deploy: pkill -f {pattern}}}\n", **SERVICES}
        found = lint_files(files, Settings(select=("HK010",))).diagnostics
        assert len(found) == count, pattern


@pytest.mark.parametrize(
    ("hook", "script"),
    [
        ("build", "yarn"),
        ("build", "npm run build"),
        ("build", "node scripts/x.js"),
        ("build", "dotnet publish"),
        ("build", "composer install"),
        ("build", "bundle"),
        ("build", "set -ex\nnpm ci\nnpm run build"),
        ("build", "set -e\nmkdir logs\npython manage.py collectstatic\nrm -rf logs"),
        ("deploy", "node scripts/x.js"),
        ("deploy", "npm run seed"),
        ("deploy", "set -x\nphp artisan optimize:clear"),
        ("post_deploy", "npm run build"),
        ("post_deploy", "yarn build"),
        ("post_deploy", "node scripts/x.js"),
        ("post_deploy", "mkdir -p uploads/a && cp -R seed/. uploads/a/"),
        ("build", "set -e\nmkdir -p uploads\ntouch uploads/.gitkeep"),
        ("deploy", "composer install --working-dir=uploads/x"),
        ("deploy", "nginx -t && php-fpm -t && gunicorn --check-config app && uvicorn --version && sidekiq --help"),
        ("post_deploy", "php artisan queue:work $OPTIONS"),
    ],
)
def test_deployed_habits_are_silent(hook: str, script: str) -> None:
    assert told(script, hook, MOUNTS) == []


@pytest.mark.parametrize(
    ("hook", "script", "found"),
    [
        ("deploy", "npm ci", [("HK007", "warning")]),
        ("deploy", "npm run build", [("HK007", "warning")]),
        ("post_deploy", "composer install -n", [("HK007", "warning")]),
        ("deploy", "cd uploads && npm ci", []),
        ("deploy", "php artisan queue:work", [("HK008", "error")]),
        ("deploy", "php artisan queue:work --queue $NAME", [("HK008", "error")]),
        ("deploy", "php artisan queue:work --stop-when-empty", []),
        ("build", "while true; do php x.php; done", [("HK008", "error")]),
        ("build", "while true; do php x.php && break; done", []),
        ("deploy", 'if [ "$PLATFORM_BRANCH" = main ]; then sleep infinity; fi', [("HK008", "warning")]),
        ("build", "timeout 60 sh -c 'while true; do php x.php; done'", []),
        ("build", "loop() { while true; do php x.php; done; }\nphp y.php", [("HK008", "warning")]),
        ("build", "[ -f x ] && while true; do php x.php; done", [("HK008", "warning")]),
        ("build", "until php x.php; do sleep 1; done", []),
        ("deploy", "sleep 60", [("HK009", "warning")]),
        ("deploy", "sleep 5", []),
        ("post_deploy", "sleep 60", []),
        ("post_deploy", "php warm.php &", [("HK012", "warning")]),
        ("post_deploy", "php warm.php & php more.php & wait", []),
        ("deploy", "redis-server --daemonize yes", [("HK012", "warning")]),
        ("deploy", "[ -f on ] && redis-server --daemonize yes", []),
        ("build", "redis-server --daemonize yes", []),
    ],
)
def test_what_takes_long_or_comes_too_late(hook: str, script: str, found: Found) -> None:
    assert told(script, hook, MOUNTS) == found


@pytest.mark.parametrize(
    ("script", "path"),
    [
        ("date > deployed.txt", "deployed.txt"),
        ("echo a >>/app/log.txt", "/app/log.txt"),
        ("mkdir state", "state"),
        ("cd var\ntouch x", "x"),
        ("sed -i s/a/b/ config.php", "config.php"),
        ("[ -f x ] || touch x", "x"),
        ("bash -c 'touch z'", "z"),
        ("wget -O data.json https://example.com", "data.json"),
        ("ln -s a b", "b"),
        ("tar -xzf x.tgz --directory=state", "state"),
        ("php x.php --outfile='b.js'", "'b.js'"),
        ("cp a.txt .", "."),
    ],
)
def test_what_cannot_be_written(script: str, path: str) -> None:
    more = "disk: 512\nmounts: {uploads: {source: local}}\n" if path != "." else ""
    files = {".platform.app.yaml": f"{PHP}{DATABASE}{more}hooks:\n    deploy: {block(script)}"}
    (found,) = lint(f"{more}hooks:\n    deploy: {block(script)}")
    assert (found.code, shown(found, files)) == ("HK006", path)


@pytest.mark.parametrize(
    "script",
    [
        "date > uploads/deployed.txt",
        "cd uploads\ndate > deployed.txt",
        "date > /tmp/x; cd /tmp && touch y",
        'date > "$STATE"',
        "mkdir -p var/cache/a var",
        "touch x || true",
        "touch x 2>/dev/null || :",
        "[ -w . ] && touch x",
        'if [ "$ON_MY_MACHINE" ]; then touch x; fi',
        "mv seed uploads/",
        "cp -R seed/. var/",
        "export HOME=/tmp; touch $HOME/x",
        "php x.php 2>/dev/null >/dev/stdout",
        "tar -xzf x.tgz --directory=/tmp",
        "tar -xzf x.tgz --directory=uploads/x",
        "php x.php --output=json --output-file=uploads/x.json",
        'php x.php --output-file="$STATE"',
    ],
)
def test_what_can_be_written_or_is_not_known(script: str) -> None:
    assert told(script, more=MOUNTS) == []


@pytest.mark.parametrize(
    ("script", "text"),
    [
        ("php bin/console doctrine:migrations:diff", "bin/console doctrine:migrations:diff"),
        ("symfony console make:migration -n", "console make:migration"),
        ("php artisan make:migration x", "artisan make:migration"),
        ("python manage.py makemigrations shop", "manage.py makemigrations"),
        ("python manage.py makemigrations --check", None),
        ("python manage.py makemigrations || true", None),
        ("php bin/console doctrine:query:sql x", None),
    ],
)
def test_sources_are_not_written_after_the_build(script: str, text: str | None) -> None:
    files = {".platform.app.yaml": f"{PHP}{DATABASE}hooks:\n    deploy: {block(script)}"}
    found = [shown(d, files) for d in lint(f"hooks:\n    deploy: {block(script)}") if d.code == "HK006"]
    assert found == ([text] if text else [])
    migrations = "disk: 512\nmounts: {migrations: {source: local}}\n"
    assert told(script, more=migrations) == []
    assert "HK006" not in [code for code, _ in told(script, "build")]


@pytest.mark.parametrize(("mount", "found"), [("public/uploads", 1), ("web/sites/default/files", 1), ("public/js", 0)])
def test_a_mount_for_files_of_users_takes_no_build(mount: str, found: int) -> None:
    text = f"disk: 512\nmounts: {{{mount}: {{source: local}}}}\nhooks: {{deploy: npm run build}}\n"
    assert [d.code for d in lint(text) if d.code.startswith("HK")] == ["HK007"] * found


def test_links_of_the_build_may_lead_into_mounts() -> None:
    scripts = {"ln -s uploads/state state": [], "ln -s ../uploads/state .": [], "./link.sh": [], "echo": ["HK006"]}
    for build, codes in scripts.items():
        found = lint(f"{MOUNTS}hooks:\n    build: {build}\n    deploy: touch state\n")
        assert [d.code for d in found] == codes, build
    for content, codes in (("ln -s uploads/state state", []), ("echo", ["HK006"])):
        found = lint(f"{MOUNTS}hooks:\n    build: sh link.sh\n    deploy: touch state\n", {"link.sh": content})
        assert [d.code for d in found] == codes, content


def test_crons_and_starts_write_into_their_own_mounts() -> None:
    worker = "workers: {w: {mounts: {own: {source: local}}, commands: {start: 'date > own/x && exec php w.php'}}}\n"
    assert [d.code for d in lint(f"{MOUNTS}{worker}")] == []
    cron = 'crons: {c: {spec: "0 3 * * *", commands: {start: "date > other/x"}}}\n'
    assert [d.code for d in lint(f"{MOUNTS}{cron}")] == ["HK006"]


@pytest.mark.parametrize(
    ("script", "count"),
    [
        ("sudo ls", 1),
        ("apt-get update && apt-get install -y jq", 2),
        ("su - web -c 'ls'", 1),
        ("apk add git", 1),
        ("cp tool /usr/local/bin/", 1),
        ("echo 1.2.3.4 db >>/etc/hosts", 1),
        ("tar xzf tool.tgz -C /opt", 1),
        ("apt-get download jq", 0),
        ("cat /etc/hosts /usr/share/x >/tmp/y", 0),
        ("command -v apt-get && apt-get install -y jq", 0),
        ('if [ -z "$PLATFORM_PROJECT" ]; then sudo ls; fi', 0),
        ("sudo ls || true", 0),
        ("echo sudo; pip install sudo", 0),
    ],
)
def test_root(script: str, count: int) -> None:
    assert told(script, "build") == [("HK014", "warning")] * count


@pytest.mark.parametrize(
    ("script", "what"),
    [
        ("env", "env"),
        ("env | sort | head -n 50", "env"),
        ("printenv", "printenv"),
        ("printenv DB_PASSWORD", "DB_PASSWORD"),
        ("export -p", "export"),
        ("set", "set"),
        ('echo "the token: $API_TOKEN"', '"the token: $API_TOKEN"'),
        ("echo $PLATFORM_RELATIONSHIPS | base64 --decode | jq .", "$PLATFORM_RELATIONSHIPS"),
        ("echo $PLATFORM_VARIABLES | base64 -d", "$PLATFORM_VARIABLES"),
        ('set -ex\nls\ncurl -H "X-Auth: $API_TOKEN" https://example.com', "-ex"),
        ("set -o xtrace\nphp login.php $DB_PASSWORD", "xtrace"),
    ],
)
def test_what_prints_secrets(script: str, what: str) -> None:
    text = f"hooks:\n    deploy: {block(script)}"
    (found,) = lint(text)
    assert (found.code, shown(found, {".platform.app.yaml": PHP + DATABASE + text})) == ("HK016", what)


@pytest.mark.parametrize(
    "script",
    [
        "env | grep ^APP_ENV=",
        "env >/tmp/env",
        "env php x.php",
        "x=$(env)",
        "exec >/tmp/log 2>&1\nenv",
        "echo $API_TOKEN | docker login --password-stdin",
        "echo ${#API_TOKEN} ${API_TOKEN:+set} $TOKEN_URL $PUBLIC_KEY '$API_TOKEN'",
        "echo $PLATFORM_RELATIONSHIPS | base64 -d | jq -r '.database[0].host'",
        "echo $PLATFORM_RELATIONSHIPS | base64 -d >/tmp/x",
        "set -x\nls $PWD $OLDPWD",
        "set -x\nset +x\nphp login.php $DB_PASSWORD",
        "php login.php $DB_PASSWORD",
    ],
)
def test_what_prints_none(script: str) -> None:
    assert told(script) == []


@pytest.mark.parametrize(
    ("hook", "script", "count"),
    [
        ("build", 'if [ "$PLATFORM_BRANCH" = main ]; then php x.php "$PLATFORM_BRANCH"; fi', 1),
        ("build", 'case "$PLATFORM_ENVIRONMENT_TYPE" in production) php x.php;; esac', 1),
        ("build", "cat >.environment <<EOF\nX=$PLATFORM_BRANCH\nEOF", 1),
        ("build", "cat >.environment <<'EOF'\nX=$PLATFORM_BRANCH\nEOF", 0),
        ("build", "php x.php $PLATFORM_ROUTES $PLATFORM_BRANCH $PLATFORM_ROUTES", 2),
        ("build", "php x.php ${PLATFORM_BRANCH:-main}", 0),
        ("build", 'if [ -n "$PLATFORM_BRANCH" ]; then php x.php "$PLATFORM_BRANCH"; fi', 0),
        ("build", '[ -z "$PLATFORM_ROUTES" ] && exit 0\nphp x.php "$PLATFORM_ROUTES"', 0),
        ("build", '[ "$PLATFORM_BRANCH" != "" ] && php x.php "$PLATFORM_BRANCH"', 0),
        ("build", 'if [ "x${PLATFORM_BRANCH}" = x ]; then php x.php; fi', 0),
        ("build", "PORT=80; php x.php $PORT", 0),
        ("build", "cp -R a $PLATFORM_CACHE_DIR", 0),
        ("deploy", "php x.php $PLATFORM_CACHE_DIR", 1),
        ("deploy", 'php x.php "$CI"', 1),
        ("deploy", '[ "$CI" = true ] || php x.php', 0),
        ("deploy", "php x.php $PLATFORM_BRANCH $PLATFORM_ROUTES", 0),
    ],
)
def test_variables_of_another_phase(hook: str, script: str, count: int) -> None:
    assert told(script, hook) == [("HK020", "warning")] * count


def test_variables_that_are_set_are_there() -> None:
    assert told("php x.php $CI", more="variables: {env: {CI: 'yes'}}\n") == []
    assert told("php x.php $CI", files={".environment": "export CI=1\n"}) == []
    found = lint("variables: !include {type: yaml, path: gone.yaml}\nhooks: {deploy: php x.php $CI}\n")
    assert [d.code for d in found] == []


TEN = "\n".join(
    (
        "set -e",
        "echo 1",
        "echo 2",
        "# a comment",
        "echo 'it is 3'",
        "echo 4",
        "php artisan migrate",
        "echo 5",
        "echo 6",
        "echo 7",
    )
)
"""A script with one mistake, in its seventh line."""


@pytest.mark.parametrize("header", ["|", "|-", "|+", "|2-"])
def test_a_mistake_is_told_at_its_line_of_a_block(header: str) -> None:
    text = f"hooks:\n  deploy: {header}\n" + "".join(f"    {line}\n" for line in TEN.split("\n"))
    (found,) = lint(text)
    whole = {".platform.app.yaml": PHP + DATABASE + text}
    assert (found.code, shown(found, whole)) == ("HK013", "artisan migrate")
    assert found.location.line == len((PHP + DATABASE).splitlines()) + 2 + 7


@pytest.mark.parametrize(
    "value",
    [
        ">\n"
        + "".join(f"        {line} &&\n" for line in TEN.split("\n")[1:-1] if line[0] != "#")
        + "        echo 7\n",
        '"' + TEN.replace("\n", "\\n") + '"\n',
        '"' + TEN.replace("\n", "\\n\\\n        ") + '"\n',
        "'" + TEN.replace("\n", "\n\n        ").replace("'", "''") + "'\n",
    ],
)
def test_a_mistake_is_told_at_its_place_in_folded_and_quoted_text(value: str) -> None:
    text = f"hooks:\n    deploy: {value}"
    (found,) = lint(text)
    assert (found.code, shown(found, {".platform.app.yaml": PHP + DATABASE + text})) == ("HK013", "artisan migrate")


def test_an_included_script_is_told_of_under_its_own_path() -> None:
    files = {"scripts/deploy.sh": TEN + "\n"}
    (found,) = lint("hooks:\n    deploy: !include {type: string, path: scripts/deploy.sh}\n", files)
    assert (found.code, found.location.path, found.location.line) == ("HK013", "scripts/deploy.sh", 7)
    assert shown(found, files) == "artisan migrate"


def test_dot_environment_is_told_of_under_its_own_path() -> None:
    files = {".environment": 'export A=1\nif [[ "$A" = 1 ]]; then export B=2; fi\nsudo ls\n'}
    found = lint("", files)
    assert [(d.code, d.location.path, d.location.line) for d in found] == [
        ("HK002", ".environment", 2),
        ("HK014", ".environment", 3),
    ]
    assert [shown(d, files) for d in found] == ["[[", "sudo"]
    (open_quote,) = lint("", {".environment": "export A='x\n"})
    place = open_quote.location
    assert (open_quote.code, place.path, place.line) == ("HK001", ".environment", 1)


@pytest.mark.parametrize(
    "script",
    [
        "php artisan migrate | | grep x",
        "sleep 60 && && php artisan migrate",
        "npm ci )",
        "php artisan queue:work & (",
        "sudo ls && \\\n  php artisan migrate ;;",
        "date > x 'open\nphp artisan migrate",
    ],
)
def test_a_syntax_error_speaks_alone_of_its_line(script: str) -> None:
    assert told(script) == [("HK001", "error")]
    assert [code for code, _ in told(f"{script}", "build")] == ["HK001"]


def test_a_syntax_error_hides_nothing_of_other_lines() -> None:
    assert told("sleep 60\nif true; then\nphp x.php\nphp artisan migrate") == [
        ("HK009", "warning"),
        ("HK001", "error"),
        ("HK013", "warning"),
    ]


def test_a_syntax_error_speaks_alone_in_starts_and_crons() -> None:
    for text in (
        "workers: {w: {commands: {start: 'node w.js & ('}}}\n",
        'crons: {c: {spec: "0 3 * * *", commands: {start: "php artisan queue:work )"}}}\n',
        "web: {commands: {start: 'puma && bundle exec sidekiq |'}}\n",
    ):
        files = {".platform.app.yaml": 'name: app\ntype: "ruby:3.4"\n' + text, **SERVICES}
        found = [d for d in lint_files(files, Settings()).diagnostics if d.code[:2] in ("HK", "WK", "WB", "CR")]
        assert [d.code for d in found] == ["HK001"], text


def test_folded_lines_are_told_instead_of_what_comes_of_them() -> None:
    text = "hooks:\n    deploy: >\n        set -e\n        php artisan migrate\n        php x.php 'it\n"
    assert [d.code for d in lint(text)] == ["YM018"]


def test_an_unknown_part_silences_what_depends_on_it() -> None:
    assert told('$COMMAND migrate; eval "$SCRIPT"; ./own.sh', "build") == []
    assert [d.code for d in lint("mounts: !include {type: yaml, path: gone.yaml}\nhooks: {deploy: touch x}\n")] == []


WORDS = st.sampled_from(
    [
        "php artisan migrate ", "php artisan queue:work ", "pkill -f ", "sv restart app ", "env ", "set -x ", "sudo ",
        "cp a b ", "ln -s a b ", "touch x ", "> x ", "npm ci ", "$API_TOKEN ", "$PLATFORM_BRANCH ", "base64 -d ", "jq . ",
        "mkdir ", "timeout 5 ", "sh -c 'a; touch b' ", "redis ", "apt-get install ", "kill ", "pgrep [ ",
    ]
)  # fmt: skip


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(FRAGMENTS | WORDS, min_size=1, max_size=12).map("".join), st.sampled_from(["build", "deploy"]))
def test_no_script_makes_a_rule_fail(script: str, hook: str) -> None:
    told(script, hook, MOUNTS + QUEUE)


LONELY = """workers:
    queue:
        mounts: {scratch: {source: local}}
        variables: {env: {queue_name: mails}}
        commands: {start: exec php queue.php}
"""


@pytest.mark.parametrize(
    ("script", "shows"),
    [
        ("php x.php $QUEUE_NAME", "$QUEUE_NAME"),
        ("php x.php ${QUEUE_NAME:-mails}", ""),
        ('[ -n "$QUEUE_NAME" ] && php x.php $QUEUE_NAME', ""),
        ("cat scratch/list | php x.php", "scratch/list"),
        ("cat scratch/a scratch/b; cat <scratch/c", "scratch/a"),
        ("cd scratch/a && ls ./b", "scratch/a"),
        ("php x.php scratch other/scratch", ""),
    ],
)
def test_what_only_workers_have(script: str, shows: str) -> None:
    for text in (
        f"hooks:\n    deploy: {block(script)}",
        f'crons:\n    c:\n      spec: "0 3 * * *"\n      cmd: {block(script)}',
    ):
        text = "disk: 512\n" + LONELY + text
        found = [d for d in lint(text) if d.code in ("HK011", "CR018")]
        assert [shown(d, {".platform.app.yaml": PHP + DATABASE + text}) for d in found] == ([shows] if shows else [])
        assert all("`queue`" in d.message for d in found)


def test_a_mount_of_a_worker_is_told_of_once() -> None:
    own = "workers: {queue: {mounts: {spool: {source: local}}, commands: {start: exec php q.php}}}\n"
    (one,) = lint(f"disk: 512\n{own}hooks: {{deploy: php x.php > spool/x}}\n")
    assert one.code == "HK011"


def test_an_endless_loop_is_told_of_once() -> None:
    text = PHP + "hooks: {deploy: 'while true; do php x.php; sleep 1; done'}\n"
    result = lint_files({".platform.app.yaml": text, **SERVICES}, Settings())
    assert [d.code for d in result.diagnostics if d.code.startswith("HK")] == ["HK008"]


def test_what_workers_have_may_be_set_for_all() -> None:
    shared = "variables: {env: {QUEUE_NAME: mails}}\n"
    assert lint(f"disk: 512\n{shared}{LONELY}hooks: {{deploy: php x.php $QUEUE_NAME}}\n") == []
    hook = "hooks: {deploy: php x.php $QUEUE_NAME}\n"
    found = lint(f"disk: 512\n{LONELY}{hook}", {".environment": "export QUEUE_NAME=mails\n"})
    assert [d.code for d in found] == []
    (found_in_build,) = lint(f"disk: 512\n{LONELY}hooks: {{build: php x.php $QUEUE_NAME}}\n")
    assert (found_in_build.code, "a build does not have it" in found_in_build.message) == ("HK011", True)


@pytest.mark.parametrize(
    ("build", "more", "mount", "found"),
    [
        ("npm ci", "", "node_modules", True),
        ("npm ci && npm run build", "", "dist", True),
        ("npm ci && npx next build", "", ".next", False),
        ("npm ci && npx next build", "", "/.next", True),
        ("composer install", "", "vendor", True),
        ("hugo", "", "public", True),
        ("hugo -d site", "", "public", False),
        ("hugo -d site", "", "site", True),
        ("cd web && npm ci", "", "node_modules", False),
        ("cd web && npm ci", "", "web/node_modules", True),
        ("npm ci", "", "node_modules/.cache", False),
        ("npm install -g yarn", "", "node_modules", False),
        ("npm ci || true", "", "node_modules", False),
        ("hugo && mv public _public", "", "public", False),
        ("hugo && ./handle_mounts.sh", "", "public", False),
        ("hugo", "deploy: cp -R _public/. public/", "public", False),
        ("hugo", "post_deploy: hugo", "public", False),
        ("hugo", "deploy: ./fill.sh", "public", False),
        ("hugo", "deploy: php artisan migrate --force", "public", True),
    ],
)
def test_mounts_over_what_a_build_fills(build: str, more: str, mount: str, found: bool) -> None:
    text = f"disk: 512\nmounts: {{{mount}: {{source: local}}}}\nhooks:\n    build: {build}\n    {more}\n"
    files = {
        ".platform.app.yaml": 'name: app\ntype: "nodejs:24"\nweb: {commands: {start: node x.js}}\n' + text,
        **SERVICES,
    }
    codes = [d.code for d in lint_files(files, Settings(select=("MT010",))).diagnostics]
    assert codes == ["MT010"] * found


@pytest.mark.parametrize(
    ("mount", "found"),
    [
        ("uploads: {source: tmp}", 1),
        ("web/sites/default/files: {source: tmp, source_path: files}", 1),
        ("storage: {source: tmp}", 1),
        ("storage/framework/cache: {source: tmp}", 0),
        ("cache/data: {source: tmp}", 0),
        ("var: {source: tmp}", 0),
        ("uploads: {source: local}", 0),
        ("uploads: {source: service, service: files}", 0),
    ],
)
def test_data_in_temporary_mounts(mount: str, found: int) -> None:
    assert [d.code for d in lint(f"disk: 512\nmounts: {{{mount}}}\n")].count("MT011") == found


OWN = """applications:
    app:
        type: "php:8.4"
        relationships: {{database: "db:mysql", queue: "mq:rabbitmq"}}
        web: {{locations: {{"/": {{root: public, passthru: "/index.php"}}}}}}
        workers:
            mail:
                relationships: {relationships}
                {more}
services:
    db: {{type: "mariadb:11.4"}}
    mq: {{type: "rabbitmq:4.1"}}
routes:
    "https://{{default}}/": {{type: upstream, upstream: "app:http"}}
"""


@pytest.mark.parametrize(
    ("relationships", "more", "lost"),
    [
        ("{}", 'commands: {start: "php mail.php $DATABASE_HOST"}', ["database"]),
        ("{}", 'commands: {start: "php mail.php ${DATABASE_HOST:-}"}', []),
        ("{}", 'commands: {start: "php mail.php --host database.internal"}', ["database"]),
        ("{}", 'commands: {start: "php mail.php --host mydatabase.internal"}', []),
        ("{}", "commands: {start: 'php artisan queue:work queue --max-time=60'}", ["queue"]),
        (
            "{}",
            "{commands: {start: php m.php}, variables: {env: {QUEUE_CONNECTION: queue, TITLE: database}}}",
            ["queue"],
        ),
        ("{}", "commands: {start: php mail.php}", []),
        ('{queue: "mq:rabbitmq"}', "commands: {start: 'php artisan queue:work queue'}", []),
        ('{jobs: "mq:rabbitmq"}', "commands: {start: 'php artisan queue:work queue'}", []),
        ('{jobs: "mq:rabbitmq"}', "commands: {start: 'php mail.php $QUEUE_HOST'}", ["queue"]),
        ("!include {type: yaml, path: gone.yaml}", 'commands: {start: "php mail.php $DATABASE_HOST"}', []),
    ],
)
def test_relationships_that_a_worker_loses(relationships: str, more: str, lost: list[str]) -> None:
    more = more.removeprefix("{").removesuffix("}") if more.startswith("{") else more
    more = more.replace(", variables:", "\n                variables:")
    files = {".upsun/config.yaml": OWN.format(relationships=relationships, more=more)}
    found = lint_files(files, Settings(select=("RL010",))).diagnostics
    assert [d.message.split("`")[3] for d in found] == lost


@pytest.mark.parametrize(
    ("more", "type", "found"),
    [
        ('relationships: {sessions: "cache:redis"}', "redis:7.2", 1),
        ('relationships: {redissession: "cache:valkey"}', "valkey:8.0", 1),
        ('relationships: {jobs: "cache:redis"}', "redis-persistent:7.2", 0),
        ('relationships: {cache: "cache:redis"}', "redis:7.2", 0),
        ('relationships: {cache: "cache:redis"}\nvariables: {env: {SESSION_DRIVER: redis}}', "redis:7.2", 1),
        ('relationships: {cache: "cache:redis"}\nvariables: {env: {CACHE_DRIVER: redis}}', "redis:7.2", 0),
        ('relationships: {cache: "cache:redis"}\nvariables: {php: {session.save_handler: redis}}', "redis:7.2", 1),
        (
            'relationships: {cache: "cache:redis"}\nworkers: {w: {commands: {start: php artisan horizon}}}',
            "redis:7.2",
            1,
        ),
        ('relationships: {cache: "cache:redis"}\n' + QUEUE, "redis:7.2", 0),
        (
            'relationships: {cache: "cache:redis", jobs: "lasting:redis"}\nworkers: {w: {commands: {start: php artisan horizon}}}',
            "redis:7.2",
            0,
        ),
    ],
)
def test_what_must_not_lie_in_memory(more: str, type: str, found: int) -> None:
    services = f'cache: {{type: "{type}", disk: 512}}\nlasting: {{type: "redis-persistent:7.2", disk: 512}}\n'
    files = {".platform.app.yaml": PHP + more + "\n", **SERVICES, ".platform/services.yaml": services}
    diagnostics = lint_files(files, Settings(select=("SV006",))).diagnostics
    assert [shown(d, files) for d in diagnostics] == [type.partition(":")[0]] * found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (">\n        set -e\n        php x.php\n", True),
        (">-\n        composer install\n        npm ci\n", True),
        ("composer install\n        npm ci\n", True),
        ('"composer install\n        npm ci"\n', True),
        (">\n        composer install\n        # and then\n        --no-dev\n", True),
        (">\n        composer install\n        --no-dev --no-interaction\n", False),
        (">\n        composer install &&\n        npm ci\n", False),
        (">\n        composer install\n        && npm ci\n", False),
        (">\n        composer install;\n        npm ci\n", False),
        (">\n        composer install\n\n        npm ci\n", False),
        (">\n        croncape\n        php x.php\n", False),
        (">\n        flock -n /tmp/lock\n        php x.php\n", False),
        (">\n        APP_ENV=prod\n        php x.php\n", False),
        (">\n        if [ -f x ]; then\n          php x.php;\n        fi\n", False),
        ("|\n        composer install\n        npm ci\n", False),
        (">\n        php x.php --force\n        php y.php\n", True),
        (">\n        croncape --\n        php y.php\n", False),
        (">\n        php x.php -v\n        php y.php\n", True),
        (">\n        set -e\n        yarn\n", True),
        (">\n        npm ci\n        ./build.sh\n", True),
        (">\n        cp -r src/.\n        ./dist\n", False),
        (">\n        npm install\n        node-gyp\n        yarn\n", False),
        (">\n        nice -n 10\n        php x.php\n", False),
        (">\n        cd web\n        gulp build\n", True),
        (">\n        cd web\n        && gulp build\n", False),
        (">\n        export A=b\n        gulp build\n", True),
        (">\n        export A=b\n        C=d\n", False),
        (">\n        php x.php\n          --now\n", True),
        ("|\n        php x.php \\\n          --now\n", False),
        ("|\n        php x.php\n          --now\n", True),
        ("|\n        - php x.php\n        - php y.php\n", True),
        ("|\n        cat <<EOF\n        -x\n        EOF\n", False),
        ("|\n        case $A in\n          -x) php x.php;;\n        esac\n", False),
    ],
)
def test_folded_scripts(value: str, found: bool) -> None:
    assert [d.code for d in lint(f"hooks:\n    build: {value}")] == ["YM018"] * found


@pytest.mark.parametrize(
    ("script", "severity", "line"),
    [
        ("pip install -r requirements.txt\npython compile.py", "warning", 6),
        ("npm ci\nnpm run build", "warning", 6),
        ("bundle install\nbundle exec rake assets:precompile", "info", 6),
        ("bundle install\nbundle exec rake assets:precompile\ncp a b", "warning", 6),
        ("bundle install\nrake assets:precompile", "warning", 6),
        ("go mod download\ngo build -o app", "info", 6),
        ("go mod download\ncd tools\ngo build", "warning", 6),
        ("go mod download\nif [ -f main.go ]; then go build; fi", "warning", 6),
        ("go mod download\nnpm ci\ngo build", "warning", 7),
        ("go mod download\n./prepare\ngo build", "info", 7),
        ("cargo fetch\ncargo build --release", "info", 6),
        ("mix deps.get\nMIX_ENV=prod mix compile", "info", 6),
        ("dotnet restore\ndotnet publish", "info", 6),
    ],
)
def test_an_installation_that_is_missed_later(script: str, severity: str, line: int) -> None:
    text = f"hooks:\n    build: {block(script)}"
    (found,) = (d for d in lint_files({".platform.app.yaml": PHP + text}, Settings()).diagnostics if d.code == "HK003")
    assert (found.severity, found.location.line) == (severity, line)


@pytest.mark.parametrize(
    ("script", "severity"),
    [
        ("python tools/there.py", None),
        ("python -u tools/there.py", None),
        ("php -d memory_limit=1G tools/there.php", None),
        ("uv run tools/there.py", None),
        ("bash -e tools/there.sh", None),
        ("tools/run.sh", None),
        ("tools/there.sh", "warning"),
        ("exec tools/there.py", "warning"),
        ("python -m tools.missing", None),
        ("python tools/missing.py", "error"),
        ("python missing.py", "error"),
        ("bash -ex tools/missing.sh", "error"),
        ("php missing.php", None),
        ("node tools/missing.js", "error"),
        ("node tools/missing", None),
        ("php tools/missing.php", "error"),
        ("php library/installed.php", None),
        (". ./.env", None),
        ("symfony console cache:clear", None),
    ],
)
def test_only_what_is_run_by_its_path_alone_must_be_executable(
    tmp_path: Path, script: str, severity: str | None
) -> None:
    (tmp_path / "tools").mkdir()
    for name in ("main.py", "tools/there.py", "tools/there.php", "tools/there.sh", "tools/run.sh"):
        (tmp_path / name).write_text("", encoding="utf-8")
    (tmp_path / "tools" / "run.sh").chmod(0o755)
    text = f"{PHP}hooks:\n    build: composer install\n    deploy: {script}\n"
    (tmp_path / ".platform.app.yaml").write_text(text, encoding="utf-8")
    (project,) = discover_tree(DiskTree(str(tmp_path), complete=True))
    found = lint_project(project, Settings(select=("HK017",)), SubTree(DiskTree(str(tmp_path), complete=True), ""))
    assert [d.severity for d in found.diagnostics] == ([severity] if severity else [])


def test_a_file_that_npm_may_make_when_it_installs_is_not_missed() -> None:
    files = {"package.json": '{"scripts": {"prepare": "tsc"}}'}
    assert told("node lib/main.js", files=files) == []
    assert told("node lib/main.js", files={"package.json": "{}"}) == [("HK017", "error")]


@pytest.mark.parametrize(
    "script",
    [
        "pip install --upgrade pip\npip install -r requirements.txt",
        "python -m pip install -U pip 'setuptools>=70' wheel; pip install x",
        "npm install -g npm@11\nnpm ci",
        "composer self-update --2\ncomposer install",
    ],
)
def test_a_package_manager_that_stays_old_hides_no_failure(script: str) -> None:
    text = f"hooks:\n    build: {block(script)}"
    found = lint_files({".platform.app.yaml": PHP + text}, Settings(select=("HK003",))).diagnostics
    assert [d.code for d in found] == []


@pytest.mark.parametrize(
    "script",
    [
        "systemctl restart --user app",
        "command -v systemctl && systemctl reload nginx",
        "crontab -l",
        "service nginx restart || true",
        "npm run build && npm test",
        "yarn build",
        "npm ci --prefix client build",
        "cd web && npm ci && cd ..\ncd web/themes && npm ci",
        "(cd web/a && npm ci)\n(cd web/b && npm ci)",
        'cd web/a\nnpm ci\ncd "$PLATFORM_APP_DIR/web/b"\nnpm ci',
        "if [ -d web/a ]; then cd web/a; fi\ncd web/b",
        "cd web/a\nmkdir -p web/b\ncd web/b",
        "cd src\nls\ncd api",
    ],
)
def test_neither_a_slip_nor_an_init_system(script: str) -> None:
    assert not {"HK021", "HK022", "HK023"} & {code for code, *_ in told(f"set -e\n{script}", "build")}


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("service nginx restart", "HK021"),
        ("/etc/init.d/php-fpm restart", "HK021"),
        ("echo '0 * * * * x' | crontab -", "HK021"),
        ("npm --silent build", "HK022"),
        ("npm dev", "HK022"),
        ("cd web/a\nls\ncd web/b", "HK023"),
        ("cd web/a\nls\ncd ./x\ncd web", "HK023"),
    ],
)
def test_slips_and_init_systems(script: str, code: str) -> None:
    assert code in {found for found, *_ in told(f"set -e\n{script}", "build")}


@pytest.mark.parametrize(
    ("hook", "script", "found"),
    [
        ("build", "npm ci && npm build", ["HK022"]),
        ("build", "npm --prefix front build", ["HK022"]),
        ("build", "npm ci && npm run build && npm test", []),
        ("build", "mysql -h database.internal -e 'SELECT 1' main", ["HK004"]),
        ("build", "mysql -h db.example.org -e 'SELECT 1' main", []),
        ("build", "curl -sfo uploads/logo.png https://cdn.example.org/logo.png", ["HK005"]),
        ("build", "cd uploads && wget https://cdn.example.org/logo.png", ["HK005"]),
        ("build", "wget -qO- https://cdn.example.org/install.sh", []),
        ("deploy", "git clone https://example.org/themes.git", ["HK006"]),
        ("deploy", "cp -t themes uploads/a uploads/b", ["HK006"]),
        ("deploy", "yarn encore production", ["HK007"]),
        ("deploy", "for i in {1..3}; do php warm.php; done", ["HK002"]),
        ("deploy", "echo $ADMINPW", ["HK016"]),
        ("deploy", "echo $PWD", []),
    ],
)
def test_one_mistake_in_a_hook_is_one_finding(hook: str, script: str, found: list[str]) -> None:
    more = "disk: 512\nmounts:\n    uploads: {source: local, source_path: uploads}\n"
    assert [code for code, _ in told(script, hook, more)] == found
