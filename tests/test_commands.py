"""What the table of known tools says of commands."""

from __future__ import annotations

import pytest
from corpus import CorpusProject
from test_shell import corpus_commands

from paaslint.commands.effects import MAX_DEPTH, folders, is_below
from paaslint.commands.tools import BACKGROUND, LONG_RUNNING, ONE_SHOT, SERVER, Known, duration, identify, table, unwrap
from paaslint.shell import parse


def known(text: str, context: str = "worker") -> Known | None:
    """What is known of the last command of the script, nested ones included."""
    return identify(list(parse(text).all_commands())[-1], context)


def sure(text: str, context: str = "worker") -> Known:
    found = known(text, context)
    assert found is not None, text
    return found


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("php artisan queue:work", "php artisan queue:work"),
        ("php artisan queue:work redis --tries=3", "php artisan queue:work"),
        ("php artisan --env prod queue:work", "php artisan queue:work"),
        ("php artisan queue:work redis --once", "php artisan queue:work --once"),
        ("php artisan about", "php artisan"),
        ("symfony console --time-limit=3600 messenger:consume async", "bin/console messenger:consume"),
        ("$PLATFORM_APP_DIR/bin/console messenger:consume async", "bin/console messenger:consume"),
        ("php /app/api/bin/console messenger:consume", "bin/console messenger:consume"),
        ("bin/console swarrot:consume:mails", "bin/console swarrot:consume:"),
        ("celery -A app worker -l info", "celery worker"),
        ("celery -A worker beat", "celery beat"),
        ("celery worker -A app -B", "celery worker -B"),
        (".venv/bin/celery -A app worker", "celery worker"),
        ("bundle exec sidekiq -C config/sidekiq.yml", "sidekiq"),
        ("tail -n 5 -f log", "tail -f"),
        ("screen -dmS name node x.js", "screen -d"),
        ("_build/prod/rel/app/bin/app start", "bin/* start"),
        ("/etc/init.d/nginx start", "/etc/init.d/"),
        ("npm run build", "npm run build"),
        ("npm --prefix web run build", "npm run build"),
        ("npm run start", "npm run"),
        ("node .output/server/index.mjs", "node .output/server/index.mjs"),
        ("rake environment resque:work", "rake environment resque:work"),
        ("python -m http.server 8000", "python -m http.server"),
        ("php -S 0.0.0.0:8000", "php -S"),
    ],
)
def test_the_longest_match_wins(text: str, name: str) -> None:
    assert sure(text).name == name


@pytest.mark.parametrize(
    "text",
    [
        "python queue-worker.py",
        "./start.sh",
        "bash start.sh",
        "bin/app",
        "./target/release/app",
        "$COMMAND worker",
        '"puma -C config/puma.rb"',
        "php worker.php",
        "poetry run -u $SOCKET app.asgi:application",
        "command -v node",
        "celery inspect worker",
        "cat file",
        "cat >file",
        "php -r 'echo 1;'",
        "X=1",
        "supervisor-like -n",
    ],
)
def test_what_is_not_known(text: str) -> None:
    assert known(text) is None


def test_a_function_of_the_script_is_no_tool() -> None:
    script = parse("puma() { sleep 1; }; puma")
    assert [c.name for c in script.commands if identify(c)] == ["sleep"]


@pytest.mark.parametrize(
    ("text", "wrappers"),
    [
        ("exec gunicorn app:app", ["exec"]),
        ("A=1 env -u X B=2 gunicorn app:app", ["env"]),
        ("nice -n 10 ionice -c 3 gunicorn app:app", ["nice", "ionice"]),
        ("timeout -k 5 -s INT 1h gunicorn app:app", ["timeout"]),
        ("flock -n -w 3 /tmp/lock gunicorn app:app", ["flock"]),
        ("poetry run gunicorn app:app", ["poetry run"]),
        ("python3.12 -u -m gunicorn app:app", ["python"]),
        ("nohup setsid gunicorn app:app", ["nohup", "setsid"]),
        ("ddtrace-run gunicorn app:app", ["ddtrace-run"]),
        ("newrelic-admin run-program gunicorn app:app", ["newrelic-admin run-program"]),
        ("tini -- gunicorn app:app", ["tini"]),
        ("sudo -u web gunicorn app:app", ["sudo"]),
        ("exec env timeout 5m uv run gunicorn app:app", ["exec", "env", "timeout", "uv run"]),
    ],
)
def test_wrappers_are_taken_off(text: str, wrappers: list[str]) -> None:
    found = sure(text)
    assert (found.name, [w.name for w in found.plain.wrappers]) == ("gunicorn", wrappers)
    assert found.plain.wrapped(wrappers[0])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("yarn nodemon x.js", "nodemon"),
        ("yarn --cwd web next build", "next build"),
        ("yarn run next build", "next build"),
        ("pnpm prisma migrate deploy", "prisma migrate deploy"),
        ("pnpm --filter web next build", "next build"),
        ("bun run next build", "next build"),
        ("bunx next build", "next build"),
        ("bun x next build", "next build"),
        ("npm exec -- next build", "next build"),
        ("npm x next build", "next build"),
        ("pnpx next build", "next build"),
        ("corepack yarn next build", "next build"),
        ("yarn worker", "yarn"),
        ("yarn serve -l 3000", "yarn"),
        ("yarn dev", "yarn dev"),
        ("yarn build", "yarn build"),
        ("yarn install", "yarn install"),
        ("pnpm run next", "pnpm run"),
        ("npm run next", "npm run"),
    ],
)
def test_runners_of_packages(text: str, name: str) -> None:
    """A program that a package brings is known behind its runner; a script of the application's own is not."""
    found = identify(parse(text).commands[0], "worker")
    assert found is not None and found.name == name


def test_other_wrappers() -> None:
    assert sure("npx -y -p serve@14 serve -l 3000").name == "npx serve"
    assert sure("php -d memory_limit=-1 -dfoo=bar vendor/bin/drush cron").name == "drush cron"
    assert sure("croncape php artisan schedule:run").name == "php artisan schedule:run"
    assert unwrap(parse("sudo apt-get install x").commands[0]).program == "apt-get"
    assert unwrap(parse("env").commands[0]).program == "env"


@pytest.mark.parametrize(
    ("text", "bounded", "limit"),
    [
        ("bin/console messenger:consume async", False, None),
        ("bin/console messenger:consume async --time-limit=240", True, 240),
        ("bin/console messenger:consume async --time-limit 240 --limit 10", True, 240),
        ("bin/console messenger:consume async -l10", True, None),
        ("bin/console messenger:consume async -t 60", True, 60),
        ("bin/console messenger:consume async --limit=0", False, None),
        ("bin/console messenger:consume async --time-limit=$LIMIT", True, None),
        ("bin/console messenger:consume async --sleep=5", False, None),
        ("php artisan queue:work --max-time=0 --max-jobs=0", False, None),
        ("php artisan queue:work --max-time=3600", True, 3600),
        ("php artisan queue:work --stop-when-empty", True, None),
        ("bin/console rabbitmq:consumer -m -1 x", False, None),
        ("bin/console oro:message-queue:consume --time-limit='+5 minutes'", True, 300),
        ("rq worker --burst default", True, None),
        ("timeout 10m bin/console messenger:consume async", True, 600),
        ("timeout 10m bin/console messenger:consume async --time-limit=60", True, 60),
        ("timeout 0 bin/console messenger:consume async", False, None),
        ("timeout $T bin/console messenger:consume async", True, None),
        ("timeout 1m sh -c 'cd x && bin/console messenger:consume async'", True, 60),
        ("sidekiq -t 10", False, None),
    ],
)
def test_limits(text: str, bounded: bool, limit: float | None) -> None:
    found = sure(text, "cron")
    assert (found.bounded, found.limit) == (bounded, limit)
    assert found.consumer and found.kind == LONG_RUNNING
    assert found.endless is not bounded


def test_the_option_that_limits_is_pointed_at() -> None:
    text = "bin/console messenger:consume async --limit=5"
    word = sure(text).limited_by
    assert word is not None and text[slice(*word.span)] == "--limit=5"


@pytest.mark.parametrize(
    ("text", "daemonized", "shown", "basis"),
    [
        ("celery -A app worker --detach", True, "--detach", "page"),
        ("celery -A app worker -D", True, "-D", "page"),
        ("celery -A app worker", False, None, "page"),
        ("supervisord -c x", True, None, "inferred"),
        ("supervisord -n -c x", False, None, "inferred"),
        ("supervisord -nc x", False, None, "inferred"),
        ("pm2 start x.js", True, None, "page"),
        ("pm2 start x.js --no-daemon", False, None, "page"),
        ("pm2-runtime x.js", False, None, "page"),
        ("gunicorn --daemon app:app", True, "--daemon", "inferred"),
        ("nginx", True, None, "inferred"),
        ("nginx -g 'daemon off;'", False, None, "inferred"),
        ("httpd -DFOREGROUND", False, None, "inferred"),
        ("httpd -D FOREGROUND", False, None, "inferred"),
        ("redis-server --daemonize yes", True, "--daemonize", "inferred"),
        ("redis-server --daemonize no", False, None, "inferred"),
        ("rake resque:work BACKGROUND=yes", True, "BACKGROUND=yes", "inferred"),
        ("BACKGROUND=yes rake resque:work", True, None, "inferred"),
        ("krakend run -d -c x", False, None, "inferred"),
        ("service nginx start", True, None, "inferred"),
        ("setsid -f celery -A app worker", True, "setsid", "page"),
        ("caddy start", True, None, "inferred"),
        ("caddy run", False, None, "inferred"),
    ],
)
def test_going_to_the_background(text: str, daemonized: bool, shown: str | None, basis: str) -> None:
    found = sure(text)
    assert (found.daemonized, found.basis) == (daemonized, basis)
    assert (None if found.daemon_word is None else text[slice(*found.daemon_word.span)]) == shown


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("node worker.js", {"web": SERVER, "worker": LONG_RUNNING, "cron": LONG_RUNNING, "hook": LONG_RUNNING}),
        ("java -jar app.jar", {"web": SERVER, "worker": LONG_RUNNING, "hook": LONG_RUNNING}),
        ("dotnet publish", {"web": ONE_SHOT, "worker": ONE_SHOT, "hook": ONE_SHOT}),
        ("php artisan serve", {"web": SERVER, "worker": SERVER, "hook": SERVER}),
        ("yarn", {"worker": ONE_SHOT, "hook": ONE_SHOT}),
        ("screen -d -m x", {"worker": BACKGROUND}),
    ],
)
def test_the_context_decides_between_lists(text: str, kinds: dict[str, str]) -> None:
    assert {context: sure(text, context).kind for context in kinds} == kinds


def test_what_hooks_do_every_day_is_never_taken_for_endless() -> None:
    for text in ("yarn", "npm run build", "node scripts/x.js", "dotnet publish", "npm ci", "make", "php artisan x"):
        found = sure(text, "hook")
        assert found.catch_all or found.kind == ONE_SHOT, text


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        ("gunicorn -b :8000 app:app", [("-b", ":8000", 8000)]),
        ("gunicorn -b0.0.0.0:80 app:app", [("-b", "-b0.0.0.0:80", 80)]),
        ("gunicorn --bind=unix:$SOCKET app:app", [("--bind", "--bind=unix:$SOCKET", None)]),
        ("gunicorn -b $PORT app:app", [("-b", "$PORT", None)]),
        ("uvicorn a:b --port 8080", [("--port", "8080", 8080)]),
        ("php -S 0.0.0.0:8000 -t web", [("positional", "0.0.0.0:8000", 8000)]),
        ("java -Dserver.port=9000 -jar x.jar", [("-Dserver.port", "-Dserver.port=9000", 9000)]),
        ("uvicorn a:b", []),
    ],
)
def test_ports(text: str, ports: list[tuple[str, str, int | None]]) -> None:
    assert [(p.option, p.value.text, p.port) for p in sure(text, "web").ports] == ports


def test_time_to_end() -> None:
    assert sure("bundle exec sidekiq").grace == 30
    assert sure("sidekiq -t 8").grace == 13
    assert sure("gunicorn --graceful-timeout 60 app:app").grace == 60
    assert sure("celery -A app worker").grace is None


def test_questions() -> None:
    assert sure("php artisan migrate", "hook").asks
    assert not sure("php artisan migrate --force", "hook").asks
    assert sure("drush updb", "hook").asks and not sure("drush -y updb", "hook").asks
    assert sure("npm init", "hook").asks and not sure("npm init -y", "hook").asks
    assert not sure("composer install", "hook").asks


def test_purposes() -> None:
    purposes = {
        "php artisan migrate --force": "migration", "psql -c x": "client", "pip3 install -r x": "install",
        "yarn install": "install", "next build": "build", "drush cr": "cache", "php artisan about": "",
    }  # fmt: skip
    assert {text: sure(text, "hook").entry.purpose for text in purposes} == purposes
    assert sure("psql -c x", "hook").entry.services == ("postgresql",)


def test_durations() -> None:
    assert [duration(t) for t in ("90", "10m", "1.5h", "2d", "30s", "+5 minutes", "infinity", "", "$X")] == [
        90, 600, 5400, 172800, 30, 300, None, None, None,
    ]  # fmt: skip


def test_the_table_is_sound() -> None:
    """Every pattern finds an entry of its own, and every word of the table has its meaning."""
    entries = table()
    patterns = [pattern for entry in entries for pattern in entry.patterns]
    for entry in entries:
        assert entry.kind in (LONG_RUNNING, ONE_SHOT, SERVER, BACKGROUND) and entry.basis in ("page", "inferred")
        assert set(entry.ends_with.values()) <= {"flag", "count", "seconds", "memory", "date"}
        assert bool(entry.source) is (entry.basis == "page")
        for pattern in entry.patterns:
            text = pattern.replace("*", "name") + (
                "x" if pattern[1:].endswith((":", "/")) else " x" if entry.catch_all else ""
            )
            contexts = [identify(parse(text).commands[0], context) for context in ("web", "worker", "cron")]
            assert any(found is not None and found.entry is entry for found in contexts), pattern
    repeated = {pattern for pattern in patterns if patterns.count(pattern) > 1}
    assert repeated == {"node", "nodejs", "bun", "deno run", "java -jar", "java", "dotnet", "yarn"}


def test_corpus_commands_are_known_or_own_scripts(corpus: list[CorpusProject]) -> None:
    """Most starts and crons end in a tool that the table knows; what it does not know stays silent."""
    contexts = {"start": "web", "cron": "cron"}
    total = found = 0
    for command in corpus_commands(corpus):
        if command.role not in contexts:
            continue
        final = [c for script in command.script.walk() for c in script.final if c.words and c.nested is None]
        total += bool(final)
        found += any(identify(c, contexts[command.role]) for c in final)
    assert total > 200
    assert found / total > 0.75


def test_folders_are_those_that_a_path_is_below() -> None:
    for path in ("", "a", "a/b/c", "/", "/a/b", "../a"):
        candidates = ("", "a", "a/b", "a/b/c", "/a", "/a/b", "..", "../a", "b")
        assert {f for f in candidates if f in folders(path)} == {f for f in candidates if is_below(path, f)}
    assert len(folders("a/" * 5000)) <= MAX_DEPTH + 1
